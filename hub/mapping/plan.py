"""What a mapping says about one record: the request to make, or what is wrong with the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from hub.contracts.papers import SIGNER
from hub.mapping.conditions import wants
from hub.mapping.expressions import Expression
from hub.mapping.line_steps import JobLine, LineSteps
from hub.mapping.lines import LinePlan, LinesRule
from hub.mapping.notify import NotifyPlan, NotifyRule
from hub.mapping.papers import PaperPlan, PaperRule, plan_papers
from hub.mapping.people import (
    LONGEST_NUMBER,
    LONGEST_TITLE,
    Part,
    PersonRule,
    RecipientPlan,
    Unfit,
    in_language,
    one_line,
    plan_people,
)
from hub.mapping.problems import BAD_VALUE, RowProblem, row_problem
from hub.mapping.refusals import RefusalRule, refused
from hub.mapping.rows import UNSET, Row, evaluate, evaluate_one, plain
from hub.mapping.send_options import Choice, OptionsRule
from hub.mapping.share import SharePlan, ShareRule
from hub.mapping.signing import SigningPlan, SigningRule
from hub.mapping.spoken import spoken
from hub.mapping.texts import TextError, render

FALLBACK_LANGUAGE = "en"
FAILOVER_AFTER = timedelta(minutes=10)
_AS_USUAL, _NOT_SAID = SigningPlan(), SigningRule()


@dataclass(frozen=True)
class ReminderRule:
    """When the customer is asked again: first ``after``, then ``every``, ``limit`` times in all;
    none in ``quiet`` hours; through ``channel``, or the first of the request's channels."""

    after: timedelta
    every: timedelta
    limit: int
    quiet: tuple[time, time] | None = None
    channel: str | None = None


@dataclass(frozen=True)
class RequestPlan:
    """The request that a record asks for. With ``problems`` it must not be sent."""

    kind: str
    title: str
    number: str  # what people call the record; empty: it has nothing better than its id
    providers: tuple[str, ...]
    channels: tuple[str, ...]
    language: str
    expires_after: timedelta
    reminders: ReminderRule
    form: str | None
    prefill: Mapping[str, Any]
    recipients: tuple[RecipientPlan, ...]
    carries_on: str
    lines: tuple[LinePlan, ...] = ()
    currency: str = ""
    documents: tuple[PaperPlan, ...] = ()
    attachments: tuple[PaperPlan, ...] = ()
    signing: SigningPlan = _AS_USUAL
    notify: NotifyPlan | None = None
    user_language: str = ""  # of the upstream's users; empty: as the customer's
    failover_after: timedelta = FAILOVER_AFTER
    together: bool = False
    share: SharePlan | None = None  # None: it is not in the portal
    options: Choice | None = None  # what was chosen at the send
    problems: tuple[RowProblem, ...] = ()

    @property
    def signer(self) -> RecipientPlan:
        """Who signs first."""
        signs = (one for one in self.recipients if one.role == SIGNER)
        return next(signs, self.recipients[0])


@dataclass(frozen=True)
class ReadLines:
    """The lines of a record with their steps; ``number`` is what people call the record."""

    number: str
    currency: str
    lines: tuple[JobLine, ...]


