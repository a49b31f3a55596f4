"""Workspaces, forms and mappings read again while the hub runs: all of it, or nothing.

An administrator corrects a text, a password or a mapping and need not restart: what changed is
checked with everything else first, then it takes effect, and changed instances are probed at once,
so that a paused one goes on by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from hub.kernel.errors import ConfigurationError
from hub.services import hook_care, polls, probes
from hub.services.access import ensure_workspaces
from hub.services.core import Core
from hub.settings import WorkspaceSettings, load_workspaces


def reload_files(core: Core, folder: Path) -> None:
    """Read everything again. Raises ``ConfigurationError`` and changes nothing on any problem; who
    looks at health is told of it until the files are good."""
    try:
        _take(core, folder)
    except ConfigurationError as error:
        core.refused = len(error.problems) or 1
        raise
    core.refused = 0


def _take(core: Core, folder: Path) -> None:
    workspaces = load_workspaces(folder / "workspaces", environment=core.settings.environment)
    _refuse_removal(core, folder, workspaces)
    trial = core.registry.trial(core.kept.over(workspaces, core.workspace_ids))
    problems = trial.check()
    if problems:
        raise ConfigurationError("the instances are not valid", problems=tuple(problems))
    ids = ensure_workspaces(core.db, core.clock, workspaces)
    core.shelf.load(workspaces, ids, trial)
    with core.kept.switching:
        core.workspace_ids.update(ids)
        core.workspaces = workspaces
        changed = core.registry.adopt(core.kept.over(workspaces, core.workspace_ids))
    probes.know_instances(core)
    polls.know_tables(core)
    hook_care.know_instances(core)
    hook_care.soon(core)
    for where in changed:
        probes.probe(core, where)


def seen_by(workspace: WorkspaceSettings, problems: Collection[str]) -> tuple[str, ...]:
    """The problems that people of one workspace may read. What stands in another's file is counted
    only: its own people see it."""
    folder = f"{Path(workspace.file).parent}/"
    foreign = [
        one for one in problems if one.startswith(folder) and not one.startswith(workspace.file)
    ]
    mine = [one for one in dict.fromkeys(problems) if one not in foreign]
    return (*mine, *([f"{len(foreign)} more in files of other workspaces"] if foreign else ()))


def _refuse_removal(core: Core, folder: Path, present: Collection[str]) -> None:
    # requests, links and deliveries under way still name it: only a start begins without it
    problems = tuple(
        f"{folder / 'workspaces' / key}.yaml: the file of a running workspace is gone or has "
        "another name; put it back, or restart the hub to go on without it"
        for key in sorted(set(core.workspaces) - set(present))
    )
    if problems:
        raise ConfigurationError("a workspace was removed", problems=problems)
