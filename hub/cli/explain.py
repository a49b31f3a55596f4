"""``paraph explain``: which row of which mapping version gave each value of a delivery. On the
database, so that it works beside a running hub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console

from hub.cli import options
from hub.cli.words import below, in_words
from hub.kernel.errors import ConfigurationError
from hub.services.explaining import Explaining
from hub.services.house import beside
from hub.services.office import open_office
from hub.services.versions import SHORT
from hub.settings import WorkspaceSettings, load_hub_settings, load_workspaces


@click.command()
@options.config
@options.workspace
@options.output
@click.option("--reveal", is_flag=True, help="Show the values themselves; they are personal data.")
@click.argument("delivery")
def explain(folder: Path, workspace: str | None, output: str, reveal: bool, delivery: str) -> None:
    """Tell how each value of DELIVERY came about: row, file position, what it read, what became of
    it. DELIVERY is an id (paraph deliveries). Values are masked."""
    office = open_office(folder)
    key = options.one_workspace(office.workspace_ids, workspace)
    service = Explaining(
        office, office.workspace_ids[key], _workspace(folder, key), beside(folder, "mappings")
    )
    with in_words():
        told = service.delivery(delivery, reveal=reveal)
    if output == "json":
        Console().print_json(data=told)
        return
    for line in _lines(told):
        click.echo(line)


def _workspace(folder: Path, key: str) -> WorkspaceSettings | None:
    """The workspace's texts, where its files can be read."""
    environment = load_hub_settings(folder / "paraph.yaml").environment
    try:
        return load_workspaces(folder / "workspaces", environment=environment).get(key)
    except ConfigurationError:
        return None


def _lines(told: dict[str, Any]) -> list[str]:
    one, mapping = told["delivery"], told["mapping"]
    state = f"{one['state']} ({one['error_code']})" if one["error_code"] else one["state"]
    after = f", after {told['event']}" if "event" in told else ""
    lines = [
        f"{one['kind']} {one['step']} to {one['destination']}: {state}",
        f"mapping {mapping['key']}, version {mapping['version'][:SHORT]}, {told['where']}",
        f"record {told['request']['record']}{after} at {told['at']}",
    ]
    if one["error"]:
        lines.append(f"error: {one['error']}")
    if told.get("message"):
        lines += [f"{name}: {value}" for name, value in told["message"].items() if value]
    if told.get("problem"):
        lines.append(f"problem: {told['problem']}")
    elif "does" in told:
        lines.append(_did(told["does"]))
    if told.get("remark"):
        lines.append(f"remark: {told['remark']}")
    for row in told["rows"]:
        lines += ["", f"{row['where']}: {row['rule']} ({row['wrote']})"]
        lines += [f"  read {each['path']} = {below(each['value'], 4)}" for each in row["read"]]
        lines += [f"  {each['what']} → {below(each['value'], 4)}" for each in row["changed"]]
        ended = f"problem: {row['problem']}" if row["problem"] else f"= {below(row['value'], 4)}"
        lines.append(f"  {row['to']} {ended}")
    return lines


def _did(does: dict[str, Any] | None) -> str:
    if does is None:
        return "nothing to do for this case"
    kind, where = next(iter(does.items()))
    return f"{kind} {where}"
