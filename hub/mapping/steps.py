"""What is owed to other systems after an event, step by step, and each step's operation.

A step is named when it is planned (``StepSpec``) and evaluated when its turn comes, since it may
need the results of earlier ones. Evaluating it again gives the same operation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from hub.contracts.channel import File
from hub.contracts.records import Attach, Create, Note, Operation, RecordRef, Update
from hub.kernel.errors import MappingError
from hub.mapping.conditions import wants
from hub.mapping.expressions import Expression
from hub.mapping.people import Unfit, in_language
from hub.mapping.problems import BAD_VALUE, Path, RowProblem, row_problem
from hub.mapping.reading import below
from hub.mapping.rows import UNSET, Row, Source, evaluate, evaluate_one, plain
from hub.mapping.sendings import AIM_OF, AIMS, WEBHOOK, Email, Sending, Webhook
from hub.mapping.texts import TextError

SOURCE = "source"
CREATE, UPDATE, NOTE, ATTACH = "create", "update", "note", "attach"
ATTACH_SIGNED, ATTACH_EVIDENCE = "attach_signed", "attach_evidence"
ATTACH_REMARK, REMARK = "attach_remark", "remark"
MOST_ITEMS = 200
_PLAIN = "text/plain; charset=utf-8"
# What comes of a completed request, and what each is.
FILES: Mapping[str, str] = {
    "signed": "The documents with the certificate page, sealed, as one PDF.",
    "evidence": "Everything that proves the signatures, as a zip file.",
}
# The kind of a step that attaches one → which, its name unless the mapping says another, its type.
SEALED: Mapping[str, tuple[str, str, str]] = {
    ATTACH_SIGNED: ("signed", "signed-{{ request.number }}.pdf", "application/pdf"),
    ATTACH_EVIDENCE: ("evidence", "evidence-{{ request.number }}.zip", "application/zip"),
}
Render = Callable[[str, Mapping[str, Any]], str]
Sealed = Callable[[str], bytes]
"""Gives ``signed`` or ``evidence``, or after ``remark:`` a message's file by its id."""


@dataclass(frozen=True)
class StepSpec:
    """One thing owed. ``instance`` is an instance's key, or ``source``; of a webhook the name of
    its secret. ``kind`` is create, update, note, attach, attach_signed, attach_evidence,
    attach_remark, email or webhook; ``needs`` names the records whose results it reads, ``sealed``
    the file that it needs. The key of a step that is done for each of several items ends with its
    index, ``then.completed.0[2]``."""

    key: str
    instance: str
    kind: str
    needs: tuple[str, ...] = ()
    sealed: str = ""


