"""Runs the examples that stand in a mapping file. Only what ``expect`` names is compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hub.kernel.errors import MappingError
from hub.mapping.compiled import CompiledMapping
from hub.mapping.coverage import PARTS
from hub.mapping.example_events import Happened, happened
from hub.mapping.expectations import Mismatch, as_expected, mismatches
from hub.mapping.origins import Origins
from hub.mapping.plan import RequestPlan
from hub.mapping.problems import Path, Problem, RowProblem
from hub.mapping.steps import Render
from hub.mapping.texts import is_text_key, render

MOMENT = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
_Fault = RowProblem | MappingError
_HAPPENED = {"event", "call"}  # with one of them steps follow


@dataclass(frozen=True)
class ExampleResult:
    """How one example went; without problems it passed. Each problem has its mismatch, for those
    who show both sides."""

    name: str
    path: Path
    problems: tuple[Problem, ...]
    mismatches: tuple[Mismatch, ...]

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.problems

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems)) or f"{self.name}: passed"


def run_examples(mapping: CompiledMapping, *, render: Render | None = None) -> list[ExampleResult]:
    """All examples, in the order of the file. ``render`` makes the workspace's texts; without it a
    text's key stands for itself."""
    origins = Origins(mapping)
    return [
        _Run(mapping, index, example, render, origins).result()
        for index, example in enumerate(mapping.examples)
    ]


def outcome(
    mapping: CompiledMapping, given: Mapping[str, Any], *, render: Render | None = None
) -> dict[str, Any]:
    """What a mapping gives for an example's ``given``, in the words of ``expect``. What happens
    after the event only where ``given`` names one. Raises ``MappingError`` for a step that
    fails."""
    example = {"name": "", "given": given, "expect": {}}
    return _Run(mapping, 0, example, render, Origins(mapping)).outcome()


class _Run:
    """One example: evaluates the mapping on what is given, compares with what is expected."""

    def __init__(
        self,
        mapping: CompiledMapping,
        index: int,
        example: Mapping[str, Any],
        workspace: Render | None,
        origins: Origins,
    ) -> None:
        self.mapping, self.workspace, self.origins = mapping, workspace, origins
        self.path: Path = ("examples", index, "expect")
        self.name, self.given, self.expect = example["name"], example["given"], example["expect"]
        self.now = self.given.get("now", MOMENT)
        self.steps: Happened | None = None

    def result(self) -> ExampleResult:
        """Run it."""
        found = [(each, self._problem(each, origin)) for each, origin in self._differences()]
        problems = tuple(problem for _, problem in found)
        return ExampleResult(self.name, self.path[:2], problems, tuple(each for each, _ in found))

    def outcome(self) -> dict[str, Any]:
        """Everything that ``expect`` could name."""
        plan = self.mapping.plan(self.given["record"], now=self.now)
        if plan is None:
            return {"skipped": True}
        found = {**_planned(plan), "problems": sorted(problem.code for problem in plan.problems)}
        if _HAPPENED & self.given.keys():
            steps = happened(self.mapping, self.given, plan, self.now, self._render())
            if steps.failed:
                raise steps.failed[0]
            found |= steps.parts
        told: dict[str, Any] = as_expected(found)
        return told

    def _differences(self) -> Iterator[tuple[Mismatch, Path | None]]:
        plan = self.mapping.plan(self.given["record"], now=self.now)
        wanted = self.expect.get("skipped", False)
        yield from self._compare({"skipped": wanted}, {"skipped": plan is None})
        if plan is None or wanted:
            return
        yield from self._compare(self.expect, _planned(plan))
        happened_too = any(part in self.expect for part in PARTS) or (
            "error" in self.expect and _HAPPENED & self.given.keys()
        )
        if happened_too:
            self.steps = happened(self.mapping, self.given, plan, self.now, self._render())
        faults: list[_Fault] = [*plan.problems, *(self.steps.failed if self.steps else ())]
        yield from self._compare_faults(plan.problems, faults)
        if self.steps is not None and not self._unexpected(self.steps.failed):
            yield from self._compare(self.expect, self.steps.parts)

    def _compare(
        self, expect: Mapping[str, Any], found: Mapping[str, Any]
    ) -> Iterator[tuple[Mismatch, Path | None]]:
        steps = self.steps.entries if self.steps is not None else {}
        for part, value in found.items():
            if part in expect:
                for each in mismatches(expect[part], value, (part,)):
                    yield each, self.origins.of(_keyed(each.path, found), steps)

    def _compare_faults(
        self, planned: Iterable[RowProblem], faults: list[_Fault]
    ) -> Iterator[tuple[Mismatch, Path | None]]:
        """What does not fit in the record must be what is expected not to fit."""
        wanted = self.expect.get("error", ())
        for index, one in enumerate(wanted):
            if not any(_is(one, fault) for fault in faults):
                said = f"expected a problem with {_words(one)}, got {_told(faults)}"
                yield (
                    Mismatch(("error", index), one, _told(faults), said),
                    self.origins.of_rule(one.get("rule", "")),
                )
        failed = self.steps.failed if self.steps is not None else ()
        for fault in self._unexpected(failed):
            yield Mismatch((), "no problem", str(fault), f"fails: {fault}"), self._origin([fault])
        if "problems" in self.expect or not wanted:
            yield from self._compare_codes(list(planned))
            return
        for fault in self._unexpected(planned):
            said = f"expected no problem beside those under 'error', got {_told([fault])}"
            yield Mismatch(("error",), "", _told([fault]), said), self._origin([fault])

    def _compare_codes(self, planned: list[RowProblem]) -> Iterator[tuple[Mismatch, Path | None]]:
        expected = sorted(self.expect.get("problems", []))
        codes = sorted(problem.code for problem in planned)
        if expected != codes:
            more = [problem for problem in planned if problem.code not in expected]
            said = f"expected {expected!r}, got {_told(planned) if more else repr(codes)}"
            yield Mismatch(("problems",), expected, codes, said), self._origin(more)

    def _unexpected(self, faults: Iterable[_Fault]) -> list[_Fault]:
        wanted = self.expect.get("error", ())
        return [fault for fault in faults if not any(_is(one, fault) for one in wanted)]

    def _origin(self, faults: list[Any]) -> Path | None:
        return self.origins.of_rule(faults[0].rule) if faults else None

    def _render(self) -> Render:
        workspace = self.workspace
        if workspace is not None:
            return workspace
        return lambda text, context: text if is_text_key(text) else render(text, context)

    def _problem(self, mismatch: Mismatch, origin: Path | None) -> Problem:
        document = self.mapping.document
        fault = f"example '{self.name}': {mismatch.said}".replace("; ", ", ")
        row = "rule"
        if origin is not None:
            line, own = document.where(origin)[0], document.file(self.path)
            place = document.file(origin)
            row = f"row in line {line}" if place == own else f"row at {place}:{line}"
        path, fix = (
            (*self.path, *mismatch.path),
            f"correct the {row}, or the example if it is wrong",
        )
        return document.problem(path, f"{fault}; {fix}")


