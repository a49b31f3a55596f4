"""What is written and used by nobody: mapping files, fragments, values, names of fields. And a
workspace's mapping that has no file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hub.kernel.errors import ConfigurationError
from hub.mapping.compiled import CompiledMapping
from hub.mapping.document import Document, read_document
from hub.mapping.examples import run_examples
from hub.mapping.fragments import FOLDER as FRAGMENTS
from hub.mapping.fragments import check_fragment
from hub.mapping.problems import Problem, did_you_mean, unknown_word
from hub.settings import WorkspaceSettings
from hub.settings.files import read_text
from hub.settings.known_fields import FOLDER as FIELDS

if TYPE_CHECKING:
    from hub.services.inspection import Files


@dataclass(frozen=True)
class Taken:
    """What a mapping takes from outside. Kept instead of the mapping, which is large."""

    key: str
    values: frozenset[str]
    fragments: frozenset[str]


def taken(mapping: CompiledMapping) -> Taken:
    """What this one takes."""
    fragments = frozenset(mapping.document.fragments)
    return Taken(mapping.key, frozenset(mapping.values), fragments)


def leftovers(files: Files, used: Mapping[str, Collection[Taken]]) -> Iterator[str]:
    """Lines about everything that is left over. ``used`` are the mappings of each workspace that
    could be read."""
    named = {key for workspace in files.workspaces.values() for key in workspace.mappings}
    alone: list[Taken] = []
    for path in sorted(files.mappings.glob("*.yaml")):
        if path.stem not in named:
            yield _warning(path, "mapping", "no workspace uses it; name it under 'mappings' of one")
            yield from _alone(files, path, alone)
    for key, workspace in files.workspaces.items():
        if len(used[key]) == len(workspace.mappings):  # else it may be declared where we cannot see
            yield from map(str, _values(workspace, used[key]))
    mappings = [*alone, *(mapping for each in used.values() for mapping in each)]
    if {mapping.key for mapping in mappings} >= named | _keys(files):
        yield from _fragments(files, mappings)
    yield from _fields(files)


def _alone(files: Files, path: Path, alone: list[Taken]) -> Iterator[str]:
    """What can be told of a mapping without a workspace: that it is one, and its examples."""
    try:
        mapping = files.load(None, path.stem)
    except ConfigurationError as error:
        yield from error.problems or (error.detail,)
        return
    alone.append(taken(mapping))
    for result in run_examples(mapping):
        yield from map(str, result.problems)


def _keys(files: Files) -> set[str]:
    return {path.stem for path in files.mappings.glob("*.yaml")}


def no_such_mapping(files: Files, workspace: WorkspaceSettings, index: int) -> str:
    """The line about a name under ``mappings`` that has no file."""
    known = [path.stem for path in files.mappings.glob("*.yaml")]
    message = unknown_word("mapping", workspace.mappings[index], known)
    return str(_document(workspace).problem(("mappings", index), message))


def _values(workspace: WorkspaceSettings, mappings: Collection[Taken]) -> Iterator[Problem]:
    declared = {name for mapping in mappings for name in mapping.values}
    document = _document(workspace)
    values, elsewhere = (document.data.get(key) or {} for key in ("values", "values_in"))
    written: list[tuple[str, ...]] = [("values", name) for name in values]
    for environment, differing in elsewhere.items():
        written += [("values_in", environment, name) for name in differing or {}]
    for path in written:
        if path[-1] not in declared:
            hint = did_you_mean(path[-1], declared)
            fix = hint if hint.startswith("did you mean") else "declare it there or remove it"
            message = f"no mapping declares the value '{path[-1]}'; {fix}"
            yield document.problem(path, message, severity="warning")


def _fragments(files: Files, mappings: Collection[Taken]) -> Iterator[str]:
    included = {name for mapping in mappings for name in mapping.fragments}
    for name in files.fragments:
        path = files.mappings / FRAGMENTS / f"{name}.yaml"
        if name in included:
            continue
        yield _warning(path, "fragment", "no mapping includes it; include it or remove the file")
        try:
            check_fragment(read_document(files.fragments[name], str(path)), name)
        except ConfigurationError as error:
            yield from error.problems


def _fields(files: Files) -> Iterator[str]:
    known = [
        f"{key}.{instance}" for key, one in files.workspaces.items() for instance in one.instances
    ]
    for name in files.fields:
        if name not in known:
            path = files.folder / FIELDS / f"{name}.yaml"
            yield _warning(path, "tables", f"there is no instance '{name}'; remove the file")


def _document(workspace: WorkspaceSettings) -> Document:
    return read_document(read_text(Path(workspace.file)), workspace.file)


def _warning(path: Path, row: str, message: str) -> str:
    what, _, fix = message.partition("; ")
    return str(Problem(str(path), 1, 1, row, what, fix, "warning"))
