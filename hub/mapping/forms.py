"""Forms as data: what a customer is asked, in which steps, and whether an answer fits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from hub.contracts.plugin import Wording
from hub.mapping.converters import ConversionError, Converter, convert
from hub.mapping.form_texts import FALLBACK, message

# Nothing that a form's converters do depends on the moment, except the century of a short national
# id, which no form asks for; a fixed moment keeps validation free of the clock.
_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
EMAIL_PATTERN = r"[^@\s,;<>\"']{1,64}@(?:[^@\s.,;<>\"']{1,63}\.)+[^@\s.,;<>\"']{2,63}"
_EMAIL = re.compile(EMAIL_PATTERN)
_CHECKED = frozenset({"on", "true", "1", "yes"})


class FieldType(StrEnum):
    """How a field is shown and checked."""

    TEXT = "text"
    TEXTAREA = "textarea"
    EMAIL = "email"
    TEL = "tel"
    SELECT = "select"
    RADIO = "radio"
    CHECKBOX = "checkbox"
    POSTCODE = "postcode"
    DATE = "date"


T = FieldType
_LONGEST: Mapping[FieldType, int] = {
    T.TEXT: 200, T.TEXTAREA: 2000, T.EMAIL: 254, T.TEL: 40, T.POSTCODE: 12, T.DATE: 10,
}  # fmt: skip
_BAD: Mapping[FieldType, str] = {
    T.EMAIL: "bad_email", T.TEL: "bad_number", T.POSTCODE: "bad_postcode", T.DATE: "bad_date",
}  # fmt: skip
_EMPTY: Mapping[FieldType, str] = {
    T.SELECT: "choose", T.RADIO: "choose", T.CHECKBOX: "consent",
}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """One alternative of a select or radio field."""

    value: str
    label: Wording


@dataclass(frozen=True)
class FieldSpec:
    """One question. Wordings map language to text; ``rows`` is the height of a textarea."""

    name: str
    type: FieldType
    label: Wording
    help: Wording = field(default_factory=dict)
    placeholder: Wording = field(default_factory=dict)
    required: bool = False
    max_length: int = 0
    autocomplete: str = ""
    choices: tuple[Choice, ...] = ()
    convert: tuple[Converter, ...] = ()
    rows: int = 0

    @property
    def longest(self) -> int:
        """How many characters an answer may have."""
        return self.max_length or _LONGEST.get(self.type, 200)

    def check(self, given: str, language: str) -> tuple[Any, str | None]:
        """The clean answer (``""`` or False when there is none), or a message."""
        if self.type is T.CHECKBOX:
            ticked = given.strip().lower() in _CHECKED
            return ticked, self._said("empty", language) if self.required and not ticked else None
        text = _tidy(given, many_lines=self.type is T.TEXTAREA)
        if not text:
            return "", self._said("empty", language) if self.required else None
        if len(text) > self.longest:
            return "", self._said("too_long", language)
        if self.choices and text not in {choice.value for choice in self.choices}:
            return "", self._said("bad_choice", language)
        if self.type is T.EMAIL and not is_email(text):
            return "", self._said("bad_email", language)
        try:
            return convert(text, self.convert, _MOMENT), None
        except ConversionError:
            return "", self._said(_BAD.get(self.type, "bad_value"), language)

    def _said(self, code: str, language: str) -> str:
        known = _EMPTY.get(self.type, "required") if code == "empty" else code
        return message(known, language, limit=self.longest)


@dataclass(frozen=True)
class FormStep:
    """One page of a form."""

    key: str
    title: Wording
    intro: Wording
    fields: tuple[FieldSpec, ...]


@dataclass(frozen=True)
class FormSpec:
    """A form of ``config/forms``."""

    key: str
    title: Wording
    steps: tuple[FormStep, ...]

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        """All fields, in order."""
        return tuple(each for step in self.steps for each in step.fields)

    @property
    def texts(self) -> dict[str, Wording]:
        """Every text of the form by a stable name, e.g. ``contact.name.label``."""
        found: dict[str, Wording] = {"title": self.title}
        for step in self.steps:
            found[f"{step.key}.title"] = step.title
            found[f"{step.key}.intro"] = step.intro
            for each in step.fields:
                stem = f"{step.key}.{each.name}"
                found[f"{stem}.label"] = each.label
                found[f"{stem}.help"] = each.help
                found[f"{stem}.placeholder"] = each.placeholder
                found |= {f"{stem}.choice.{c.value}": c.label for c in each.choices}
        return {name: wording for name, wording in found.items() if wording}

    def step(self, key: str) -> FormStep | None:
        """The step of that key."""
        return next((step for step in self.steps if step.key == key), None)

    def validate(
        self, data: Mapping[str, str], language: str, *, step: str | None = None
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Clean answers and, per field, a message in ``language``; of one step only if named.

        Keys that the form does not have are ignored. Every field of the form has an answer in the
        result unless it has a message: an empty text or False where nothing was given.
        """
        chosen = self.fields if step is None else getattr(self.step(step), "fields", ())
        clean: dict[str, Any] = {}
        errors: dict[str, str] = {}
        for each in chosen:
            value, error = each.check(str(data.get(each.name) or ""), language)
            if error:
                errors[each.name] = error
            else:
                clean[each.name] = value
        return clean, errors

    def validate_step(
        self, step: str, data: Mapping[str, str], language: str
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """``validate`` for the fields of one step."""
        return self.validate(data, language, step=step)


def is_email(text: str) -> bool:
    """Whether it looks like an e-mail address."""
    return _EMAIL.fullmatch(text) is not None


def said(wording: Wording, language: str) -> str:
    """A wording in a language, in English or in any where it has no other."""
    return wording.get(language) or wording.get(FALLBACK) or next(iter(wording.values()), "")


def _tidy(text: str, *, many_lines: bool) -> str:
    """Composed characters, none that control, no white space around; one line unless allowed."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    if many_lines:
        return text.strip()
    return re.sub(r"\s+", " ", text).strip()
