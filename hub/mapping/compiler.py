"""From the grammar's data to a ``CompiledMapping``: names rules, orders steps, checks names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.contracts.papers import SOURCES, TEMPLATE
from hub.mapping.attached import file_of, items_of
from hub.mapping.compiled import COMPLETED, ON_CALL, CompiledMapping
from hub.mapping.document import Document
from hub.mapping.lines import lines_rule
from hub.mapping.papers import ATTACHMENTS, DOCUMENTS, PaperRule
from hub.mapping.paths import FieldPath
from hub.mapping.people import RECIPIENT_KEY, PersonRule
from hub.mapping.plan import ReminderRule, RequestRule
from hub.mapping.problems import Path, Problem
from hub.mapping.reading import Readable, needs
from hub.mapping.references import reference_problems
from hub.mapping.refusals import refusals
from hub.mapping.rows import Row, Source, choice_key
from hub.mapping.sendings import AIMS, EMAIL, WEBHOOK
from hub.mapping.steps import (
    ATTACH,
    CREATE,
    NOTE,
    SEALED,
    SOURCE,
    UPDATE,
    Step,
    StepSpec,
)
from hub.mapping.surroundings import identity

_DAY = timedelta(days=1)


def build(
    data: Mapping[str, Any], document: Document, given: Mapping[str, Any]
) -> tuple[CompiledMapping, list[Problem]]:
    """The mapping, and what in it refers to things that are not there. ``given`` are the
    workspace's values; those that the mapping declares count."""
    values = {name: given.get(name, default) for name, default in data["values"].items()}
    request = _request(data, values)
    mapping = CompiledMapping(
        key=data["mapping"],
        sha256=identity(document.text, document.fragments, values),
        text=document.text,
        document=document,
        values=values,
        source_instance=data["source"]["connector"],
        source_table=data["source"]["table"],
        triggers=frozenset(data["trigger"]),
        when=data["when"],
        request=request,
        record_steps=tuple(_record_steps(data["records"])),
        back_steps={
            event: tuple(_back_steps(event, steps, request, _made(event, data)))
            for event, steps in data["back"].items()
        },
        then_steps={
            event: tuple(_then_steps(event, steps, _made(event, data)))
            for event, steps in data["then"].items()
        },
        call_steps={
            name: tuple(_then_steps(name, steps, list(data["records"]), ON_CALL))
            for name, steps in data["on_call"].items()
        },
        examples=tuple(data["examples"]),
    )
    return mapping, list(reference_problems(mapping, list(data["records"])))


def _made(event: str, data: Mapping[str, Any]) -> list[str]:
    """The records that are made before the steps of an event."""
    return list(data["records"]) if event == COMPLETED else []


def named(rows: Any, prefix: str) -> tuple[Row, ...]:
    """The rows, each with the rule's name for messages."""
    return tuple(Row(one.to, one.source, one.direction, f"{prefix}.{one.to}") for one in rows)


def _request(data: Mapping[str, Any], values: Mapping[str, Any]) -> RequestRule:
    part = data["request"]
    return RequestRule(
        kind=part["kind"],
        title=part["title"],
        number=_row("record number", "number", part["number"]),
        providers=part["provider"],
        channels=part["channels"],
        language=Row("language", part["language"], rule="request.language"),
        user_language=_row("language", "user_language", part["user_language"]),
        expires_after=part["expires_after"],
        reminders=_reminders(part["reminders"]),
        form=part["form"],
        prefill=named(part["prefill"], "request.prefill"),
        people=tuple(_people(part)),
        carries_on=data["carries_on"],
        when=data["when"],
        values=values,
        lines=lines_rule(part["lines"]),
        documents=tuple(_papers(part, DOCUMENTS)),
        attachments=tuple(_papers(part, ATTACHMENTS)),
        signing=part["signing"],
        notify=part["notify"],
        share=part["share"],
        options=part["options"],
        refusals=refusals(part["refuse"]),
        failover_after=part["failover_after"],
        together=part["together"],
    )


def _people(part: Mapping[str, Any]) -> Iterator[PersonRule]:
    if "recipient" in part:
        rows = named(part["recipient"], "request.recipient")
        yield PersonRule(("request", "recipient"), RECIPIENT_KEY, rows)
    for index, one in enumerate(part.get("recipients", ())):
        at, key = ("request", "recipients", index, "rows"), one["key"]
        rows = named(one["rows"], f"request.recipients.{key}")
        yield PersonRule(at, key, rows, one["role"], one["turn"], one.get("when"))


def _papers(part: Mapping[str, Any], name: str) -> Iterator[PaperRule]:
    for index, one in enumerate(part.get(name, ())):
        kind = next(source for source in SOURCES if source in one)
        yield PaperRule(
            path=("request", name, index),
            key=one["key"],
            title=one["title"],
            kind=kind,
            source=None if kind == TEMPLATE else one[kind],
            template=one.get(TEMPLATE, ""),
            rows=named(one.get("rows", ()), f"request.{name}.{one['key']}"),
            file_name=one.get("file_name", ""),
            when=one.get("when"),
            items=one.get("for_each"),
            must_view=one.get("must_view"),
        )


def _row(to: str, name: str, source: Source | None) -> Row | None:
    return Row(to, source, rule=f"request.{name}") if source else None


