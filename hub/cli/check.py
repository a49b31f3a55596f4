"""``paraph lint``: everything that an administrator writes, checked without starting anything."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from hub.cli import options
from hub.contracts.plugin import PluginContext
from hub.kernel.errors import ConfigurationError
from hub.mapping.loader import load_forms, load_mapping
from hub.registry import Registry, find_manifests
from hub.services.house import beside
from hub.services.mappings import check_mapping
from hub.settings import load_hub_settings, load_workspaces


@click.command()
@options.config
def lint(folder: Path) -> None:
    """Check settings, workspaces, forms and mappings with their examples. Exit code 1 on
    problems."""
    problems = find_problems(folder)
    for line in problems:
        click.echo(line)
    click.echo(f"{len(problems)} problems" if problems else "No problems found.", err=True)
    sys.exit(1 if problems else 0)


def find_problems(folder: Path) -> list[str]:
    """Every problem of every file, as ``file:line:column: row: what; how to mend it``."""
    problems: list[str] = []

    def collect(load: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        try:
            return load(*arguments, **more)
        except ConfigurationError as error:
            problems.extend(error.problems or (error.detail,))
            return None

    hub = collect(load_hub_settings, folder / "paraph.yaml")
    environment = hub.environment if hub else "production"
    workspaces = collect(load_workspaces, folder / "workspaces", environment=environment)
    forms = collect(load_forms, beside(folder, "forms"))
    if workspaces is None or forms is None:
        return problems
    registry = Registry(find_manifests(), workspaces, lambda where, _: PluginContext(where.key))
    problems += registry.check()
    for workspace in workspaces.values():
        for key in workspace.mappings:
            path = beside(folder, "mappings") / f"{key}.yaml"
            mapping = collect(load_mapping, path, workspace.values)
            if mapping is not None:
                problems += collect(check_mapping, mapping, workspace, registry, forms) or []
    return problems
