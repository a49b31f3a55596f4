"""Documents and attachments of a request: what is signed, what lies beside it, where it comes from.
Nothing is fetched here; a plan only says what to fetch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from hub.contracts.papers import LONGEST_FILE_NAME, MOST_ATTACHMENTS, TEMPLATE
from hub.mapping.conditions import wanted
from hub.mapping.expressions import Expression
from hub.mapping.paper_sources import READ, file_name, template_values
from hub.mapping.people import LONGEST_TITLE, Part, Unfit, in_language, one_line
from hub.mapping.problems import BAD_VALUE, MISSING, Path, RowProblem, row_problem
from hub.mapping.reading import below
from hub.mapping.rows import UNSET, Row, Source, evaluate, evaluate_one
from hub.mapping.texts import TextError, names_in, render

DOCUMENTS, ATTACHMENTS = "documents", "attachments"
_ITEM = ("item", "position")


@dataclass(frozen=True)
class PaperPlan:
    """One document or attachment. ``file_name`` is empty where the upstream's own is kept,
    ``source`` says where the bytes come from; ``must_view`` is None for documents."""

    key: str
    title: str
    file_name: str
    source: Mapping[str, Any]
    must_view: bool | None = None

    def data(self) -> dict[str, Any]:
        """As plain data."""
        told = {name: value for name, value in vars(self).items() if value is not None}
        return {**told, "source": dict(self.source)}


@dataclass(frozen=True)
class PaperRule:
    """A compiled entry of ``documents`` or ``attachments``, standing at ``path``. ``kind`` is one
    of ``contracts.papers.SOURCES``; a template has ``rows``, any other kind a ``source``."""

    path: Path
    key: str
    title: Mapping[str, str]
    kind: str
    source: Source | None = None
    template: str = ""
    rows: tuple[Row, ...] = ()
    file_name: str = ""
    when: Expression | None = None
    items: Source | None = None
    must_view: Source | None = None

    @property
    def rule(self) -> str:
        """How messages call it."""
        return f"{'.'.join(map(str, self.path[:2]))}.{self.key}"

    @property
    def is_document(self) -> bool:
        """Whether it is signed; what is only read otherwise may be missing."""
        return self.path[1] == DOCUMENTS

    def parts(self) -> Iterator[Part]:
        """Everything of it that reads the record."""
        if self.when is not None:
            yield Part((*self.path, "when"), f"{self.rule}.when", self.when)
        if self.items is not None:
            yield Part((*self.path, "for_each"), f"{self.rule}.for_each", self.items)
        besides = _ITEM if self.items is not None else ()
        for language, text in self.title.items():
            at = (*self.path, "title", language) if language else (*self.path, "title")
            yield Part(at, f"{self.rule}.title", text, besides)
        if self.file_name:
            yield Part((*self.path, "file_name"), f"{self.rule}.file_name", self.file_name, besides)
        for name, source in ((self.kind, self.source), ("must_view", self.must_view)):
            if source is not None:
                yield Part((*self.path, name), f"{self.rule}.{name}", source, besides)
        for index, row in enumerate(self.rows):
            yield Part((*self.path, "rows", index), row.rule, row.source, row=row)

    def plan(
        self, data: Mapping[str, Any], language: str, now: datetime, problems: list[RowProblem]
    ) -> Iterator[PaperPlan]:
        """What a record gives of it: nothing, one, or one for each entry."""
        if not wanted(self.when, self.rule, data, now, problems):
            return
        if self.items is None:
            found = _Making(self, data, language, now, problems).made(self.key, self.rule)
            yield from [found] if found is not None else []
            return
        items = _items(self.items, f"{self.rule}.for_each", data, now, problems)
        for position, item in enumerate(items, start=1):
            rule = f"{self.rule}[{position}]"
            if self._reads_inside and not isinstance(item, Mapping):
                text = "is no object, but fields of it are read"
                problems.append(row_problem(rule, self.items.reads, BAD_VALUE, text))
                continue
            inner = {**data, "item": item, "position": position}
            found = _Making(self, inner, language, now, problems).made(
                f"{self.key}-{position}", rule
            )
            yield from [found] if found is not None else []

    @cached_property
    def _reads_inside(self) -> bool:
        """Whether fields of an entry are read, which must have some then."""
        sources = [source for source in (self.source, self.must_view) if source is not None]
        texts = [*self.title.values(), self.file_name]
        return any(name for source in sources for name in below(source, "item")) or any(
            name.startswith("item.") for text in texts for name in names_in(text)
        )


def _items(
    items: Source, rule: str, data: Mapping[str, Any], now: datetime, problems: list[RowProblem]
) -> list[Any]:
    """The entries; JSONata gives a list of one as its only entry."""
    value, problem = evaluate_one(Row("for_each", items, rule=rule), data, now)
    if problem:
        problems.append(problem)
    found = [] if value is UNSET else value if isinstance(value, list) else [value]
    if len(found) > MOST_ATTACHMENTS:
        text = f"gives {len(found)} attachments, more than {MOST_ATTACHMENTS}"
        problems.append(row_problem(rule, items.reads, BAD_VALUE, text))
        return []
    return found


def plan_papers(
    rules: tuple[PaperRule, ...],
    data: Mapping[str, Any],
    language: str,
    now: datetime,
    problems: list[RowProblem],
) -> tuple[PaperPlan, ...]:
    """All documents, or all attachments, of a record. What does not fit goes to ``problems``."""
    found = [one for rule in rules for one in rule.plan(data, language, now, problems)]
    if len(found) > MOST_ATTACHMENTS:
        text = f"there are {len(found)} in all, more than {MOST_ATTACHMENTS}"
        problems.append(row_problem(".".join(map(str, rules[0].path[:2])), "", BAD_VALUE, text))
        return ()
    return tuple(found)


@dataclass(frozen=True)
class _Making:
    """One paper of one record."""

    of: PaperRule
    data: Mapping[str, Any]
    language: str
    now: datetime
    problems: list[RowProblem]

    def made(self, key: str, rule: str) -> PaperPlan | None:
        """None where it is left out, or does not fit."""
        source = self._template(rule) if self.of.kind == TEMPLATE else self._read(rule)
        if source is None:
            return None
        title = self._text(f"{rule}.title", in_language(self.of.title, self.language))
        return PaperPlan(
            key=key,
            title=title or key,
            file_name=self._file_name(key, rule),
            source=source,
            must_view=None if self.of.is_document else self._must_view(rule),
        )

    def _read(self, rule: str) -> Mapping[str, Any] | None:
        kind, source = self.of.kind, self.of.source or Source()
        row = Row(kind, source, rule=f"{rule}.{kind}")
        value, problem = evaluate_one(row, self.data, self.now)
        if problem is None and value not in (UNSET, None, "", [], {}):
            try:
                return {"kind": kind, **READ[kind](value)}
            except Unfit as fault:
                text = f"the value {fault}"
                problem = row_problem(row.rule, source.reads, BAD_VALUE, text)
        if problem is None and self.of.is_document:
            text = "there is none in the record; say with 'when' where the document is left out"
            problem = row_problem(row.rule, source.reads, MISSING, text)
        if problem is not None:
            self.problems.append(problem)
        return None

    def _template(self, rule: str) -> Mapping[str, Any]:
        values, faults = evaluate(self.of.rows, self.data, self.now)
        self.problems.extend(faults)
        told = template_values(self.of.rows, values, self.problems)
        return {"kind": TEMPLATE, "template": self.of.template, "values": told}

    def _must_view(self, rule: str) -> bool:
        source = self.of.must_view
        if source is None:
            return False
        row = Row("must_view", source, rule=f"{rule}.must_view")
        value, problem = evaluate_one(row, self.data, self.now)
        if problem is None and not isinstance(value, bool) and value is not UNSET:
            text = "the value must be yes or no; use convert: bool"
            problem = row_problem(row.rule, source.reads, BAD_VALUE, text)
        if problem is not None:
            self.problems.append(problem)
            return False
        return value is True

    def _file_name(self, key: str, rule: str) -> str:
        """A document is a PDF; an attachment without a name of ours keeps its own."""
        ending = ".pdf" if self.of.is_document else ""
        text = self.of.file_name
        given = self._text(f"{rule}.file_name", text, LONGEST_FILE_NAME) if text else ""
        name = file_name(given) or (key if ending else "")
        return name if name.lower().endswith(ending) else name + ending

    def _text(self, rule: str, text: str, longest: int = LONGEST_TITLE) -> str:
        try:
            return one_line(render(text, self.data), longest)
        except (TextError, Unfit) as error:
            told = f"the text {error}" if isinstance(error, Unfit) else str(error)
            self.problems.append(row_problem(rule, "", BAD_VALUE, told))
            return ""
