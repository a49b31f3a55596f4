"""``paraph schema``: JSON Schemas, with which an editor completes and checks what people write."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from hub.contracts.json_schema import JsonSchema
from hub.kernel.errors import ConfigurationError
from hub.mapping.json_schema import form_schema, fragment_schema, mapping_schema
from hub.mapping.problems import did_you_mean
from hub.registry import find_manifests, load_class
from hub.settings.json_schema import config_schema, plugin_schema, workspace_schema

KINDS: Mapping[str, Callable[[], JsonSchema]] = {
    "mapping": mapping_schema,
    "form": form_schema,
    "config": config_schema,
    "workspace": lambda: workspace_schema(settings_of_plugins()),
    "fragment": fragment_schema,
}


@click.command()
@click.argument("kind", type=click.Choice(list(KINDS)), required=False)
@click.option("--plugin", default=None, help="Of a workspace: only the settings of this plugin.")
@click.option(
    "--out",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Write all of them to this folder, as KIND.schema.json.",
)
def schema(kind: str | None, plugin: str | None, folder: Path | None) -> None:
    """Print the JSON Schema of mappings, forms, paraph.yaml, workspaces or shared fragments."""
    if folder is not None:
        if kind or plugin:
            raise click.UsageError("--out writes all of them; leave out the kind and --plugin")
        _write_all(folder)
    elif plugin is not None and kind in (None, "workspace"):
        click.echo(_text(_of_plugin(plugin)))
    elif kind is None or plugin is not None:
        wrong = "name one of them" if kind is None else "--plugin goes with workspace only"
        raise click.UsageError(f"{wrong}: {', '.join(KINDS)}")
    else:
        click.echo(_text(KINDS[kind]()))


def settings_of_plugins() -> dict[str, type]:
    """The settings' class of every plugin that is installed, by ``kind:key``."""
    return {
        name: load_class(manifest, manifest.class_path).Settings
        for name, manifest in find_manifests().items()
    }


def _of_plugin(wanted: str) -> JsonSchema:
    known = settings_of_plugins()
    hits = [name for name in known if wanted in (name, name.partition(":")[2])]
    if not hits:
        raise click.UsageError(f"unknown plugin '{wanted}'; {did_you_mean(wanted, known)}")
    if len(hits) > 1:
        raise click.UsageError(f"plugin '{wanted}' may be: {', '.join(hits)}")
    return plugin_schema(hits[0], known[hits[0]])


def _write_all(folder: Path) -> None:
    for kind, make in KINDS.items():
        path = folder / f"{kind}.schema.json"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(_text(make()) + "\n", encoding="utf-8")
        except OSError as error:
            raise ConfigurationError(f"{path}: cannot be written: {error.strerror}") from error
        click.echo(path)


def _text(found: JsonSchema) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False)
