"""The field-service side of the simulated CRM: a heating firm's offers, and the tasks that follow
from them. The customer's people read Danish, French and Romanian."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

OFFER, TASK = "offer", "task"
ALL, ONE = "customer", "contact"  # whom an offer is shown to
FIELDS: dict[str, tuple[str, ...]] = {
    OFFER: (
        "number", "project_id", "project_name", "status", "share", "visible_to", "valid_until",
        "currency", "document", "intro", "terms", "contact", "customer", "lines", "total",
        "portal_status", "portal_reason", "portal_password", "portal_link", "shared_at",
        "opened_at", "downloaded_at",
        "downloaded_by", "accepted_at", "accepted_by", "declined_at", "last_message",
        "last_message_at", "external_id",
    ),
    TASK: ("project", "title", "due", "owner", "subject", "external_id"),  # of quotes too
}  # fmt: skip

ALICE = {
    "id": "P-1",
    "name": "Alice Andersen",
    "email": "alice@solsikken.example",
    "phone": "20 12 34 56",
    "language": "da",
}
BOB = {
    "id": "P-2",
    "name": "Bob Bernard",
    "email": "bob@solsikken.example",
    "phone": "20 12 34 57",
    "language": "fr",
}
CARMEN = {
    "id": "P-3",
    "name": "Carmen Ionescu",
    "email": "carmen@solsikken.example",
    "phone": "20 12 34 58",
    "language": "ro",
}
CUSTOMER: dict[str, Any] = {
    "id": "K-7",
    "name": "Bageriet Solsikken ApS",
    "address": "Havnegade 12\n8000 Aarhus C",
    "contacts": [ALICE, BOB, CARMEN],
}
_TERMS = "Prisen gælder til tilbuddet udløber. Montering og indkøring er med i prisen."
# number, project, what it is about, whom it is shown to, lines
_SEED: tuple[tuple[str, str, str, str, tuple[tuple[str, str, str, str], ...]], ...] = (
    ("T-501", "P-9", "Varmepumpe til bageriet", ALL, (
        ("Luft-vand-varmepumpe, 12 kW", "1", "stk", "68500"),
        ("Buffertank, 200 liter", "1", "stk", "9400"),
        ("Montering og indkøring", "16", "timer", "595"),
    )),
    ("T-502", "P-10", "Ventilation i butikken", ONE, (
        ("Ventilationsaggregat med varmegenvinding", "1", "stk", "41200"),
        ("Kanaler og armaturer", "24", "m", "320"),
    )),
    ("T-503", "P-11", "Serviceaftale for ovnhallen", ONE, (
        ("Eftersyn, to gange om året", "2", "stk", "2450"),
    )),
)  # fmt: skip


def offer(
    number: str,
    project: str,
    about: str,
    to: str,
    lines: tuple[tuple[str, str, str, str], ...],
    contact: dict[str, str] = ALICE,
) -> dict[str, Any]:
    """The fields of an offer as somebody of the firm has written it."""
    return {
        "number": number,
        "project_id": project,
        "project_name": about,
        "status": "Ready",
        "share": False,
        "visible_to": to,
        "valid_until": "2027-12-31",
        "currency": "DKK",
        "intro": "Tak for besøget. Her er vores tilbud.",
        "terms": _TERMS,
        "contact": deepcopy(contact),
        "customer": deepcopy(CUSTOMER),
        "lines": [
            {"id": str(n), "text": text, "quantity": quantity, "unit": unit, "price": price}
            for n, (text, quantity, unit, price) in enumerate(lines, 1)
        ],
    }


def seed() -> Iterator[dict[str, Any]]:
    """The offers that are there from the beginning."""
    for one in _SEED:
        yield offer(*one)


def tables(common: Callable[[], dict[str, Any]], base_url: str) -> dict[str, Any]:
    """How the connector reaches these tables; ``common`` makes what all tables have."""
    files = f"/{OFFER}/{{id}}/files"
    offers = {
        "path": f"/{OFFER}",
        **common(),
        "note": {"table": f"{OFFER}_note"},
        "attach": {"path": files, "listed": files, "items": "data", "size": "size"},
        "record_link": f"{base_url}/service/{{id}}",
    }
    notes = {"path": f"/{OFFER}/{{parent}}/notes", "record": "data", "items": "data"}
    return {
        OFFER: offers,
        TASK: {"path": f"/{TASK}", **common()},
        f"{OFFER}_note": {**notes, "wrap": "data"},
    }
