"""A request's papers: taking an acceptance back, the proof as a file, signing on a tablet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from hub.cli import options
from hub.kernel.errors import NotFound, ParaphError, Refused
from hub.services import handed_out, in_person
from hub.services.clearing import clear as clear_acceptance
from hub.services.house import open_house
from hub.services.views import NotReady

_recipient = click.option(
    "--recipient", default=None, help="A person's key; without it whoever it concerns."
)


@click.command()
@options.config
@options.workspace
@_recipient
@click.option("--reason", required=True, help="Why; kept in the history and in the next proof.")
@click.argument("request_id")
def clear(
    folder: Path, workspace: str | None, recipient: str | None, reason: str, request_id: str
) -> None:
    """Take the acceptance of REQUEST_ID back, so that it can be signed again.

    The history keeps the former signature, and the former proof stays.
    """
    core = open_house(folder).core
    key = options.one_workspace(core.workspace_ids, workspace)
    with _told():
        where = (core, core.workspace_ids[key], request_id)
        clear_acceptance(*where, "operator", reason, recipient)
    click.echo("The acceptance is taken back; a running hub invites again.")


@click.command()
@options.config
@options.workspace
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Where to write it; without it under its own name here.",
)
@click.option("--pdf", is_flag=True, help="The sealed PDF alone, not the whole bundle.")
@click.option("--number", type=click.IntRange(1), default=None, help="An earlier completion's.")
@click.argument("request_id")
def evidence(
    folder: Path,
    workspace: str | None,
    out: Path | None,
    pdf: bool,
    number: int | None,
    request_id: str,
) -> None:
    """Write the proof of REQUEST_ID into a file; `paraph verify` checks it."""
    core = open_house(folder).core
    key = options.one_workspace(core.workspace_ids, workspace)
    with _told():
        what = handed_out.SIGNED if pdf else handed_out.PROOF
        file = handed_out.made(core, core.workspace_ids[key], request_id, what, number)
    path = out or Path(file.name)
    if out is None and path.exists():
        raise click.ClickException(f"{path} is there already; give another name with --out")
    path.write_bytes(file.content)
    click.echo(f"{path}: {len(file.content)} bytes, SHA-256 {file.etag}")


@click.command("in-person")
@options.config
@options.workspace
@_recipient
@click.argument("request_id")
def sign_in_person(
    folder: Path, workspace: str | None, recipient: str | None, request_id: str
) -> None:
    """Print a link for a tablet of yours, to be handed over: it shows REQUEST_ID only and locks
    after signing. It is shown this once."""
    core = open_house(folder).core
    key = options.one_workspace(core.workspace_ids, workspace)
    with _told():
        click.echo(in_person.link(core, core.workspace_ids[key], request_id, recipient))


@contextmanager
def _told() -> Iterator[None]:
    """What cannot be done, in words; exit code 1."""
    try:
        yield
    except NotReady:
        raise click.ClickException(
            "the proof is being made: try again in a few seconds, while a hub is running"
        ) from None
    except (NotFound, Refused) as error:
        raise click.ClickException(error.detail) from None
    except ParaphError as error:
        raise click.ClickException(f"{error.code}: {error.detail}") from None