@dataclass(frozen=True)
class Step:
    """A compiled step. ``record`` is the entry of ``records`` that a note belongs to; ``target``
    gives the id of any other record, or where something is sent; ``items`` the list for each entry
    of which it is done; ``path`` is where the step stands in the file. ``subject`` and ``words``
    are an e-mail's, by language."""

    spec: StepSpec
    path: Path
    table: str = ""
    match: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    text: str = ""
    file_name: str = ""
    when: Expression | None = None
    record: str | None = None
    target: Source | None = None
    items: Source | None = None
    subject: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def action(self) -> str:
        """The key in the file that holds what is done."""
        return ATTACH if self.spec.kind in (*SEALED, ATTACH_REMARK) else self.spec.kind

    @property
    def aim(self) -> str:
        """The key in the file that gives ``target``."""
        return AIMS.get(self.spec.kind, "id")

    @property
    def templates(self) -> tuple[str, ...]:
        """Every text of it, or key of one."""
        texts = (self.text, self.file_name, *self.subject.values(), *self.words.values())
        return tuple(text for text in texts if text)

    def specs(self, context: Mapping[str, Any], now: datetime) -> tuple[StepSpec, ...]:
        """What is owed of this step: itself, or one for each item. Where the items cannot be
        counted it is owed as it is, and fails where everybody sees it."""
        if self.items is None:
            return (self.spec,)
        try:
            count = len(self._items(self.items, plain(context), now))
        except MappingError:
            return (self.spec,)
        key = self.spec.key
        return tuple(replace(self.spec, key=f"{key}[{index}]") for index in range(count))

    def operation(
        self,
        context: Mapping[str, Any],
        source: RecordRef,
        now: datetime,
        render: Render,
        index: int | None = None,
        sealed: Sealed | None = None,
    ) -> Operation | Sending | None:
        """What to do now; None when ``when`` says nothing. Raises ``MappingError``. ``index`` is
        the item's, where it is done for each of several; ``sealed`` gives what it attaches."""
        data = self._data(plain(context), now, index)
        if self.when is not None:
            wanted, problem = wants(self.when, f"{self.spec.key}.when", data, now)
            if problem:
                raise _error((problem,))
            if not wanted:
                return None
        if self.spec.kind in AIMS:
            return self._sending(data, now, render, sealed)
        if self.spec.kind == CREATE:
            return Create(self.table, self._fields(data, now), self.match)
        ref = self._ref(data, source, now, index)
        if ref is None:
            return None
        if self.spec.kind == UPDATE:
            fields = self._fields(data, now)
            return Update(ref, fields) if fields else None
        try:
            if self.spec.kind in SEALED:
                return self._attached(ref, render(self.file_name, data).strip(), sealed)
            if self.spec.kind == ATTACH_REMARK:
                name, item = render(self.file_name, data).strip(), data["item"]
                content = sealed(f"{REMARK}:{item.get('id', '')}") if sealed else b""
                return Attach(ref, name, item["media_type"], content)
            text = render(self.text, data)
            if self.spec.kind == ATTACH:
                return Attach(ref, render(self.file_name, data).strip(), _PLAIN, text.encode())
            return Note(ref, text)
        except TextError as error:
            raise MappingError(f"{self.spec.key}: {error}", rule=self.spec.key) from None

    def _attached(self, ref: RecordRef, name: str, sealed: Sealed | None) -> Attach:
        return Attach(ref, name, SEALED[self.spec.kind][2], self._sealed(sealed))

    def _sealed(self, sealed: Sealed | None) -> bytes:
        what = self.spec.sealed
        if sealed is None:
            raise MappingError(
                f"attach: {what} needs what only a completed request has", rule=self.spec.key
            )
        return sealed(what)

    def _sending(
        self, data: Mapping[str, Any], now: datetime, render: Render, sealed: Sealed | None
    ) -> Sending | None:
        """The e-mail or the webhook; None where the mapping finds nobody to send it to."""
        to = self._aimed(data, now)
        if to is None:
            return None
        if self.spec.kind == WEBHOOK:
            return Webhook(to, self.spec.instance, self._fields(data, now))
        language = data["request"]["language"]
        try:
            subject = render(in_language(self.subject, language), data)
            text = render(in_language(self.words, language), data)
            files: tuple[File, ...] = ()
            if self.spec.sealed:
                _, name, media_type = sealed_file(self.spec.sealed)
                files = (File(render(name, data), media_type, self._sealed(sealed)),)
        except TextError as error:
            raise MappingError(f"{self.spec.key}: {error}", rule=self.spec.key) from None
        return Email(to, subject, text, language, files)

    def _aimed(self, data: Mapping[str, Any], now: datetime) -> str | None:
        """The address that it is sent to."""
        if self.target is None:
            return None
        row = Row(self.aim, self.target, rule=f"{self.spec.key}.{self.aim}")
        value, problem = evaluate_one(row, data, now)
        if problem is None and (value is UNSET or value is None):
            return None
        if problem is None:
            try:
                return AIM_OF[self.spec.kind](value)
            except Unfit as fault:
                said = f"the value {fault}"
                problem = row_problem(row.rule, self.target.reads, BAD_VALUE, said)
        raise _error((problem,))

    def _fields(self, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        values, problems = evaluate(self.rows, data, now)
        if problems:
            raise _error(problems)
        return values

    def _data(self, data: dict[str, Any], now: datetime, index: int | None) -> dict[str, Any]:
        """What its rows read: with the item, where it is done for each of several."""
        if self.items is None:
            return data
        found = self._items(self.items, data, now)
        if index is None or index >= len(found):
            raise MappingError(
                f"{self.spec.key}: for_each gives other items than when the step was owed",
                rule=f"{self.spec.key}.for_each",
            )
        if self._reads_inside and not isinstance(found[index], Mapping):
            raise MappingError(
                f"{self.spec.key}: item {index + 1} is no object, but rows read fields of it",
                rule=f"{self.spec.key}.for_each",
                path=self.items.reads,
            )
        return {**data, "item": found[index], "position": index + 1}

    @cached_property
    def _reads_inside(self) -> bool:
        """Whether rows read fields of an item, which must have some then."""
        return any(name for row in self.rows for name in below(row.source, "item"))

    def _items(self, items: Source, data: Mapping[str, Any], now: datetime) -> list[Any]:
        """The entries that it is done for. JSONata gives a list of one as its only entry."""
        rule = f"{self.spec.key}.for_each"
        value, problem = evaluate_one(Row("for_each", items, rule=rule), data, now)
        if problem:
            raise _error((problem,))
        if value is UNSET:
            return []
        found = value if isinstance(value, list) else [value]
        if len(found) > MOST_ITEMS:
            raise MappingError(
                f"{rule}: gives {len(found)} items, more than {MOST_ITEMS}",
                rule=rule,
                path=items.reads,
            )
        return found

    def _ref(
        self, data: Mapping[str, Any], source: RecordRef, now: datetime, index: int | None
    ) -> RecordRef | None:
        """The record to write to; None for a note on a record that was not made."""
        if self.record is not None:
            made = data.get("records", {}).get(self.record) or {}
            if index is not None:
                made = made[index] if isinstance(made, list) and index < len(made) else None
            made = made or {}
            return RecordRef(self.table, str(made["id"])) if made.get("id") else None
        if self.target is None:
            return source
        row = Row("id", self.target, rule=f"{self.spec.key}.id")
        value, problem = evaluate_one(row, data, now)
        if problem:
            raise _error((problem,))
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise MappingError(
                "the id of the record is missing, or is no id",
                rule=row.rule,
                path=self.target.reads,
            )
        return RecordRef(self.table, str(value))


def sealed_file(what: str) -> tuple[str, str, str]:
    """What comes of a completed request: the kind of a step that attaches it, its usual name, its
    type."""
    kind = next(kind for kind, (each, *_) in SEALED.items() if each == what)
    return kind, *SEALED[kind][1:]


def _error(problems: tuple[RowProblem, ...]) -> MappingError:
    first = problems[0]
    return MappingError(
        f"{first.rule}: {first.message}",
        rule=first.rule,
        path=first.path,
        word=first.code,
        problems=tuple(str(problem) for problem in problems[1:]),
    )
