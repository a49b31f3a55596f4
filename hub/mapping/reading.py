"""What sources, conditions and texts read right below a name such as ``records`` or ``values``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hub.mapping.expressions import Expression
from hub.mapping.paths import FieldPath
from hub.mapping.reads import reads_below
from hub.mapping.rows import Source
from hub.mapping.texts import is_text_key, names_in

Readable = Source | Expression | str
"""A source, a condition, or a text that people read."""


def below(readable: Readable, root: str) -> Iterator[str | None]:
    """The names below ``root`` that it reads; None where it cannot be seen which."""
    if isinstance(readable, str):
        if readable and not is_text_key(readable):
            for name in names_in(readable):
                first, _, rest = name.partition(".")
                if first == root:
                    yield rest.partition(".")[0] or None
        return
    if isinstance(readable, Expression):
        yield from reads_below(readable, root)
        return
    for path in (readable.path, readable.fallback):
        if path is not None and path.root == root:
            yield _second(path)
    if readable.expression is not None:
        yield from reads_below(readable.expression, root)


def mentions(readable: Readable, word: str) -> bool:
    """Whether the word stands in it at all. Names have no other spelling, so whatever does not
    mention one does not read it by name; asked first, since looking closely takes longer."""
    if isinstance(readable, str):
        return word in readable
    if isinstance(readable, Expression):
        return word in readable.text
    for path in (readable.path, readable.fallback):
        if path is not None and path.root == word:
            return True
    return readable.expression is not None and word in readable.expression.text


def needs(readables: Iterable[Readable], earlier: Sequence[str]) -> tuple[str, ...]:
    """Which records something needs, of which ``earlier`` are made before it: where it cannot be
    seen, all of those."""
    found: list[str] = []
    for readable in readables:
        for name in below(readable, "records"):
            found += earlier if name is None else [name]
    return tuple(dict.fromkeys(found))


def _second(path: FieldPath) -> str | None:
    name = path.parts[1] if len(path.parts) > 1 else None
    return name if isinstance(name, str) else None
