"""The grammar of ``request.share``: with whom it is shared in the portal, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from hub.contracts.json_schema import JsonSchema, Walk
from hub.contracts.papers import CONTACT_NEWS
from hub.mapping.compiling_fields import ExpressionField
from hub.mapping.good_rows import Inside
from hub.mapping.grammar import NOT_EMPTY, Duration, OneOrMany, Strict, Word
from hub.mapping.row_schema import PersonRow, RecordValue
from hub.mapping.rows import UNSET, Row, Source
from hub.mapping.share import (
    AUDIENCES,
    CONTACT,
    CONTACT_FIELDS,
    CUSTOMER,
    KEEP,
    ON_CHANGE,
    PUBLIC,
    RULE,
    SHORTEST_PASSWORD,
    ShareRule,
)
from hub.mapping.value_fields import CodeField, ItemsField

_WRITTEN = ("value", "default", "map")  # a value block's keys that hold values themselves


class ContactRow(PersonRow):
    """A row of ``contacts``: read from an entry of the record's list."""

    to = Word(
        CONTACT_FIELDS,
        "contact field",
        required=True,
        metadata={"help": "What about the contact this is; `key` is the upstream's own name."},
    )


class ContactsSchema(Strict):
    """``request.share.contacts``."""

    for_each = ItemsField(
        RecordValue,
        required=True,
        metadata={"help": "The list of the record that gives a contact for each entry: its path."},
    )
    rows = fields.List(
        Inside(ContactRow),
        required=True,
        validate=NOT_EMPTY,
        metadata={"help": "Who each one is; `item` is the entry, `position` counts from 1."},
    )

    @validates_schema
    def _reaches(self, data: Mapping[str, Any], **_: Any) -> None:
        named = {row.to for row in data.get("rows", ()) if isinstance(row, Row)}
        if named and not named & {"email", "mobile"}:
            said = "nobody could sign in; add a row with to: email, or to: mobile"
            raise ValidationError(said, "rows")

    def json_rules(self, walk: Walk) -> JsonSchema:
        reaches: JsonSchema = {
            "properties": {"to": {"enum": ["email", "mobile"]}},
            "required": ["to"],
        }
        return {"allOf": [{"properties": {"rows": {"contains": reaches}}}]}


