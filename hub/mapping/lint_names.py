"""Whether everything that a mapping reads and writes is there: fields of the source, answers of the
form, what is known of the outcome, fields of the records that are made."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from hub.contracts import decisions
from hub.mapping.known import Around
from hub.mapping.lines import LINE_FIELDS
from hub.mapping.natives import FUNCTIONS
from hub.mapping.places import Place, row_places
from hub.mapping.problems import Path, Problem, did_you_mean, unknown_word
from hub.mapping.reads import Names, unknown_variables
from hub.mapping.row_schema import CONTEXT
from hub.mapping.sendings import AIMS
from hub.mapping.steps import SOURCE, Step

_LINES = (*LINE_FIELDS, "decision")
_PERSON = ("name", "mobile", "email")
_SIGNATURE = ("name", "at", "at_local", "order_ref", "provider", "national_id_last")
# What stands below each person's key in these.
_OF_EACH: Mapping[str, tuple[str, ...]] = {
    "recipients": ("key", "role", "turn", "language", *_PERSON, "signed_at", "state"),
    "signatures": (*_SIGNATURE, "method"),
}
# What stands below these; ``form``, ``record``, ``records`` and ``values`` depend on the file.
_BELOW: Mapping[str, tuple[str, ...]] = {
    "outcome": (
        "event",
        "reason",
        "reason_text",
        "at",
        "recipient",
        "name",
        "what",
        *decisions.TOLD,
    ),
    "remark": ("text", "files"),
    "signature": (*_SIGNATURE, "method"),
    "request": ("id", "number", "title", "language", "state", "provider", "public_link"),
    "recipient": _PERSON,
    "lines": _LINES,
    "line": (*_LINES, "step_name"),
    "totals": ("net", "vat", "gross", "currency"),
    "views": ("count", "downloads", "last_at"),
    "documents": ("key", "title", "version", "pages", "sha256"),
    "evidence": ("level", "sha256"),
    "agreement": ("provider", "reference", "url", "status", "state", "word", "looked_at"),
    "assigned": ("email", "mobile"),
}
# What is known of a record that was made: of its receipt.
_MADE = ("id", "number", "created", "repeated", "table", "filled_in")
_FIELD = "field of the source"
_FUNCTIONS = sorted(f"${name}" for name in FUNCTIONS)


def name_problems(around: Around) -> Iterator[Problem]:
    """Every name that leads nowhere."""
    for place, reads in around.places:
        for path, names in reads:
            judge = _in_step if place.step is not None else _in_request
            yield from judge(around, place, path, names)
        yield from _through_list(around, place)
        yield from _variables(around, place)
    for step in around.mapping.all_steps():
        yield from _targets(around, step)
    yield from _both_targets(around)


def _variables(around: Around, place: Place) -> Iterator[Problem]:
    found = place.expression()
    if found is not None:
        path, expression = found
        for name in unknown_variables(expression):
            message = unknown_word("function or variable", f"${name}", _FUNCTIONS)
            yield around.problem(path, message)


def _in_request(around: Around, place: Place, path: Path, names: Names) -> Iterator[Problem]:
    """Fields of the record stand at the top, and once more below ``record``."""
    if names[0] in (*place.besides, "values"):
        return
    field = names if names[0] != "record" else names[1:]
    if field:
        yield from _field_of_source(around, path, field[0], _FIELD)


def _field_of_source(around: Around, path: Path, name: str, what: str) -> Iterator[Problem]:
    mapping, known = around.mapping, around.source_fields()
    if known is not None and name not in known:
        source = (mapping.source_instance, mapping.source_table)
        yield around.problem(path, around.unknown_field(what, name, *source))


def _in_step(around: Around, place: Place, path: Path, names: Names) -> Iterator[Problem]:
    root = names[0]
    if root not in CONTEXT:
        message = unknown_word("name", root, CONTEXT)
        fields = around.source_fields()
        if fields is not None and root in fields:
            message = f"unknown name '{root}'; did you mean 'record.{root}'?"
        yield around.problem(path, message)
    elif root == "records":
        if len(names) > 2 and names[2] not in _MADE:
            what = f"name below 'records.{names[1]}'"
            yield around.problem(path, unknown_word(what, names[2], _MADE))
    elif root in _OF_EACH:
        yield from _of_each(around, path, root, names[1:])
    elif len(names) > 1:
        yield from _below(around, path, root, names[1])


def _of_each(around: Around, path: Path, root: str, names: Names) -> Iterator[Problem]:
    """``recipients.owner.name``: a person of the file, then what is known of one."""
    people = [person.key for person in around.mapping.request.people]
    if names and names[0] not in people:
        yield around.problem(path, unknown_word(f"person below '{root}'", names[0], people))
    elif len(names) > 1 and names[1] not in _OF_EACH[root]:
        what = f"name below '{root}.{names[0]}'"
        yield around.problem(path, unknown_word(what, names[1], _OF_EACH[root]))


def _through_list(around: Around, place: Place) -> Iterator[Problem]:
    """A plain path does not go into every entry of a list, as an expression does."""
    if place.step is None or place.source is None or place.source.path is None:
        return
    parts = place.source.path.parts
    several = {step.path[1] for step in around.mapping.record_steps if step.items is not None}
    at = 2 if parts[0] == "records" else 1
    known = parts[0] in ("lines", "documents") or (
        parts[0] == "records" and parts[1:2] and parts[1] in several
    )
    if known and len(parts) > at and not isinstance(parts[at], int):
        name = ".".join(map(str, parts[:at]))
        message = f"'{name}' is a list; write expr to read all of it, or {name}[0] for its first"
        yield around.problem((*place.path, "from"), message)


def _below(around: Around, path: Path, root: str, name: str) -> Iterator[Problem]:
    known: Collection[str] | None = _BELOW.get(root)
    what = f"name below '{root}'"
    if root == "record":
        yield from _field_of_source(around, path, name, what)
        return
    if root == "form":
        known, what = around.form_fields(), "form field"
        if known is None:
            message = f"'form.{name}' is never answered; add 'form' to the request, or remove it"
            yield around.problem(path, message)
    if known is not None and name not in known:
        yield around.problem(path, unknown_word(what, name, known))


def _targets(around: Around, step: Step) -> Iterator[Problem]:
    """What is written must be fields of the table."""
    if step.spec.kind in AIMS:
        return
    if step.spec.instance == SOURCE:
        instance, table = around.mapping.source_instance, around.mapping.source_table
        what = _FIELD
    else:
        instance, table = step.spec.instance, step.table
        what = f"field of '{instance}' {table}"
    known = around.fields(instance, table)
    if known is None:
        return
    for path, row in row_places(around.mapping, step):
        if row.to not in known:
            message = around.unknown_field(what, row.to, instance, table)
            yield around.problem((*path, "to"), message)


def _both_targets(around: Around) -> Iterator[Problem]:
    """A recipient row that is written back is written from an answer of the same name."""
    fields = around.form_fields()
    if fields is None:
        return
    for index, row in enumerate(around.mapping.request.recipient):
        if row.direction != "in" and row.to not in (*fields, *_BELOW["recipient"]):
            path: Path = ("request", "recipient", index, "direction")
            message = f"the form has no '{row.to}' that could be written back; use direction in"
            yield around.problem(path, f"{message} (fields: {did_you_mean(row.to, fields)})")
