"""The JSON Schemas of the files in ``config/``: the installation, a workspace, a plugin's settings.

Any single value may be a text with ``${env:NAME}`` or ``${file:PATH}`` in it. What only several
settings together can tell is for the hub, and so are rules that a plugin writes as a function.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

from hub.contracts.json_schema import JsonSchema, Walk, any_of
from hub.contracts.settings import schema_of
from hub.settings.files import REFERENCE
from hub.settings.installation import HubSettings
from hub.settings.workspace import WorkspaceFile

_TAKEN = "Reference"


def config_schema() -> JsonSchema:
    """What ``config/paraph.yaml`` may hold."""
    walk = _walk()
    return walk.document("The installation of Paraph", _keys(HubSettings, walk))


def workspace_schema(plugins: Mapping[str, type]) -> JsonSchema:
    """What a file of ``config/workspaces/`` may hold. ``plugins`` are the settings' classes, by
    ``kind:key``."""
    walk = _walk()
    root = _keys(WorkspaceFile, walk)
    one = root["properties"]["instances"]["additionalProperties"]
    names = _names(plugins)
    one["properties"]["plugin"] = {
        **one["properties"]["plugin"],
        **any_of(
            {"type": "string", "enum": [name for known in names.values() for name in known]},
            {"$ref": f"#/$defs/{_TAKEN}"},
        ),
    }
    one["properties"]["plugin"].pop("type")
    one["allOf"] = [_settings_of(names[key], key, cls, walk) for key, cls in plugins.items()]
    return walk.document("A workspace of Paraph", root)


def plugin_schema(key: str, settings: type) -> JsonSchema:
    """What one plugin's ``settings`` may hold."""
    walk = _walk()
    return walk.document(f"Settings of {key}", _keys(settings, walk))


def _settings_of(names: list[str], key: str, settings: type, walk: Walk) -> JsonSchema:
    """The rule that instances of one plugin have its settings. An empty block passes: the demo
    fills such ones in."""
    found = _keys(settings, walk)
    required = found.pop("required", [])
    if required:
        found.update({"if": {"minProperties": 1}, "then": {"required": required}})
    name = key.replace(":", "-")
    walk.definitions[name] = found
    return {
        "if": {"properties": {"plugin": {"enum": names}}, "required": ["plugin"]},
        "then": {"properties": {"settings": {"$ref": f"#/$defs/{name}"}}},
    }


def _names(plugins: Mapping[str, type]) -> dict[str, list[str]]:
    """What each plugin may be called: by its key where no other has the same, and in full."""
    short = Counter(key.partition(":")[2] for key in plugins)
    return {
        key: [name for name in (key.partition(":")[2], key) if short[name] < 2] for key in plugins
    }


def _keys(settings: type, walk: Walk) -> JsonSchema:
    return walk.keys(schema_of(cast(Any, settings))())


def _walk() -> Walk:
    """A walk on which any value may be taken from the environment or from a file."""
    walk = Walk(text={"$ref": f"#/$defs/{_TAKEN}"})
    walk.definitions[_TAKEN] = {"type": "string", "pattern": REFERENCE.pattern}
    return walk
