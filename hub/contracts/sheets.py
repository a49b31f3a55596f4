"""What a mapping may put into a document that the hub typesets from a template.

The lines of such a document and their totals come from the request itself, its letterhead from the
workspace; everything else is one of these fields.
"""

from __future__ import annotations

from dataclasses import dataclass

# How a field is read: one line of text; paragraphs; an ISO 8601 date; a list of {label, value}.
LINE, TEXT, DATE, FACTS = "line", "text", "date", "facts"


@dataclass(frozen=True)
class TemplateField:
    """One field: how it is read, the most characters that it takes (each label and value, for
    facts) and what it means to the person who writes the mapping."""

    kind: str
    longest: int
    help: str


MOST_FACTS = 60
TEMPLATE_FIELDS = {
    "number": TemplateField(LINE, 80, "The number of the document, as the upstream counts it."),
    "date": TemplateField(DATE, 40, "The day on which the document was made."),
    "valid_until": TemplateField(DATE, 40, "The last day on which an offer holds."),
    "reference": TemplateField(LINE, 200, "The customer's own reference, an order number."),
    "intro": TemplateField(TEXT, 10_000, "Text before the lines."),
    "terms": TemplateField(TEXT, 20_000, "Conditions, after the totals."),
    "notes": TemplateField(TEXT, 10_000, "Remarks, after the lines."),
    "customer_name": TemplateField(LINE, 500, "The customer: a person or a company."),
    "customer_number": TemplateField(LINE, 80, "The customer's number upstream."),
    "customer_address": TemplateField(TEXT, 1000, "The customer's address, several lines."),
    "contact_name": TemplateField(LINE, 500, "Whom to ask at the sender."),
    "contact_phone": TemplateField(LINE, 80, "The telephone number of that person."),
    "object": TemplateField(LINE, 500, "What it is about: a vehicle, a machine."),
    "object_number": TemplateField(LINE, 200, "Its registration or serial number."),
    "delivery_address": TemplateField(TEXT, 1000, "Where the goods go, several lines."),
    "payment_terms": TemplateField(LINE, 500, "When and how to pay."),
    "facts": TemplateField(FACTS, 1000, "A list of {label, value}: measurements, condition."),
}
