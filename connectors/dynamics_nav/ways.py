"""How notes, files and changes of a table are dealt with: parts of its settings.

What a page cannot do, a codeunit does. A call of one (``Call``) names procedure and arguments;
what it did is found again (``Find``) in a page that lists notes or files, since a procedure that is
called twice does its work twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from marshmallow import fields, validate

from hub.contracts.parts import Named, part
from hub.contracts.settings import setting

A_NAME = validate.Regexp(r"^[^\W\d]\w{0,79}(?![\s\S])", error="must be a name without blanks")
NO_NAME = validate.Regexp(r"^(?:[^\W\d]\w{0,79})?(?![\s\S])", error="must be a name without blanks")
AN_ENTITY = validate.Regexp(
    r"^(?:[A-Za-z0-9_.-]+/)*[A-Za-z_]\w{0,79}(?![\s\S])|^(?![\s\S])",
    error="must be an entity set, with its route before it if that is another one",
)


def templates() -> Named:
    """A field of names with texts that hold placeholders."""
    return Named(keys=fields.String(validate=A_NAME), values=fields.String())


@dataclass(frozen=True, kw_only=True)
class Call:
    """One procedure of a codeunit."""

    codeunit: str = setting(
        fields.String(validate=A_NAME),
        title="Codeunit",
        help="The service name of the codeunit, such as SigningHub.",
    )
    procedure: str = setting(
        fields.String(validate=A_NAME), title="Procedure", help="Its procedure, such as AddNote."
    )
    arguments: Mapping[str, str] = setting(
        templates(),
        title="Arguments",
        help="Parameter names with what they get: fixed text, or {id}, {reference}, {text}, "
        "{file_name}, {content_type}, {content} (base64) and, of what was found, {found.Field}.",
        default={},
    )


@dataclass(frozen=True, kw_only=True)
class Find:
    """Where it can be seen that something is there: rows of a page (SOAP) or entity set (API)."""

    service: str = setting(
        fields.String(validate=NO_NAME),
        title="Page",
        help="The service name of the page that lists them, for surface soap.",
        default="",
    )
    entity: str = setting(
        fields.String(validate=AN_ENTITY),
        title="Entity set",
        help="The entity set that lists them, for surface api, such as ODataV4/RecordNote.",
        default="",
    )
    filters: Mapping[str, str] = setting(
        templates(),
        title="Filters",
        help="Field names with the value that they must have, placeholders as in arguments.",
        default={},
    )


@dataclass(frozen=True, kw_only=True)
class Through:
    """Fields that a procedure writes: what the page itself would refuse of a released document."""

    fields: list[str] = setting(
        fields.List(fields.String(validate=A_NAME), validate=validate.Length(min=1)),
        title="Fields",
        help="Names of the fields; {field.Name} in arguments is what is written, or stands there.",
    )
    call: Call = setting(part(Call), title="Call", help="The procedure that writes them.")


@dataclass(frozen=True, kw_only=True)
class Make:
    """A record that a procedure makes, such as an order out of a quote."""

    call: Call = setting(
        part(Call),
        title="Call",
        help="The procedure; {field.Name} is a field of the mapping, which is then not written by "
        "itself, {reference} our reference.",
    )
    result: str = setting(
        fields.String(validate=A_NAME),
        title="Result",
        help="Which value of the answer holds the new record's number.",
        default="return_value",
    )


@dataclass(frozen=True, kw_only=True)
class Notes:
    """Where a note about a record goes."""

    field: str = setting(
        fields.String(validate=NO_NAME),
        title="Field",
        help="A text field of the record to which notes are appended; mind its length.",
        default="",
    )
    call: Call | None = setting(
        part(Call), title="Call", help="The procedure that adds a note.", default=None
    )
    find: Find | None = setting(
        part(Find), title="Find", help="Where a note is found by our reference.", default=None
    )


@dataclass(frozen=True, kw_only=True)
class Attachments:
    """How a file gets to a record."""

    call: Call | None = setting(
        part(Call), title="Call", help="The procedure that attaches a file.", default=None
    )
    find: Find | None = setting(
        part(Find), title="Find", help="Where a file is found by our reference.", default=None
    )
    entity: str = setting(
        fields.String(validate=AN_ENTITY),
        title="Entity set",
        help="documentAttachments or attachments of the API (two steps: entry, then bytes).",
        default="",
    )
    parent_type: str = setting(
        fields.String(),
        title="Parent type",
        help="What the API calls this kind of record, such as Sales Quote.",
        default="",
    )


@dataclass(frozen=True, kw_only=True)
class Files:
    """How a file of a record is read."""

    find: Find | None = setting(
        part(Find),
        title="Find",
        help="Rows of the record's files; {file} is what the mapping names, {id} the record.",
        default=None,
    )
    call: Call | None = setting(
        part(Call), title="Call", help="The procedure that gives the bytes.", default=None
    )
    content: str = setting(
        fields.String(validate=A_NAME),
        title="Content",
        help="Which value of the answer holds the bytes in base64.",
        default="return_value",
    )
    name: str = setting(
        fields.String(validate=NO_NAME),
        title="Name",
        help="The field of the row that was found, or value of the answer, with the file's name.",
        default="",
    )
    entity: str = setting(
        fields.String(validate=AN_ENTITY),
        title="Entity set",
        help="documentAttachments or attachments of the API.",
        default="",
    )


@dataclass(frozen=True, kw_only=True)
class Changes:
    """How what changed is found, since NAV tells nobody over SOAP."""

    field: str = setting(
        fields.String(validate=NO_NAME),
        title="Field",
        help="A field with the date or moment of the last change; empty: all rows are read and "
        "their versions compared with those of the last time.",
        default="",
    )
    filters: Mapping[str, str] = setting(
        Named(keys=fields.String(validate=A_NAME), values=fields.String()),
        title="Filters",
        help="Criteria in NAV's own language that narrow the rows (soap): {Status: Open}; for api "
        "one entry, {filter: status eq 'Open'}.",
        default={},
    )
    most: int = setting(
        fields.Integer(validate=validate.Range(1, 20_000)),
        title="Most rows",
        help="How many rows are compared at most where no field tells changes.",
        default=2_000,
    )
