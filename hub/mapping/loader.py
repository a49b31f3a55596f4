"""Reads mapping and form files. A file is taken whole or not at all, and a folder too."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from marshmallow import Schema, ValidationError

from hub.kernel.errors import ConfigurationError
from hub.mapping.compiled import CompiledMapping
from hub.mapping.compiler import build
from hub.mapping.document import Document, read_document
from hub.mapping.examples import run_examples
from hub.mapping.form_schema import FormSchema
from hub.mapping.forms import FormSpec
from hub.mapping.fragments import FOLDER, read_fragments, with_fragments
from hub.mapping.grammar import problems_of
from hub.mapping.lint import InstanceInfo, lint
from hub.mapping.schema import MappingSchema
from hub.mapping.steps import Render
from hub.mapping.surroundings import Surroundings

T = TypeVar("T")
_ALONE = Surroundings()


def compile_mapping(text: str, name: str, around: Surroundings = _ALONE) -> CompiledMapping:
    """Compile a mapping from its text; ``name`` is what messages call the file.

    Raises ``ConfigurationError`` whose ``problems`` hold every fault, each with its position.
    """
    document = with_fragments(read_document(text, name), around.fragments, around.folder)
    return compile_document(document, around.values)


def compile_document(document: Document, values: Mapping[str, Any]) -> CompiledMapping:
    """Compile what has been read and pasted together. Raises as ``compile_mapping``."""
    mapping, problems = build(_checked(MappingSchema, document), document, values)
    if problems:
        raise ConfigurationError(
            f"{document.name}: the mapping is not valid", problems=tuple(map(str, problems))
        )
    return mapping


def load_mapping(
    path: Path,
    values: Mapping[str, Any] | None = None,
    fragments: Mapping[str, str] | None = None,
) -> CompiledMapping:
    """Compile a mapping file with the fragments beside it (``fragments``, where they have been
    read) and a workspace's ``values``. Its key must be the file's name."""
    folder = path.parent
    texts = read_fragments(folder) if fragments is None else fragments
    around = Surroundings(texts, values or {}, str(folder / FOLDER))
    mapping = compile_mapping(_read(path), str(path), around)
    _named_alike(path, mapping.key, "mapping")
    return mapping


def load_folder(folder: Path) -> dict[str, CompiledMapping]:
    """All mappings of a folder, or none: every fault of every file is told."""
    return _load_all(folder, load_mapping, lambda mapping: mapping.key)


def compile_form(text: str, name: str) -> FormSpec:
    """Compile a form from its text. Raises ``ConfigurationError`` with every fault."""
    form: FormSpec = _checked(FormSchema, read_document(text, name))
    return form


def load_form(path: Path) -> FormSpec:
    """Compile a form file. Its key must be the file's name."""
    form = compile_form(_read(path), str(path))
    _named_alike(path, form.key, "form")
    return form


def load_forms(folder: Path) -> dict[str, FormSpec]:
    """All forms of a folder, or none."""
    return _load_all(folder, load_form, lambda form: form.key)


def activate(
    mapping: CompiledMapping,
    *,
    instances: Mapping[str, InstanceInfo],
    forms: Mapping[str, FormSpec],
    texts: Collection[str],
    source_fields: Collection[str] | None = None,
    render: Render | None = None,
) -> CompiledMapping:
    """The mapping, if it may go live: no lint error and no failing example.

    Raises ``ConfigurationError`` with one line a fault.
    """
    found = lint(
        mapping, instances=instances, forms=forms, texts=texts, source_fields=source_fields
    )
    problems = [str(problem) for problem in found if problem.severity == "error"]
    for result in run_examples(mapping, render=render):
        problems += [str(problem) for problem in result.problems]
    if problems:
        raise ConfigurationError(
            f"{mapping.document.name}: the mapping cannot be activated", problems=tuple(problems)
        )
    return mapping


@cache
def _schema(kind: type[Schema]) -> Schema:
    """Made once for each process: with all that is nested in it, making takes longer than using."""
    return kind()


def _checked(kind: type[Schema], document: Document) -> Any:
    try:
        return _schema(kind).load(document.data)
    except ValidationError as error:
        found = sorted(problems_of(error.messages, document), key=lambda p: (p.line, p.column))
        raise ConfigurationError(
            f"{document.name}: the file is not valid", problems=tuple(map(str, found))
        ) from None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: is not UTF-8 text; save it as UTF-8") from error
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error


def _named_alike(path: Path, key: str, what: str) -> None:
    if path.stem != key:
        raise ConfigurationError(
            f"{path}: the file's name differs from its key",
            problems=(f"{path}:1:1: {what}: is '{key}'; rename the file to {key}.yaml",),
        )


def _load_all(folder: Path, load: Callable[[Path], T], key: Callable[[T], str]) -> dict[str, T]:
    found: dict[str, T] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            loaded = load(path)
        except ConfigurationError as error:
            problems += error.problems or (error.detail,)
        else:
            found[key(loaded)] = loaded
    if problems:
        raise ConfigurationError(f"{folder}: not loaded", problems=tuple(problems))
    return found
