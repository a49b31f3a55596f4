"""With whom a request is shared in the customer's portal, and for how long (B2, B4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from hub.mapping.conditions import wants
from hub.mapping.expressions import Expression
from hub.mapping.people import LONGEST, Part, Unfit, language_code, one_line
from hub.mapping.problems import BAD_VALUE, MISSING, RowProblem, row_problem
from hub.mapping.reading import below
from hub.mapping.rows import UNSET, Row, Source, evaluate, evaluate_one

RULE = "request.share"
CONTACT, CUSTOMER, PUBLIC = "contact", "customer", "public"
AUDIENCES: Mapping[str, str] = {
    CONTACT: "The request's own recipients, and nobody else.",
    CUSTOMER: "Those, and everybody whom the customer's contacts name.",
    PUBLIC: "The request's own recipients, and whoever has a link and its password.",
}
KEEP, REPLACE = "keep", "replace"
ON_CHANGE = (KEEP, REPLACE)
CONTACT_FIELDS = ("key", "name", "email", "mobile", "language")
MOST_CONTACTS = 200
SHORTEST_PASSWORD = 8
_LONGEST = {"customer": 100, "customer_name": 200, "password": 128}
_ITEM = ("item", "position")


@dataclass(frozen=True)
class ContactPlan:
    """Somebody of the customer's, as the record tells them."""

    key: str = ""
    name: str = ""
    email: str = ""
    mobile: str = ""
    language: str = ""


@dataclass(frozen=True)
class SharePlan:
    """How one record is shared. Seconds are counted from the request's end."""

    audience: str = CONTACT
    customer: str = ""
    customer_name: str = ""
    contacts: tuple[ContactPlan, ...] = ()
    tell: tuple[str, ...] = ()
    archive_after: float | None = None
    remove_after: float | None = None
    password: str = field(default="", repr=False)
    on_change: str = KEEP

    def data(self) -> dict[str, Any]:
        """As plain data, which is stored and shown: without the password."""
        told = {name: value for name, value in vars(self).items() if name != "password"}
        contacts = [dict(vars(one)) for one in self.contacts]
        return {**told, "contacts": contacts, "tell": list(self.tell)}


