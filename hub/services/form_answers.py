"""Answers that somebody wrote into a file to try a form out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.kernel.errors import ConfigurationError
from hub.mapping.document import read_document
from hub.mapping.forms import FormSpec
from hub.mapping.problems import did_you_mean


def read_answers(path: Path) -> dict[str, Any]:
    """A file of answers: YAML or JSON, field by field. Raises ``ConfigurationError``."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read as UTF-8 text; save it so") from error
    data: dict[str, Any] = read_document(text, str(path)).data
    return data


def checked_answers(
    form: FormSpec, values: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Clean answers. Raises ``ConfigurationError`` with each field of ``given`` that the form does
    not have, and each answer of ``values`` that it refuses."""
    names = [one.name for one in form.fields]
    faults = [
        f"{name}: the form {form.key} has no such field; {did_you_mean(name, names)}"
        for name in given
        if name not in names
    ]
    clean, errors = form.validate({name: _typed(value) for name, value in values.items()}, "en")
    faults += [f"{name}: {message}" for name, message in errors.items()]
    if faults:
        raise ConfigurationError("the answers do not fit the form", problems=tuple(faults))
    return clean


def _typed(value: Any) -> str:
    """An answer as a browser sends it."""
    if isinstance(value, bool):
        return "true" if value else ""
    return "" if value is None else str(value)