def _reminders(part: Mapping[str, Any] | None) -> ReminderRule:
    if part is None:
        return ReminderRule(_DAY, _DAY, 0)
    every = part.get("every") or part["after"]
    return ReminderRule(part["after"], every, part["limit"], part["quiet"], part["channel"])


def _record_steps(records: Mapping[str, Mapping[str, Any]]) -> Iterator[Step]:
    made: list[str] = []
    for name, part in records.items():
        key, path = f"records.{name}", ("records", name)
        rows = named(part["rows"], key)
        table, instance = part.get("table", name), part["instance"]
        yield Step(
            _spec(key, instance, CREATE, [*_sources(rows), part.get("when")], made),
            path,
            table=table,
            match=part["match"],
            rows=rows,
            when=part.get("when"),
            items=part["for_each"],
        )
        if "note" in part:
            spec = _spec(f"{key}.note", instance, NOTE, [part["note"]], [*made, name])
            spec = replace(spec, needs=tuple(dict.fromkeys((name, *spec.needs))))
            at, text, items = (*path, "note"), part["note"], part["for_each"]
            yield Step(spec, at, table=table, text=text, record=name, items=items)
        made.append(name)


def _back_steps(
    event: str, steps: list[Mapping[str, Any]], request: RequestRule, made: Sequence[str]
) -> Iterator[Step]:
    for number, part in enumerate(steps):
        key, path, when = f"back.{event}.{number}", ("back", event, number), part.get("when")
        more: dict[str, Any] = {"when": when, "items": part["for_each"]}
        if part.keys() & AIMS.keys():
            yield _sending(key, path, part, made)
        elif "update" in part:
            both, own = part["update"]
            rows = ((*_answers(request, key),) if both else ()) + named(own, key)
            yield Step(
                _spec(key, SOURCE, UPDATE, [*_sources(rows), when], made), path, rows=rows, **more
            )
        elif "note" in part:
            spec = _spec(key, SOURCE, NOTE, [part["note"], when], made)
            yield Step(spec, path, text=part["note"], **more)
        else:
            kind, name, text = file_of(part["attach"])
            spec = _spec(key, SOURCE, kind, [name, text, when], made)
            more["items"] = items_of(kind, part)
            yield Step(spec, path, text=text, file_name=name, **more)


def _sending(key: str, path: Path, part: Mapping[str, Any], made: Sequence[str]) -> Step:
    """A step that sends an e-mail or calls a webhook."""
    kind = next(name for name in AIMS if name in part)
    body, when, target = part[kind], part.get("when"), part[kind][AIMS[kind]]
    rows = named(body.get("rows", ()), key)
    subject, words = body.get("subject", {}), body.get("text", {})
    reads = [*_sources(rows), target, *subject.values(), *words.values(), when]
    spec = _spec(key, body["secret"] if kind == WEBHOOK else EMAIL, kind, reads, made)
    return Step(
        replace(spec, sealed=body.get("attach", "")),
        path,
        rows=rows,
        when=when,
        target=target,
        items=part["for_each"],
        subject=subject,
        words=words,
    )


def _then_steps(
    event: str, steps: list[Mapping[str, Any]], made: Sequence[str], under: str = "then"
) -> Iterator[Step]:
    for number, part in enumerate(steps):
        key, path, when = f"{under}.{event}.{number}", (under, event, number), part.get("when")
        if part.keys() & AIMS.keys():
            yield _sending(key, path, part, made)
            continue
        kind = next(name for name in (CREATE, UPDATE, NOTE, ATTACH) if name in part)
        body = part[kind]
        rows, text, name = named(body.get("rows", ()), key), body.get("text", ""), ""
        target: Source | None = body.get("id")
        if kind == ATTACH:
            kind, name, text = file_of(body)
        yield Step(
            _spec(key, body["instance"], kind, [*_sources(rows), target, text, name, when], made),
            path,
            table=body["table"],
            match=body.get("match", ()),
            rows=rows,
            text=text,
            file_name=name,
            when=when,
            target=target,
            items=items_of(kind, part),
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
            name = _field(row.source.path)
            yield Row(
                name,
                Source(
                    path=answer,
                    fallback=spare if part == "recipient" else None,
                    chain=row.source.chain if row.direction == "both" else (),
                    choices=_turned(row.source.choices),
                    like=FieldPath(f"record.{name}", ("record", name)),
                ),
                direction="out",
                rule=f"{key}.both.{row.to}",
            )


def _field(path: FieldPath) -> str:
    """What a path of one name, perhaps below ``record``, is called as a field."""
    return str(path.parts[1] if path.root == "record" and len(path.parts) > 1 else path.root)


def _sources(rows: Iterable[Row]) -> Iterator[Source]:
    return (row.source for row in rows)


def _turned(choices: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return None if choices is None else {choice_key(value): key for key, value in choices.items()}


def _spec(
    key: str, instance: str, kind: str, reads: Iterable[Readable | None], earlier: Sequence[str]
) -> StepSpec:
    """``reads`` is everything that the step reads, ``earlier`` the records made before it."""
    found = needs((one for one in reads if one is not None), earlier)
    return StepSpec(key, instance, kind, found, SEALED[kind][0] if kind in SEALED else "")
