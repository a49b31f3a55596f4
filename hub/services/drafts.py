"""A mapping file anywhere, compiled as if it stood among the others: a draft, or a copy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.kernel.errors import ConfigurationError, NotFound
from hub.mapping.compiled import CompiledMapping
from hub.mapping.fragments import FOLDER, read_fragments
from hub.mapping.loader import compile_mapping
from hub.mapping.surroundings import Surroundings


def is_file_name(name: str) -> bool:
    """Whether somebody means a file by it, and not a mapping's key or a version."""
    return name.endswith((".yaml", ".yml")) or "/" in name


def compile_draft(path: Path, values: Mapping[str, Any], mappings: Path) -> CompiledMapping:
    """Compile it with the fragments beside it, else with those of the folder ``mappings``. Its
    name may be any. Raises ``NotFound``, and ``ConfigurationError`` with every fault."""
    if not path.is_file():
        raise NotFound(f"there is no file {path}", code="unknown_file")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read as UTF-8 text; save it so") from error
    return compile_text(text, path, values, mappings)


def compile_text(
    text: str, path: Path, values: Mapping[str, Any], mappings: Path
) -> CompiledMapping:
    """Compile a text as ``compile_draft`` compiles the file at ``path``."""
    folder = path.parent if (path.parent / FOLDER).is_dir() else mappings
    around = Surroundings(read_fragments(folder), values, str(folder / FOLDER))
    return compile_mapping(text, str(path), around)
