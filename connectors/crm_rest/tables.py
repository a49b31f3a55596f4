"""What the settings say of one table: its addresses, and where things stand in its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, validate

from connectors.crm_rest.ways import A_PATH, NO_PATH, Changes, Fetched, Files, Notes, Paging, texts
from hub.contracts.parts import Named, part
from hub.contracts.settings import setting

PATCH, PUT = "PATCH", "PUT"
TYPES = ("text", "number", "boolean", "date", "datetime", "list", "object")
PARENT, ID, FILE = "{parent}", "{id}", "{file}"


@dataclass(frozen=True, kw_only=True)
class Table:
    """One kind of record. Names of members may be paths with dots, such as ``meta.next``."""

    path: str = setting(
        fields.String(validate=A_PATH),
        title="Path",
        help="Where records are listed and made, such as /contacts; {parent} stands for the id of "
        "the record that a note or file belongs to.",
    )
    item_path: str = setting(
        fields.String(validate=NO_PATH),
        title="Path of one",
        help="Where one record is read and written; empty means the path with /{id}.",
        default="",
    )
    search_path: str = setting(
        fields.String(validate=NO_PATH),
        title="Path of the search",
        help="Where records are found, if not at the path itself.",
        default="",
    )
    create_path: str = setting(
        fields.String(validate=NO_PATH),
        title="Path to create",
        help="Where a record is made, if not at the path itself.",
        default="",
    )
    update_path: str = setting(
        fields.String(validate=NO_PATH),
        title="Path to update",
        help="Where a record is written, if not where it is read.",
        default="",
    )
    update_method: str = setting(
        fields.String(validate=validate.OneOf([PATCH, PUT])),
        title="Update by",
        help="PATCH sends the changed fields, PUT the whole record with them.",
        default=PATCH,
    )
    update_type: str = setting(
        fields.String(validate=validate.Regexp(r"^[a-z]+/[a-z0-9.+-]+$", error="write it as a/b")),
        title="Content type of updates",
        help="Some servers want application/merge-patch+json.",
        default="application/json",
    )
    id: str = setting(
        fields.String(validate=validate.Length(min=1)),
        title="Id",
        help="Where the id stands in a record.",
        default="id",
    )
    read_has_id: bool = setting(
        fields.Boolean(),
        title="Id in reads",
        help="Whether one record that is read holds its id, which must be the one asked for.",
        default=True,
    )
    record: str = setting(
        fields.String(),
        title="Record",
        help="Where the record stands in the answer to a read; empty: it is the answer.",
        default="",
    )
    created: str | None = setting(
        fields.String(),
        title="Created",
        help="Where it stands in the answer to a create; not given: as in a read.",
        default=None,
    )
    items: str = setting(
        fields.String(),
        title="Items",
        help="Where the list stands in the answer to a search; empty: it is the answer.",
        default="",
    )
    hit: str = setting(
        fields.String(),
        title="Fields",
        help="Where the fields stand in a record, such as attributes; empty: it holds them itself.",
        default="",
    )
    wrap: str = setting(
        fields.String(),
        title="Wrap",
        help="Where fields go in what is sent: data makes {'data': {...}}.",
        default="",
    )
    constants: Mapping[str, Any] = setting(
        Named(keys=fields.String(), values=fields.Raw()),
        title="Constants",
        help="What each body holds besides the fields, such as {data: {type: contacts}}.",
        default={},
    )
    parameters: Mapping[str, str] = setting(
        texts(),
        title="Parameters",
        help="Parameters that each search carries, such as {expand: owner}.",
        default={},
    )
    match_parameter: str = setting(
        fields.String(validate=validate.Length(min=1)),
        title="Match parameter",
        help="The parameter that finds records by a field's value; {field} is the field's name.",
        default="{field}",
    )
    match_value: str = setting(
        fields.String(validate=validate.Length(min=1)),
        title="Match value",
        help="What it gets: {value} is the value, {json} the value as JSON, {field} the field. "
        "For OData: {field} eq '{value}'.",
        default="{value}",
    )
    match_escape: Mapping[str, str] = setting(
        texts(),
        title="Match escape",
        help='How characters are written inside {value}, such as {"\'": "\'\'"}.',
        default={},
    )
    external_id_field: str = setting(
        fields.String(),
        title="External id field",
        help="A text field that keeps our key of a created record, so that a create whose answer "
        "got lost can be looked up.",
        default="",
    )
    if_match: bool = setting(
        fields.Boolean(),
        title="If-Match",
        help="Whether updates carry the version that was read, so that nobody's are overwritten.",
        default=False,
    )
    version: str = setting(
        fields.String(),
        title="Version",
        help="Where the version stands in a record; empty: in the header ETag.",
        default="",
    )
    paging: Paging | None = setting(
        part(Paging), title="Paging", help="If it differs from the other tables'.", default=None
    )
    changes: Changes | None = setting(
        part(Changes), title="Changes", help="How what changed is asked for.", default=None
    )
    note: Notes | None = setting(
        part(Notes), title="Notes", help="Where notes about a record go.", default=None
    )
    attach: Files | None = setting(
        part(Files), title="Files", help="How files are attached to a record.", default=None
    )
    files: Fetched | None = setting(
        part(Fetched),
        title="Files to read",
        help="How files that hang on a record are read.",
        default=None,
    )
    record_link: str = setting(
        fields.String(),
        title="Record link",
        help="The page where a person opens a record, with {id} in it; empty: no link.",
        default="",
    )
    fields: Mapping[str, str] = setting(
        Named(keys=fields.String(), values=fields.String(validate=validate.OneOf(TYPES))),
        title="Declared fields",
        help="Names with a type: text, number, boolean, date, datetime, list, object. Lint checks "
        "mappings against them.",
        default={},
    )

    @property
    def one(self) -> str:
        """Where one record is."""
        return self.item_path or f"{self.path}/{ID}"

    @property
    def asks_parent(self) -> bool:
        """Whether its records live under another record."""
        return PARENT in self.path
