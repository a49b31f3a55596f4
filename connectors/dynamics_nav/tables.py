"""What the settings say of one table: which page or entity set it is, its lines, its ways.

A ``preset`` fills in what a table does not say itself, for the surface that is set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from marshmallow import fields as schema_fields
from marshmallow import validate

from connectors.dynamics_nav.values import KINDS
from connectors.dynamics_nav.ways import (
    A_NAME,
    AN_ENTITY,
    NO_NAME,
    Attachments,
    Call,
    Changes,
    Files,
    Find,
    Make,
    Notes,
    Through,
)
from hub.contracts.parts import Named, part
from hub.contracts.settings import setting

LINES, UNFIT = "lines", "unfit"
PRESETS = ("customer", "sales_quote", "sales_order")


def _through() -> schema_fields.List[Any]:
    return schema_fields.List(part(Through))


@dataclass(frozen=True, kw_only=True)
class Lines:
    """The part of a document that holds its lines."""

    part: str = setting(
        schema_fields.String(validate=A_NAME),
        title="Part",
        help="The page's part (SalesLines), or what the API expands (salesQuoteLines).",
    )
    row: str = setting(
        schema_fields.String(validate=NO_NAME),
        title="Row",
        help="The element of one line, such as Sales_Quote_Line; empty: as the WSDL says.",
        default="",
    )
    key: str = setting(
        schema_fields.String(validate=A_NAME),
        title="Key",
        help="The field by which a line is named: Line_No, or sequence.",
        default="Line_No",
    )
    entity: str = setting(
        schema_fields.String(validate=AN_ENTITY),
        title="Entity set",
        help="Where the API writes lines, such as salesQuoteLines; empty: below their document.",
        default="",
    )
    parent: str = setting(
        schema_fields.String(validate=NO_NAME),
        title="Parent",
        help="The field of a new line that names its document, such as documentId (api).",
        default="",
    )
    through: list[Through] = setting(
        _through(),
        title="Through",
        help="Line fields that a procedure writes; {line.Name} is the line as it stands.",
        default=[],
    )


@dataclass(frozen=True, kw_only=True)
class Table:
    """One kind of record. What it leaves out comes from its preset."""

    preset: str = setting(
        schema_fields.String(validate=validate.OneOf(["", *PRESETS])),
        title="Preset",
        help="customer, sales_quote or sales_order: a start that the other keys change.",
        default="",
    )
    service: str = setting(
        schema_fields.String(validate=NO_NAME),
        title="Service",
        help="Under which name the page is published, such as SalesQuote (soap).",
        default="",
    )
    entity: str = setting(
        schema_fields.String(validate=AN_ENTITY),
        title="Entity set",
        help="Such as salesQuotes, with its route if that is another one than api_route: "
        "api/contoso/workshop/v1.0/quotes, ODataV4/SalesQuote (api).",
        default="",
    )
    keys: list[str] = setting(
        schema_fields.List(schema_fields.String(validate=A_NAME)),
        title="Keys",
        help="The fields of the primary key, in order. Empty: as the page's Read wants them, or "
        "id for the API.",
        default=[],
    )
    number: str = setting(
        schema_fields.String(validate=NO_NAME),
        title="Number",
        help="The field with the record's number, which calls of codeunits get as {number}.",
        default="",
    )
    external_id_field: str = setting(
        schema_fields.String(validate=NO_NAME),
        title="External id field",
        help="A text or code field of 20 characters or more that keeps our reference of a created "
        "record, so that a create whose answer got lost can be looked up.",
        default="",
    )
    lines: Lines | None = setting(
        part(Lines), title="Lines", help="Where the document's lines are.", default=None
    )
    changes: Changes | None = setting(
        part(Changes), title="Changes", help="How changed records are found.", default=None
    )
    check: Call | None = setting(
        part(Call),
        title="Check",
        help="A procedure that fails when the record is not fit to be sent, called with each "
        "fetch; what it says stands under 'unfit', as code and text by language.",
        default=None,
    )
    lists: Mapping[str, Find] = setting(
        Named(keys=schema_fields.String(validate=A_NAME), values=part(Find)),
        title="Lists",
        help="Rows of other pages that belong to a record and stand in it under this name, such as "
        "its files. Placeholders of the filters: {id}, {number}.",
        default={},
    )
    make: Make | None = setting(
        part(Make),
        title="Make",
        help="The procedure that makes a record, in place of the page's Create.",
        default=None,
    )
    through: list[Through] = setting(
        _through(),
        title="Through",
        help="Fields that a procedure writes, in place of the page's Update.",
        default=[],
    )
    note: Notes | None = setting(
        part(Notes), title="Notes", help="Where notes about a record go.", default=None
    )
    attach: Attachments | None = setting(
        part(Attachments), title="Attach", help="How files are attached.", default=None
    )
    files: Files | None = setting(
        part(Files), title="Files to read", help="How a record's files are read.", default=None
    )
    fields: Mapping[str, str] = setting(
        Named(
            keys=schema_fields.String(),
            values=schema_fields.String(validate=validate.OneOf(KINDS)),
        ),
        title="Declared fields",
        help="All fields with their kind: text, integer, decimal, boolean, date, datetime, option. "
        "Lint checks mappings against them. Not given: every name is taken.",
        default={},
    )
    kinds: Mapping[str, str] = setting(
        Named(
            keys=schema_fields.String(),
            values=schema_fields.String(validate=validate.OneOf(KINDS)),
        ),
        title="Kinds",
        help="The kinds of fields and line fields that are not text (api): {unitPrice: decimal}.",
        default={},
    )

    def kind(self, field: str) -> str:
        """Of which kind a field is, as far as the settings say; empty where they do not."""
        return self.kinds.get(field) or self.fields.get(field, "")


def filled(table: Table, preset: Mapping[str, Any]) -> Table:
    """``table`` with what it leaves out taken from ``preset``."""
    left_out = {
        one.name: preset[one.name]
        for one in fields(Table)
        if one.name in preset and getattr(table, one.name) == _default(one)
    }
    return replace(table, **left_out)


def _default(one: Any) -> Any:
    return one.default if one.default is not MISSING else one.default_factory()
