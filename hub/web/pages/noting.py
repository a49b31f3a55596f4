"""The form in which an answer is noted that the customer gave to a person."""

from __future__ import annotations

from collections.abc import Mapping

from hub.contracts.decisions import ACCEPTED, DECLINED
from hub.services.deciding import LONGEST_NAME, LONGEST_REMARK
from hub.services.record_views import Said
from hub.web.pages.fields import FieldView
from hub.web.pages.screens import Desk
from hub.web.pages.words import N_

TICKS = "line"
_DECISIONS = {ACCEPTED: N_("Yes, the customer accepts"), DECLINED: N_("No, the customer declines")}
_WAYS = {
    "phone": N_("By telephone"),
    "counter": N_("In person, over the counter"),
    "email": N_("By e-mail"),
    "other": N_("In another way"),
}
_MISSING = {
    "decision": N_("Choose what the customer said."),
    "how": N_("Choose how the answer came."),
    "by": N_("Write who took the answer."),
}


def missing(said: Said) -> dict[str, str]:
    """What must be said and is not: field → words to be translated."""
    return {name: words for name, words in _MISSING.items() if not getattr(said, name)}


def in_words(desk: Desk) -> dict[str, str]:
    """What was said, and how it came, as the page says it."""
    return {key: desk.say(words) for key, words in {**_DECISIONS, **_WAYS}.items()}


def note_fields(desk: Desk, said: Said, errors: Mapping[str, str]) -> dict[str, FieldView]:
    """The fields by name; the first one with an error gets the focus."""
    choices = {"decision": _DECISIONS, "how": _WAYS}
    labels = {
        "decision": N_("What did the customer say?"),
        "how": N_("How did the answer come?"),
        "by": N_("Who took the answer?"),
        "remark": N_("Remark"),
    }
    kinds = {"decision": "radio", "how": "radio", "by": "text", "remark": "textarea"}
    longest = {"by": LONGEST_NAME, "remark": LONGEST_REMARK}
    faulty = [name for name in ("decision", TICKS, "how", "by", "remark") if name in errors]
    return {
        name: FieldView(
            name=name,
            kind=kinds[name],
            input_type="text",
            input_mode="",
            label=desk.say(label),
            help="",
            placeholder="",
            required=name != "remark",
            max_length=longest.get(name, 0),
            autocomplete="name" if name == "by" else "off",
            rows=3,
            choices=tuple((key, desk.say(words)) for key, words in choices.get(name, {}).items()),
            value=getattr(said, name),
            error=errors.get(name, ""),
            focus=faulty[:1] == [name],
        )
        for name, label in labels.items()
    }
