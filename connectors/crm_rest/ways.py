"""How lists are paged, changes asked for, notes and files added: parts of a table's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from marshmallow import fields, validate

from hub.contracts.parts import Named
from hub.contracts.settings import setting

NONE, PAGE, OFFSET, CURSOR = "none", "page", "offset", "cursor"
NEXT_LINK, LINK_HEADER, NEXT_HEADER = "next_link", "link_header", "next_header"
MULTIPART, JSON = "multipart", "json"

_PATH = r"/[A-Za-z0-9_.~!$&'()*+,;=:@%/{}-]*"
A_PATH = validate.Regexp(rf"^{_PATH}$", error="must be a path that begins with / and has no query")
NO_PATH = validate.Regexp(rf"^$|^{_PATH}$", error="must be a path that begins with /")
A_HEADER = validate.Regexp(r"^[A-Za-z0-9_-]{0,100}$", error="must be the name of a header")
A_NAME = validate.Regexp(r"^[A-Za-z0-9_.@$-]{1,100}$", error="must be a name")


def texts() -> Named:
    """Names with texts."""
    return Named(keys=fields.String(), values=fields.String())


@dataclass(frozen=True, kw_only=True)
class Paging:
    """How lists are read page by page."""

    style: str = setting(
        fields.String(
            validate=validate.OneOf(
                [NONE, PAGE, OFFSET, CURSOR, NEXT_LINK, LINK_HEADER, NEXT_HEADER]
            )
        ),
        title="Style",
        help="none, page (1, 2, 3), offset (0, 50, 100), cursor (a word in the answer), next_link "
        "(an address in the answer), link_header (Link: rel=next) or next_header.",
        default=NONE,
    )
    parameter: str = setting(
        fields.String(),
        title="Parameter",
        help="The parameter that takes page number, offset or cursor.",
        default="",
    )
    size_parameter: str = setting(
        fields.String(),
        title="Size parameter",
        help="The parameter that takes the number of records of a page.",
        default="",
    )
    size: int = setting(
        fields.Integer(validate=validate.Range(1, 10_000)),
        title="Size",
        help="Records of a page, where size_parameter is given.",
        default=100,
    )
    first: int = setting(
        fields.Integer(validate=validate.Range(0, 1)),
        title="First page",
        help="Number of the first page, 0 or 1.",
        default=1,
    )
    next: str = setting(
        fields.String(),
        title="Next",
        help="Where the next cursor or address stands in the answer, such as meta.next; for "
        "next_header the header's name, such as Next-Page.",
        default="",
    )
    total: str = setting(
        fields.String(),
        title="Total",
        help="Where the answer tells how many records there are, or the header that does; saves "
        "the last, empty page.",
        default="",
    )


@dataclass(frozen=True, kw_only=True)
class Changes:
    """How what changed is asked for."""

    field: str = setting(
        fields.String(),
        title="Field",
        help="The field of a record that rises with each change: a moment, a version, an id.",
        default="",
    )
    header: str = setting(
        fields.String(validate=A_HEADER),
        title="Header",
        help="Instead of a field: the header of a list's answer that marks how far it goes.",
        default="",
    )
    parameter: str = setting(
        fields.String(validate=validate.Length(min=1)),
        title="Parameter",
        help="The parameter that asks for what changed since, such as updated_since.",
    )
    value: str = setting(
        fields.String(validate=validate.Length(min=1)),
        title="Value",
        help="What the parameter gets; {value} stands for the mark, {json} for it as JSON.",
        default="{value}",
    )
    inclusive: bool = setting(
        fields.Boolean(),
        title="Inclusive",
        help="Whether the answer holds the records with that very mark, too.",
        default=False,
    )
    sort: Mapping[str, str] = setting(
        texts(),
        title="Sort",
        help="Parameters that make the server sort by the field, oldest first.",
        default={},
    )
    deleted: str = setting(
        fields.String(),
        title="Deleted",
        help="A field that is true in what is left of a deleted record; those are passed over.",
        default="",
    )


@dataclass(frozen=True, kw_only=True)
class Notes:
    """Where notes go: into a field of the record, or as records of another table."""

    field: str = setting(
        fields.String(),
        title="Field",
        help="A long text field of the record to which notes are appended.",
        default="",
    )
    table: str = setting(
        fields.String(),
        title="Table",
        help="Instead of a field: the table (of these settings) with a record for each note.",
        default="",
    )
    text: str = setting(
        fields.String(validate=A_NAME),
        title="Text",
        help="The note table's field that takes the text.",
        default="text",
    )
    link: str = setting(
        fields.String(),
        title="Link",
        help="The note table's field that takes the record's id; not needed where the note "
        "table's path holds {parent}.",
        default="",
    )


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """How a file that hangs on a record is read; the record's field says which."""

    path: str = setting(
        fields.String(validate=A_PATH),
        title="Path",
        help="Where the file's bytes are, such as /files/{file} or /contacts/{id}/files/{file}: "
        "{id} is the record's id, {file} the file's.",
    )
    id: str = setting(
        fields.String(),
        title="Id",
        help="Where the file's id stands in the value of the field, such as id; empty: the value "
        "is the id.",
        default="",
    )
    name: str = setting(
        fields.String(),
        title="Name",
        help="Where its name stands in the value of the field; else the answer or the id tells it.",
        default="",
    )


@dataclass(frozen=True, kw_only=True)
class Files:
    """How a file is attached, and where those of a record are listed."""

    way: str = setting(
        fields.String(validate=validate.OneOf([MULTIPART, JSON])),
        title="Way",
        help="multipart (a form with the file) or json (a record of a table, content as base64).",
        default=MULTIPART,
    )
    path: str = setting(
        fields.String(validate=NO_PATH),
        title="Path",
        help="multipart: where the form goes, such as /contacts/{id}/files.",
        default="",
    )
    part: str = setting(
        fields.String(validate=A_NAME),
        title="Part",
        help="multipart: the name of the form's part that holds the file.",
        default="file",
    )
    more: Mapping[str, str] = setting(
        texts(),
        title="More",
        help="multipart: other parts of the form; {id} stands for the record's id.",
        default={},
    )
    listed: str = setting(
        fields.String(),
        title="Listed",
        help="multipart: where the record's files are told: a path such as /contacts/{id}/files, "
        "or a field of the record such as attachments.",
        default="",
    )
    items: str = setting(
        fields.String(),
        title="Items",
        help="multipart: where the list stands in that path's answer; empty: it is the answer.",
        default="",
    )
    table: str = setting(
        fields.String(),
        title="Table",
        help="json: the table (of these settings) with a record for each file.",
        default="",
    )
    link: str = setting(
        fields.String(),
        title="Link",
        help="json: that table's field for the record's id; not needed where its path holds "
        "{parent}.",
        default="",
    )
    content: str = setting(
        fields.String(validate=A_NAME),
        title="Content",
        help="json: that table's field for the content in base64.",
        default="content",
    )
    name: str = setting(
        fields.String(validate=A_NAME),
        title="Name",
        help="The field that holds a file's name.",
        default="name",
    )
    size: str = setting(
        fields.String(),
        title="Size",
        help="The field that holds a file's size in bytes; empty where none does.",
        default="",
    )
    type: str = setting(
        fields.String(),
        title="Content type",
        help="json: the field that takes the content type; empty where none does.",
        default="",
    )
