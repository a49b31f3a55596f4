"""``paraph versions`` and ``paraph rollback``: which versions of a mapping there are, and going
back to one. On the database, so that both work beside a running hub, which takes it up within
seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hub.cli import options
from hub.cli.tables import show
from hub.cli.words import in_words, who
from hub.kernel.errors import NotFound
from hub.mapping.problems import did_you_mean
from hub.services.mapping_checks import version_faults
from hub.services.office import Office, open_office
from hub.services.study import open_study
from hub.services.versions import SHORT, Versions
from hub.storage.models import MappingVersion

_COLUMNS = ("version", "state", "activated", "requests", "open", "added", "removed")
_MAPPINGS = ("mapping", "version", "state", "activated", "open")


@click.command()
@options.config
@options.workspace
@click.option(
    "--most", default=50, show_default=True, type=click.IntRange(min=1),
    help="At most so many, newest first.",
)  # fmt: skip
@click.option("--text", metavar="VERSION", help="Print the text of this version, and no list.")
@click.argument("mapping", required=False)
def versions(
    folder: Path, workspace: str | None, most: int, text: str | None, mapping: str | None
) -> None:
    """List the versions of MAPPING, or each mapping with the one in force.

    Lines added and removed are counted against the version below. Piped, it is tab-separated.
    """
    office, workspace_id = _office(folder, workspace)
    service = Versions(office, workspace_id)
    with in_words():
        if text is not None:
            click.echo(service.find(text, mapping).text, nl=False)
            return
        if mapping is None:
            show(_MAPPINGS, [(one["mapping"], *_row(one)) for one in service.mappings()])
            return
        rows: list[tuple[str, ...]] = []
        page: dict[str, Any] = {"next": None}
        while len(rows) < most:
            page = service.versions(mapping, after=page["next"])
            rows += [_row(one) for one in page["items"]]
            if page["next"] is None:
                break
    show(_COLUMNS, rows[:most])
    if page["next"] is not None or len(rows) > most:
        click.echo(f"There are more than {most}; see them with --most.", err=True)


@click.command()
@options.config
@options.workspace
@click.argument("mapping")
@click.argument("version", required=False)
def rollback(folder: Path, workspace: str | None, mapping: str, version: str | None) -> None:
    """Make the version of MAPPING that was in force before, or VERSION, active for new requests.

    It is checked like any activation. It stays until the mapping's file gives something else, or
    another version is chosen. VERSION is the beginning of a hash (paraph versions).
    """
    office, workspace_id = _office(folder, workspace)
    with in_words():
        study = open_study(folder, lambda known: options.one_workspace(known, workspace))

        if mapping not in study.workspace.mappings:
            known = did_you_mean(mapping, study.workspace.mappings)
            raise NotFound(f"the workspace uses no mapping '{mapping[:80]}'; {known}")

        def faults(row: MappingVersion) -> list[str]:
            return version_faults(
                row, study.workspace, study.registry, study.forms, study.discovered
            )

        row, before = Versions(office, workspace_id).rollback(
            mapping, version, by=who(), faults=faults
        )
    click.echo(f"{mapping}: {row.sha256[:SHORT]} is active, {before.sha256[:SHORT]} was.")
    click.echo("A running hub takes it up within seconds; requests under way keep theirs.")
    if row.held_over is None:
        click.echo("It is what the file gives.")
    else:
        back = f"paraph rollback {mapping} {row.held_over[:SHORT]}"
        click.echo(f"It stays until the file gives something else; '{back}' goes back to the file.")


def _office(folder: Path, workspace: str | None) -> tuple[Office, str]:
    office = open_office(folder)
    key = options.one_workspace(office.workspace_ids, workspace)
    return office, office.workspace_ids[key]


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    state = "held" if one["held_since"] else "active" if one["active"] else ""
    first = (one["version"][:SHORT], state, one["activated_at"][:19] + "Z")
    if "mapping" in one:
        return (*first, str(one["open_requests"]))
    counts = (one["requests"], one["open_requests"], one["lines_added"], one["lines_removed"])
    return (*first, *("" if count is None else str(count) for count in counts))
