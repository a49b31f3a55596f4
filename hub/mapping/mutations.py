"""Takes one row, text, condition or step out of a mapping at a time and looks whether an example
notices. What nobody would miss is either not tested or not needed.

The document is parsed once; each variant shares with it what it does not change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hub.contracts.papers import METHODS, SIGNER
from hub.kernel.errors import ConfigurationError
from hub.mapping.compiled import COMPLETED, ON_CALL, CompiledMapping
from hub.mapping.examples import run_examples
from hub.mapping.loader import compile_document
from hub.mapping.problems import Path, Problem
from hub.mapping.share import KEEP
from hub.mapping.steps import Render

# Parts of the request that are one value each.
_VALUES = ("title", "number", "language", "user_language", "reminders")
# What stands for nothing, since it is what there would be without it.
_USUAL: Mapping[str, tuple[Any, ...]] = {
    "role": (SIGNER,), "turn": (1,), "must_view": (False,), "methods": ([*METHODS],),
    "receipt": (False,), "remarks": (False,), "forward": (False,), "in_person": (False,),
    "download": (True,), "on_change": (KEEP,),
}  # fmt: skip
_ROWS = ("recipient", "prefill")


@dataclass(frozen=True)
class Removal:
    """``path`` is what is looked at, ``cut`` what has to go with it; ``show`` is what an example
    would have to hold."""

    path: Path
    cut: Path
    show: str


def unmissed(mapping: CompiledMapping, *, render: Render | None = None) -> Iterator[Problem]:
    """Every part that no example would miss. The examples must pass as they are."""
    found: list[Path] = []
    for removal in removals(mapping.document.data):
        if any(removal.path[: len(path)] == path for path in found):
            continue  # told with the step that it belongs to
        if not _missed(mapping, removal, render):
            found.append(removal.path)
            what = "step" if removal.show.startswith("{event") else "row"
            message = f"no example would miss this {what}; show it in one with {removal.show}"
            yield mapping.document.problem(removal.path, message, severity="warning")


def removals(data: Mapping[str, Any]) -> Iterator[Removal]:
    """Everything that can be taken out, in the order of the parts. The only row of a list that
    must have one goes with what holds it."""
    if "when" in data:
        yield Removal(("when",), ("when",), "expect: {skipped: true}")
    yield from _of_request(data["request"])
    for name, record in (data.get("records") or {}).items():
        at: Path = ("records", name)
        shown = f"{{event: {COMPLETED}, …}} and expect: {{records: {{{name}: {{…}}}}}}"
        yield Removal(at, at, shown)
        yield from _rows((*at, "rows"), record["rows"], f"records: {{{name}: ", "}")
        for key in ("note", "when"):
            if key in record:
                told = f"expect: {{records: {{{name}: {{note: …}}}}}}"
                yield Removal((*at, key), (*at, key), told)
    for part in ("back", "then", ON_CALL):
        for event, steps in (data.get(part) or {}).items():
            yield from _of_event(part, event, steps)


def without(data: Any, cut: Path) -> Any:
    """A copy without what stands at ``cut``; everything beside the way there is shared."""
    if len(cut) == 1:
        if isinstance(data, list):
            return [item for index, item in enumerate(data) if index != cut[0]]
        return {key: value for key, value in data.items() if key != cut[0]}
    copy: Any = list(data) if isinstance(data, list) else dict(data)
    copy[cut[0]] = without(data[cut[0]], cut[1:])
    return copy


def _of_request(request: Mapping[str, Any]) -> Iterator[Removal]:
    at: Path = ("request",)
    for index, _ in enumerate(request.get("refuse") or []):
        path = (*at, "refuse", index)
        yield Removal(path, path, "expect: {problems: [refused]}")
    for name in _VALUES:
        if name in request:
            yield Removal((*at, name), (*at, name), f"expect: {{{name}: …}}")
    for part in _ROWS:
        yield from _rows((*at, part), request.get(part) or [], f"{part}: ", "", may_be_empty=True)
    for part in ("recipients", "documents", "attachments"):
        for index, one in enumerate(request.get(part) or []):
            yield from _of_entry((*at, part, index), one, len(request[part]) == 1)
    for name, value in (request.get("signing") or {}).items():
        if value not in _USUAL.get(name, ()):
            cut: Path = (*at, "signing", name)
            yield Removal(cut, cut, f"expect: {{signing: {{{name}: …}}}}")
    for name in request.get("notify") or {}:
        cut = (*at, "notify", name)
        yield Removal(cut, cut, f"expect: {{notify: {{{name}: …}}}}")
    yield from _of_share((*at, "share"), request.get("share") or {})
    lines = request.get("lines")
    if lines:
        yield from _rows((*at, "lines", "rows"), lines["rows"], "lines: [", ", …]")


def _of_share(at: Path, share: Mapping[str, Any]) -> Iterator[Removal]:
    """What of a share reads the record, and how long it lasts. Where contacts are listed, or all of
    a customer's may be meant, it is no mapping without the customer."""
    contacts, may_go = share.get("contacts"), ("contact", None)
    if "archive_when" in share:
        cut: Path = (*at, "archive_when")
        yield Removal(cut, cut, "expect: {skipped: true} of a closed record")
    names = ("with", "customer_name", "tell", "on_change", "archive_after", "remove_after")
    for name in (*names, *(("customer",) if not contacts and share.get("with") in may_go else ())):
        if name in share and share[name] not in _USUAL.get(name, ()):
            told = "audience" if name == "with" else name
            yield Removal((*at, name), (*at, name), f"expect: {{share: {{{told}: …}}}}")
    if contacts:
        at = (*at, "contacts", "rows")
        yield from _rows(at, contacts["rows"], "share: {contacts: [", ", …]}")