@dataclass(frozen=True)
class RequestRule:
    """The compiled ``request`` part of a mapping."""

    kind: str
    title: Mapping[str, str]
    number: Row | None
    providers: tuple[str, ...]
    channels: tuple[str, ...]
    language: Row
    expires_after: timedelta
    reminders: ReminderRule
    form: str | None
    prefill: tuple[Row, ...]
    people: tuple[PersonRule, ...]
    carries_on: str
    when: Expression | None
    values: Mapping[str, Any]
    lines: LinesRule | None = None
    documents: tuple[PaperRule, ...] = ()
    attachments: tuple[PaperRule, ...] = ()
    signing: SigningRule = _NOT_SAID
    notify: NotifyRule | None = None
    refusals: tuple[RefusalRule, ...] = ()
    user_language: Row | None = None
    failover_after: timedelta = FAILOVER_AFTER
    together: bool = False
    share: ShareRule | None = None
    options: OptionsRule | None = None

    @property
    def recipient(self) -> tuple[Row, ...]:
        """The rows of the short form, the only ones that may be written back."""
        return self.people[0].rows if self.people[0].alone else ()

    @property
    def line_steps(self) -> LineSteps | None:
        """The steps of its lines, if they have any."""
        return self.lines.steps if self.lines is not None else None

    @property
    def papers(self) -> tuple[PaperRule, ...]:
        """Documents, then attachments."""
        return (*self.documents, *self.attachments)

    @property
    def conditions(self) -> tuple[Expression, ...]:
        """What decides whether its people and papers are there, whether it is refused, and whether
        it is closed."""
        each: tuple[PersonRule | PaperRule | RefusalRule, ...]
        each = (*self.people, *self.papers, *self.refusals)
        closes = self.share.archive_when if self.share is not None else None
        found = (*(one.when for one in each), closes)
        return tuple(one for one in found if one is not None)

    def parts(self) -> Iterator[Part]:
        """Everything about refusals, people, papers and signing that reads the record."""
        each: list[RefusalRule | PersonRule | PaperRule | SigningRule | NotifyRule | ShareRule]
        each = [*self.refusals, *self.people, *self.papers, self.signing]
        if self.notify is not None:
            each.append(self.notify)
        if self.share is not None:
            each.append(self.share)
        for one in each:
            yield from one.parts()

    def plan(
        self, record: Mapping[str, Any], now: datetime, language: str = ""
    ) -> RequestPlan | None:
        """The request for ``record``; None when ``when`` says that there is none to make, or the
        record is closed. Of a record that is refused nothing else is told."""
        problems: list[RowProblem] = []
        if self.when is not None:
            wanted, problem = wants(self.when, "when", self.data(record), now)
            if problem:
                problems.append(problem)
            elif not wanted:
                return None
        if self.share is not None and self.share.is_closed(self.data(record), now, problems):
            return None
        against = refused(self.refusals, self.data(record), now)
        plan = self.planned(record, now, problems, language)
        return replace(plan, problems=against) if against else plan

    def planned(
        self,
        record: Mapping[str, Any],
        now: datetime,
        problems: list[RowProblem] | None = None,
        language: str = "",
    ) -> RequestPlan:
        """The request for ``record`` whatever ``when`` says: it was begun already. The record may
        say so itself since, by what was written back. ``problems`` were found before."""
        data = self.data(record)
        problems = [] if problems is None else problems
        language = language or spoken(self.language, data, now, problems) or FALLBACK_LANGUAGE
        users = self.user_language
        people = plan_people(self.people, data, language, now, problems)
        prefill = self._prefilled(data, now, problems)
        rule = self.lines
        lines, currency = rule.plan(data, now, problems) if rule is not None else ((), "")
        return RequestPlan(
            kind=self.kind,
            title=self._title(language, data, problems),
            number=self._number(data, now, problems),
            providers=self.providers,
            channels=self.channels,
            language=language,
            expires_after=self.expires_after,
            reminders=self.reminders,
            form=self.form,
            prefill=prefill,
            recipients=people,
            carries_on=self.carries_on,
            lines=lines,
            currency=currency,
            documents=plan_papers(self.documents, data, language, now, problems),
            attachments=plan_papers(self.attachments, data, language, now, problems),
            signing=self.signing.plan(data, people, problems),
            notify=self.notify.plan(data, now, problems) if self.notify is not None else None,
            user_language=spoken(users, data, now, problems) if users is not None else "",
            failover_after=self.failover_after,
            together=self.together,
            share=self.share.plan(data, now, problems) if self.share is not None else None,
            problems=tuple(problems),
        )

    def _prefilled(
        self, data: Mapping[str, Any], now: datetime, problems: list[RowProblem]
    ) -> Mapping[str, Any]:
        asked = [row for row in self.prefill if _reads(row)]
        prefill, faults = evaluate(asked, data, now)
        problems += faults
        problems += [_no_answer(row) for row in asked if _is_no_answer(prefill.get(row.to))]
        return prefill

    def read_lines(self, record: Mapping[str, Any], now: datetime) -> ReadLines | None:
        """Every line of a record with its step, asked about or not; None for lines without."""
        if self.lines is None or self.lines.steps is None:
            return None
        data, seen = self.data(record), dict[str, JobLine]()
        _, currency = self.lines.plan(data, now, [], seen)
        return ReadLines(self._number(data, now, []), currency, tuple(seen.values()))

    def data(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """What rows, expressions and texts of the request may refer to."""
        fields = plain(record)
        return {**fields, "record": fields, "values": self.values}

    def title_text(self, language: str) -> str:
        """The title's template: in the language, else the one for all, else any."""
        return in_language(self.title, language)

    def _number(self, data: Mapping[str, Any], now: datetime, problems: list[RowProblem]) -> str:
        if self.number is None:
            return ""
        value, problem = evaluate_one(self.number, data, now)
        if problem is None and value is not UNSET and value is not None:
            try:
                return one_line(value, LONGEST_NUMBER)
            except Unfit as fault:
                problem = _unfit(self.number, fault)
        if problem:
            problems.append(problem)
        return ""

    def _title(self, language: str, data: Mapping[str, Any], problems: list[RowProblem]) -> str:
        try:
            return one_line(render(self.title_text(language), data), LONGEST_TITLE)
        except (TextError, Unfit) as error:
            text = f"the title {error}" if isinstance(error, Unfit) else str(error)
            problems.append(row_problem("request.title", "", BAD_VALUE, text))
            return ""


def _unfit(row: Row, fault: Unfit) -> RowProblem:
    return row_problem(row.rule, row.source.reads, BAD_VALUE, f"the value {fault}")


def _is_no_answer(value: Any) -> bool:
    """Whether a form has no field that could hold it: several choices are a list of texts."""
    inner = value if isinstance(value, list) else [value]
    return any(isinstance(each, dict | list) for each in inner)


def _no_answer(row: Row) -> RowProblem:
    text = "the value is an object or a list of such, which no field of a form holds"
    return row_problem(row.rule, row.source.reads, BAD_VALUE, text)


def _reads(row: Row) -> bool:
    return row.direction != "out"
