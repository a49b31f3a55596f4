"""What is sent to GetAccept for an agreement: the document, its people, its boxes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hub.contracts.agreements import Agreement, AgreementPerson, Choice
from providers.getaccept.checks import file_name, has_order, role_of
from providers.getaccept.reading import first_and_last
from providers.getaccept.settings import GetAcceptSettings

CLIENT = "paraph"  # who made it, in the vendor's lists


def create_body(
    agreement: Agreement, state: Mapping[str, Any], settings: GetAcceptSettings
) -> dict[str, Any]:
    """The document. Whether it is sent at once is always said: the vendor's default is not known.
    ``file_ids`` is a text with commas, not a list."""
    by_provider = agreement.invited_by == "provider"
    ordered = has_order(agreement)
    body: dict[str, Any] = {
        "name": " ".join(agreement.title.split()) or file_name(agreement.file),
        "type": settings.document_type,
        "external_id": agreement.external_id,
        "external_client_id": CLIENT,
        "file_ids": state["file"],
        "is_signing": True,
        "is_automatic_sending": False,
        "is_reminder_sending": agreement.provider_reminds,
        "is_sms_sending": by_provider and "sms" in agreement.ways,
        "is_signing_order": ordered,
        "recipients": [_person(one, agreement, settings, ordered) for one in agreement.people],
        "attachments": [
            {"type": "file", "id": made, "title": file.title, "require_view": file.must_view}
            for made, file in zip(state["attachments"], agreement.attachments, strict=True)
        ],
    }
    value = agreement.value
    if value is not None and value.currency == settings.currency:
        body["value"] = _number(value.amount)
    if agreement.expires_at is not None:
        body["expiration_date"] = moment_text(agreement.expires_at)
    for name, given in (
        ("email_send_subject", agreement.subject),
        ("email_send_message", agreement.message),
        ("sender_email", settings.sender_email),
        ("tags", ",".join(tag.strip() for tag in agreement.tags if tag.strip())),
    ):
        if given:
            body[name] = given
    return body


def moment_text(moment: datetime) -> str:
    """ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def labels(choices: Iterable[Choice]) -> dict[str, str]:
    """A label for each line, none of them twice, so that boxes can be told apart by it."""
    named: dict[str, str] = {}
    for choice in choices:
        plain = " ".join(choice.label.split()) or choice.line
        label, number = plain, 2
        while label in named.values():
            label, number = f"{plain} ({number})", number + 1
        named[choice.line] = label
    return named


def field_body(choice: Choice, label: str, recipient: str) -> dict[str, Any]:
    """A box to tick. GetAccept counts pages from 1 and wants points, as we do."""
    return {
        "field_type": "check",
        "field_label": label,
        "field_value": "1" if choice.chosen else "0",
        "field_top": choice.top,
        "field_left": choice.left,
        "field_width": choice.size,
        "field_height": choice.size,
        "page_num": choice.page + 1,
        "recipient_id": recipient,
        "is_collectable": True,
        "is_required": False,
        "is_editable": True,
    }


def _person(
    person: AgreementPerson, agreement: Agreement, settings: GetAcceptSettings, ordered: bool
) -> dict[str, Any]:
    first, last = first_and_last(person)
    body: dict[str, Any] = {
        "first_name": first,
        "last_name": last,
        "role": role_of(person.role, settings),
    }
    email, mobile = person.email, person.mobile
    if agreement.invited_by == "provider" and mobile and "email" not in agreement.ways:
        email = None  # GetAccept writes to every address that it knows
    if email:
        body["email"] = email
    if mobile:
        body["mobile"] = mobile
    if person.company:
        body["company_name"] = person.company
    if ordered:
        body["order_num"] = person.turn
    if person.code == "sms":
        body["verify_sms_sign"] = True
    return body


def _number(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral_value() else float(amount)
