"""What keeps a mapping from being in force in a workspace: faults that lint finds there, examples
that fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.contracts.manifest import Manifest
from hub.kernel.errors import ConfigurationError
from hub.mapping.compiled import CompiledMapping
from hub.mapping.examples import run_examples
from hub.mapping.forms import FormSpec
from hub.mapping.known import KnownTables
from hub.mapping.lint import lint
from hub.mapping.problems import Problem
from hub.mapping.steps import Render
from hub.mapping.texts import render
from hub.registry import InstanceKey, Registry
from hub.services.known_tables import known_tables
from hub.services.version_rows import compiled
from hub.settings import WorkspaceSettings
from hub.settings.known_fields import Tables
from hub.storage.models import MappingVersion


def check_mapping(
    mapping: CompiledMapping,
    workspace: WorkspaceSettings,
    registry: Registry,
    forms: Mapping[str, FormSpec],
    tables: Mapping[str, KnownTables] | None = None,
) -> list[str]:
    """Why a mapping may not be in force in this workspace: faults that lint finds, then examples
    that fail."""
    found = mapping_problems(mapping, workspace, registry, forms, tables)
    return [str(problem) for problem in found if problem.severity == "error"]


def mapping_problems(
    mapping: CompiledMapping,
    workspace: WorkspaceSettings,
    registry: Registry,
    forms: Mapping[str, FormSpec],
    tables: Mapping[str, KnownTables] | None = None,
) -> list[Problem]:
    """Everything that is wrong with a mapping in this workspace: lint, with its warnings; without
    an error also its examples."""
    instances: dict[str, Manifest] = {
        key: registry.manifest(InstanceKey(workspace.key, key)) for key in workspace.instances
    }
    found = lint(
        mapping,
        instances=instances,
        forms=forms,
        texts=workspace.texts,
        tables=tables,
        workspace=workspace.file,
        secrets=workspace.webhook_secrets,
        portal=workspace.portal is not None,
    )
    if any(problem.severity == "error" for problem in found):
        return found
    results = run_examples(mapping, render=note_maker(workspace))
    return [*found, *(problem for result in results for problem in result.problems)]


def note_maker(workspace: WorkspaceSettings) -> Render:
    """Makes notes as they are in this workspace: its own texts, in the request's language."""

    def note(text: str, context: Mapping[str, Any]) -> str:
        language = context["request"]["language"]
        template = workspace.text(text, language) if text in workspace.texts else text
        return render(template, context)

    return note


def version_faults(
    row: MappingVersion,
    workspace: WorkspaceSettings,
    registry: Registry,
    forms: Mapping[str, FormSpec],
    discovered: Mapping[str, Tables],
) -> list[str]:
    """Everything that keeps a stored version from being in force in this workspace now."""
    try:
        tables = known_tables(registry, workspace.key, discovered)
        return check_mapping(compiled(row), workspace, registry, forms, tables)
    except ConfigurationError as error:
        return list(error.problems or (error.detail,))
    except Exception as error:  # a fault of ours, and of this version only
        return [f"{row.key}:1:1: file: cannot be taken ({type(error).__name__})"]