class ShareSchema(Strict):
    """``request.share``."""

    audience = CodeField(
        "|".join(AUDIENCES),
        f"is no audience; write one of {', '.join(AUDIENCES)}",
        data_key="with",
        load_default=Source(value=CONTACT),
        metadata={
            "help": "`contact`: the request's own people; `customer`: all its contacts; "
            "`public`: whoever has a link and its password."
        },
    )
    customer = Inside(
        RecordValue,
        load_default=None,
        metadata={"help": "The upstream's name of the customer, e.g. its id."},
    )
    customer_name = Inside(
        RecordValue,
        load_default=None,
        metadata={"help": "What people call the customer; told where somebody stands for several."},
    )
    contacts = fields.Nested(
        ContactsSchema,
        load_default=None,
        metadata={"help": "Everybody of the customer's; who is not among them any more has left."},
    )
    tell = OneOrMany(
        Word(CONTACT_NEWS, "event"),
        unique=True,
        load_default=(),
        metadata={
            "help": "What contacts who can see it are told of, by e-mail or else SMS, not in the "
            "quiet hours of reminders. They may choose otherwise."
        },
    )
    password = Inside(
        RecordValue,
        load_default=None,
        metadata={
            "help": "Where the record has the password of a public link, of at least "
            f"{SHORTEST_PASSWORD} characters. It is kept as a hash."
        },
    )
    on_change = Word(
        ON_CHANGE,
        "way",
        load_default=KEEP,
        metadata={
            "help": "What a changed document does while nobody has signed: `replace` makes it a "
            "new version; `keep` leaves what was sent."
        },
    )
    archive_when = ExpressionField(
        load_default=None,
        metadata={
            "help": "When the record is closed: what is shared of it moves to the archive, an open "
            "request ends, and nothing new is shared."
        },
    )
    archive_after = Duration(
        load_default=None,
        metadata={"help": "How long after its end it moves to the archive. Else never."},
    )
    remove_after = Duration(
        load_default=None,
        metadata={"help": "How long after its end it is taken out of the portal. Else never."},
    )

    @validates_schema
    def _fits(self, data: Mapping[str, Any], **_: Any) -> None:
        audience, customer = data.get("audience"), data.get("customer")
        if customer is None and (data.get("contacts") is not None or _may_be(CUSTOMER, audience)):
            said = "say whose contacts they are: customer: {from: …}"
            raise ValidationError(said, "customer")
        _check_password(data.get("audience"), data.get("password"))
        archive, remove = data.get("archive_after"), data.get("remove_after")
        if archive is not None and remove is not None and remove < archive:
            said = "is before the archive; make it longer than archive_after, or remove one"
            raise ValidationError(said, "remove_after")

    def json_rules(self, walk: Walk) -> JsonSchema:
        needs: JsonSchema = {"required": ["customer"]}
        public: JsonSchema = {"properties": {"with": {"const": PUBLIC}}, "required": ["with"]}
        written: JsonSchema = {"anyOf": [{"required": [name]} for name in _WRITTEN]}
        return {
            "allOf": [
                {"dependentSchemas": {"contacts": needs}},
                {"if": public, "then": {"required": ["password"]}},
                {"properties": {"password": {"not": written}}},
                {
                    "if": {"required": ["password"]},
                    "then": {"required": ["with"], "properties": {"with": _may_be_public()}},
                },
            ]
        }

    @post_load
    def _build(self, data: Mapping[str, Any], **_: Any) -> ShareRule:
        contacts = data["contacts"] or {}
        rows = tuple(
            Row(one.to, one.source, one.direction, f"{RULE}.contacts.{one.to}")
            for one in contacts.get("rows", ())
        )
        return ShareRule(
            audience=data["audience"],
            customer=data["customer"],
            customer_name=data["customer_name"],
            items=contacts.get("for_each"),
            rows=rows,
            tell=tuple(data["tell"] or ()),
            archive_after=data["archive_after"],
            remove_after=data["remove_after"],
            password=data["password"],
            on_change=data["on_change"],
            archive_when=data["archive_when"],
        )


def _may_be_public() -> JsonSchema:
    """What says, or may find in the record, that whoever has a link may read."""
    public: JsonSchema = {"const": PUBLIC}
    named: JsonSchema = {"not": {"additionalProperties": {"not": public}}}
    by_map: JsonSchema = {"required": ["map"], "properties": {"map": named}}
    anything: JsonSchema = {"not": {"anyOf": [{"required": [one]} for one in ("value", "map")]}}
    written = [{"required": [one], "properties": {one: public}} for one in ("value", "default")]
    return {"anyOf": [public, {"type": "object", "anyOf": [*written, by_map, anything]}]}


def _check_password(audience: Source | None, password: Source | None) -> None:
    if password is None:
        if PUBLIC in _given(audience):
            said = "say where the record has the link's password: password: {from: …}"
            raise ValidationError(said, "password")
        return
    if not _may_be(PUBLIC, audience):
        raise ValidationError("belongs to a public link; write with: public, or remove", "password")
    if password.value is not UNSET or password.default is not UNSET or password.choices:
        said = "a password does not stand in a file; write where the record has it: {from: …}"
        raise ValidationError(said, "password")


def _given(audience: Source | None) -> tuple[Any, ...]:
    """The audiences that the file itself names."""
    if audience is None:
        return ()
    return (audience.value, audience.default, *(audience.choices or {}).values())


def _may_be(wanted: str, audience: Source | None) -> bool:
    """Whether a request may be shared with this audience."""
    if audience is None:
        return False
    anything = audience.value is UNSET and not audience.choices
    return wanted in _given(audience) or anything
