"""``paraph discover``: which fields a table upstream has, kept for ``paraph lint``."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import click

from hub.cli import options
from hub.kernel.errors import ConfigurationError, ParaphError, Unsupported
from hub.mapping.problems import unknown_word
from hub.registry import InstanceKey
from hub.services.discovery import Discovered
from hub.services.discovery import discover as read_names
from hub.services.inspection import read_files

_MOST = 12  # names that one line shows


@click.command()
@options.config
@options.workspace
@click.option(
    "--ref", "record_id", help="A record whose names to add, where the upstream tells none."
)
@click.argument("instance")
@click.argument("table")
def discover(
    folder: Path, workspace: str | None, record_id: str | None, instance: str, table: str
) -> None:
    """Read the names of TABLE's fields from INSTANCE and keep them in config/fields for lint.

    Names only, no values. Nothing is changed upstream. Mappings may be faulty meanwhile.
    """
    files = read_files(folder)
    if files.problems and not files.workspaces:
        raise ConfigurationError("the workspaces are not valid", problems=tuple(files.problems))
    key = options.one_workspace({name: name for name in files.workspaces}, workspace)
    known = files.workspaces[key].instances
    if instance not in known:
        raise click.UsageError(unknown_word("instance", instance, list(known)))
    try:
        found = read_names(files, InstanceKey(key, instance), table, record_id)
    except ConfigurationError:
        raise
    except Unsupported as error:
        hint = "" if record_id else "; name a record with --ref, its names are taken then"
        raise click.ClickException(f"{error.detail}{hint}") from None
    except ParaphError as error:
        raise click.ClickException(f"{error.code}: {error.detail}") from None
    click.echo(_told(found, instance, table))


def _told(found: Discovered | None, instance: str, table: str) -> str:
    if found is None:
        return f"The fields of {instance} {table} are declared; lint knows them already."
    lines = [f"{len(found.names)} fields of {instance} {table} are in {found.file}."]
    lines += [f"new: {_some(found.new)}"] if found.new else []
    lines += [f"gone: {_some(found.gone)}"] if found.gone else []
    if found.partly:
        lines.append("They are those of one record; read others too if it may lack some.")
    return "\n".join(lines)


def _some(names: Collection[str]) -> str:
    shown = sorted(names)[:_MOST]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
