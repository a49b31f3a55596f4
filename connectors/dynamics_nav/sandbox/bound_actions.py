"""Bound actions of API v2.0: what a person does with a quote or an order, as one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from connectors.dynamics_nav.sandbox.store import Company, Row
from connectors.dynamics_nav.sandbox.triggers import check_blocked

if TYPE_CHECKING:
    from connectors.dynamics_nav.sandbox.simulator import DynamicsNavSandbox

_DONE = ("Quantity_Shipped", "Quantity_Invoiced")


class BoundActions:
    """``run`` answers 204. Invoices are not kept here: what is invoiced is only marked."""

    def __init__(self, sandbox: DynamicsNavSandbox) -> None:
        self._sandbox = sandbox

    def run(self, company: Company, row: Row, action: str) -> Response:
        """One action on one document."""
        number = str(row.values["No"])
        with self._sandbox.store.transaction():
            if action == "send":
                self._sandbox.hub.release(company, "Quote", number)
            elif action == "makeOrder":
                self._sandbox.hub.make_order(company, number)
            else:
                self._invoice(company, row)
                if action == "makeInvoice":
                    self._remove(company, row)
        return Response(b"", 204)

    def _invoice(self, company: Company, row: Row) -> None:
        customer = company.get("Customer", (row.values["Sell_to_Customer_No"],))
        if customer is not None:
            check_blocked(customer)
        for line in list(company.lines_of(row)):
            done = dict.fromkeys(_DONE, line.values["Quantity"])
            self._sandbox.store.change(company, line, done)

    def _remove(self, company: Company, row: Row) -> None:
        """A quote that became an invoice is gone."""
        for line in list(company.lines_of(row)):
            self._sandbox.store.delete(company, line)
        self._sandbox.store.delete(company, row)
