"""Which row of a mapping gave a value: from the name of a rule, or from a place in an example."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from hub.mapping.compiled import CompiledMapping
from hub.mapping.expectations import OPERATORS
from hub.mapping.places import row_places, text_path
from hub.mapping.problems import Path
from hub.mapping.steps import Step

_POSITION = re.compile(r"\[\d+\]")
_SINGLE = ("language", "user_language", "title", "number")
_SETTINGS = (
    *_SINGLE, "kind", "provider", "channels", "form", "expires_after", "reminders",
)  # fmt: skip


class Origins:
    """The rows of one mapping by their rules."""

    def __init__(self, mapping: CompiledMapping) -> None:
        self._mapping = mapping

    @cached_property
    def _rules(self) -> dict[str, Path]:
        """Made when something differs: good examples need none of it."""
        rules: dict[str, Path] = dict(_of_request(self._mapping))
        for step in self._mapping.all_steps():
            rules |= dict(_of_step(self._mapping, step))
        return rules

    def of_rule(self, rule: str) -> Path | None:
        """Where the rule of a ``RowProblem`` or ``MappingError`` stands."""
        plain = _POSITION.sub("", rule)
        number, both, name = plain.partition(".both.")
        if both:
            found = self._rules.get(f"request.prefill.{name}")
            return found or self._rules.get(f"request.recipient.{name}")
        return self._rules.get(plain) or self._rules.get(number)

    def of(self, path: Path, steps: Mapping[tuple[str | int, ...], Step]) -> Path | None:
        """Where the row stands that gave the value at ``path`` of ``expect``. ``steps`` are those
        that gave the entries of ``back`` and ``then``."""
        path = tuple(part for part in path if part not in OPERATORS)
        rest = tuple(part for part in path[1:] if not isinstance(part, int))
        match path[:1]:
            case ("carries_on",):
                return ("carries_on",)
            case ("skipped",):
                return self.of_rule("when")
            case ("recipient" | "prefill" as part,) if rest:
                return self.of_rule(f"request.{part}.{rest[0]}")
            case ("recipients" | "documents" | "attachments" as part,) if rest:
                return self._of_part(part, rest)
            case ("signing" | "notify",):
                return ("request", *path)
            case ("share",):
                return self._of_share(rest)
            case ("lines",):
                return self.of_rule(f"request.lines.{rest[0]}" if rest else "request.lines")
            case ("currency",):
                return self.of_rule("request.lines.currency")
            case ("records",) if rest:
                return self.of_rule(".".join(("records", *rest[:2])))
            case ("back" | "then" | "on_call",) if path[:2] in steps:
                return self._of_entry(path, steps[path[:2]])
            case (str() as part,) if part in _SETTINGS:
                return ("request", *path)
        return None

    def _of_part(self, part: str, rest: tuple[str | int, ...]) -> Path | None:
        """Of somebody, a document or an attachment, whose key stands first."""
        key, *names = (str(name) for name in rest if name not in ("source", "values"))
        own = f"request.{part}.{key}"
        found = self._rules.get(".".join((own, *names[:1])))
        return found or self._rules.get(own) or self._rules.get(re.sub(r"-\d+$", "", own))

    def _of_share(self, rest: tuple[str | int, ...]) -> Path | None:
        name = "with" if rest[:1] == ("audience",) else ".".join(map(str, rest))
        return self.of_rule(f"request.share.{name}") or ("request", "share", *rest[:1])

    def _of_entry(self, path: Path, step: Step) -> Path | None:
        field = next((part for part in path[3:] if isinstance(part, str)), "")
        rules = [row.rule for row in step.rows if row.to == field]
        return (self.of_rule(rules[-1]) if rules else None) or step.path


def _of_request(mapping: CompiledMapping) -> Iterator[tuple[str, Path]]:
    request: Path = ("request",)
    yield "when", ("when",)
    yield from ((f"request.{name}", (*request, name)) for name in _SINGLE)
    rule = mapping.request
    for index, row in enumerate(rule.prefill):
        yield row.rule, (*request, "prefill", index)
    for person in rule.people:
        yield person.rule, person.path if person.alone else person.path[:-1]
    for paper in rule.papers:
        yield paper.rule, paper.path
    for part in rule.parts():
        yield part.rule, part.path
    if rule.lines is not None:
        lines = (*request, "lines")
        yield "request.lines", lines
        yield from ((f"request.lines.{name}", (*lines, name)) for name in ("for_each", "currency"))
        for index, row in enumerate(rule.lines.rows):
            yield row.rule, (*lines, "rows", index)


def _of_step(mapping: CompiledMapping, step: Step) -> Iterator[tuple[str, Path]]:
    key = step.spec.key
    yield key, (text_path(step) if step.text else step.path)
    for name in ("when", "for_each"):
        yield f"{key}.{name}", (*step.path, name)
    yield f"{key}.{step.aim}", (*step.path, step.action, step.aim)
    for path, row in row_places(mapping, step):
        yield row.rule, path
