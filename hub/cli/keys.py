"""Keys and addresses for upstream systems: API keys, button links, hook addresses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from hub.cli import options
from hub.kernel.errors import ParaphError
from hub.services.access import OPERATOR, ROLES, create_key, list_keys, revoke_key
from hub.services.core import Core
from hub.services.house import open_house
from hub.services.links import RECORD_ACTIONS, button_lifetime
from hub.services.office import open_office


@click.command("api-key")
@options.config
@options.workspace
@click.option("--name", required=True, help="Who will use it.")
@click.option(
    "--role",
    type=click.Choice(list(ROLES)),
    default=OPERATOR,
    show_default=True,
    help=" ".join(f"{role}: {may}" for role, may in ROLES.items()),
)
def api_key(folder: Path, workspace: str | None, name: str, role: str) -> None:
    """Make an API key and print it; it cannot be shown again."""
    core = open_house(folder).core
    key = options.one_workspace(core.workspace_ids, workspace)
    click.echo(create_key(core.db, core.clock, core.workspace_ids[key], name, role))


@click.command("api-keys")
@options.config
@options.workspace
def api_keys(folder: Path, workspace: str | None) -> None:
    """List the API keys: id, how the key begins, role, made, revoked, who uses it."""
    office = open_office(folder)
    key = options.one_workspace(office.workspace_ids, workspace)
    for row in list_keys(office.db, office.workspace_ids[key]):
        ended = f"revoked {row.revoked_at:%Y-%m-%d}" if row.revoked_at else "good"
        made = f"{row.created_at:%Y-%m-%d}"
        click.echo("\t".join((row.id, f"{row.prefix}…", row.role, made, ended, row.name)))


@click.command("revoke-key")
@options.config
@options.workspace
@click.argument("key_id")
def revoke(folder: Path, workspace: str | None, key_id: str) -> None:
    """End the API key KEY_ID (see api-keys) for good; a running hub notices within seconds."""
    office = open_office(folder)
    key = options.one_workspace(office.workspace_ids, workspace)
    if not revoke_key(office.db, office.clock, office.workspace_ids[key], key_id):
        raise click.ClickException(f"there is no good key with the id {key_id}; see api-keys")
    click.echo("The key is revoked.")


@click.command("button-link")
@options.config
@options.workspace
@click.argument("mapping")
@click.argument("record", required=False)
def button_link(folder: Path, workspace: str | None, mapping: str, record: str | None) -> None:
    """Print the button link of RECORD (good for 30 days), or the one with $id for all records."""
    core = open_house(folder).core
    key = options.one_workspace(core.workspace_ids, workspace)
    if core.shelf.active(core.workspace_ids[key], mapping) is None:
        raise click.UsageError(f"workspace {key} has no mapping '{mapping}'")
    if record is None:
        click.echo(core.links.button_template(key, mapping))
    else:
        expires = core.clock.now() + button_lifetime()
        click.echo(core.links.button(key, mapping, record, expires))


@click.command("record-button")
@options.config
@options.workspace
@click.argument("instance")
@click.argument("action", type=click.Choice(list(RECORD_ACTIONS)))
@click.argument("table", required=False)
@click.argument("record", required=False)
def record_button(
    folder: Path,
    workspace: str | None,
    instance: str,
    action: str,
    table: str | None,
    record: str | None,
) -> None:
    """Print the link of a button beside "send" on INSTANCE's RECORD of TABLE, good for 30 days, or
    the one with {table} and {id} for all records.

    check shows how the record's request stands, and has it read at its provider; cancel withdraws
    it; decide notes the customer's answer. A link of the latter two opens the other one too.
    """
    core = open_house(folder).core
    key = options.one_workspace(core.workspace_ids, workspace)
    core.registry.connector(core.instance(core.workspace_ids[key], instance))
    if table is not None and record is not None:
        expires = core.clock.now() + button_lifetime()
        click.echo(core.links.record_button(key, instance, action, table, record, expires))
    elif table is None:
        click.echo(core.links.record_button_template(key, instance, action))
    else:
        raise click.UsageError("name the record too, or no table for the link of all records")


@click.command("hook-url")
@options.config
@options.workspace
@click.argument("instance")
def hook_url(folder: Path, workspace: str | None, instance: str) -> None:
    """Print the address where INSTANCE's other side may call the hub. It holds a secret."""
    core = open_house(folder).core
    key = options.one_workspace(core.workspace_ids, workspace)
    core.registry.settings(core.instance(core.workspace_ids[key], instance))
    click.echo(core.links.hook(key, instance))


@click.command("register-hook")
@options.config
@options.workspace
@click.argument("instance")
@click.argument("table")
@click.option("--field", "fields", multiple=True, help="Sent along; one should change each time.")
@click.option("--when", "condition", default="", help="In the upstream's own query language.")
def register_hook(
    folder: Path,
    workspace: str | None,
    instance: str,
    table: str,
    fields: tuple[str, ...],
    condition: str,
) -> None:
    """Have INSTANCE's other side call the hub when a record of TABLE changes. Safe to repeat.

    The hub must be running: most upstreams try the address at once.
    """
    core = open_house(folder).core
    key = options.one_workspace(core.workspace_ids, workspace)
    where = core.instance(core.workspace_ids[key], instance)
    url = core.links.hook(key, instance)
    try:
        click.echo(core.registry.connector(where).register_hook(url, table, fields, condition))
    except ParaphError as error:
        raise click.ClickException(f"{error.code}: {error.detail}") from None


@click.command("addresses")
@options.config
def addresses(folder: Path) -> None:
    """Print, as JSON, every address that other systems need; they hold secrets."""
    click.echo(json.dumps(all_addresses(open_house(folder).core)))


def all_addresses(core: Core) -> dict[str, dict[str, Any]]:
    """Of ``links`` what all other systems need, of ``hooks`` and ``own`` what each plugin's does:
    where it calls, and the button links of the mappings that read its records, ``button`` of the
    first one, ``button.<kind>`` and ``button.<kind>.<table>``, and the other buttons of any record
    there: ``check``, ``cancel``, ``decide``; ``hook.<workspace>`` is where it calls for that
    one, and ``portal.<workspace>`` its customers' portal."""
    found: dict[str, dict[str, Any]] = {
        "links": {"hub": core.links.public_url}, "hooks": {}, "own": {}
    }  # fmt: skip
    for workspace in core.workspaces.values():
        if workspace.portal is not None:
            found["links"][f"portal.{workspace.key}"] = core.links.portal(workspace.key)
        for key, one in workspace.instances.items():
            hook = core.links.hook(workspace.key, key)
            found["hooks"].setdefault(one.plugin, hook)
            found["own"].setdefault(one.plugin, {}).setdefault(f"hook.{workspace.key}", hook)
        for mapping in workspace.mappings:
            active = core.shelf.active(core.workspace_ids[workspace.key], mapping)
            if active is None:
                continue
            read = workspace.instances[active.mapping.source_instance]
            own = found["own"].setdefault(read.plugin, {})
            button = core.links.button_template(workspace.key, mapping, "{id}")
            kind, table = active.mapping.request.kind, active.mapping.source_table
            for name in ("button", f"button.{kind}", f"button.{kind}.{table}"):
                own.setdefault(name, button)
            for action in RECORD_ACTIONS:
                where = (workspace.key, active.mapping.source_instance, action)
                own.setdefault(action, core.links.record_button_template(*where))
    return found
