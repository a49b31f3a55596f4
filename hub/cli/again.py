"""Doing things again, or deciding that they are not owed: ``paraph replay`` and ``discard``. On
the database alone, so that it works beside a running hub and with faulty files. The hub does it."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import sleep
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from hub.cli import options
from hub.cli.words import in_words, who
from hub.services import replays
from hub.services.office import Office, open_office
from hub.services.replay_calls import CallReplays
from hub.services.replay_deliveries import DeliveryReplays
from hub.services.replays import MOST, RATE, Counted, Order, Replays

_ONLY_CALLS = ("source", "outcome", "instance")
_ONLY_DELIVERIES = ("destination", "kind", "state", "entity", "code")
_LEFT_ALONE = {
    "already_applied": "already applied, left alone (--force does them again)",
    "still_owed": "still owed, left alone",
    "cancelled": "cancelled, nobody waits for them",
    "nothing_in_it": "calls about no record",
    "not_readable": "calls kept by an earlier version, which cannot be read again",
}
_LOOK = 0.5  # seconds between two looks at a replay under way


class Moment(click.ParamType[datetime]):
    """An ISO 8601 moment with its zone."""

    name = "moment"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            self.fail(f"'{value}' is no moment with a zone; write 2026-03-02T09:00:00Z", param, ctx)
        return moment


def _narrowing(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that narrow deliveries."""
    for name, about in (
        ("code", "Only with this error code."),
        ("entity", "Only of this row of things that go out in order."),
        ("request", "Only of this request, by its id."),
        ("mapping", "Only of this mapping."),
        ("state", "Only in this state."),
        (
            "kind",
            "Only of this kind: intake, prepare, message, step, evidence, notice, call, webhook.",
        ),
        ("destination", "Only to this instance."),
    ):
        command = click.option(f"--{name}", default=None, help=about)(command)
    command = click.option("--since", type=Moment(), help="Only from this moment on.")(command)
    command = click.option("--until", type=Moment(), help="Only before this moment.")(command)
    command = click.option("--id", "ids", multiple=True, help="Only these.")(command)
    most = click.IntRange(1, 100_000)
    command = click.option(
        "--most", type=most, default=MOST, show_default=True, help="At most so many, oldest first."
    )(command)
    return options.config(options.workspace(command))


@click.command()
@_narrowing
@click.option("--inbound", is_flag=True, help="Calls that came in, instead of deliveries.")
@click.option("--source", default=None, help="Calls from here only: api, button, hook or poll.")
@click.option("--instance", default=None, help="Calls to this instance's address only.")
@click.option("--outcome", default=None, help="Calls that led to this only.")
@click.option("--force", is_flag=True, help="Also what was applied already; needs a filter.")
@click.option(
    "--rate", "--per-second", type=click.FloatRange(0.1, 1000), default=RATE, show_default=True,
    help="At most so many a second.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Count and show some; the default.")
@click.option("--yes", is_flag=True, help="Do it; without this it only counts.")
@click.option("--stop", "stop_id", default=None, help="Stop the replay with this id.")
@click.option(
    "--follow/--no-follow", default=None,
    help="Show how far it is until all are due; on a terminal it does. Ctrl-C stops the replay.",
)  # fmt: skip
def replay(
    folder: Path,
    workspace: str | None,
    inbound: bool,
    force: bool,
    rate: float,
    dry_run: bool,
    yes: bool,
    stop_id: str | None,
    follow: bool | None,
    **given: Any,
) -> None:
    """Owe again what was given up or discarded, with the same ids and bytes; with --inbound, take
    calls again that led to nothing. Counts first. The running hub does the work."""
    office = open_office(folder)
    workspace_id = office.workspace_ids[options.one_workspace(office.workspace_ids, workspace)]
    with in_words():
        if stop_id is not None:
            told = replays.stop(office, workspace_id, stop_id)
            click.echo(f"Stopped: {told['put_back']} of {told['count']} are what they were before.")
            return
        chosen = _given(inbound, given)
        service: Replays[Any] = (CallReplays if inbound else DeliveryReplays)(office, workspace_id)
        order = Order(who(), rate, force)
        counted = service.count(chosen, order)
        _tell(counted, "calls" if inbound else "deliveries", given["destination"])
        if dry_run or not yes:
            _sample(counted)
            click.echo("Nothing was changed. Add --yes (without --dry-run) to do it.")
            return
        counted = service.begin(chosen, order)
    _say_begun(counted, "calls" if inbound else "deliveries")
    following = sys.stderr.isatty() if follow is None else follow
    if following and counted.replay_id is not None:
        _follow(office, workspace_id, counted.replay_id)


