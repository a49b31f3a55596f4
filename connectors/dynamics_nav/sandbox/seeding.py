"""Fills the store from ``seed.yaml``, by the pages and with their triggers, as a person would.

What no page lets anybody enter (released, invoiced, blocked with open documents) comes afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from connectors.dynamics_nav.sandbox import values
from connectors.dynamics_nav.sandbox.desk import Desk, Entry
from connectors.dynamics_nav.sandbox.schema import Page
from connectors.dynamics_nav.sandbox.signing_hub import SigningHub
from connectors.dynamics_nav.sandbox.store import Company, Row

# entered past the pages
_PAST = ("Status", "Blocked", "Balance_LCY", "Currency_Code")
_PAST_ON_LINES = ("Quantity_Shipped", "Quantity_Invoiced")
_INK, _PAPER, _PALE = "#26343c", "#f6f3ec", "#c9d8cf"


def fill(desk: Desk, hub: SigningHub, seed: Mapping[str, Any]) -> None:
    """Make every company of the seed."""
    store = desk.store
    pages = store.objects.pages
    with store.transaction():
        store.default = str(seed["default_company"])
        for entry in seed["companies"]:
            company = store.add_company(entry["name"], entry["id"])
            later: list[tuple[Row, dict[str, Any]]] = []
            for given in entry["customers"]:
                later.append(_make(desk, company, pages["Customer"], given))
            for given in entry["quotes"]:
                later.append(_make(desk, company, pages["SalesQuote"], given))
            for given in entry["orders"]:
                later.append(_make(desk, company, pages["SalesOrder"], given))
            for row, rest in later:
                store.change(company, row, rest)
            for given in entry.get("files", ()):
                _hang(hub, company, given)


def _make(
    desk: Desk, company: Company, page: Page, given: Mapping[str, Any]
) -> tuple[Row, dict[str, Any]]:
    columns = page.table.fields
    fields = {n: v for n, v in given.items() if n in page.fields and n not in _PAST}
    row = desk.create(company, page, Entry(fields))
    for line in given.get("SalesLines", ()):
        part = page.parts["SalesLines"]
        plain = {n: v for n, v in line.items() if n not in _PAST_ON_LINES}
        made = desk.add_line(company, part, desk.store.present(company, row), Entry(plain))
        past = {n: values.take(part.table.fields[n], line[n]) for n in _PAST_ON_LINES if n in line}
        if past:
            desk.store.change(company, made, past)
    rest = {n: values.take(columns[n], given[n]) for n in _PAST if n in given and n in columns}
    return row, rest


def _hang(hub: SigningHub, company: Company, given: Mapping[str, Any]) -> None:
    kind = "Order" if "order" in given else "Quote"
    row = hub.record(company, kind, given[kind.lower()])
    content = picture(given["picture"])
    seen = bool(given.get("must_view", False))
    hub.attach(company, row, given["name"], "image/png", content, Must_View=seen)


@cache
def picture(title: str) -> bytes:
    """A photo's stand-in: a drawn machine part with its name."""
    image = Image.new("RGB", (640, 420), _PAPER)
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((150, 150, 490, 290), 30, fill=_PALE, outline=_INK, width=5)
    for x in (220, 420):
        pen.ellipse((x - 45, 245, x + 45, 335), fill=_PAPER, outline=_INK, width=5)
    crack = [(330, 150), (318, 190), (342, 215), (322, 250), (336, 290)]
    pen.line(crack, fill="#a8321e", width=6, joint="curve")
    pen.text((150, 60), title, fill=_INK, font_size=34)
    made = BytesIO()
    image.save(made, "PNG", optimize=True)
    return made.getvalue()
