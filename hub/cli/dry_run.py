"""``paraph dry-run``: one record read in earnest, and what would follow from it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from hub.cli import options
from hub.cli.words import below, in_words
from hub.contracts.papers import ACTING
from hub.mapping.durations import written
from hub.mapping.notify import offered
from hub.mapping.signing import SigningPlan
from hub.services.dry_run import DryRun
from hub.services.form_answers import read_answers
from hub.services.study import open_study


@click.command("dry-run")
@options.config
@options.workspace
@options.output
@options.event
@options.answers
@click.argument("mapping")
@click.argument("ref")
def dry_run(
    folder: Path,
    workspace: str | None,
    output: str,
    event: str | None,
    answers: Path | None,
    mapping: str,
    ref: str,
) -> None:
    """Read the record REF with MAPPING (a key, or a file) and show what would follow: the request,
    its messages, and what would be written where. Nothing is written and nothing stored.

    Exit code 1 when the record or the mapping does not fit.
    """
    with in_words():
        study = open_study(folder, lambda known: options.one_workspace(known, workspace))
        try:
            given = read_answers(answers) if answers is not None else None
            told = DryRun(study, study.mapping(mapping)).run(ref, event=event, answers=given)
        finally:
            study.close()
    if output == "json":
        Console().print_json(data=told)
    else:
        for line in _lines(told):
            click.echo(line)
    sys.exit(1 if _faults(told) else 0)


def _faults(told: dict[str, Any]) -> list[Any]:
    steps = (step for steps in told.get("events", {}).values() for step in steps)
    wrong = [one for one in (*told.get("messages", ()), *steps) if one["problem"]]
    return [*told["unfit"], *told["problems"], *wrong]


def _lines(told: dict[str, Any]) -> Iterator[str]:
    mapping, record = told["mapping"], told["record"]
    yield f"mapping {mapping['key']} ({mapping['version']}), {mapping['file']}"
    if mapping["in_force"] not in (None, mapping["version"]):
        why = "held since a rollback" if mapping["held"] else "the file has changed since"
        yield f"note: new requests begin with {mapping['in_force']}, {why}"
    yield f"record {record['table']}/{record['id']} of {record['instance']}"
    for one in told["unfit"]:
        yield f"unfit: {one}"
    if not told["wanted"]:
        yield "no request: the mapping's 'when' says no"
        return
    yield from request_lines(told["request"])
    for one in told["problems"]:
        rule = f"{one['rule']} ({one['path'] or 'no path'})"
        yield f"problem: {one['where']}: {rule}: {one['message']} ({one['code']})"
    if told["problems"]:
        yield ""
        yield "The record does not fit: the request would fail at once, and nobody would be asked."
    for one in told["messages"]:
        yield from _message(one)
    for event, steps in told["events"].items():
        yield ""
        yield f"after {event}" if steps else f"after {event}: nothing"
        for step in steps:
            yield from step_lines(step)
    yield ""
    yield "Nothing was written and nothing stored."


def request_lines(request: dict[str, Any]) -> Iterator[str]:
    """What the request would be: people, providers, papers and the rest."""
    yield ""
    yield "request"
    for person in request["recipients"]:
        yield from _person(person, len(request["recipients"]) > 1)
    signing = [f"{one['instance']} ({one['title']})" for one in request["providers"]]
    yield f"  sign with {', else '.join(signing)}; reached by {', else '.join(request['channels'])}"
    for name in ("kind", "title", "number", "language", "form", "carries_on", "currency"):
        if request[name]:
            yield f"  {name} = {request[name]}"
    yield f"  expires_after = {written(timedelta(seconds=request['expires_after']))}"
    for name, value in request["prefill"].items():
        yield f"  prefill {name} = {below(value, 4)}"
    for line in request["lines"]:
        price = f"{line['quantity']} {line['unit']} at {line['price']}"
        yield f"  line {line['id']}: {line['text']}, {price}"
    for paper in (*request["documents"], *request["attachments"]):
        yield from _paper(paper)
    yield from _signing(request["signing"])
    yield from _notified(request["notify"])


def _person(person: dict[str, Any], several: bool) -> Iterator[str]:
    known = (person[name] for name in ("name", "mobile", "email") if person[name])
    turn = f" in turn {person['turn']}" if person["role"] in ACTING else ""
    who = f"{person['key']}, {person['role']}{turn}: " if several else "to "
    yield f"  {who}{', '.join(known) or 'nobody'}"


def _paper(paper: dict[str, Any]) -> Iterator[str]:
    source = paper["source"]
    what = "document" if "must_view" not in paper else "attachment"
    must = ", must be viewed" if paper.get("must_view") else ""
    name = f" ({paper['file_name']})" if paper["file_name"] else ""
    yield f"  {what} {paper['key']}: {paper['title']}{name}{must}, from {_source(source)}"
    for field, value in source.get("values", {}).items():
        yield f"      {field} = {below(value, 8)}"


def _source(source: dict[str, Any]) -> str:
    kind = source["kind"]
    if kind == "base64":
        return f"base64 of {len(source['content'])} characters"
    return f"{kind} {source.get('url') or source.get('template') or below(source['file'], 8)}"


def _notified(notify: dict[str, Any] | None) -> Iterator[str]:
    if notify is not None:
        to = notify["mobile" if notify["by"] == "sms" else "email"] or "nobody"
        yield f"  news by {notify['by']} to {to}: {_told(notify) or 'none'}"


def _told(notify: dict[str, Any]) -> str:
    """The events, those that go another way with it."""
    usual = notify["by"]
    return ", ".join(
        event if way == usual else f"{event} ({way})" for event, way in offered(notify).items()
    )


def _signing(signing: dict[str, Any]) -> Iterator[str]:
    """What the mapping says beside what is usual."""
    usual = SigningPlan().data()
    for name, value in signing.items():
        if value != usual[name] and name != "consent":
            yield f"  signing {name} = {below(value, 4)}"
    for language, text in (signing["consent"] or {}).items():
        yield f"  consent{f' ({language})' if language else ''} = {below(text, 4)}"


def _message(one: dict[str, Any]) -> Iterator[str]:
    yield ""
    number = f" {one['number']}" if one["number"] else ""
    to = f" to {one['to_name']}, {one['to']}" if one["to"] else ""
    yield f"{one['purpose']}{number} {one['when']}, by {one['channel']}{to}"
    if one["problem"]:
        yield f"  problem: {one['problem']}"
    for line in (one["subject"], *one["text"].splitlines()):
        if line:
            yield f"  | {line}"


def step_lines(step: dict[str, Any]) -> Iterator[str]:
    """One step: where it stands, what it does through what, and with which values."""
    about = f" (line {step['line']})" if "line" in step else ""
    head = f"  {step['where']}: {step['step']}{about}"
    does = step["does"]
    if step["problem"]:
        yield f"{head}: problem: {step['problem']['message']}"
    elif does is None:
        yield f"{head}: nothing to do"
    else:
        kind, target = next(iter(does.items()))
        yield f"{head}: {kind} {target}{_where(does, step['instance'])}"
        for name, value in does.get("fields", {}).items():
            yield f"      {name} = {below(value, 8)}"
        for line in (does.get("subject", ""), *does.get("text", "").splitlines()):
            if line:
                yield f"      | {line}"


def _where(does: dict[str, Any], instance: str) -> str:
    """Through what it is done, and on what condition."""
    if "email" in does:
        return f", with {', '.join(does['attach'])}" if "attach" in does else ""
    if "webhook" in does:
        return f", signed with {does['secret']}"
    match = f", unless one matches by {', '.join(does['match'])}" if "match" in does else ""
    return f" at {instance}{match}"
