"""The shapes of requests as the vendor publishes them, as JSON Schemas in our own words.

What is known only from clients in use is allowed too; what is known from nowhere is refused.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
FILLED: Schema = {"type": "string", "minLength": 1}
ANYTHING: Schema = {}

EVENTS = tuple(
    f"document.{name}"
    for name in (
        "created", "sent", "viewed", "reviewed", "signed", "approved", "expired", "rejected",
        "downloaded", "printed", "forwarded", "partially_signed", "commented", "hardbounced",
        "imported",
    )
)  # fmt: skip
ROLES = ("signer", "internalApprover", "externalApprover", "cc", "approver")
KINDS = ("sales", "introduction", "hr", "other")
FILTERS = ("draft", "sent", "viewed", "reviewed", "signed", "rejected", "recalled")
SORTS = ("name", "value", "created", "recipient", "status", "owner")


def one_of(*values: str) -> Schema:
    """A text out of a list."""
    return {"type": "string", "enum": list(values)}


def some(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


def members(required: tuple[str, ...] = (), /, **known: Schema) -> Schema:
    """An object with these members and no others."""
    return {
        "type": "object",
        "properties": known,
        "required": list(required),
        "additionalProperties": False,
    }


def each(schema: Schema, *names: str) -> dict[str, Schema]:
    """The same shape for several members."""
    return dict.fromkeys(names, schema)


_PERSON = each(
    TEXT, "first_name", "last_name", "fullname", "email", "mobile", "title", "note",
    "company_name", "company_number",
)  # fmt: skip
RECIPIENT = members(
    **_PERSON,
    order_num=WHOLE,
    role=one_of(*ROLES),
    role_name=TEXT,
    role_id=TEXT,
    **each(
        FLAG, "verify_sms", "verify_sms_open", "verify_sms_sign", "verify_eid", "verify_qna",
        "verify_qna_open", "verify_qna_sign",
    ),
    **each(
        TEXT, "verify_eid_type", "verify_eid_number", "verify_qna_question", "verify_qna_answer"
    ),
    settings=members(exclude_verified_eid_signature=FLAG),
)  # fmt: skip
ATTACHMENT = members(
    ("type",),
    type=one_of("file", "external", "upload"),
    **each(TEXT, "id", "title", "url"),
    require_view=FLAG,
)
CUSTOM_FIELD = members(("value",), **each(TEXT, "id", "name", "value"))
CUSTOM_DATA = members(
    properties=some(
        members(
            ("key",),
            **each(TEXT, "key", "label"),
            value={"type": ["string", "number", "boolean"]},
            value_type=one_of("string", "number", "boolean"),
        )
    )
)
_FLAGS = (
    "is_signing", "is_automatic_sending", "is_scheduled_sending", "is_signing_order",
    "is_selfsign", "is_signing_biometric", "is_signing_initials", "is_signing_forward",
    "is_identify_recipient", "is_sms_sending", "is_video", "external_eid_signature",
    "replace_pages", "keep_fields", "is_private",
)  # fmt: skip
_TEXTS = (
    "external_id", "external_client_id", "company_name", "company_number", "tags", "sender_id",
    "sender_email", "email_send_subject", "email_send_message", "communication_template_id",
    "video_id", "template_id", "file_ids", "file_content", "file_name", "file_url",
    "contract_start_date", "contract_end_date", "sign_date",
)  # fmt: skip
DOCUMENT = members(
    ("name",),
    name=FILLED,
    type=one_of(*KINDS),
    value=NUMBER,
    expiration_date={"type": ["string", "integer"]},
    scheduled_sending_time=TEXT,
    is_reminder_sending={"type": ["boolean", "null"]},
    external_signature_settings=members(identification_stages=some(one_of("View"))),
    recipients=some(RECIPIENT),
    attachments=some(ATTACHMENT),
    custom_fields=some(CUSTOM_FIELD),
    custom_pricing_tables=some({"type": "object"}),
    custom_data=CUSTOM_DATA,
    **each(FLAG, *_FLAGS),
    **each(TEXT, *_TEXTS),
)
FILE = members(**each(TEXT, "file_name", "file_content", "file_url"))
SENDER = members(**each(TEXT, "sender_id", "sender_email"))
SUBSCRIPTION = members(
    ("event", "target_url"),
    event=one_of(*EVENTS),
    target_url={"type": "string", "pattern": "^https?://[^\\s]+$"},
    **{"global": FLAG},
    **each(TEXT, "payload", "notification_email", "host"),
)
_BOX = each(NUMBER, "field_top", "field_left", "field_width", "field_height")

# operation → shape of its body. An operation that is not here takes none.
BODIES: dict[str, Schema] = {
    "auth": members(
        ("email", "password"), **each(TEXT, "email", "password", "entity_id", "client_id")
    ),
    "upload": FILE,
    "upload_attachment": FILE,
    "create": DOCUMENT,
    "change": members(
        **each(
            TEXT, "external_id", "external_client_id", "contract_start_date",
            "contract_end_date", "tags",
        ),
        value=NUMBER,
    ),
    "send": SENDER,
    "seal": SENDER,
    "expiration": members(
        ("expiration_date",),
        expiration_date={"type": ["string", "integer"]},
        send_notification=FLAG,
    ),
    "reminders": members(
        ("type", "text"),
        type=one_of("email", "sms", "video"),
        text=TEXT,
        **each(FLAG, "not_opened", "not_signed"),
        video_id=TEXT,
    ),
    "forward": members(
        ("first_name", "last_name", "email"),
        **each(
            TEXT, "first_name", "last_name", "email", "mobile", "title", "company_name",
            "company_number", "recipient_id",
        ),
        transfer=FLAG,
    ),
    "revisions": members(message=TEXT, send_document=FLAG),
    "preview": members(
        **each(TEXT, "name", "type", "external_id", "template_id"),
        value=NUMBER,
        recipients=some({"type": "object"}),
        custom_fields=some({"type": "object"}),
    ),
    "add_comment": members(("text",), text=FILLED, position=TEXT),
    "set_fields": members(
        ("editor_fields",),
        editor_fields=some(
            members(
                ("value",), **each(TEXT, "id", "name"), value={"type": ["string", "integer"]}
            )
        ),
    ),
    "add_field": members(
        ("field_type", *_BOX),
        field_type=one_of("text", "merge", "check", "signature", "initials", "formatted"),
        **_BOX,
        **each(TEXT, "field_label", "page_id", "recipient_id"),
        field_value={"type": ["string", "integer"]},
        page_num=WHOLE,
        **each(FLAG, "is_collectable", "is_editable", "is_required"),
    ),
    "subscribe": SUBSCRIPTION,
    "subscription_test": members(
        ("event", "document_id"), event=one_of(*EVENTS), document_id=TEXT, recipient_id=TEXT
    ),
}  # fmt: skip
BODILESS = frozenset({"send", "seal", "revisions", "preview"})  # these work without a body, too

# operation → its query parameters.
_YES_NO = one_of("true", "false", "1", "0")
QUERIES: dict[str, dict[str, Schema]] = {
    "list": {
        "filter": one_of(*FILTERS),
        "sort_by": one_of(*SORTS),
        "sort_order": one_of("asc", "desc"),
        "showteam": _YES_NO,
        "showall": _YES_NO,
        "external_id": TEXT,
        "offset": {"type": "string", "pattern": "^[0-9]+$"},
        "limit": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "read": each(_YES_NO, "with_attachments", "with_pages", "with_stats"),
    "download": each(_YES_NO, "direct", "with_file_content"),
    "fields": {"resolveEditorFields": _YES_NO},
    "templates": {"showall": _YES_NO, "folder_id": TEXT},
}
