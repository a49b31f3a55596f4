"""Everything in a mapping that reads something, each with its place in the file.

What stands under ``request`` and the mapping's ``when`` read the record; what stands in steps reads
what happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hub.mapping.compiled import ON_CALL, CompiledMapping
from hub.mapping.expressions import Expression
from hub.mapping.people import Part
from hub.mapping.problems import Path
from hub.mapping.reads import Names, plain_reads
from hub.mapping.references import placed_rows
from hub.mapping.rows import Row, Source
from hub.mapping.steps import Step
from hub.mapping.texts import is_text_key, names_in

ITEM = ("item", "position")


@dataclass(frozen=True)
class Place:
    """One value, condition or text. ``step`` is the step that it belongs to, None for what reads
    the record; ``besides`` are names that are known only here."""

    path: Path
    source: Source | None = None
    condition: Expression | None = None
    text: str = ""
    step: Step | None = None
    besides: tuple[str, ...] = ()

    def expression(self) -> tuple[Path, Expression] | None:
        """Its expression and where that stands."""
        if self.condition is not None:
            return self.path, self.condition
        if self.source is not None and self.source.expression is not None:
            return (*self.path, "expr"), self.source.expression
        return None

    def reads(self) -> Iterator[tuple[Path, Names]]:
        """The names that it reads, as far as they are plain, and where."""
        if self.source is not None and self.source.path is not None:
            parts = self.source.path.parts
            yield (*self.path, "from"), tuple(part for part in parts if isinstance(part, str))
        found = self.expression()
        if found is not None:
            yield from ((found[0], names) for names in plain_reads(found[1]))
        if self.text and not is_text_key(self.text):
            yield from ((self.path, tuple(name.split("."))) for name in sorted(names_in(self.text)))


def places(mapping: CompiledMapping) -> Iterator[Place]:
    """All of them, in the order of the file's parts."""
    if mapping.when is not None:
        yield Place(("when",), condition=mapping.when)
    yield from _of_request(mapping)
    for step in mapping.all_steps():
        yield from _of_step(mapping, step)


def row_places(mapping: CompiledMapping, step: Step) -> Iterator[tuple[Path, Row]]:
    """A step's own rows, without those that ``both`` stands for."""
    return ((path, row) for path, row in placed_rows(mapping, step) if row.direction == "in")


def _of_request(mapping: CompiledMapping) -> Iterator[Place]:
    request = mapping.request
    for language, text in request.title.items():
        at: Path = ("request", "title", language) if language else ("request", "title")
        yield Place(at, text=text)
    yield Place(("request", "language"), request.language.source)
    if request.user_language is not None:
        yield Place(("request", "user_language"), request.user_language.source)
    if request.number is not None:
        yield Place(("request", "number"), request.number.source)
    for index, row in enumerate(request.prefill):
        yield Place(("request", "prefill", index), row.source)
    for part in request.parts():
        yield _of_part(part)
    if request.lines is not None:
        yield Place(("request", "lines", "for_each"), request.lines.items)
        yield Place(("request", "lines", "currency"), request.lines.currency)
        for index, row in enumerate(request.lines.rows):
            yield Place(("request", "lines", "rows", index), row.source, besides=ITEM)


def _of_part(part: Part) -> Place:
    if isinstance(part.what, str):
        return Place(part.path, text=part.what, besides=part.besides)
    if isinstance(part.what, Expression):
        return Place(part.path, condition=part.what, besides=part.besides)
    return Place(part.path, part.what, besides=part.besides)


def _of_step(mapping: CompiledMapping, step: Step) -> Iterator[Place]:
    besides = ITEM if step.items is not None else ()
    if step.items is not None and step.record is None:
        yield Place((*step.path, "for_each"), step.items, step=step)
    if step.when is not None:
        yield Place((*step.path, "when"), condition=step.when, step=step, besides=besides)
    if step.target is not None:
        at: Path = (*step.path, step.action, step.aim)
        yield Place(at, step.target, step=step, besides=besides)
    for path, row in row_places(mapping, step):
        yield Place(path, row.source, step=step, besides=besides)
    for at, text in step_texts(step):
        yield Place(at, text=text, step=step, besides=besides)


def step_texts(step: Step) -> Iterator[tuple[Path, str]]:
    """Every text of a step, or key of one, with where it stands."""
    if step.text:
        yield text_path(step), step.text
    if step.file_name:
        yield (*step.path, "attach", "name"), step.file_name
    for name, texts in (("subject", step.subject), ("text", step.words)):
        at: Path = (*step.path, step.action, name)
        yield from (
            (((*at, language) if language else at), text) for language, text in texts.items()
        )


def text_path(step: Step) -> Path:
    """Where a step's text stands."""
    if step.path[0] in ("then", ON_CALL):
        return (*step.path, step.action, "text")
    if step.file_name:
        return (*step.path, "attach", "text")
    return step.path if step.record is not None else (*step.path, "note")
