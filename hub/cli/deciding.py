"""Noting an answer that the customer gave by telephone or over the counter, and following up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from hub.cli import options
from hub.contracts.decisions import DECISIONS, WAYS
from hub.kernel.errors import NotFound, Refused
from hub.services.deciding import Noted
from hub.services.deciding import decide as note
from hub.services.follow_ups import follow_up as ask
from hub.services.house import open_house


@click.command()
@options.config
@options.workspace
@click.argument("request_id")
@click.option("--decision", type=click.Choice(list(DECISIONS)), required=True)
@click.option("--by", required=True, help="Who took the answer.")
@click.option("--how", type=click.Choice(list(WAYS)), required=True, help="How it came.")
@click.option("--remark", default="", help="What else was said.")
@click.option("--line", "lines", multiple=True, help="ID=accepted or ID=declined; several.")
def decide(
    folder: Path,
    workspace: str | None,
    request_id: str,
    decision: str,
    by: str,
    how: str,
    remark: str,
    lines: tuple[str, ...],
) -> None:
    """Note the customer's answer to the open request REQUEST_ID; its link is withdrawn and the
    record upstream is told."""
    noted = Noted(decision, by, how, remark, _lines(lines))
    core = open_house(folder).core
    key = options.one_workspace(core.workspace_ids, workspace)
    try:
        note(core, core.workspace_ids[key], request_id, noted, door="operator")
    except (NotFound, Refused) as error:
        raise click.ClickException(f"{error.detail}: {request_id}") from None
    click.echo("The answer is noted and the link withdrawn; a running hub tells the upstream.")


def _lines(given: tuple[str, ...]) -> Mapping[str, str]:
    found = {}
    for one in given:
        line, equals, said = one.rpartition("=")
        if not equals or said not in DECISIONS:
            raise click.BadParameter(
                f"'{one}' is not ID=accepted or ID=declined", param_hint="line"
            )
        found[line] = said
    return found


@click.command("follow-up")
@options.config
@options.workspace
@click.argument("request_id")
@click.argument("name")
def follow_up(folder: Path, workspace: str | None, request_id: str, name: str) -> None:
    """Do the follow-up NAME of the request REQUEST_ID, once; e.g. copy what was declined to a new
    offer."""
    core = open_house(folder).core
    key = options.one_workspace(core.workspace_ids, workspace)
    try:
        told = ask(core, core.workspace_ids[key], request_id, name, door="operator")
    except (NotFound, Refused) as error:
        raise click.ClickException(f"{error.detail}: {request_id}") from None
    if not told["repeated"]:
        click.echo(f"{len(told['steps'])} step(s) are owed; a running hub does them.")
        return
    click.echo(f"It was asked for at {told['asked_at']}; nothing more is done.")
    for one in told["records"]:
        click.echo("\t".join((one["instance"], one["table"], one["id"], one["url"] or "")))
