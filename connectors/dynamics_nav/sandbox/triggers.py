"""The business logic that runs when a field is entered: names filled in, amounts worked out, what
may not be. One table of functions by table and field, as the triggers stand in the real objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.dynamics_nav.sandbox.errors import (
    DIALOG,
    NOT_FOUND,
    RELATION,
    TEST_FIELD,
    NavError,
)
from connectors.dynamics_nav.sandbox.schema import Table
from connectors.dynamics_nav.sandbox.store import Company, Row

_CENT = Decimal("0.01")
DOMESTIC_VAT = Decimal(25)
# field of the document ← field of the customer
_FILLED = {
    "Sell_to_Customer_Name": "Name",
    "Sell_to_Address": "Address",
    "Sell_to_Post_Code": "Post_Code",
    "Sell_to_City": "City",
    "Sell_to_Contact": "Contact",
    "Sell_to_E_Mail": "E_Mail",
    "Language_Code": "Language_Code",
}
Draft = dict[str, Any]


class Triggers:
    """``run`` is told of each field that is entered, in order, with the record as it is so far."""

    def __init__(
        self, items: Mapping[str, Mapping[str, str]], currencies: Mapping[str, str | None]
    ) -> None:
        self._items = items
        self._currencies = currencies
        self._table: dict[tuple[str, str], Callable[[Company, Table, Draft], None]] = {
            ("Sales_Header", "Sell_to_Customer_No"): self._customer,
            ("Sales_Header", "Currency_Code"): self._currency,
            ("Sales_Line", "No"): self._item,
        }

    def run(self, company: Company, table: Table, draft: Draft, name: str) -> None:
        """A field of ``draft`` was entered."""
        trigger = self._table.get((table.name, name))
        if trigger:
            trigger(company, table, draft)
        if table.name == "Sales_Line":
            amounts(draft)

    def rate(self, code: str) -> Decimal | None:
        """What one unit of a currency costs; None without a rate."""
        if not code:
            return Decimal(0)
        found = self._currencies.get(code)
        return None if found is None else Decimal(found)

    def check_rate(self, draft: Mapping[str, Any]) -> Decimal:
        """The factor of a document's currency, or a refusal."""
        code = draft["Currency_Code"]
        found = self.rate(code)
        if found is None:
            raise NavError(NOT_FOUND, "no_rate", value=code, date=draft["Document_Date"])
        return found

    def _customer(self, company: Company, table: Table, draft: Draft) -> None:
        number = draft["Sell_to_Customer_No"]
        if not number:
            return
        customer = company.get("Customer", (number,))
        if customer is None:
            raise NavError(
                RELATION, "relation", field="Sell-to Customer No.", table=table.caption,
                value=number, related={"en": "Customer", "sv": "Kund"},
            )  # fmt: skip
        check_blocked(customer)
        draft.update({name: customer.values[source] for name, source in _FILLED.items()})
        phone = customer.values["Mobile_Phone_No"] or customer.values["Phone_No"]
        draft["Sell_to_Phone_No"] = phone
        if draft["Currency_Code"] != customer.values["Currency_Code"]:
            draft["Currency_Code"] = customer.values["Currency_Code"]
            self._currency(company, table, draft)

    def _currency(self, company: Company, table: Table, draft: Draft) -> None:
        draft["Currency_Factor"] = self.check_rate(draft)

    def _item(self, company: Company, table: Table, draft: Draft) -> None:
        number = draft["No"]
        if not number or draft["Type"] not in ("Item", "Resource"):
            return
        item = self._items.get(number)
        if item is None:
            raise NavError(
                RELATION, "relation", field="No.", table=table.caption, value=number,
                related={"en": "Item", "sv": "Artikel"},
            )  # fmt: skip
        draft["Description"] = item["Description"]
        draft["Unit_of_Measure"] = item["Unit_of_Measure"]
        draft["Unit_Price"] = Decimal(item["Unit_Price"])


def amounts(line: Draft) -> None:
    """Work out what a line costs."""
    part = 1 - line["Line_Discount_Percent"] / 100
    net = (line["Quantity"] * line["Unit_Price"] * part).quantize(_CENT, ROUND_HALF_UP)
    line["Line_Amount"] = net
    gross = net * (1 + line["VAT_Percent"] / 100)
    line["Amount_Including_VAT"] = gross.quantize(_CENT, ROUND_HALF_UP)


def check_blocked(customer: Row) -> None:
    """Refuse documents of a customer that is blocked for all."""
    if customer.values["Blocked"] == "All":
        raise NavError(DIALOG, "blocked", value=customer.values["No"])


def check_open(header: Row) -> None:
    """Refuse edits of a released document."""
    if header.values["Status"] == "Released":
        raise NavError(TEST_FIELD, "released", table=header.table.caption, key=header.words)


def check_not_invoiced(line: Row) -> None:
    """Refuse edits of a line that is invoiced."""
    invoiced = line.values["Quantity_Invoiced"]
    if invoiced:
        raise NavError(
            TEST_FIELD, "invoiced", table=line.table.caption, key=line.words, value=f"{invoiced:f}"
        )
