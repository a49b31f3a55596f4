"""The grammar of ``request.recipients`` and ``request.signing``: who signs, in which turn, how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from hub.contracts.json_schema import JsonSchema, Walk
from hub.contracts.papers import ACTING, CODES, METHODS, ROLES, SIGNER
from hub.mapping.compiling_fields import ExpressionField
from hub.mapping.grammar import NOT_EMPTY, Flag, OneOrMany, Strict, Word, up_to
from hub.mapping.row_schema import PersonRow
from hub.mapping.signing import FLAGS, SigningPlan, SigningRule
from hub.mapping.value_fields import TitleField

MOST_PEOPLE = 20
LAST_TURN = 9


class PersonSchema(Strict):
    """One of ``recipients``."""

    key = Word(
        required=True,
        validate=up_to(40),
        metadata={"help": "What rows, examples and events call this person."},
    )
    role = Word(
        ROLES, "role", load_default=SIGNER, metadata={"help": "What this person does with it."}
    )
    turn = fields.Integer(
        strict=True,
        load_default=1,
        validate=validate.Range(
            1, LAST_TURN, error=f"is not between 1 and {LAST_TURN}; correct it"
        ),
        metadata={"help": "People of a lower turn come first, those of the same one together."},
    )
    when = ExpressionField(
        metadata={"help": "JSONata on the record; without a true result there is no such person."}
    )
    rows = fields.List(
        fields.Nested(PersonRow),
        required=True,
        validate=NOT_EMPTY,
        metadata={"help": "Name, and the mobile number or e-mail address to reach."},
    )

    @validates_schema(pass_original=True)
    def _has_a_turn(self, data: Any, original_data: Any, **_: Any) -> None:
        if "turn" in original_data and data["role"] not in ACTING:
            raise ValidationError(f"a {data['role']} has no turn; remove it", "turn")

    def json_rules(self, walk: Walk) -> JsonSchema:
        acting: JsonSchema = {"properties": {"role": {"enum": list(ACTING)}}}
        return {"dependentSchemas": {"turn": acting}}


class SigningSchema(Strict):
    """``request.signing``: how it is signed on the hub's own pages."""

    methods = OneOrMany(
        Word(METHODS, "method"),
        unique=True,
        validate=NOT_EMPTY,
        metadata={"help": "How the name may be given, the preferred way first. Else both."},
    )
    consent = TitleField(
        metadata={"help": "What the signer agrees to, beside the button: one for each language."}
    )
    code = Word(CODES, "way", metadata={"help": "A one-time code before signing, and its way."})
    confirmation = Flag(
        metadata={"help": "Whether who signs or approves is told that it has arrived. Else not."}
    )
    receipt = Flag(metadata={"help": "Whether everybody is sent what was signed. Else not."})
    remarks = Flag(metadata={"help": "Whether the page takes remarks to the sender. Else not."})
    forward = Flag(metadata={"help": "Whether the link may be passed to somebody else. Else not."})
    in_person = Flag(metadata={"help": "Whether it may be signed on a tablet there. Else not."})
    download = Flag(metadata={"help": "Whether the page offers the files. Else it does."})

    @post_load(pass_original=True)
    def _build(self, data: Mapping[str, Any], original_data: Any, **_: Any) -> SigningRule:
        fixed = {name: data[name] for name in ("methods", "code", *FLAGS) if name in data}
        given = frozenset(map(str, original_data))
        return SigningRule(SigningPlan(**fixed), data.get("consent", {}), given)