def _keyed(path: Path, found: Mapping[str, Any]) -> Path:
    """The place of a person, a document or an attachment by its key, not by its number."""
    if path[:1] in (("recipients",), ("documents",), ("attachments",)):
        numbers = [part for part in path[1:] if isinstance(part, int)]
        entries = found[str(path[0])]
        if numbers and numbers[0] < len(entries):
            names = [part for part in path[1:] if isinstance(part, str)]
            return (path[0], entries[numbers[0]]["key"], *names)
    return path


def _planned(plan: RequestPlan) -> dict[str, Any]:
    reminders = plan.reminders
    quiet = reminders.quiet
    return {
        "kind": plan.kind,
        "provider": plan.providers,
        "channels": plan.channels,
        "form": plan.form,
        "carries_on": plan.carries_on,
        "expires_after": plan.expires_after,
        "reminders": {
            **vars(reminders),
            "quiet": f"{quiet[0]:%H:%M}-{quiet[1]:%H:%M}" if quiet else None,
        },
        "language": plan.language,
        "user_language": plan.user_language,
        "title": plan.title,
        "number": plan.number,
        **_people(plan),
        "documents": [paper.data() for paper in plan.documents],
        "attachments": [paper.data() for paper in plan.attachments],
        "signing": plan.signing.data(),
        "notify": plan.notify.data() if plan.notify is not None else None,
        "share": plan.share.data() if plan.share is not None else None,
        "prefill": dict(plan.prefill),
        "lines": [line.data() for line in plan.lines],
        "currency": plan.currency,
    }


def _people(plan: RequestPlan) -> dict[str, Any]:
    """``recipient`` is the first who acts; ``recipients`` are all in their turns."""
    found = [
        {name: value for name, value in vars(person).items() if value is not None}
        for person in plan.recipients
    ]
    return {"recipient": found[0], "recipients": found}


def _is(wanted: Mapping[str, str], fault: _Fault) -> bool:
    """Whether the problem is the one that ``error`` describes."""
    step = isinstance(fault, MappingError)
    code = fault.word if isinstance(fault, MappingError) else fault.code
    words = [fault.detail] if isinstance(fault, MappingError) else [
        fault.message, *fault.wording.values()
    ]  # fmt: skip
    return (
        wanted.get("rule", fault.rule) == fault.rule
        and wanted.get("path", fault.path) == fault.path
        and wanted.get("code", code) in ((code, fault.code) if step else (code,))
        and any(wanted.get("text", "") in text for text in words)
    )


def _words(wanted: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value!r}" for name, value in wanted.items())


def _told(faults: Iterable[_Fault]) -> str:
    told = [
        f"{fault.word or fault.code} in {fault.rule}"
        if isinstance(fault, MappingError)
        else f"{fault.code} in {fault.rule}"
        for fault in faults
    ]
    return ", ".join(told) or "none"
