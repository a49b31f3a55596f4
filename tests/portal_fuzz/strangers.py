"""Customers of two workspaces who try every door with everybody's ids, cursors, links and cookies.

Each document's title holds a mark of its own. Whatever comes back, to whomever, may hold no mark of
a document that is not shared with them. Some are shared by a public link: its reader has given its
password, and everybody tries everybody's links with everybody's passwords.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from hub.storage.models import MessageFile
from tests.services.portal.portal_case import AGENT, HOST, Browser, PortalCase
from tests.services.portal.public_links import link_of
from tests.services.portal.talks import LINES, write

_MARK = re.compile(r"MARK-[0-9a-f]{10}")
_DOCUMENT = re.compile(r"/s/[\w-]{43}")
_WORKSPACES = ("alice", "bob")
_PAGES = (
    "", "document", "review", "decline", "done", "form/contact", "remark",
    "forward", "sign", "files/signed", "files/proof", "pages/offer/1/1", "attachments/photo",
)  # fmt: skip


@dataclass
class Customer:
    """Somebody who is signed in, what they may see, and what they have opened."""

    email: str
    workspace: str
    browser: Browser
    allowed: set[str] = field(default_factory=set)
    opened: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PublicDocument:
    """A public link: its path, its password, the mark of its document."""

    path: str
    password: str
    mark: str


class Strangers:
    """Three customers in two workspaces, with documents of their own and some that two share."""

    def __init__(self, case: PortalCase, seed: int) -> None:
        self.case = case
        self.dice = random.Random(seed)
        self.requests: list[str] = []
        self.marks: dict[str, str] = {}
        self.answers: Counter[int] = Counter()
        self.leaks: list[str] = []
        self.customers = [
            self._customer("alice@example.com", "alice", "K1"),
            self._customer("bob@example.com", "alice", "K2"),
            self._customer("alice@example.com", "bob", "K1"),
        ]
        self._both()
        self.public: list[PublicDocument] = []
        self.customers += [self._reader(workspace) for workspace in _WORKSPACES]
        mark_of = self.marks
        for one in self.customers:
            for request in [key for key, mark in self.marks.items() if mark in one.allowed]:
                answer = one.browser.open(request, one.workspace)
                if "/s/" in answer.location:  # a reader of a public link has no list
                    one.opened.append(answer.location.rpartition("/")[2])
                    write(one.browser, answer.location, mark_of[request], mark_of[request].encode())

        with case.core.db.read() as session:
            self.enclosed = list(session.scalars(select(MessageFile.id)))

    def run(self, cases: int) -> None:
        """So many requests; what leaked is in ``leaks``."""
        for number in range(cases):
            who = self.dice.choice(self.customers)
            if number % 500 == 0:  # time passes, and sessions stay alive
                self.case.clock.advance(timedelta(minutes=1))
            if self.dice.random() < 0.02:
                self.guess(who)
            else:
                self._one(who)

    def guess(self, who: Customer) -> None:
        """Somebody, or a stranger in whatever network, tries a link with a password."""
        dice = self.dice
        link, other = dice.choice(self.public), dice.choice(self.public)
        password = self._bent(other.password)
        if password == link.password:
            return
        browser = who.browser
        if dice.random() < 0.7:
            browser = self.case.browser(f"203.0.{dice.randrange(256)}.{dice.randrange(256)}")
        path = self._bent(link.path)
        answer = browser.give(path, password)
        self.answers[answer.status_code] += 1
        entered = _DOCUMENT.search(answer.location or "")
        if entered or _MARK.search(answer.text) or answer.status_code >= 500:
            told = f"{answer.status_code} {answer.location}"
            self.leaks.append(f"{who.email} {who.workspace}: {path} by '{password}': {told}")

    def _one(self, who: Customer) -> None:
        client = who.browser.client
        stolen = self.dice.random() < 0.1
        if stolen:  # an address was sent on: the same, without the cookies
            client = self.case.app.test_client()
        path, query = self._path(), self._query()
        method = self.dice.choice(("GET", "GET", "GET", "POST", "HEAD"))
        answer = client.open(
            path,
            method=method,
            base_url=HOST,
            query_string=query,
            headers={"User-Agent": AGENT},
            data={"csrf": "x" * 43, "code": "000000"} if method == "POST" else None,
        )
        self.answers[answer.status_code] += 1
        allowed = set() if stolen else who.allowed
        seen = set(_MARK.findall(answer.text)) - allowed
        if seen or answer.status_code >= 500:
            self.leaks.append(f"{who.email} {who.workspace}: {method} {path} {query}: {seen}")

    def _path(self) -> str:
        dice, request = self.dice, self.dice.choice(self.requests)
        workspace = dice.choice((*_WORKSPACES, "nobody"))
        token = dice.choice([one for customer in self.customers for one in customer.opened])
        token = self._bent(token)
        return dice.choice(
            (
                f"/p/{workspace}/",
                f"/p/{workspace}/documents/{self._bent(request)}",
                f"/p/{workspace}/code",
                f"/p/{workspace}/enter/{token}",
                f"/p/{workspace}/o/{token}",
                self._bent(dice.choice(self.public).path),
                f"/s/{token}",
                f"/s/{token}/{dice.choice(_PAGES)}",
                f"/s/{token}/m/{self._bent(dice.choice(self.enclosed))}",
                f"/api/v1/requests/{request}",
                f"/api/v1/lists/{dice.choice(('requests', 'unopened', 'lines'))}",
            )
        )

    def _query(self) -> dict[str, str]:
        dice = self.dice
        query: dict[str, str] = {}
        if dice.random() < 0.4:
            query["after"] = self._bent(dice.choice(self.requests))
        if dice.random() < 0.4:
            query["show"] = dice.choice(("open", "signed", "ended", "archive", "all", "'", ""))
        if dice.random() < 0.1:
            query["lang"] = dice.choice(("da", "fr", "xx"))
        return query

    def _bent(self, text: str) -> str:
        """The text, or something like it."""
        dice = self.dice
        match dice.randrange(6):
            case 0:
                at = dice.randrange(len(text))
                return text[:at] + dice.choice("0123456789abcdef-_%") + text[at + 1 :]
            case 1:
                return text[: dice.randrange(len(text))] or "x"
            case _:
                return text

    def _customer(self, email: str, workspace: str, customer: str) -> Customer:
        found: set[str] = set()
        for number in range(12):
            audience = "customer" if number % 3 == 0 else "contact"
            found.add(self._share(email, workspace, customer=customer, audience=audience))
        return Customer(email, workspace, self.case.signed_in(email, workspace), found)

    def _reader(self, workspace: str) -> Customer:
        """Somebody who has the passwords of two links of a workspace; a third nobody has."""
        reader = Customer("reader", workspace, self.case.browser())
        for number in range(3):
            password = f"password {self.dice.randrange(10**6):06d}"
            told = {"audience": "public", "link_password": password}
            mark = self._share("carol@example.com", workspace, **told)
            path = link_of(self.case, self.requests[-1], workspace)
            self.public.append(PublicDocument(path, password, mark))
            if number < 2:
                answer = reader.browser.give(path, password)
                reader.opened.append(answer.location.rpartition("/")[2])
                reader.allowed.add(mark)
        return reader

    def _both(self) -> None:
        """Documents that two contacts of one workspace may see."""
        first, second = self.customers[0], self.customers[1]
        for _ in range(4):
            other: dict[str, Any] = {"key": "c9", "name": "Bob", "email": second.email}
            mark = self._share(
                first.email, "alice", customer="K9", audience="customer", contacts=[other]
            )
            first.allowed.add(mark)
            second.allowed.add(mark)

    def _share(self, email: str, workspace: str, **fields: Any) -> str:
        mark = f"MARK-{self.dice.randrange(16**10):010x}"
        request = self.case.share(email, workspace=workspace, number=mark, **LINES, **fields)
        self.requests.append(request)
        self.marks[request] = mark
        return mark
