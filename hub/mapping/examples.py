"""Runs the examples that stand in a mapping file. Only what ``expect`` names is compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hub.contracts.records import Create, Note, Operation, RecordRef, Update
from hub.kernel.errors import MappingError
from hub.mapping.compiled import COMPLETED, CompiledMapping
from hub.mapping.grammar import is_text_key
from hub.mapping.plan import RequestPlan
from hub.mapping.problems import Path, Problem
from hub.mapping.steps import Render
from hub.mapping.texts import render

MOMENT = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
_NOTHING = object()


@dataclass(frozen=True)
class ExampleResult:
    """How one example went; without problems it passed."""

    name: str
    problems: tuple[Problem, ...]

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.problems

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems)) or f"{self.name}: passed"


def run_examples(mapping: CompiledMapping, *, render: Render | None = None) -> list[ExampleResult]:
    """All examples, in the order of the file. Without ``render``, a text key stands for itself."""
    return [
        _Run(mapping, index, example, render or _render).result()
        for index, example in enumerate(mapping.examples)
    ]


def outcome(
    mapping: CompiledMapping, given: Mapping[str, Any], *, render: Render | None = None
) -> dict[str, Any]:
    """What a mapping gives for an example's ``given``, in the words of ``expect``. What happens
    after the event only where ``given`` names one. Raises ``MappingError``."""
    example = {"name": "", "given": given, "expect": {}}
    return _Run(mapping, 0, example, render or _render).outcome()


def _render(text: str, context: Mapping[str, Any]) -> str:
    return text if is_text_key(text) else render(text, context)


class _Run:
    """One example: evaluates the mapping on what is given, compares with what is expected."""

    def __init__(
        self, mapping: CompiledMapping, index: int, example: Mapping[str, Any], render: Render
    ) -> None:
        self.mapping, self.render = mapping, render
        self.path: Path = ("examples", index, "expect")
        self.name, self.given, self.expect = example["name"], example["given"], example["expect"]
        self.now = self.given.get("now", MOMENT)

    def result(self) -> ExampleResult:
        """Run it."""
        return ExampleResult(self.name, tuple(self._differences()))

    def outcome(self) -> dict[str, Any]:
        """Everything that ``expect`` could name."""
        plan = self.mapping.plan(self.given["record"], now=self.now)
        if plan is None:
            return {"skipped": True}
        codes = sorted(problem.code for problem in plan.problems)
        happened = self._happened(plan) if "event" in self.given else {}
        return {**_planned(plan), "problems": codes, **happened}

    def _differences(self) -> Iterator[Problem]:
        plan = self.mapping.plan(self.given["record"], now=self.now)
        yield from self._compare(("skipped",), self.expect.get("skipped", False), plan is None)
        if plan is None:
            return
        yield from self._compare_plan(plan)
        if any(part in self.expect for part in ("records", "back", "then")):
            try:
                happened = self._happened(plan)
            except MappingError as error:
                yield self._problem((), f"fails: {error}")
                return
            for part, found in happened.items():
                if part in self.expect:
                    yield from self._compare((part,), self.expect[part], found)

    def _compare_plan(self, plan: RequestPlan) -> Iterator[Problem]:
        for part, value in _planned(plan).items():
            if part in self.expect:
                yield from self._compare((part,), self.expect[part], value)
        codes = sorted(problem.code for problem in plan.problems)
        yield from self._compare(("problems",), sorted(self.expect.get("problems", [])), codes)

    def _happened(self, plan: RequestPlan) -> dict[str, Any]:
        """The operations of the event, as data."""
        event = self.given.get("event", COMPLETED)
        context = self._context(plan, event)
        found: dict[str, Any] = {"records": {}, "back": [], "then": []}
        source = RecordRef(self.mapping.source_table, "example")
        for spec in self.mapping.steps(event, lambda: context, self.now):
            operation = self.mapping.operation(
                spec.key, context, source=source, now=self.now, render=self.render
            )
            part, _, rest = spec.key.partition(".")
            if part != "records":
                found[part] += [] if operation is None else [_shown(operation)]
            elif isinstance(operation, Create):
                self._made(rest, operation, found["records"], context["records"])
            elif isinstance(operation, Note):
                name, _, index = rest.partition(".note")
                one = found["records"][name]
                (one[int(index[1:-1])] if index else one)["note"] = operation.text
        return found

    def _made(
        self, rest: str, operation: Create, found: dict[str, Any], records: dict[str, Any]
    ) -> None:
        """A record that was made, or one of several."""
        name, _, index = rest.rstrip("]").partition("[")
        made = {"id": f"example-{rest}", "created": True, **operation.fields}
        told = self.given.get("records", {}).get(name, {})
        if not index:
            found[name] = dict(operation.fields)
            records[name] = {**made, **told}
            return
        at = int(index)
        one = told[at] if isinstance(told, list) and at < len(told) else {}
        for kept, value in ((found, dict(operation.fields)), (records, {**made, **one})):
            entries = kept.setdefault(name, [])
            entries += [None] * (at - len(entries))  # items for which there was nothing to make
            entries.append(value)

    def _context(self, plan: RequestPlan, event: str) -> dict[str, Any]:
        given, person = self.given, plan.recipients[0]
        moment = self.now.isoformat().replace("+00:00", "Z")
        return {
            "record": given["record"],
            "form": given.get("form", {}),
            "recipient": {**vars(person), **given.get("recipient", {})},
            "request": {
                "id": "example",
                "number": "1",
                "url": "",
                "title": plan.title,
                "language": plan.language,
                **given.get("request", {}),
            },
            "outcome": {"event": event, "at": moment, **given.get("outcome", {})},
            "signature": given.get("signature", {}),
            "records": {},
            "lines": given.get("lines", [line.data() for line in plan.lines]),
            "line": given.get("line", {}),
            "carries_on": self.mapping.carries_on,
            "handling": self.mapping.carries_on,
        }

    def _compare(self, path: Path, expected: Any, found: Any) -> Iterator[Problem]:
        """Objects: each expected key. Lists: same length, entry by entry. Else equality."""
        if isinstance(expected, Mapping) and isinstance(found, Mapping):
            for key, value in expected.items():
                yield from self._compare((*path, key), value, found.get(key, _NOTHING))
        elif isinstance(expected, list) and isinstance(found, list) and path != ("problems",):
            if len(expected) != len(found):
                yield self._problem(path, f"expected {len(expected)} entries, got {len(found)}")
            for index, (one, other) in enumerate(zip(expected, found, strict=False)):
                yield from self._compare((*path, index), one, other)
        elif expected != found or isinstance(expected, bool) != isinstance(found, bool):
            got = "nothing" if found is _NOTHING else repr(found)
            yield self._problem(path, f"expected {expected!r}, got {got}")

    def _problem(self, path: Path, message: str) -> Problem:
        fault = f"example '{self.name}': {message}".replace("; ", ", ")
        fix = "correct the rule, or the example if the rule is right"
        return self.mapping.document.problem((*self.path, *path), f"{fault}; {fix}")


def _planned(plan: RequestPlan) -> dict[str, Any]:
    person = plan.recipients[0]
    return {
        "language": plan.language,
        "title": plan.title,
        "number": plan.number,
        "recipient": {name: value for name, value in vars(person).items() if value is not None},
        "prefill": dict(plan.prefill),
        "lines": [line.data() for line in plan.lines],
        "currency": plan.currency,
    }


def _shown(operation: Operation) -> dict[str, Any]:
    if isinstance(operation, Update):
        return {"update": dict(operation.fields)}
    if isinstance(operation, Create):
        return {"create": dict(operation.fields), "table": operation.table}
    if isinstance(operation, Note):
        return {"note": operation.text}
    return {"attach": operation.file_name}
