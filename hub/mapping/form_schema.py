"""The grammar of a form file, and how its data becomes a ``FormSpec``."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from hub.contracts.json_schema import JsonSchema, Walk
from hub.mapping.compiling_fields import ConverterField
from hub.mapping.converters import parse_converter
from hub.mapping.form_texts import FALLBACK
from hub.mapping.forms import Choice, FieldSpec, FieldType, FormSpec, FormStep
from hub.mapping.grammar import NOT_EMPTY, SHORT, Flag, OneOrMany, Strict, Word
from hub.mapping.problems import unknown_word

# The words of HTML's autocomplete attribute that a form of ours can need.
AUTOCOMPLETE = (
    "name", "given-name", "family-name", "email", "tel", "street-address", "address-line1",
    "address-line2", "postal-code", "address-level2", "country", "country-name", "organization",
    "organization-title", "bday", "off", "on",
)  # fmt: skip
_LANGUAGE = r"[a-z]{2}"
_WITH_CHOICES = (FieldType.SELECT, FieldType.RADIO)
_ALWAYS: Mapping[FieldType, tuple[str, ...]] = {
    FieldType.TEL: ("e164:SE",),
    FieldType.POSTCODE: ("postcode:SE",),
    FieldType.DATE: ("date",),
}


class WordingField(fields.Field[Mapping[str, str]]):
    """A text per language; English is always among them."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Mapping[str, str]:
        if not isinstance(value, Mapping) or not value:
            raise ValidationError("must hold a text per language; write {sv: ..., en: ...}")
        faults: dict[str, list[str]] = {}
        for language, text in value.items():
            if not re.fullmatch(_LANGUAGE, str(language)):
                faults[language] = [f"'{language}' is no language; use two letters, e.g. sv"]
            elif not isinstance(text, str) or not text.strip():
                faults[language] = ["must be a text; quote it"]
        if faults:
            raise ValidationError(faults)
        if FALLBACK not in value:
            raise ValidationError("has no English text; add 'en', which stands in for others")
        return dict(value)

    def json_schema(self, walk: Walk) -> JsonSchema:
        text: JsonSchema = {"type": "string", "pattern": r"\S"}
        spare = {"description": "English; it stands in for any language that is missing.", **text}
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^{_LANGUAGE}$"},
            "properties": {FALLBACK: spare},
            "additionalProperties": text,
            "required": [FALLBACK],
        }


class ChoiceSchema(Strict):
    """One alternative."""

    value = fields.String(
        required=True, validate=SHORT, metadata={"help": "What is stored when this is chosen."}
    )
    label = WordingField(
        required=True, metadata={"help": "What the customer reads, for each language."}
    )

    @post_load
    def _build(self, data: Any, **_: Any) -> Choice:
        return Choice(**data)


class FieldSchema(Strict):
    """One field."""

    name = Word(required=True, metadata={"help": "What mappings call the answer: form.NAME."})
    type = Word(
        tuple(FieldType), "type", required=True, metadata={"help": "How it is shown and checked."}
    )
    label = WordingField(required=True, metadata={"help": "The question, for each language."})
    help = WordingField(metadata={"help": "A sentence below the question, for each language."})
    placeholder = WordingField(metadata={"help": "What the empty field shows, for each language."})
    required = Flag(
        load_default=False,
        metadata={"help": "Whether the customer must answer."},
    )
    max_length = fields.Integer(
        strict=True,
        load_default=0,
        validate=validate.Range(1, 20_000, error="is not between 1 and 20000; correct it"),
        metadata={
            "help": "How many characters an answer may have. Else what is usual for the type."
        },
    )
    autocomplete = Word(
        AUTOCOMPLETE,
        "autocomplete word",
        load_default="",
        metadata={"help": "What the browser may fill in, by HTML's word for it."},
    )
    choices = fields.List(
        fields.Nested(ChoiceSchema),
        load_default=list,
        metadata={"help": "The alternatives of a select or radio field."},
    )
    convert = OneOrMany(
        ConverterField(),
        metadata={"help": "What is done to the answer. Else what is usual for the type."},
    )
    rows = fields.Integer(
        strict=True,
        load_default=0,
        validate=validate.Range(2, 20, error="is not between 2 and 20; correct it"),
        metadata={"help": "How many lines high a textarea is."},
    )

    @validates_schema
    def _fits_together(self, data: Any, **_: Any) -> None:
        kind = FieldType(data["type"])
        values = [choice.value for choice in data["choices"]]
        if bool(values) != (kind in _WITH_CHOICES):
            wrong = "needs choices; add them" if not values else "has choices; use select or radio"
            raise ValidationError(f"a {kind} field {wrong}", "choices")
        if len(set(values)) != len(values):
            raise ValidationError("has the same value twice; rename one", "choices")
        if data["rows"] and kind is not FieldType.TEXTAREA:
            raise ValidationError("is for textarea only; remove it", "rows")

    def json_rules(self, walk: Walk) -> JsonSchema:
        chosen: JsonSchema = {"required": ["choices"], "properties": {"choices": {"minItems": 1}}}
        free: JsonSchema = {"properties": {"choices": {"maxItems": 0}}}
        return {
            "if": {"properties": {"type": {"enum": [str(kind) for kind in _WITH_CHOICES]}}},
            "then": chosen,
            "else": free,
            "dependentSchemas": {"rows": {"properties": {"type": {"const": "textarea"}}}},
        }

    @post_load
    def _build(self, data: Any, **_: Any) -> FieldSpec:
        kind = FieldType(data.pop("type"))
        usual = tuple(parse_converter(text) for text in _ALWAYS.get(kind, ()))
        chain = tuple(data.pop("convert", usual))
        choices = tuple(data.pop("choices"))
        return FieldSpec(type=kind, convert=chain, choices=choices, **data)


class StepSchema(Strict):
    """One page."""

    key = Word(required=True, metadata={"help": "A word for this page; it stands in its address."})
    title = WordingField(required=True, metadata={"help": "The page's heading, for each language."})
    intro = WordingField(
        load_default=dict, metadata={"help": "What stands above the questions, for each language."}
    )
    fields_ = fields.List(
        fields.Nested(FieldSchema),
        required=True,
        data_key="fields",
        validate=NOT_EMPTY,
        metadata={"help": "The questions of this page."},
    )

    @post_load
    def _build(self, data: Any, **_: Any) -> FormStep:
        return FormStep(data["key"], data["title"], data["intro"], tuple(data["fields_"]))


class FormSchema(Strict):
    """A whole form file."""

    form = Word(
        required=True, metadata={"help": "The key of this form: the file's name without .yaml."}
    )
    title = WordingField(required=True, metadata={"help": "The form's heading, for each language."})
    steps = fields.List(
        fields.Nested(StepSchema),
        required=True,
        validate=NOT_EMPTY,
        metadata={"help": "The pages, in their order."},
    )

    @validates_schema
    def _names_once(self, data: Any, **_: Any) -> None:
        for what, names in (
            ("step", [step.key for step in data["steps"]]),
            ("field", [each.name for step in data["steps"] for each in step.fields]),
        ):
            for name in sorted({name for name in names if names.count(name) > 1}):
                raise ValidationError(f"{what} '{name}' stands here twice; rename one", "steps")

    @post_load
    def _build(self, data: Any, **_: Any) -> FormSpec:
        return FormSpec(data["form"], data["title"], tuple(data["steps"]))


def check_field_name(name: str, known: Collection[str]) -> str | None:
    """A message when a form has no such field."""
    return None if name in known else unknown_word("form field", name, known)
