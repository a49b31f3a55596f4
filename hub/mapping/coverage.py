"""Whether the examples of a mapping show what it does: at least one of all, and one for each event
that something is done after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hub.mapping.compiled import COMPLETED, ON_CALL
from hub.mapping.known import Around
from hub.mapping.problems import Path, Problem

# What of the request an example should look at, since it is what people see and sign.
REQUEST = ("recipients", "documents", "attachments")
PARTS = ("records", "back", "then", ON_CALL)


def coverage_problems(around: Around) -> Iterator[Problem]:
    """Parts of the mapping that no example looks at."""
    mapping = around.mapping
    if not mapping.examples:
        message = "the mapping has no example; add at least one under 'examples'"
        yield around.problem(("mapping",), message)
        return
    for part in REQUEST:
        if part in mapping.document.data["request"] and not any(
            part in example["expect"] for example in mapping.examples
        ):
            message = f"no example shows the {part}; add one with expect: {{{part}: […]}}"
            yield around.problem(("request", part), message, "warning")
    shown = {each for example in mapping.examples for each in _shown(example)}
    for part, events in (
        ("back", mapping.back_steps),
        ("then", mapping.then_steps),
        (ON_CALL, mapping.call_steps),
    ):
        for event in events:
            if (part, event) not in shown:
                yield _not_shown(around, (part, event), part, event)
    if mapping.record_steps and ("records", COMPLETED) not in shown:
        yield _not_shown(around, ("records",), "records", COMPLETED)


def _shown(example: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Part and event that the example tells something about."""
    given, expect = example["given"], example["expect"]
    event = given.get("call") or given.get("event", COMPLETED)
    for part in PARTS:
        rule = [each.get("rule", "") for each in expect.get("error", ())]
        if part in expect or any(each.partition(".")[0] == part for each in rule):
            yield part, event


def _not_shown(around: Around, path: Path, part: str, event: str) -> Problem:
    word = "call" if part == ON_CALL else "event"
    fix = f"add one with given: {{{word}: {event}, …}} and expect: {{{part}: …}}"
    return around.problem(path, f"no example shows what happens after '{event}'; {fix}", "warning")
