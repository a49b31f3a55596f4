"""The screen of the CRM's quotes, in French: a list with states and views, and a page with the
button that sends or chases, what the customer did, and what followed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, render_template, url_for

from connectors.crm_rest.sandbox.quotes import INVOICES, ORDER_LINES, ORDERS, QUOTES, TASKS
from connectors.crm_rest.sandbox.store import Refusal, Row, Store

STATES: Mapping[str, tuple[str, str]] = {  # what a state is called, and its tone
    "draft": ("Brouillon", "calm"),
    "sent": ("Envoyé", "busy"),
    "accepted": ("Accepté", "good"),
    "refused": ("Refusé", "bad"),
    "expired": ("Expiré", "calm"),
}
_MARK = re.compile(r" *\[ref \w+\]$")  # by which a caller finds its own notes again
_PARIS = ZoneInfo("Europe/Paris")
_FOLLOW = (ORDERS, ORDER_LINES, TASKS, INVOICES)
_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.",
           "nov.", "déc.")  # fmt: skip


class QuoteScreen:
    """Pages for people. Nobody signs in: you are Claire. ``button`` is the hub's address for a
    quote, with ``{id}``; empty until it is known."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.button = ""

    def blueprint(self) -> Blueprint:
        """The routes."""
        made = Blueprint("quotes", __name__)
        made.add_url_rule("/quotes", "list", self.listed)
        made.add_url_rule("/quotes/<record_id>", "one", self.one)
        made.add_url_rule("/quotes/<record_id>.json", "shown", self.shown)
        made.add_url_rule("/quotes/<record_id>/files/<int:number>", "file", self.file)
        made.add_app_template_filter(money, "euros")
        made.add_app_template_filter(moment, "moment")
        made.register_error_handler(Refusal, _refused)
        return made

    def listed(self) -> str:
        """All quotes, the newest first, and everything that followed from them."""
        with self._store.guard:
            rows = list(reversed(self._store.table(QUOTES).values()))
            follow = {name: list(self._store.table(name).values()) for name in _FOLLOW}
            follow["tasks"] = [one for one in follow.pop(TASKS) if one.fields["subject"]]
            return render_template(
                "quotes.html",
                quotes=rows,
                states=STATES,
                total=total,
                names=self._names(),
                **follow,
            )

    def one(self, record_id: str) -> str:
        """One quote."""
        with self._store.guard:
            row = self._store.row(QUOTES, record_id)
            return render_template(
                "quote.html",
                row=row,
                quote=row.fields,
                states=STATES,
                total=total(row),
                chosen=_chosen(row),
                history=_history(row),
                button=self.button.replace("{id}", quote(record_id, safe="")),
                copy_of=self._names().get(str(row.fields["copied_from"] or ""), ""),
                **self._followed(record_id),
            )

    def shown(self, record_id: str) -> Response:
        """A quote as its screen shows it, with what followed."""
        with self._store.guard:
            row = self._store.row(QUOTES, record_id)
            files = [
                {
                    "name": one.name,
                    "url": url_for("quotes.file", record_id=record_id, number=n, _external=True),
                }
                for n, one in enumerate(row.files)
            ]
            follow = {
                name: [one.shown() for one in rows]
                for name, rows in self._followed(record_id).items()
            }
            button = self.button.replace("{id}", quote(record_id, safe=""))
            notes = [one["text"] for one in row.notes]
            return jsonify(fields=row.fields, files=files, notes=notes, button=button, **follow)

    def file(self, record_id: str, number: int) -> Response:
        """A file of a quote, for a person to look at."""
        files = self._store.row(QUOTES, record_id).files
        if number >= len(files):
            raise Refusal(404, "not_found", "no such file")
        answer = Response(files[number].content, content_type=files[number].type)
        answer.headers.set("Content-Disposition", "inline", filename=files[number].name)
        return answer

    def _followed(self, record_id: str) -> dict[str, list[Row]]:
        """What was made of a quote, by table."""
        mine = {
            name: [one for one in self._store.table(name).values() if _of(one, "quote", record_id)]
            for name in (ORDERS, INVOICES)
        }
        orders = {one.id for one in mine[ORDERS]}
        lines = self._store.table(ORDER_LINES).values()
        reference = str(self._store.row(QUOTES, record_id).fields["reference"])
        tasks = self._store.table(TASKS).values()
        copies = self._store.table(QUOTES).values()
        return {
            **mine,
            ORDER_LINES: [one for one in lines if str(one.fields["order"]) in orders],
            "tasks": [one for one in tasks if str(one.fields["subject"]).endswith(reference)],
            "copies": [one for one in copies if _of(one, "copied_from", record_id)],
        }

    def _names(self) -> dict[str, str]:
        return {key: one.fields["reference"] for key, one in self._store.table(QUOTES).items()}


def _of(row: Row, name: str, record_id: str) -> bool:
    return str(row.fields[name] or "") == record_id


def _refused(refusal: Refusal) -> tuple[str, int]:
    return render_template("quote_layout.html", error="Cette fiche n'existe pas."), refusal.status


def _chosen(row: Row) -> list[str]:
    return str(row.fields["chosen"] or "").split(", ")


def total(row: Row) -> Decimal:
    """What the customer pays with tax: as it was accepted, else as it is offered."""
    if row.fields["total"]:
        return Decimal(str(row.fields["total"]))
    net = Decimal(0)
    for one in row.fields["products"]:
        if not one.get("optional") or one.get("recommended"):
            amount = Decimal(str(one["unit_price"])) * Decimal(str(one["quantity"]))
            net += amount * (1 + Decimal(str(one["vat_rate"])) / 100)
    return net


def money(value: Any) -> str:
    """``2 490,00 €``."""
    whole = f"{Decimal(str(value)):,.2f}"
    return whole.replace(",", "\u202f").replace(".", ",") + "\u00a0€"


def moment(value: Any) -> str:
    """``28 nov., 14:05``, in Paris; what is no moment stays as it is."""
    try:
        at = datetime.fromisoformat(str(value)).astimezone(_PARIS)
    except ValueError:
        return str(value or "")
    return f"{at.day} {_MONTHS[at.month - 1]}, {at:%H:%M}"


def _history(row: Row) -> list[tuple[str, str]]:
    """When, what: from the quote's own moments and the notes that say when."""
    fields = row.fields
    own = [
        (fields["sent_at"], f"Envoyé par e-mail à {fields['sent_to'] or 'son contact'}"),
        (fields["chased_at"], "Relancé"),
        (fields["signed_at"], f"Signé par {fields['signed_by']}"),
    ]
    notes = [tuple(_MARK.sub("", one["text"]).split(" · ", 1)) for one in row.notes]
    told = [one if len(one) == 2 else ("", one[0]) for one in notes]
    dated = [(str(at), text) for at, text in (*own, *told) if at]
    plain = [("", text) for at, text in told if not at]
    return [*sorted(dated, key=lambda one: one[0]), *plain]