@dataclass(frozen=True)
class ShareRule:
    """The compiled ``request.share``."""

    audience: Source
    customer: Source | None = None
    customer_name: Source | None = None
    items: Source | None = None
    rows: tuple[Row, ...] = ()
    tell: tuple[str, ...] = ()
    archive_after: timedelta | None = None
    remove_after: timedelta | None = None
    password: Source | None = None
    on_change: str = KEEP
    archive_when: Expression | None = None

    @property
    def looks_on(self) -> bool:
        """Whether a record that was asked about is looked at again when it has changed."""
        return self.on_change == REPLACE or self.archive_when is not None

    def is_closed(
        self, data: Mapping[str, Any], now: datetime, problems: list[RowProblem] | None = None
    ) -> bool:
        """Whether the record is closed upstream: what is shared of it belongs in the archive. A
        condition that fails closes nothing."""
        if self.archive_when is None:
            return False
        closed, problem = wants(self.archive_when, f"{RULE}.archive_when", data, now)
        if problem is not None and problems is not None:
            problems.append(problem)
        return closed

    def sources(self) -> Iterator[tuple[str, Source]]:
        """What it reads beside the contacts, by key. The password is not among them, so that
        nothing that explains values tells it."""
        yield "with", self.audience
        for name in ("customer", "customer_name"):
            source: Source | None = getattr(self, name)
            if source is not None:
                yield name, source

    def parts(self) -> Iterator[Part]:
        """Everything of it that reads the record."""
        if self.archive_when is not None:
            at = ("request", "share", "archive_when")
            yield Part(at, f"{RULE}.archive_when", self.archive_when)
        for name, source in self.sources():
            row = Row(name, source, rule=f"{RULE}.{name}")
            yield Part(("request", "share", name), row.rule, source, row=row)
        if self.password is not None:
            row = Row("password", self.password, rule=f"{RULE}.password")
            yield Part(("request", "share", "password"), row.rule, self.password, row=row)
        if self.items is not None:
            inside = ("request", "share", "contacts")
            yield Part((*inside, "for_each"), f"{RULE}.contacts.for_each", self.items)
            for index, row in enumerate(self.rows):
                yield Part((*inside, "rows", index), row.rule, row.source, _ITEM, row=row)

    def plan(self, data: Mapping[str, Any], now: datetime, problems: list[RowProblem]) -> SharePlan:
        """For one record. What does not fit goes to ``problems``."""
        audience = self._one("with", self.audience, data, now, problems) or CONTACT
        if audience not in AUDIENCES:
            text = f"the value is no audience; write one of {', '.join(AUDIENCES)}, or use map"
            problems.append(row_problem(f"{RULE}.with", self.audience.reads, BAD_VALUE, text))
        customer = self._one("customer", self.customer, data, now, problems)
        if audience == CUSTOMER and not customer:
            reads = self.customer.reads if self.customer is not None else ""
            text = "is missing, so nobody knows whose contacts it is shared with"
            problems.append(row_problem(f"{RULE}.customer", reads, MISSING, text))
        return SharePlan(
            audience=audience,
            customer=customer,
            customer_name=self._one("customer_name", self.customer_name, data, now, problems),
            contacts=tuple(self._contacts(data, now, problems)),
            tell=self.tell,
            archive_after=_seconds(self.archive_after),
            remove_after=_seconds(self.remove_after),
            password=self._password(data, now, problems) if audience == PUBLIC else "",
            on_change=self.on_change,
        )

    def _password(self, data: Mapping[str, Any], now: datetime, problems: list[RowProblem]) -> str:
        """The password of a public link. Without a good one the record does not fit: nothing is
        shown to whoever has a link alone."""
        before = len(problems)
        given = self._one("password", self.password, data, now, problems)
        if len(given) >= SHORTEST_PASSWORD or len(problems) > before:
            return given
        reads = self.password.reads if self.password is not None else ""
        code, text = MISSING, "is missing, and a public link needs a password"
        if given:
            code, text = BAD_VALUE, f"the value has less than {SHORTEST_PASSWORD} characters"
        problems.append(row_problem(f"{RULE}.password", reads, code, text))
        return ""

    def _one(
        self,
        name: str,
        source: Source | None,
        data: Mapping[str, Any],
        now: datetime,
        problems: list[RowProblem],
    ) -> str:
        if source is None:
            return ""
        row = Row(name, source, rule=f"{RULE}.{name}")
        value, problem = evaluate_one(row, data, now)
        if problem is None and value is not UNSET and value is not None:
            try:
                return one_line(value, _LONGEST.get(name, 40))
            except Unfit as fault:
                said = f"the value {fault}"
                problem = row_problem(row.rule, source.reads, BAD_VALUE, said)
        if problem is not None:
            problems.append(problem)
        return ""

    def _contacts(
        self, data: Mapping[str, Any], now: datetime, problems: list[RowProblem]
    ) -> Iterator[ContactPlan]:
        """Everybody of the customer's who could sign in, each once."""
        if self.items is None:
            return
        rule = f"{RULE}.contacts"
        row = Row("for_each", self.items, rule=f"{rule}.for_each")
        value, problem = evaluate_one(row, data, now)
        if problem is not None:
            problems.append(problem)
        found = [] if value is UNSET else value if isinstance(value, list) else [value]
        if len(found) > MOST_CONTACTS:
            text = f"gives {len(found)} contacts, more than {MOST_CONTACTS}"
            problems.append(row_problem(row.rule, self.items.reads, BAD_VALUE, text))
            return
        taken: set[str] = set()
        for position, item in enumerate(found, start=1):
            inner = {**data, "item": item, "position": position}
            one = self._contact(inner, f"{rule}[{position}]", now, problems)
            key = (one.key or one.email or one.mobile) if one is not None else ""
            if one is not None and (one.email or one.mobile) and key not in taken:
                taken.add(key)
                yield one

    def _contact(
        self, data: Mapping[str, Any], rule: str, now: datetime, problems: list[RowProblem]
    ) -> ContactPlan | None:
        if self._reads_inside and not isinstance(data["item"], Mapping):
            text = "is no object, but rows read fields of it"
            reads = self.items.reads if self.items is not None else ""
            problems.append(row_problem(rule, reads, BAD_VALUE, text))
            return None
        values, faults = evaluate(self.rows, data, now)
        for fault in faults:
            name = fault.rule.rpartition(".")[2]
            problems.append(row_problem(f"{rule}.{name}", fault.path, fault.code, fault.message))
        fit: dict[str, str] = {}
        for row in self.rows:
            value = values.get(row.to)
            if value is None:
                continue
            try:
                longest = LONGEST.get(row.to, LONGEST["name"])
                fit[row.to] = (
                    language_code(value) if row.to == "language" else one_line(value, longest)
                )
            except Unfit as fault:
                text = f"the value {fault}"
                said = row_problem(f"{rule}.{row.to}", row.source.reads, BAD_VALUE, text)
                problems.append(said)
        return ContactPlan(**fit)

    @cached_property
    def _reads_inside(self) -> bool:
        return any(name for row in self.rows for name in below(row.source, "item"))


def public_link(share: SharePlan | None) -> str:
    """What stands in the place of a request's public link where there is no hub to make one."""
    is_public = share is not None and share.audience == PUBLIC
    return "https://hub.example/p/example/o/LINK" if is_public else ""


def _seconds(span: timedelta | None) -> float | None:
    return span.total_seconds() if span is not None else None
