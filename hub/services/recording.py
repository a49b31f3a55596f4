"""``record``: a record read in earnest becomes an example in the mapping's file, with made-up
values in place of personal ones, and with what the mapping gives for it now as what is expected.

Nothing is written but the file, and that only when it can be compiled and its new example passes.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.contracts.events import EventKind
from hub.contracts.papers import SIGNER
from hub.contracts.requests import Reason
from hub.kernel.errors import ConfigurationError, MappingError, Refused
from hub.mapping.compiled import COMPLETED, CompiledMapping
from hub.mapping.examples import MOMENT, outcome, run_examples
from hub.mapping.fields_read import FORM_KINDS, fields_read
from hub.mapping.forms import FormSpec
from hub.mapping.insertion import with_example
from hub.mapping.made_up import MadeUp
from hub.mapping.plan import RequestPlan
from hub.mapping.rows import plain
from hub.services.dry_run import DryRun
from hub.services.form_answers import checked_answers
from hub.services.imagined import by_hand, reason_text, signature
from hub.services.study import Study
from hub.services.versions import SHORT

_SIGNED = (COMPLETED, EventKind.SIGNED.value)
_ADDRESSES = ("name", "mobile", "email", "national_id")
# Not what the file says itself, such as provider and reminders: a change there is no surprise.
_TOLD = (
    "title", "number", "recipient", "recipients", "documents", "attachments", "prefill", "lines",
    "currency", "problems", "records", "back", "then",
)  # fmt: skip


@dataclass(frozen=True)
class Recorded:
    """Where the example stands, and what became of the file's examples when they were run."""

    file: Path
    line: int
    name: str
    problems: tuple[str, ...]


