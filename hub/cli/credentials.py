"""``paraph mend-credentials``: give an instance new credentials, tried before they are kept."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from hub.cli import options
from hub.kernel.errors import ParaphError
from hub.registry import InstanceKey
from hub.services.credentials.kept_words import kept_words
from hub.services.credentials.mending import mend
from hub.services.house import open_house

_NOTHING = "nothing is kept in the database: the file counts"


@click.command("mend-credentials")
@options.config
@options.workspace
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="NAME[=VALUE]",
    help="A setting of the sign-in. Without =VALUE it is asked for, or read as a line of stdin.",
)
@click.option("--forget", multiple=True, metavar="NAME", help="Go back to what the file says.")
@click.argument("instance")
def mend_credentials(
    folder: Path,
    workspace: str | None,
    given: tuple[str, ...],
    forget: tuple[str, ...],
    instance: str,
) -> None:
    """Give INSTANCE new credentials: they are tried, kept in the database over the file's, and what
    waited goes on. Status 1: refused, nothing was kept."""
    house = open_house(folder)
    key = options.one_workspace(house.core.workspace_ids, workspace)
    known = house.core.registry.instances(key)
    where = next((one for one in known if one.key == instance), None)
    if where is None:
        names = ", ".join(one.key for one in known)
        raise click.UsageError(f"there is no instance '{instance}'; there are: {names}")
    values = dict(_given(given, where))
    try:
        mended = mend(house.core, where, values, by=f"cli:{getpass.getuser()}", forget=forget)
    except ParaphError as error:
        raise click.ClickException(f"{error.code}: {error.detail}") from None
    click.echo(f"{'ok  ' if mended.good else 'FAIL'} {where.key}: {mended.said}")
    click.echo(f"    {kept_words(mended.kept) or _NOTHING}")
    sys.exit(0 if mended.good else 1)


def _given(given: Iterable[str], where: InstanceKey) -> Iterable[tuple[str, str]]:
    """Names with values; those without one are asked for, so that they stand in no history."""
    for one in given:
        name, says, value = one.partition("=")
        yield name, value if says else _asked(name, where)


def _asked(name: str, where: InstanceKey) -> str:
    if sys.stdin.isatty():
        asked: str = click.prompt(f"{name} of {where.key}", hide_input=True)
        return asked
    line = sys.stdin.readline()
    if not line:
        raise click.UsageError(f"stdin ended before a value for {name}; give one line for each")
    return line.rstrip("\r\n")
