"""With whom a request is shared in the customer's portal, and for how long (B2, B4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from hub.mapping.people import LONGEST, Part, Unfit, language_code, one_line
from hub.mapping.problems import BAD_VALUE, MISSING, RowProblem, row_problem
from hub.mapping.reading import below
from hub.mapping.rows import UNSET, Row, Source, evaluate, evaluate_one

RULE = "request.share"
CONTACT, CUSTOMER = "contact", "customer"
AUDIENCES: Mapping[str, str] = {
    CONTACT: "The request's own recipients, and nobody else.",
    CUSTOMER: "Those, and everybody whom the customer's contacts name.",
}
CONTACT_FIELDS = ("key", "name", "email", "mobile", "language")
MOST_CONTACTS = 200
_LONGEST = {"customer": 100, "customer_name": 200}
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

    def data(self) -> dict[str, Any]:
        """As plain data."""
        contacts = [dict(vars(one)) for one in self.contacts]
        return {**vars(self), "contacts": contacts, "tell": list(self.tell)}


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

    def sources(self) -> Iterator[tuple[str, Source]]:
        """What it reads beside the contacts, by key."""
        yield "with", self.audience
        for name in ("customer", "customer_name"):
            source: Source | None = getattr(self, name)
            if source is not None:
                yield name, source

    def parts(self) -> Iterator[Part]:
        """Everything of it that reads the record."""
        for name, source in self.sources():
            row = Row(name, source, rule=f"{RULE}.{name}")
            yield Part(("request", "share", name), row.rule, source, row=row)
        if self.items is not None:
            at = ("request", "share", "contacts")
            yield Part((*at, "for_each"), f"{RULE}.contacts.for_each", self.items)
            for index, row in enumerate(self.rows):
                yield Part((*at, "rows", index), row.rule, row.source, _ITEM, row=row)

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
        )

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


def _seconds(span: timedelta | None) -> float | None:
    return span.total_seconds() if span is not None else None
