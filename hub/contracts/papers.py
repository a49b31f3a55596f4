"""What a request may show: documents that are signed, attachments beside them, where they come
from, and the documents that the hub makes itself."""

from __future__ import annotations

from collections.abc import Mapping

# A file of the record, an address, the content itself, or made by the hub.
ATTACHMENT, URL, BASE64, TEMPLATE = "attachment", "url", "base64", "template"
SOURCES = (ATTACHMENT, URL, BASE64, TEMPLATE)

MOST_DOCUMENTS = 10
MOST_ATTACHMENTS = 30
LONGEST_URL = 2000
LARGEST_BASE64 = 10_000_000  # bytes of the file; it is kept with the request's plan
LONGEST_FILE_NAME = 120

# What the hub typesets itself, and what each is.
TEMPLATES: Mapping[str, str] = {
    "offer": "An offer with lines, totals, validity and terms.",
    "order_confirmation": "What was ordered, with lines and totals.",
    "service_sheet": "What was done to an object, with material and hours.",
    "intake_protocol": "What was handed in, and in which state.",
    "return_protocol": "What was handed back, and what was done to it.",
}
# What a template may be told beside the request's lines, and what each is.
TEMPLATE_FIELDS: Mapping[str, str] = {
    "number": "What people call the record.",
    "date": "The date that stands on it.",
    "valid_until": "Until when it holds.",
    "reference": "The customer's or the sender's own reference.",
    "intro": "Text above the lines.",
    "terms": "Text below the lines: what is agreed.",
    "notes": "Remarks at the end.",
    "customer_name": "Whom it is for.",
    "customer_number": "What the sender calls the customer.",
    "customer_address": "The address, its lines as they are.",
    "contact_name": "Whom to ask at the sender's.",
    "contact_phone": "The number of that person.",
    "object": "What it is about: a machine, a house.",
    "object_number": "Its serial or registration number.",
    "delivery_address": "Where it is done or delivered.",
    "payment_terms": "How it is paid.",
    "facts": "A list of further facts, each with label and value.",
}
# Fields whose line breaks stay.
LONG_FIELDS = ("intro", "terms", "notes", "customer_address", "delivery_address", "payment_terms")
FACTS = "facts"

SIGNER, APPROVER, VIEWER, COPY = "signer", "approver", "viewer", "copy"
# What a person of a request does.
ROLES: Mapping[str, str] = {
    SIGNER: "Signs; the request is completed when all of them have.",
    APPROVER: "Agrees without a signature, in turn with the signers.",
    VIEWER: "May look at it from the beginning.",
    COPY: "Gets what came of it in the end.",
}
ACTING = (SIGNER, APPROVER)  # those who have a turn

METHODS: Mapping[str, str] = {
    "drawn": "The name is drawn with finger, pen or mouse.",
    "typed": "The name is typed.",
}
# What the assigned user can be told of, and what it is.
NEWS: Mapping[str, str] = {
    "invited": "The link is on its way.",
    "opened": "Somebody opened the link for the first time.",
    "viewed": "Somebody looked at the documents; once a visit.",
    "downloaded": "Somebody took a file along.",
    "remarked": "The customer wrote to the sender.",
    "forwarded": "Somebody passed the link on.",
    "reminded": "A reminder is on its way.",
    "changed": "The documents were changed.",
    "completed": "Everybody has signed.",
    "declined": "Somebody said no.",
    "expired": "The time ran out.",
    "failed": "It ended without an answer.",
    "unreachable": "A message to a customer could not be delivered.",
}
# What a customer's contacts can be told of a document that is shared with them.
CONTACT_NEWS: Mapping[str, str] = {
    "shared": "A document was shared with them that others were asked to sign.",
    "changed": "A document that they may see was changed.",
    "replied": "The sender has answered what they wrote.",
}

CODES: Mapping[str, str] = {
    "sms": "A one-time code goes to the mobile number before signing.",
    "email": "A one-time code goes to the e-mail address before signing.",
}
