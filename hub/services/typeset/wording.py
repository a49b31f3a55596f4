"""The words of the templates: those that all share in ``templates/layout/words.yaml``, each one's
own beside it. A template's word goes before a shared one of the same name."""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path

import yaml

from hub.kernel.errors import ConfigurationError
from hub.services.amounts import LANGUAGES

TEMPLATES = Path(__file__).parent / "templates"
SOURCE, WORDS = "sheet.typ", "words.yaml"
_SHARED = "layout"


def templates() -> tuple[str, ...]:
    """The names of all templates: the folders that hold one."""
    return tuple(sorted(path.parent.name for path in TEMPLATES.glob(f"*/{SOURCE}")))


def known(template: str) -> str:
    """``template`` when there is one of that name. Raises ``ConfigurationError``."""
    names = templates()
    if template in names:
        return template
    near = difflib.get_close_matches(template, names, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(names)}"
    raise ConfigurationError(f"unknown template '{template}'; {hint}")


@cache
def words(template: str, language: str) -> dict[str, str]:
    """Every word of ``template`` in ``language``."""
    return {
        name: texts[language]
        for folder in (_SHARED, template)
        for name, texts in _table(folder).items()
    }


@cache
def _table(folder: str) -> dict[str, dict[str, str]]:
    path = TEMPLATES / folder / WORDS
    table = yaml.safe_load(path.read_text(encoding="utf-8"))
    problems = tuple(
        f"{path.name} of {folder}: '{name}' has no text in {language}"
        for name, texts in table.items()
        for language in LANGUAGES
        if not texts.get(language)
    )
    if problems:
        raise ConfigurationError("a template lacks words", problems=problems)
    return {str(name): dict(texts) for name, texts in table.items()}
