"""The quotes of the simulated CRM: a heating firm's, to customers who read French, Romanian and
Danish; and what follows from them: orders, tasks, invoices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

QUOTES, ORDERS, ORDER_LINES = "quotes", "orders", "order_lines"
TASKS, INVOICES = "task", "invoices"
_FIRST = 41  # numbers of quotes begin here
_ALICE = {
    "id": "c1", "full_name": "Alice Arnaud", "email": "alice.arnaud@example.com",
    "mobile": "06 39 98 12 34", "language": "fr", "address": "1 rue Haute\n69001 Lyon",
}  # fmt: skip
_BOGDAN = {
    "id": "c2", "full_name": "Bogdan Ionescu", "email": "bogdan.ionescu@example.com",
    "mobile": "06 39 98 56 78", "language": "ro", "address": "1 rue Haute\n69001 Lyon",
}  # fmt: skip
_CAROLE = {
    "id": "c3", "full_name": "Carole Blanc", "email": "carole.blanc@example.com",
    "mobile": "06 39 98 90 12", "language": "fr", "address": "8 quai Vert\n38000 Grenoble",
}  # fmt: skip
_DORTE = {
    "id": "c4", "full_name": "Dorte Dam", "email": "dorte.dam@example.com",
    "mobile": "+4520123498", "language": "da", "address": "1 rue Haute\n69001 Lyon",
}  # fmt: skip
_BOILER = [
    {"id": "p1", "name": "Chaudière à condensation 24 kW", "quantity": 1, "unit": "pce",
     "unit_price": "2490.00", "vat_rate": "10"},
    {"id": "p2", "name": "Pose et mise en service", "quantity": 12, "unit": "h",
     "unit_price": "58.00", "vat_rate": "10"},
    {"id": "p3", "name": "Thermostat connecté", "quantity": 1, "unit": "pce",
     "unit_price": "189.00", "vat_rate": "20", "optional": True},
    {"id": "p4", "name": "Contrat d'entretien, 1 an", "quantity": 1, "unit": "an",
     "unit_price": "120.00", "vat_rate": "20", "optional": True, "recommended": True},
]  # fmt: skip
_PUMP = [
    {"id": "p1", "name": "Pompe à chaleur air-eau 8 kW", "quantity": 1, "unit": "pce",
     "unit_price": "7850.00", "vat_rate": "5.5"},
    {"id": "p2", "name": "Pose et raccordement", "quantity": 20, "unit": "h",
     "unit_price": "58.00", "vat_rate": "5.5"},
    {"id": "p3", "name": "Ballon tampon 100 l", "quantity": 1, "unit": "pce",
     "unit_price": "640.00", "vat_rate": "20", "optional": True},
]  # fmt: skip
_RADIATORS = [
    {"id": "p1", "name": "Remplacement de 4 radiateurs", "quantity": 4, "unit": "pce",
     "unit_price": "312.50", "vat_rate": "10"},
]  # fmt: skip
_QUOTE: dict[str, Any] = {
    "reference": None, "subject": "", "state": "draft", "account_id": None, "account_name": "",
    "account_contacts": [], "contact": {}, "products": [], "currency": "EUR",
    "valid_until": "2027-12-31", "conditions": "30 % à la commande, le solde à la mise en service.",
    "owner_id": 3, "owner_name": "Claire Morel", "owner_email": "claire.morel@example.com",
    "owner_notify": None, "owner_language": "fr", "accounting_email": "compta@example.com",
    "pdf_url": None, "sent_at": None, "sent_to": None, "seen_at": None, "chased_at": None,
    "views": 0, "signed_by": None, "signed_at": None, "accepted_by": None,
    "order": None, "chosen": None, "total": None, "refused_reason": None,
    "copied_from": None, "external_id": None,
}  # fmt: skip
_ARNAUD = {
    "account_id": 5, "account_name": "Arnaud SARL", "account_contacts": [_ALICE, _BOGDAN, _DORTE],
    "contact": _ALICE,
}  # fmt: skip
_BLANC = {
    "account_id": 8, "account_name": "Carole Blanc", "account_contacts": [_CAROLE],
    "contact": _CAROLE,
}  # fmt: skip
# table → field → what a new record has there.
FIELDS: dict[str, dict[str, Any]] = {
    QUOTES: _QUOTE,
    ORDERS: dict.fromkeys(("account", "quote", "reference", "currency", "external_id")),
    ORDER_LINES: dict.fromkeys(("order", "product", "quantity", "unit_price", "external_id")),
    INVOICES: dict.fromkeys(
        ("account", "quote", "order", "reference", "total", "currency", "external_id")
    ),
}
SEEDS: Mapping[str, Iterable[Mapping[str, Any]]] = {
    QUOTES: (
        {"subject": "Remplacement de la chaudière", "products": _BOILER, **_ARNAUD},
        {"subject": "Pompe à chaleur", "products": _PUMP, **_BLANC},
        {"subject": "Radiateurs du bureau", "products": _RADIATORS, **_ARNAUD},
        {"subject": "Chaudière de l'atelier", "products": _BOILER, **_ARNAUD, "contact": _BOGDAN},
        {"subject": "Radiateurs de l'étage", "products": _RADIATORS, **_BLANC},
    ),
}


def completed(table: str, fields: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A new record: what it was given over what one has; the CRM numbers its quotes by itself."""
    made = {**FIELDS[table], **fields}
    if table == QUOTES and not made["reference"]:
        made["reference"] = f"D-2026-{_FIRST + number - 1}"
    return made