@click.command()
@_narrowing
@click.option("--yes", is_flag=True, help="Do it; without this it only counts.")
def discard(folder: Path, workspace: str | None, yes: bool, **given: Any) -> None:
    """Decide that what was given up is not owed any more. Health no longer counts it; replay can
    still owe it again. Counts first."""
    office = open_office(folder)
    workspace_id = office.workspace_ids[options.one_workspace(office.workspace_ids, workspace)]
    service = DeliveryReplays(office, workspace_id)
    with in_words():
        count = service.discard(_given(False, given), dry_run=True)
    click.echo(f"{count} given-up deliveries to {given['destination'] or 'every instance'}")
    if not yes:
        click.echo("Nothing was changed. Add --yes to discard them.")
        return
    done = service.discard(_given(False, given), dry_run=False)
    click.echo(f"{done} deliveries were discarded.")


def _given(inbound: bool, given: dict[str, Any]) -> dict[str, Any]:
    """What was narrowed by. Raises for a filter of the other kind."""
    chosen = {name: value for name, value in given.items() if value not in (None, ())}
    for name in _ONLY_DELIVERIES if inbound else _ONLY_CALLS:
        if name in chosen:
            kind = "deliveries; leave out --inbound" if inbound else "calls; add --inbound"
            raise click.UsageError(f"--{name} narrows {kind}")
    return chosen


def _tell(counted: Counted, what: str, destination: str | None) -> None:
    place = f" to {destination or 'every instance'}" if what == "deliveries" else ""
    click.echo(f"{counted.number} {what}{place}, {counted.seconds / 60:.1f} minutes")
    for verdict, said in _LEFT_ALONE.items():
        if counted.verdicts[verdict]:
            click.echo(f"{counted.verdicts[verdict]} {said}")


def _sample(counted: Counted) -> None:
    """Some of them: what, to whom, why it failed."""
    if not counted.items:
        return
    columns = list(counted.items[0])
    rows = [[" ".join(str(one[name] or "").split()) for name in columns] for one in counted.items]
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            click.echo("\t".join(row))
        return
    table = Table(*columns)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _say_begun(counted: Counted, what: str) -> None:
    done = "owed again" if what == "deliveries" else "taken again"
    click.echo(f"{counted.number} {what} are {done}.")
    if counted.replay_id is not None:
        click.echo(f"Replay {counted.replay_id}; stop it with --stop.")


def _follow(office: Office, workspace_id: str, replay_id: str) -> None:
    """Until the last one is due. Ctrl-C puts back what was not tried."""
    with Progress(console=Console(stderr=True)) as bar:
        told = replays.progress(office, workspace_id, replay_id)
        task = bar.add_task("due", total=told["count"])
        try:
            while (done := _due(office, told)) < told["count"]:
                bar.update(task, completed=done)
                sleep(_LOOK)
                told = replays.progress(office, workspace_id, replay_id)
                if told["stopped_at"] is not None:
                    break
            bar.update(task, completed=_due(office, told))
        except KeyboardInterrupt:
            told = replays.stop(office, workspace_id, replay_id)
            bar.console.print(f"Stopped: {told['put_back']} are what they were before.")
    states = ", ".join(f"{number} {state}" for state, number in sorted(told["states"].items()))
    click.echo(f"Now: {states}")


def _due(office: Office, told: dict[str, Any]) -> int:
    """How many have had their moment."""
    count: int = told["count"]
    if told["last_due_at"] is None:
        return count
    left = (datetime.fromisoformat(told["last_due_at"]) - office.clock.wall()).total_seconds()
    rate: float = told["rate"]
    return count - max(0, min(count, math.ceil(left * rate)))
