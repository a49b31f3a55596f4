"""The workshop's screen: role centre with its lists, customers, quotes, orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from connectors.dynamics_nav.sandbox import screen_words as words
from connectors.dynamics_nav.sandbox.desk import Entry
from connectors.dynamics_nav.sandbox.errors import HttpError, NavError
from connectors.dynamics_nav.sandbox.screen_documents import DocumentScreen
from connectors.dynamics_nav.sandbox.store import Row
from connectors.dynamics_nav.sandbox.words import text_of

if TYPE_CHECKING:
    from connectors.dynamics_nav.sandbox.simulator import DynamicsNavSandbox

GROUPS = {
    "active": "Aktiva och skickade",
    "declined": "Avböjda",
    "signed": "Signerade",
    "over": "Utgångna och återkallade",
}
LISTS = {"quotes": "Offerter", "job-lines": "Tilläggsförsäljning"}
_PAGES = {"customers": "Customer", "quotes": "SalesQuote", "orders": "SalesOrder"}
_TITLES = {"customers": "Kunder", "quotes": "Offerter", "orders": "Order"}
# what callers may call a table in a link to its record
_TABLES = {
    "customer": "customers",
    "quote": "quotes",
    "sales_quote": "quotes",
    "order": "orders",
    "sales_order": "orders",
    "job_line": "orders",
}
Shown = Mapping[str, Any]


class Screen:
    """Pages for people. Nobody signs in: you are Bob."""

    def __init__(self, sandbox: DynamicsNavSandbox) -> None:
        self._sandbox = sandbox
        self._desk = sandbox.desk
        self._pages = sandbox.store.objects.pages
        self._documents = DocumentScreen(sandbox)

    def blueprint(self) -> Blueprint:
        """The routes."""
        made = Blueprint("screen", __name__)
        add = made.add_url_rule
        add("/", "home", self.home)
        add("/lists/<listed>/<group>", "role_list", self.role_list)
        for section in _PAGES:
            add(f"/{section}", section, self.records, defaults={"section": section})
        for table in _TABLES:
            add(f"/{table}/<path:key>", f"open_{table}", self.open, defaults={"table": table})
        add("/customers/<number>", "customer", self.customer)
        add("/customers/<number>/new", "new", self.new, methods=["POST"])
        self._documents.register(made)
        made.register_error_handler(NavError, self._refused)
        made.register_error_handler(HttpError, self._missing)
        made.add_app_template_filter(words.word, "word")
        made.add_app_template_filter(words.tone, "tone")
        made.add_app_template_filter(words.money, "money")
        made.add_app_template_filter(words.number, "number")
        made.add_app_template_filter(words.day, "day")
        made.add_app_template_filter(words.moment, "moment")
        made.context_processor(self._surroundings)
        return made

    def home(self) -> str:
        """The role centre: how many there are of each, and the latest job lines."""
        with self._sandbox.store.guard:
            counts = {
                listed: {group: len(rows(group)) for group in GROUPS}
                for listed, rows in self._lists().items()
            }
            waiting = [line for line in self._job_lines() if line["Step"] in words.STEPS[:3]]
        return render_template("home.html", counts=counts, waiting=waiting[:8], section="home")

    def role_list(self, listed: str, group: str) -> str:
        """One list of the role centre."""
        if listed not in LISTS or group not in GROUPS:
            raise HttpError(404)
        with self._sandbox.store.guard:
            rows = self._lists()[listed](group)
        return render_template("role_list.html", listed=listed, group=group, rows=rows)

    def records(self, section: str) -> str:
        """All customers, quotes or orders, or those with a word in them."""
        text = request.args.get("q", "").strip()
        with self._sandbox.store.guard:
            rows = self._all(_PAGES[section])
        if text:
            wanted = text.casefold()
            rows = [row for row in rows if any(wanted in str(v).casefold() for v in row.values())]
        template = "customers.html" if section == "customers" else "documents.html"
        return render_template(
            template, section=section, title=_TITLES[section], rows=rows, text=text
        )

    def open(self, table: str, key: str) -> AnyResponse:
        """A link to a record by its table's name; a job line opens its order."""
        section, pieces = _TABLES[table], key.replace(",", "/").split("/")
        if section == "customers":
            return redirect(url_for("screen.customer", number=pieces[0]))
        number = pieces[1] if table == "job_line" and len(pieces) > 1 else pieces[0]
        return redirect(url_for(f"screen.{section}_one", number=number))

    def customer(self, number: str) -> str:
        """One customer with its documents."""
        with self._sandbox.store.guard:
            row = self._customer(number)
            documents = {
                section: [
                    shown
                    for shown in self._all(_PAGES[section])
                    if shown["Sell_to_Customer_No"] == number
                ]
                for section in ("quotes", "orders")
            }
        return render_template(
            "customer.html", section="customers", record=row.values, documents=documents
        )

    def new(self, number: str) -> AnyResponse:
        """A new quote or order for the customer."""
        section = "orders" if request.form.get("kind") == "order" else "quotes"
        given = Entry({"Sell_to_Customer_No": self._customer(number).key[0]})
        row = self._desk.create(self._sandbox.company, self._pages[_PAGES[section]], given)
        return redirect(url_for(f"screen.{section}_one", number=row.key[1]))

    def _lists(self) -> dict[str, Callable[[str], list[Shown]]]:
        return {
            "quotes": lambda group: [
                shown
                for shown in self._all("SalesQuote")
                if words.is_group(group, shown["Digital_Status"])
            ],
            "job-lines": lambda group: [
                line for line in self._job_lines() if _line_group(line) == group
            ],
        }

    def _job_lines(self) -> list[Shown]:
        return self._all("JobLine")

    def _all(self, page: str) -> list[Shown]:
        company = self._sandbox.company
        rows = self._desk.rows(company, self._pages[page])
        return [self._desk.values(company, row) for row in rows]

    def _customer(self, number: str) -> Row:
        row = self._sandbox.company.get("Customer", (number,))
        if row is None:
            raise HttpError(404)
        return row

    def _surroundings(self) -> dict[str, Any]:
        return {
            "company": self._sandbox.company.name,
            "groups": GROUPS,
            "lists": LISTS,
            "steps": words.STEPS,
        }

    def _refused(self, error: NavError) -> tuple[str, int]:
        return render_template("refused.html", error=text_of(error, "sv")), 400

    def _missing(self, error: HttpError) -> tuple[str, int]:
        return render_template("refused.html", error="Posten finns inte."), error.status


def _line_group(line: Shown) -> str:
    """Into which list a job line belongs: by its decision, else by its order's sending."""
    if line["Decision"] == "Accepted":
        return "signed"
    if line["Decision"] == "Declined":
        return "declined"
    if line["Step"] != "Offered":
        return ""
    found = (group for group in ("active", "over") if words.is_group(group, line["Digital_Status"]))
    return next(found, "")
