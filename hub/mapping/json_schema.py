"""The JSON Schemas of mappings, shared fragments and forms, made from their grammar.

They know what a single file can tell. Whether an instance, a form or a field exists, whether an
expression or a text can be compiled, is for ``paraph lint``.
"""

from __future__ import annotations

from hub.contracts.json_schema import JsonSchema, Walk
from hub.mapping.form_schema import FormSchema
from hub.mapping.row_schema import LineRow, PrefillRow, RecipientRow, StepRow
from hub.mapping.schema import MappingSchema

_INCLUDE = "Include"
_REFERENCE: JsonSchema = {"$ref": f"#/$defs/{_INCLUDE}"}
_HAS_TARGET: JsonSchema = {"type": "object", "required": ["to"]}
_FRAGMENT = "A file of mappings/shared, by its name without .yaml; its entries stand here instead."


def mapping_schema() -> JsonSchema:
    """What a file of ``mappings/`` may hold."""
    walk = _walk()
    return walk.document("A mapping of Paraph", walk.keys(MappingSchema()))


def fragment_schema() -> JsonSchema:
    """What a file of ``mappings/shared/`` may hold. An entry with ``to`` is a row; any other may be
    anything, since words and lists of an example's record can be shared too."""
    walk = _walk()
    rows = [walk.block(row()) for row in (RecipientRow, PrefillRow, LineRow, StepRow)]
    name = "The key of this fragment: the file's name without .yaml."
    one: JsonSchema = {"if": _HAS_TARGET, "then": {"anyOf": rows}}
    entries: JsonSchema = {"type": "array", "minItems": 1, "items": one}
    properties = {
        "fragment": {"description": name, "type": "string", "minLength": 1},
        "entries": {"description": "What stands where the fragment is included.", **entries},
    }
    root = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "required": list(properties),
    }
    return walk.document("A fragment that mappings of Paraph share", root)


def form_schema() -> JsonSchema:
    """What a file of ``config/forms/`` may hold."""
    walk = Walk()
    return walk.document("A form of Paraph", walk.keys(FormSchema()))


def _walk() -> Walk:
    """A walk on which any list may include a fragment."""
    walk = Walk(entry=_REFERENCE)
    walk.definitions[_INCLUDE] = {
        "type": "object",
        "properties": {"include": {"description": _FRAGMENT, "type": "string", "minLength": 1}},
        "additionalProperties": False,
        "required": ["include"],
    }
    return walk
