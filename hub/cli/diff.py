"""``paraph diff``: two versions of a mapping applied to past records, and what changes."""

from __future__ import annotations

import json
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from marshmallow import ValidationError
from rich.console import Console
from rich.progress import Progress

from hub.cli import options
from hub.cli.words import in_words, text_of
from hub.services.differences import Compared, Comparing
from hub.services.house import beside
from hub.services.office import open_office
from hub.services.versions import SHORT
from hub.settings import load_hub_settings, load_workspaces
from hub.settings.spans import Span


class Since(click.ParamType[Any]):
    """A span of time before now, or a moment."""

    name = "since"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if not isinstance(value, str):
            return value
        with suppress(ValidationError):
            return Span().deserialize(value)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            said = f"'{value}' is neither a span such as 30d nor a moment with its zone"
            self.fail(said, param, ctx)
        return moment


@click.command()
@options.config
@options.workspace
@options.output
@click.option(
    "--since", type=Since(), default="30d", show_default=True,
    help="From when on: 30d, 12h, or a moment with its zone, 2026-01-31T00:00:00Z.",
)  # fmt: skip
@click.option("--mapping", default=None, help="Which mapping; where neither version tells it.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=1000, show_default=True,
    help="At most so many past records are looked at, newest first.",
)  # fmt: skip
@click.option("--reveal", is_flag=True, help="Show the values themselves; they are personal data.")
@click.argument("old")
@click.argument("new")
def diff(
    folder: Path,
    workspace: str | None,
    output: str,
    since: Any,
    mapping: str | None,
    limit: int,
    reveal: bool,
    old: str,
    new: str,
) -> None:
    """Apply the versions OLD and NEW of a mapping to past records, with their answers and outcomes,
    and show what changes.

    Each is the beginning of a version's hash, the word active, or a file. JSON is one line for each
    record that changes, and a last one with the sums. Exit code 1 when something changes.
    """
    office = open_office(folder)
    key = options.one_workspace(office.workspace_ids, workspace)
    environment = load_hub_settings(folder / "paraph.yaml").environment
    with in_words():
        settings = load_workspaces(folder / "workspaces", environment=environment)
        service = Comparing(
            office, office.workspace_ids[key], settings[key], beside(folder, "mappings")
        )
        first, second = service.pair(old, new, mapping)
        begin = since if isinstance(since, datetime) else office.clock.now() - since
        sums = _Sums(first.key, first.sha256[:SHORT], second.sha256[:SHORT])
        with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
            sums.there = service.count(first.key, begin)
            task = bar.add_task("records", total=min(sums.there, limit))
            for one in service.compare(first, second, begin, limit):
                bar.advance(task)
                sums.add(one)
                if one.changes:
                    _tell(service.shown(one, first, second, reveal=reveal), output)
    sums.tell(output)
    sys.exit(1 if sums.changed else 0)


@dataclass
class _Sums:
    """What came of all records: how many there were, how many were looked at and changed."""

    key: str
    old: str
    new: str
    there: int = 0
    looked: int = 0
    changed: int = 0
    erased: int = 0
    rules: Counter[str] = field(default_factory=Counter)

    def add(self, one: Compared) -> None:
        self.looked += 1
        self.changed += bool(one.changes)
        self.erased += not one.kept
        self.rules.update(change.rule for change in one.changes)

    def tell(self, output: str) -> None:
        if output == "json":
            told: dict[str, Any] = {"mapping": self.key, "old": self.old, "new": self.new}
            told |= {"records": self.looked, "of": max(self.there, self.looked)}
            told |= {"erased": self.erased, "changed": self.changed}
            click.echo(json.dumps(told | {"rules": dict(self.rules.most_common())}))
            return
        if self.changed:
            click.echo("")
        for rule, number in self.rules.most_common():
            click.echo(f"{number:>6}  {rule}")
        versions = f"{self.key} {self.old} → {self.new}"
        click.echo(f"{versions}: {self.changed} of {self.looked} records change.")
        if self.erased:
            click.echo(f"{self.erased} of them hold nothing any more, or were never read.")
        if self.there > self.looked:
            click.echo(f"These are the newest of {self.there}; --limit takes more.")


def _tell(one: dict[str, Any], output: str) -> None:
    if output == "json":
        click.echo(json.dumps(one, ensure_ascii=False))
        return
    click.echo(f"{one['record']} (request {one['request']})")
    for change in one["changes"]:
        click.echo(f"  {change['rule']}: {text_of(change['before'])} → {text_of(change['after'])}")
