"""From the grammar's data to a ``CompiledMapping``: names rules, orders steps, checks names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.kernel.crypto import sha256_hex
from hub.mapping.compiled import CompiledMapping
from hub.mapping.document import Document
from hub.mapping.grammar import is_text_key
from hub.mapping.paths import FieldPath
from hub.mapping.plan import ReminderRule, RequestRule
from hub.mapping.problems import Path, Problem, unknown_word
from hub.mapping.rows import Row, Source, choice_key
from hub.mapping.steps import ATTACH_EVIDENCE, CREATE, NOTE, SOURCE, UPDATE, Step, StepSpec

_DAY = timedelta(days=1)
_REFERENCE = re.compile(r"\brecords\.(\w+)")


def build(data: Mapping[str, Any], document: Document) -> tuple[CompiledMapping, list[Problem]]:
    """The mapping, and what in it refers to things that are not there."""
    request = _request(data)
    mapping = CompiledMapping(
        key=data["mapping"],
        sha256=sha256_hex(document.text.encode()),
        text=document.text,
        document=document,
        source_instance=data["source"]["connector"],
        source_table=data["source"]["table"],
        triggers=frozenset(data["trigger"]),
        when=data["when"],
        request=request,
        record_steps=tuple(_record_steps(data["records"])),
        back_steps={
            event: tuple(_back_steps(event, steps, request))
            for event, steps in data["back"].items()
        },
        then_steps={
            event: tuple(_then_steps(event, steps)) for event, steps in data["then"].items()
        },
        examples=tuple(data["examples"]),
    )
    return mapping, list(_references(mapping, list(data["records"])))


def named(rows: Any, prefix: str) -> tuple[Row, ...]:
    """The rows, each with the rule's name for messages."""
    return tuple(replace(row, rule=f"{prefix}.{row.to}") for row in rows)


def _request(data: Mapping[str, Any]) -> RequestRule:
    part = data["request"]
    return RequestRule(
        kind=part["kind"],
        title=part["title"],
        number=_number(part["number"]),
        providers=part["provider"],
        channels=part["channels"],
        language=Row("language", part["language"], rule="request.language"),
        expires_after=part["expires_after"],
        reminders=_reminders(part["reminders"]),
        form=part["form"],
        prefill=named(part["prefill"], "request.prefill"),
        recipient=named(part["recipient"], "request.recipient"),
        carries_on=data["carries_on"],
        when=data["when"],
    )


def _number(source: Source | None) -> Row | None:
    return Row("record number", source, rule="request.number") if source else None


def _reminders(part: Mapping[str, Any] | None) -> ReminderRule:
    if part is None:
        return ReminderRule(_DAY, _DAY, 0)
    every = part.get("every") or part["after"]
    return ReminderRule(part["after"], every, part["limit"], part["quiet"], part["channel"])


def _record_steps(records: Mapping[str, Mapping[str, Any]]) -> Iterator[Step]:
    for name, part in records.items():
        key, path = f"records.{name}", ("records", name)
        rows = named(part["rows"], key)
        table, instance = part.get("table", name), part["instance"]
        yield Step(
            _spec(key, instance, CREATE, rows, "", part.get("when")),
            path,
            table=table,
            match=part["match"],
            rows=rows,
            when=part.get("when"),
        )
        if "note" in part:
            spec = _spec(f"{key}.note", instance, NOTE, (), part["note"], None, name)
            yield Step(spec, (*path, "note"), table=table, text=part["note"], record=name)


def _back_steps(event: str, steps: list[Mapping[str, Any]], request: RequestRule) -> Iterator[Step]:
    for number, part in enumerate(steps):
        key, path, when = f"back.{event}.{number}", ("back", event, number), part.get("when")
        if "update" in part:
            both, own = part["update"]
            rows = ((*_answers(request, key),) if both else ()) + named(own, key)
            yield Step(_spec(key, SOURCE, UPDATE, rows, "", when), path, rows=rows, when=when)
        elif "note" in part:
            spec = _spec(key, SOURCE, NOTE, (), part["note"], when)
            yield Step(spec, path, text=part["note"], when=when)
        else:
            yield Step(StepSpec(key, SOURCE, ATTACH_EVIDENCE), path, when=when)


def _then_steps(event: str, steps: list[Mapping[str, Any]]) -> Iterator[Step]:
    for number, part in enumerate(steps):
        key, path, when = f"then.{event}.{number}", ("then", event, number), part.get("when")
        kind = next(name for name in (CREATE, UPDATE, NOTE) if name in part)
        body = part[kind]
        rows, text = named(body.get("rows", ()), key), body.get("text", "")
        target: Source | None = body.get("id")
        read = (*rows, Row("id", target)) if target else rows
        yield Step(
            _spec(key, body["instance"], kind, read, text, when),
            path,
            table=body["table"],
            match=body.get("match", ()),
            rows=rows,
            text=text,
            when=when,
            target=target,
        )


def _answers(request: RequestRule, key: str) -> Iterator[Row]:
    """The rows that ``both`` stands for: each prefill or recipient row with direction ``both`` or
    ``out``, turned round. The customer's answer wins; a recipient's value stands in without one."""
    for part, rows in (("prefill", request.prefill), ("recipient", request.recipient)):
        for row in rows:
            if row.direction == "in" or row.source.path is None:
                continue
            answer = FieldPath(f"form.{row.to}", ("form", row.to))
            spare = FieldPath(f"recipient.{row.to}", ("recipient", row.to))
            yield Row(
                row.source.path.text.removeprefix("record."),
                Source(
                    path=answer,
                    fallback=spare if part == "recipient" else None,
                    chain=row.source.chain if row.direction == "both" else (),
                    choices=_turned(row.source.choices),
                ),
                rule=f"{key}.both.{row.to}",
            )


def _turned(choices: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return None if choices is None else {choice_key(value): key for key, value in choices.items()}


def _spec(
    key: str, instance: str, kind: str, rows: Any, text: str, when: Any, record: str = ""
) -> StepSpec:
    needs = [record] if record else []
    texts = [row.source.reads for row in rows]
    texts += [row.source.expression.text for row in rows if row.source.expression]
    texts += [text] if text and not is_text_key(text) else []
    texts += [when.text] if when else []
    for each in texts:
        needs += _REFERENCE.findall(each)
    return StepSpec(key, instance, kind, tuple(dict.fromkeys(needs)))


def _references(mapping: CompiledMapping, names: list[str]) -> Iterator[Problem]:
    """Steps that need a record which is not there, or which comes later."""
    for step in mapping.all_steps():
        own: Path = step.path
        here = names.index(str(own[1])) if own[0] == "records" else len(names)
        at_most = here + 1 if step.record else here
        for need in step.spec.needs:
            if need not in names:
                message = unknown_word("record", need, names)
                yield mapping.document.problem(own, f"needs {message}")
            elif names.index(need) >= at_most:
                message = f"needs record '{need}', which is made later; move '{need}' up"
                yield mapping.document.problem(own, message)
            elif own[0] in ("back", "then") and own[1] != "completed":
                message = f"needs record '{need}', which is only made when completed; remove it"
                yield mapping.document.problem(own, message)