def _of_entry(at: Path, one: Mapping[str, Any], alone: bool) -> Iterator[Removal]:
    """A person, a document or an attachment."""
    part = str(at[1])
    told = f"expect: {{{part}: [{{key: {one.get('key', '…')}, …}}]}}"
    yield Removal(at, at[:-1] if alone else at, told)
    for name in ("when", "must_view", "file_name", "role", "turn"):
        if name in one and one[name] not in _USUAL.get(name, ()):
            yield Removal((*at, name), (*at, name), told)
    yield from _rows((*at, "rows"), one.get("rows") or [], f"{part}: [", "]")


def _of_event(part: str, event: str, steps: list[Any]) -> Iterator[Removal]:
    for index, step in enumerate(steps):
        at: Path = (part, event, index)
        told = f"{_when(part, event)} and expect: {{{part}: …}}"
        yield Removal(at, at if len(steps) > 1 else at[:2], told)
        if "when" in step:
            yield Removal((*at, "when"), (*at, "when"), told)
        update = step.get("update")
        if part == "back" and isinstance(update, list):
            yield from _rows((*at, "update"), update, f"{part}: [{{update: ", "}]")
        if "attach" in (step.get("email") or {}):
            cut = (*at, "email", "attach")
            yield Removal(cut, cut, f"{_when(part, event)} and expect: {{{part}: [{{file: …}}]}}")
        for kind in ("create", "update", "webhook") if part != "back" else ("webhook",):
            rows = (step.get(kind) or {}).get("rows") or []
            yield from _rows((*at, kind, "rows"), rows, f"{part}: [{{{kind}: ", "}]")


def _when(part: str, event: str) -> str:
    return f"{{{'call' if part == ON_CALL else 'event'}: {event}, …}}"


def _rows(
    at: Path, rows: list[Any], before: str, after: str, *, may_be_empty: bool = False
) -> Iterator[Removal]:
    for index, row in enumerate(rows):
        if len(rows) > 1 or may_be_empty:
            name = row.get("to", "…") if isinstance(row, Mapping) else "…"
            path = (*at, index)
            yield Removal(path, path, f"expect: {{{before}{{{name}: …}}{after}}}")


def _missed(mapping: CompiledMapping, removal: Removal, render: Render | None) -> bool:
    data = without(mapping.document.data, removal.cut)
    try:
        variant = compile_document(replace(mapping.document, data=data), mapping.values)
    except ConfigurationError:
        return True  # what is left is not a mapping, or refers to what is gone
    return not all(result.passed for result in run_examples(variant, render=render))
