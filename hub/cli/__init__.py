"""The command line: ``paraph``. Each group of commands loads what it needs when it is called, so
that ``paraph --help`` and the server's parent process stay small."""

from __future__ import annotations

import importlib
import sys

import click

COMMANDS = {
    "serve": "hub.cli.serve:serve",
    "worker": "hub.cli.worker:worker",
    "sandbox": "hub.cli.serve:sandbox",
    "demo": "hub.cli.demo:demo",
    "probe": "hub.cli.operate:probe",
    "mend-credentials": "hub.cli.credentials:mend_credentials",
    "poll": "hub.cli.upkeep:poll",
    "keep-hooks": "hub.cli.upkeep:keep_hooks",
    "deliveries": "hub.cli.owed:deliveries",
    "replay": "hub.cli.again:replay",
    "discard": "hub.cli.again:discard",
    "inbound": "hub.cli.cases:inbound",
    "cancel": "hub.cli.cases:cancel",
    "decide": "hub.cli.deciding:decide",
    "follow-up": "hub.cli.deciding:follow_up",
    "clear": "hub.cli.papers:clear",
    "evidence": "hub.cli.papers:evidence",
    "in-person": "hub.cli.papers:sign_in_person",
    "verify": "hub.cli.verify:verify",
    "lint": "hub.cli.check:lint",
    "test": "hub.cli.trial:test",
    "discover": "hub.cli.discover:discover",
    "schema": "hub.cli.schema:schema",
    "dry-run": "hub.cli.dry_run:dry_run",
    "record": "hub.cli.record:record",
    "mail-preview": "hub.cli.mail_preview:mail_preview",
    "explain": "hub.cli.explain:explain",
    "diff": "hub.cli.diff:diff",
    "versions": "hub.cli.versions:versions",
    "rollback": "hub.cli.versions:rollback",
    "api-key": "hub.cli.keys:api_key",
    "api-keys": "hub.cli.keys:api_keys",
    "revoke-key": "hub.cli.keys:revoke",
    "button-link": "hub.cli.keys:button_link",
    "record-button": "hub.cli.keys:record_button",
    "hook-url": "hub.cli.keys:hook_url",
    "register-hook": "hub.cli.keys:register_hook",
    "addresses": "hub.cli.keys:addresses",
}


class _Lazy(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="paraph")
def cli() -> None:
    """Paraph: from a record upstream to a signature and back."""


def main() -> None:
    """Entry point of the console script. Configuration faults are told in words, exit code 2."""
    from hub.kernel.errors import ConfigurationError
    from hub.kernel.logging import configure

    configure("WARNING", json=False)  # to stderr and masked; what a command prints stays clean
    try:
        cli()
    except ConfigurationError as error:
        click.echo(f"paraph: {error}", err=True)
        sys.exit(2)
