"""How documents and their parts look on the wire: one function for each published shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from providers.getaccept.sandbox.model import (
    Attachment,
    Box,
    Comment,
    Document,
    Happening,
    Recipient,
    User,
)
from providers.getaccept.sandbox.moments import or_zero, wire

_REPEATED = (
    "external_id", "external_client_id", "tags", "company_name", "company_number", "type",
    "email_send_subject", "email_send_message", "video_id", "contract_start_date",
    "contract_end_date",
)  # fmt: skip
_FLAGS = (
    "is_selfsign", "is_signing_order", "is_signing_forward", "is_signing_biometric",
    "is_signing_initials", "is_identify_recipient", "is_private", "is_video",
    "is_scheduled_sending",
)  # fmt: skip


# What this account does not use; the API says so with the same values for every document.
_UNUSED: dict[str, Any] = {
    "unique_id": 0,
    **dict.fromkeys(("company_id", "company_logo_url", "sender_thumb_url"), ""),
    **dict.fromkeys(("external_editor_id", "external_editor_type"), ""),
    **dict.fromkeys(("is_auto_comment", "is_auto_comment_email"), False),
    **dict.fromkeys(("auto_comment_text", "auto_comment_email"), ""),
    **dict.fromkeys(("entity_auto_comment_text", "entity_auto_comment_email"), ""),
}


class Shapes:
    """Knows the addresses that documents carry: ``link`` of a recipient, ``preview`` and ``file``
    of a document (these end with time and are secret)."""

    def __init__(
        self,
        link: Callable[[Recipient], str],
        preview: Callable[[Document], str],
        file: Callable[[Document], str],
        picture: Callable[[Document], str],
    ) -> None:
        self._link = link
        self._preview = preview
        self._file = file
        self._picture = picture

    def document(self, document: Document) -> dict[str, Any]:
        """The whole document with its recipients."""
        return {
            **self._facts(document),
            "recipients": [self.recipient(document, one) for one in document.recipients],
        }

    def listed(self, document: Document) -> dict[str, Any]:
        """A row of the list."""
        return {
            "id": document.id,
            "name": document.name,
            "status": document.status,
            "value": document.facts.get("value", 0),
            "type": document.facts.get("type", "sales"),
            "tags": document.fact("tags"),
            "company_name": document.fact("company_name"),
            "sender_name": document.user.name,
            "sender_thumb": "",
            "created_at": wire(document.created),
            "expiration_date": wire(document.expires),
            "is_signing": document.facts.get("is_signing", True),
            "is_private": document.facts.get("is_private", False),
        }

    def recipient(self, document: Document, person: Recipient) -> dict[str, Any]:
        """One person. The address is there once somebody may use it."""
        shown = document.send_date is not None
        return {
            "id": person.id,
            **_person(person),
            "thumb_url": "",
            "order_num": str(person.order),
            "document_url": self._link(person) if shown else "",
            "signing_methods": [
                {**one, "signed_at": wire(one["signed_at"])} for one in person.methods
            ],
        }

    def webhook(self, document: Document, person: Recipient | None, *, with_id: bool
                ) -> dict[str, Any]:  # fmt: skip
        """What a webhook says of a document and of the person who caused it."""
        body: dict[str, Any] = {"document": self._facts(document)}
        if person is not None:
            known = {**_person(person), "thumb_url": "", "order_num": str(person.order)}
            body["recipient"] = {"id": person.id, **known} if with_id else known
        body["custom_fields"] = {box.label: box.value for box in document.boxes if box.value}
        return body

    def _facts(self, document: Document) -> dict[str, Any]:
        return {
            "id": document.id,
            "name": document.name,
            "status": document.status,
            "parent_id": document.parent,
            "user_id": document.user.id,
            "sender_name": document.user.name,
            "sender_email": document.user.email,
            **_UNUSED,
            "value": document.facts.get("value", 0),
            **{name: document.fact(name) for name in _REPEATED},
            **{name: bool(document.facts.get(name, False)) for name in _FLAGS},
            "is_signing": bool(document.facts.get("is_signing", True)),
            "is_signed": document.status == "signed",
            "is_reminder_sending": bool(document.facts.get("is_reminder_sending")),
            "scheduled_sending_time": or_zero(document.scheduled),
            "email_send_template_id": document.fact("communication_template_id"),
            "created_at": wire(document.created),
            "send_date": or_zero(document.send_date),
            "sign_date": or_zero(document.sign_date),
            "expiration_date": or_zero(document.expires),
            "field_count": len(document.boxes),
            "thumb_url": self._picture(document),
            "preview_url": self._preview(document),
            "download_url": self._file(document),
        }


def _person(person: Recipient) -> dict[str, Any]:
    return {
        "fullname": person.fullname,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "mobile": person.mobile,
        "role": person.role,
        "status": person.status,
        "title": person.title,
        "note": person.note,
        "gender": "",
        "company_name": person.company_name,
        "company_number": person.company_number,
    }


def field_value(box: Box, check_values: str) -> Any:
    """A field's value; whether a check field's is text depends."""
    return int(box.value or 0) if box.is_check and check_values == "integer" else box.value


def old_field(document: Document, box: Box, check_values: str) -> dict[str, Any]:
    """A field of a plain PDF."""
    person = next((one for one in document.recipients if one.id == box.recipient), None)
    return {
        "field_id": box.id,
        "page_id": f"{document.id}p{box.page}",
        "field_type": box.kind,
        "field_label": box.label,
        "field_value": field_value(box, check_values),
        "field_options": [{"value": "1"}, {"value": "0"}] if box.is_check else [],
        "is_collectable": box.collectable,
        "is_editable": box.editable,
        "is_required": box.required,
        "recipient_id": box.recipient,
        "recipient_name": person.fullname if person else "",
        "company_name": person.company_name if person else "",
        "company_number": person.company_number if person else "",
        "role_name": box.role_name,
    }


def editor_field(box: Box, check_values: str) -> dict[str, Any]:
    """A field of the newer editor."""
    settings = {"type": box.kind, "required": box.required, "label": box.label, "options": []}
    return {
        "id": box.id,
        "type": "Input",
        "recipient_id": box.recipient,
        "user_id": "",
        "custom_name": box.label,
        "value": field_value(box, check_values),
        "input_settings": settings,
    }


def comment(one: Comment, user: User) -> dict[str, Any]:
    """A message of the chat; ``self`` says whether the caller wrote it."""
    return {
        "id": one.id,
        "self": int(one.user == user.id),
        "full_name": one.name,
        "email": one.email,
        "thumb_url": "",
        "text": one.text,
        "created_at": wire(one.at),
    }


def attachment(one: Attachment, url: str) -> dict[str, Any]:
    """An attachment of a document."""
    return {
        "attachment_id": one.id,
        "attachment_type": one.kind,
        "attachment_title": one.title,
        "attachment_description": "",
        "attachment_extension": one.file_name.rpartition(".")[2],
        "attachment_filename": one.file_name,
        "attachment_url": one.url or url,
        "restrict_access": False,
        "access_recipient_names": [],
        "last_attachment_view": or_zero(one.last_view),
        "attachment_preview_url": url,
        "attachment_download_url": url,
    }


def event(document: Document, one: Happening) -> dict[str, Any]:
    """A row of the events."""
    return {
        "first_name": one.first_name,
        "last_name": one.last_name,
        "email": one.email,
        "thumb_url": "",
        "gender": "",
        "company_name": one.company_name,
        "event_name": one.name,
        "document_name": document.name,
        "document_status": one.status,
        "event_meta_data": one.meta,
        "created_at": wire(one.at),
        "document_id": document.id,
    }


def logged(document: Document, one: Happening) -> dict[str, Any]:
    """A row of the audit trail."""
    return {
        "first_name": one.first_name,
        "last_name": one.last_name,
        "email": one.email,
        "event_name": one.name,
        "event_meta_data": one.meta,
        "geo_ip": "192.0.2.10",
        "geo_city": "Åre",
        "geo_country_name": "Sweden",
        "created_at": wire(one.at),
        "document_id": document.id,
    }


def page(document: Document, number: int) -> dict[str, Any]:
    """A page with the time that people spent on it."""
    seconds = document.page_seconds.get(number, 0)
    return {
        "page_id": f"{document.id}p{number}",
        "page_num": number,
        "page_type": 1,
        "page_type_name": "Page",
        "page_width": 595,
        "page_height": 842,
        "page_time": seconds,
        "order_num": number,
        "thumb_url": "",
        "title": "",
        "description": "",
        "video_hash": "",
        "view_duration_seconds": seconds,
        "clicks": 0,
    }
