"""What all pages have in common: the customer's case, the language, the words, the links."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import cast
from urllib.parse import urlencode

from flask import Response, g, make_response, render_template, request

from hub.kernel.errors import ParaphError
from hub.services.button_views import Buttons
from hub.services.record_views import RecordDesk
from hub.services.views import CaseView, CustomerCases, Look, SenderView
from hub.web.pages import assets, words
from hub.web.pages.visit import Visit, Visits
from hub.web.pages.words import NAMES, SOURCE, Words

_LIST = {"show", "after", "way", "done"}  # what narrows a list stays when the language changes


class CaseLocked(ParaphError):
    """It was signed on the sender's own device, which goes back now: nothing is shown any more."""

    code = "case_locked"


@dataclass(frozen=True)
class Desk:
    """Everything that a page needs; one per application."""

    cases: CustomerCases
    buttons: Buttons
    records: RecordDesk
    words: Words
    visits: Visits

    def case(self, token: str) -> CaseView:
        """The case behind the link; from here on the page speaks its language. Read once for each
        request: call it before anything is changed. Raises ``LinkInvalid``, ``CaseLocked``."""
        view: CaseView | None = g.get("case")
        if view is None or view.token != token:
            view = self.cases.view(token, visit().language)
            g.case, g.sender = view, view.sender
            g.language = self.words.known(view.language) or SOURCE
        if view.papers.locked:
            raise CaseLocked
        return view

    def speak(self, sender: SenderView, language: str) -> None:
        """The same for a page without a case."""
        g.sender = sender
        g.language = self.words.known(language) or SOURCE

    def language(self) -> str:
        """The language of the page in hand."""
        known: str | None = g.get("language")
        return known or visit().language or visit().accepted

    def show(self, template: str, status: int = 200, **facts: object) -> Response:
        """A page from ``templates/pages``."""
        case: CaseView | None = g.get("case")
        sender: SenderView | None = g.get("sender")
        html = render_template(
            f"pages/{template}.html",
            **{
                "_": self.words.gettext(self.language()),
                "ngettext": self.words.plural(self.language()),
                "lang": self.language(),
                "case": case,
                "sender": sender,
                "theme": assets.theme_address(sender.accent) if sender else None,
                "asset": assets.address,
                "near": _near,
                "moment": self._moment,
                "day": self._day,
                "money": self.money,
                "figure": self.number,
                "file_size": self._file_size,
                "papers": case.papers if case else None,
                "csrf": self.visits.csrf_token(visit()),
                "handheld": visit().handheld,
                "switch": self._switch(),
                "language_name": NAMES[self.language()],
                **facts,
            },
        )
        return make_response(html, status)

    def say(self, message: str, **values: object) -> str:
        """Words marked by ``N_``, in the language of the page."""
        return self.words.gettext(self.language())(message, **values)

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount as the page writes it."""
        return words.money(amount, currency, self.language())

    def number(self, value: Decimal) -> str:
        """A number as the page writes it."""
        return words.number(value, self.language())

    def _switch(self) -> list[tuple[str, str, str]]:
        """The other languages: code, own name, address of this page in it. None where the address
        holds more than the link (a nonce, a signed query), which must not get lost or change."""
        kept = {name: request.args[name] for name in request.args if name != "lang"}
        if set(kept) - _LIST:
            return []
        present = self.language()
        return [
            (code, name, f"{request.path}?{urlencode({**kept, 'lang': code})}")
            for code, name in NAMES.items()
            if code != present
        ]

    def _moment(self, at: datetime) -> str:
        return words.moment(at, self._zone(), self.language())

    def _day(self, at: datetime) -> str:
        return words.day(at, self._zone(), self.language())

    def _file_size(self, count: int) -> str:
        return words.file_size(count, self.language())

    def _zone(self) -> str:
        case: CaseView | None = g.get("case")
        known: str = g.get("zone", "UTC")  # of a page without a case
        return case.zone if case else known


def _near(address: str) -> str:
    """An address as seen from the page in hand: a long document names hundreds of them."""
    return posixpath.relpath(address, posixpath.dirname(request.script_root + request.path))


def visit() -> Visit:
    """The visit that this request belongs to."""
    return cast(Visit, g.visit)


def look() -> Look:
    """Who fetches something, and whether a person does."""
    return Look(visit().client, visit().person)