class Recording:
    """Records examples into one mapping's file."""

    def __init__(self, study: Study, mapping: str) -> None:
        self._study, self._name = study, mapping
        self._file = study.file(mapping)

    def record(
        self,
        record_id: str,
        *,
        event: str | None = None,
        name: str | None = None,
        answers: Mapping[str, Any] | None = None,
    ) -> Recorded:
        """Read the record and add its example. Raises as ``DryRun.read`` does, ``Refused`` for a
        record that no example can be made of, and ``ConfigurationError`` for answers or a file that
        do not fit; nothing is written then."""
        mapping = self._study.mapping(self._name)
        self._refuse_held(mapping)
        before = self._file.read_bytes()
        text = before.decode("utf-8")
        name = _free_name(mapping, name, event)
        dry = DryRun(self._study, mapping)
        dry.check_event(event)
        _, record = dry.read(record_id)
        given = self._given(mapping, plain(record), event, answers)
        expect = self._expected(mapping, given)
        example = {"name": name, "given": given, "expect": expect}
        text = with_example(text, example)
        line, problems = self._tried(text, name, example)
        self._write(before, text)
        return Recorded(self._file, line, name, problems)

    def _refuse_held(self, mapping: CompiledMapping) -> None:
        """A file that changes ends a rollback, which nobody expects of a new example."""
        in_force = self._study.in_force(mapping.key)
        own = self._study.mappings / f"{mapping.key}.yaml"
        if in_force is None or not in_force.held or self._file.resolve() != own.resolve():
            return
        raise Refused(
            f"version {in_force.sha256[:SHORT]} of {mapping.key} is in force since a rollback, "
            "which a changed file would end: record into a copy of the file, or first go back to "
            f"the file's version (paraph versions {mapping.key}, paraph rollback)",
            code="rolled_back",
        )

    def _given(
        self,
        mapping: CompiledMapping,
        record: Mapping[str, Any],
        event: str | None,
        answers: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        """The example's ``given``, all made up."""
        form = self._study.forms.get(mapping.form or "")
        making = MadeUp(fields_read(mapping, form), MOMENT, _region(mapping))
        try:
            made = making.record(record)
            plan = _same_plan(mapping, record, made)
            given: dict[str, Any] = {"record": made}
            if event is None or plan is None:
                return given
            real = mapping.plan(record, now=MOMENT)
            filled = self._form(making, form, real, answers)
        except LookupError as error:
            raise Refused(
                f"no made-up value fits the field {error}: write this example by hand",
                code="nothing_made_up",
            ) from None
        given |= {"event": event, **({"form": filled} if filled else {})}
        return {**given, **self._happened(plan, event)}

    def _happened(self, plan: RequestPlan, event: str) -> dict[str, Any]:
        """How the event went, as an example gives it."""
        if event in _SIGNED:
            made = {
                one.key: signature(self._study, plan, MOMENT, "example-order", one)
                for one in plan.recipients
                if one.role == SIGNER
            }
            last = {"signature": [*made.values()][-1]}
            return last if len(made) == 1 else {**last, "signatures": made}
        reason = Reason.NO_ANSWER.value if event == EventKind.FAILED else ""
        text = reason_text(event, reason, plan.user_language or plan.language)
        told = {"reason": reason} if reason else {}
        told |= {name: said for name, said in by_hand(event).items() if said}
        return {"outcome": {**told, "reason_text": text}} if text else {}

    def _form(
        self,
        making: MadeUp,
        form: FormSpec | None,
        plan: RequestPlan | None,
        answers: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        """The answers, made up too: those given, or what is known from the record."""
        known = dict(plan.prefill) if plan is not None else {}
        if answers is not None:
            if form is None:
                raise Refused("the mapping asks for no form: leave the answers out", code="no_form")
            known |= checked_answers(form, {**known, **answers}, answers)
        fields = {one.name: one for one in form.fields} if form is not None else {}
        kept = {one.name for one in fields.values() if one.choices}
        kinds = {name: FORM_KINDS.get(one.type) for name, one in fields.items()}
        return {
            name: value if name in kept else making.value(value, f"form.{name}", kinds.get(name))
            for name, value in plain(known).items()
        }

    def _expected(self, mapping: CompiledMapping, given: Mapping[str, Any]) -> dict[str, Any]:
        """What the mapping gives now, as an example says it."""
        try:
            found = outcome(mapping, given)
        except MappingError as error:
            raise Refused(
                f"a step fails on this record, so that no outcome can be expected: {error.detail}",
                code="step_fails",
            ) from None
        if found.get("skipped"):
            return {"skipped": True}
        if mapping.request.people[0].alone:
            person = found["recipient"]
            found["recipient"] = {name: person[name] for name in _ADDRESSES if person.get(name)}
            found.pop("recipients")
        else:
            found.pop("recipient")
        told = {name: found[name] for name in _TOLD if found.get(name)}
        return {"language": found["language"], **told}

    def _tried(self, text: str, name: str, example: Any) -> tuple[int, tuple[str, ...]]:
        """The new text compiled, and its examples run; the new example's line. Raises
        ``ConfigurationError``, ``Refused``."""
        mapping = self._study.compiled(self._file, text)
        results = run_examples(mapping)
        if mapping.document.data["examples"][-1] != example or not results[-1].passed:
            raise Refused(
                f"the example did not come out as it was meant: {results[-1]}",
                code="example_fails",
            )
        index = len(mapping.examples) - 1
        line, _ = mapping.document.where(("examples", index))
        failed = tuple(str(one) for one in results if not one.passed)
        return line, failed

    def _write(self, before: bytes, text: str) -> None:
        """In place of the file, whole or not at all; unless somebody has changed it meanwhile."""
        if self._file.read_bytes() != before:
            raise Refused(
                f"{self._file} was changed at the same moment; try again", code="file_changed"
            )
        mode = self._file.stat().st_mode
        handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=".recording-")
        try:
            with os.fdopen(handle, "wb") as new:
                new.write(text.encode("utf-8"))
            Path(name).chmod(mode & 0o777)
            Path(name).replace(self._file)
        except OSError as error:
            Path(name).unlink(missing_ok=True)
            raise ConfigurationError(
                f"{self._file}: cannot be written: {error.strerror}"
            ) from error


def _same_plan(
    mapping: CompiledMapping, record: Mapping[str, Any], made: Mapping[str, Any]
) -> RequestPlan | None:
    """The plan for the made-up record. Raises ``Refused`` when it comes out differently in kind."""
    real, plan = (mapping.plan(one, now=MOMENT) for one in (record, made))
    for what, of in (
        ("wanted", lambda one: one is not None),
        ("its problems", lambda one: sorted(p.code for p in one.problems) if one else []),
        ("its language", lambda one: one.language if one else ""),
        ("its number of lines", lambda one: len(one.lines) if one else 0),
    ):
        if of(real) != of(plan):
            raise Refused(
                f"with made-up values the record comes out differently ({what}): write this "
                "example by hand",
                code="comes_out_differently",
            )
    return plan


def _region(mapping: CompiledMapping) -> str:
    """The country of telephone numbers without one: the first that a row names."""
    people = (row for person in mapping.request.people for row in person.rows)
    for row in (*people, *mapping.request.prefill):
        for one in row.source.chain:
            name, _, argument = one.text.partition(":")
            if name == "e164":
                return argument.upper()
    return "SE"


def _free_name(mapping: CompiledMapping, wanted: str | None, event: str | None) -> str:
    """The example's name. Raises ``Refused`` for one that is taken."""
    taken = {one["name"] for one in mapping.examples}
    if wanted is not None:
        wanted = wanted.strip()
        if not wanted or len(wanted) > 100:
            raise Refused("the example's name must have 1 to 100 characters", code="bad_name")
        if wanted in taken:
            raise Refused(f"there is an example '{wanted}' already", code="name_taken")
        return wanted
    number = 1
    ending = f", {event}" if event else ""
    while (name := f"recorded {number}{ending}") in taken:
        number += 1
    return name
