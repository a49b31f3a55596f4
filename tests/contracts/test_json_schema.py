"""Nothing that a person writes is without its JSON Schema and its sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema, fields, validate

from hub.cli.schema import settings_of_plugins
from hub.contracts.json_schema import Walk
from hub.contracts.settings import schema_of, settings_info
from hub.mapping import form_schema, schema
from hub.mapping.grammar import Strict
from hub.settings import HubSettings
from hub.settings.json_schema import config_schema, workspace_schema
from hub.settings.retrying import RETRY
from hub.settings.workspace import WorkspaceFile

WRITTEN = ("hub.mapping.", "hub.settings.", "hub.channels.", "connectors.", "providers.")
# Rules between keys that a JSON Schema cannot give.
LEFT = {
    "_no_unknown_keys": "given by additionalProperties",
    "_steps_of_rows": "looks at the rows",
    "_names_once": "looks at other steps and fields",
}


def below(cls: type) -> Iterator[type]:
    for one in cls.__subclasses__():
        yield one
        yield from below(one)


def blocks() -> list[type[Strict]]:
    assert schema.MappingSchema in set(below(Strict))
    assert form_schema.FormSchema in set(below(Strict))
    ours = {cls for cls in below(Strict) if cls.__module__.startswith(WRITTEN)}
    return sorted(ours, key=lambda cls: cls.__name__)


def test_each_field_of_ours_tells_its_shape_itself():
    settings_of_plugins()  # loads what plugins bring
    ours = {cls for cls in below(fields.Field) if cls.__module__.startswith(WRITTEN)}
    assert len(ours) >= 14
    assert [cls.__name__ for cls in ours if "json_schema" not in vars(cls)] == []


def test_each_rule_of_ours_tells_its_shape_itself():
    settings_of_plugins()
    ours = {cls for cls in below(validate.Validator) if cls.__module__.startswith(WRITTEN)}
    assert [cls.__name__ for cls in ours if "json_schema" not in vars(cls)] == []


def test_each_rule_between_keys_is_given_or_listed_as_left_to_the_grammar():
    names = set()
    for cls in blocks():
        for found in cls._hooks["validates_schema"]:
            if found[0] in vars(cls) and found[0] not in LEFT:
                assert "json_rules" in vars(cls), f"{cls.__name__}.{found[0]}"
            names.add(found[0])
    assert set(LEFT) < names


@pytest.mark.parametrize("cls", blocks(), ids=lambda cls: cls.__name__)
def test_each_key_of_the_grammar_has_a_sentence(cls):
    for key, field in cls().load_fields.items():
        told = field.metadata.get("help", "")
        assert told.endswith("."), f"{cls.__name__}.{key}"
        assert 10 < len(told) <= 140, f"{cls.__name__}.{key}"


def test_each_setting_has_title_and_help():
    for cls in (HubSettings, WorkspaceFile, *settings_of_plugins().values()):
        for key, info in settings_info(cls).items():
            assert info.title, f"{cls.__name__}.{key}"
            assert info.help, f"{cls.__name__}.{key}"


def test_each_key_of_an_instance_has_a_sentence():
    one = workspace_schema({})["properties"]["instances"]["additionalProperties"]
    keys = {**one["properties"], **one["properties"]["retry"]["properties"]}
    assert set(RETRY) < set(keys)
    assert [key for key, told in keys.items() if not told.get("description")] == []


def test_a_field_that_does_not_tell_its_shape_is_found():
    class Odd(fields.String):
        pass

    class Rule(validate.Validator):
        def __call__(self, value: Any) -> Any:
            return value

    class Block(Schema):
        odd = Odd()

    class Ruled(Schema):
        text = fields.String(validate=Rule())

    with pytest.raises(TypeError, match="Odd does not tell its JSON Schema"):
        Walk().keys(Block())
    with pytest.raises(TypeError, match="Rule does not tell its JSON Schema"):
        Walk().keys(Ruled())


def test_two_blocks_of_one_name_are_found():
    def block() -> type[Schema]:
        class Same(Schema):
            key = fields.String()

        return Same

    walk = Walk()
    assert walk.block(block()()) == {"$ref": "#/$defs/Same"}
    with pytest.raises(TypeError, match="two schemas are called Same"):
        walk.block(block()())


@pytest.mark.parametrize(
    ("field", "shape"),
    [
        (fields.Integer(validate=validate.Range(1, 5, max_inclusive=False)),
         {"type": "integer", "minimum": 1, "exclusiveMaximum": 5}),
        (fields.String(validate=validate.Length(equal=3)),
         {"type": "string", "minLength": 3, "maxLength": 3}),
        (fields.String(validate=validate.Regexp("a|b")), {"type": "string", "pattern": "^(?:a|b)"}),
        (fields.Dict(validate=validate.Length(1)),
         {"type": "object", "additionalProperties": True, "minProperties": 1}),
        (fields.List(fields.String(), validate=validate.Length(max=2)),
         {"type": "array", "items": {"type": "string"}, "maxItems": 2}),
        (fields.String(validate=validate.OneOf({"b", "a"}), allow_none=True),
         {"anyOf": [{"type": "string", "enum": ["a", "b"]}, {"type": "null"}]}),
        (fields.Url(schemes={"https"}), {"type": "string", "pattern": r"^(https)://\S+$"}),
        (fields.Raw(allow_none=True), {}),
    ],
)  # fmt: skip
def test_fields_and_rules_of_marshmallow_are_known(field, shape):
    assert Walk().value(field) == shape


def test_defaults_stand_as_a_person_writes_them():
    for cls, schema_ in ((HubSettings, config_schema()), (WorkspaceFile, workspace_schema({}))):
        plain = schema_of(cls)().load_fields
        for key, told in schema_["properties"].items():
            if "default" in told:
                plain[key].deserialize(told["default"])
                assert not plain[key].required
