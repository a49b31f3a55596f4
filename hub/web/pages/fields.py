"""A form step as the template draws it: words in one language, values, errors, input hints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hub.mapping.forms import FieldSpec, FieldType, FormStep, said
from hub.web.pages.words import calendar_date

TICKED = "yes"
T = FieldType
# Field type → type of the HTML input, and what the keyboard of a phone should offer.
_INPUT_TYPES = {T.TEXT: "text", T.EMAIL: "email", T.TEL: "tel", T.DATE: "date", T.POSTCODE: "text"}
_INPUT_MODES = {T.TEL: "tel", T.EMAIL: "email", T.POSTCODE: "numeric"}
_TRUE = {"on", "true", "1", "yes"}


@dataclass(frozen=True)
class FieldView:
    """One field, ready to be drawn. ``focus``: it is the first one with an error."""

    name: str
    kind: str  # text, textarea, select, radio, checkbox
    input_type: str
    input_mode: str
    label: str
    help: str
    placeholder: str
    required: bool
    max_length: int
    autocomplete: str
    rows: int
    choices: tuple[tuple[str, str], ...]
    value: str
    error: str
    focus: bool


@dataclass(frozen=True)
class ShownAnswer:
    """A line of the review. ``tick`` is set for a checkbox, whose answer is yes or no."""

    label: str
    text: str
    tick: bool | None


def field_views(
    step: FormStep, values: Mapping[str, str], errors: Mapping[str, str], language: str
) -> tuple[FieldView, ...]:
    """All fields of a step, in order."""
    faulty = [field.name for field in step.fields if field.name in errors]
    return tuple(
        _view(field, values.get(field.name, ""), errors.get(field.name, ""), language, faulty)
        for field in step.fields
    )


def shown_answers(
    step: FormStep, values: Mapping[str, str], language: str
) -> tuple[ShownAnswer, ...]:
    """Each field with its answer as people read it."""
    return tuple(_line(field, values, language) for field in step.fields)


def _view(field: FieldSpec, value: str, error: str, language: str, faulty: list[str]) -> FieldView:
    return FieldView(
        name=field.name,
        kind="text" if field.type in _INPUT_TYPES else field.type.value,
        input_type=_INPUT_TYPES.get(field.type, ""),
        input_mode=_INPUT_MODES.get(field.type, ""),
        label=said(field.label, language),
        help=said(field.help, language),
        placeholder=said(field.placeholder, language),
        required=field.required,
        max_length=field.longest,
        autocomplete=field.autocomplete or "off",
        rows=field.rows or 4,
        choices=_choices(field, language),
        value=_value(field, value),
        error=error,
        focus=bool(faulty) and faulty[0] == field.name,
    )


def _choices(field: FieldSpec, language: str) -> tuple[tuple[str, str], ...]:
    return tuple((choice.value, said(choice.label, language)) for choice in field.choices)


def _value(field: FieldSpec, value: str) -> str:
    if field.type is T.CHECKBOX:
        return TICKED if value.strip().lower() in _TRUE else ""
    return value


def _tick(field: FieldSpec, values: Mapping[str, str]) -> bool | None:
    if field.type is not T.CHECKBOX:
        return None
    return _value(field, values.get(field.name, "")) == TICKED


def _line(field: FieldSpec, values: Mapping[str, str], language: str) -> ShownAnswer:
    text = _shown(field, values, language)
    return ShownAnswer(said(field.label, language), text, _tick(field, values))


def _shown(field: FieldSpec, values: Mapping[str, str], language: str) -> str:
    value = values.get(field.name, "")
    if field.type is T.DATE:
        return _date(value, language)
    return dict(_choices(field, language)).get(value, value)


def _date(value: str, language: str) -> str:
    try:
        return calendar_date(date.fromisoformat(value), language)
    except ValueError:
        return value
