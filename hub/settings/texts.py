"""The texts that a workspace's administrator writes (D2): which there are, what each may use, what
it must hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields

from hub.contracts.json_schema import JsonSchema, Walk
from hub.mapping.problems import did_you_mean
from hub.mapping.text_links import glued_links
from hub.mapping.texts import check_template

_MESSAGE = ("link", "sender", "phone", "name", "title", "number", "reminder")
_SUBJECT = ("sender", "phone", "name", "title", "number", "reminder")
_CODE = ("code", "sender", "phone", "title")
_NEWS = ("name", "sender", "phone", "title")
_TOLD = ("name", "sender", "phone", "title", "number", "at")
_REMARK = ("name", "sender", "phone", "title", "number")
_NEWS_SUBJECT = ("sender", "phone", "title")
_SIGNED = ("sender", "phone", "title", "number", "rows", "terms", "date")
_LISTS = {"rows": 1}  # of label and answer the answer must be shown
_NOTE = ("signature", "request", "recipient", "record", "form", "outcome", "records")


@dataclass(frozen=True)
class TextKind:
    """One text: what it is for, which names it may use, which it must."""

    about: str
    names: tuple[str, ...]
    must: tuple[str, ...] = ()
    required: bool = False


TEXTS: Mapping[str, TextKind] = {
    "sms_invite": TextKind("The SMS with the link.", _MESSAGE, ("link", "sender")),
    "sms_reminder": TextKind("The SMS that reminds.", _MESSAGE, ("link", "sender")),
    "email_invite": TextKind("The e-mail with the link.", _MESSAGE, ("link", "sender")),
    "email_invite_subject": TextKind("Its subject.", _SUBJECT),
    "email_reminder": TextKind("The e-mail that reminds.", _MESSAGE, ("link", "sender")),
    "email_reminder_subject": TextKind("Its subject.", _SUBJECT),
    "sms_chase": TextKind(
        "The SMS by which somebody of yours asks again. Else the one that reminds.",
        _MESSAGE,
        ("link", "sender"),
    ),
    "email_chase": TextKind(
        "The e-mail by which somebody of yours asks again. Else the one that reminds.",
        _MESSAGE,
        ("link", "sender"),
    ),
    "email_chase_subject": TextKind("Its subject.", _SUBJECT),
    "sms_code": TextKind("The SMS with a one-time code.", _CODE, ("code",)),
    "email_code": TextKind("The e-mail with a one-time code.", _CODE, ("code",)),
    "email_code_subject": TextKind("Its subject.", _NEWS_SUBJECT),
    "email_confirmation": TextKind("The e-mail that an answer has arrived, above a link.", _NEWS),
    "email_confirmation_subject": TextKind("Its subject.", _NEWS_SUBJECT),
    "sms_confirmation": TextKind("The same by SMS.", _NEWS),
    "email_receipt": TextKind("The e-mail with the signed PDF.", _NEWS),
    "email_receipt_subject": TextKind("Its subject.", _NEWS_SUBJECT),
    "email_receipt_link": TextKind("The same above a link, for a PDF too large to send.", _NEWS),
    "sms_receipt_link": TextKind("The same for whom only a mobile number is known.", _NEWS),
    **{
        f"{way}_{about}": TextKind(f"{told} by {name}.", _TOLD)
        for about, told in (
            ("invited", "News that the link is on its way,"),
            ("opened", "News that the link was opened,"),
            ("viewed", "News of a look at the documents,"),
            ("downloaded", "News of a file that was taken along,"),
            ("forwarded", "News that the link was passed on,"),
            ("reminded", "News of a reminder,"),
            ("changed", "News of changed documents,"),
            ("completed", "News that all have signed,"),
            ("declined", "News of a no,"),
            ("expired", "News that the time ran out,"),
            ("failed", "News of an end without an answer,"),
            ("unreachable", "News of a message that did not arrive,"),
        )
        for way, name in (("email", "e-mail"), ("sms", "SMS"))
    },
    **{
        f"{way}_{about}": TextKind(f"{told} by {name}, above the link to the portal.", _NEWS)
        for about, told in (
            ("contact_shared", "What a customer's contacts are told of a shared document,"),
            ("contact_changed", "What they are told of a changed one,"),
        )
        for way, name in (("email", "e-mail"), ("sms", "SMS"))
    },
    "email_remark": TextKind("What stands above a customer's remark, by e-mail.", _REMARK),
    "sms_remark": TextKind("The same by SMS.", _REMARK),
    "email_remark_subject": TextKind("The subject of a remark.", _NEWS_SUBJECT),
    "email_answer": TextKind("What stands above the answer to a remark, by e-mail.", _NEWS_SUBJECT),
    "email_answer_subject": TextKind("Its subject.", _NEWS_SUBJECT),
    "sms_answer": TextKind("The same by SMS.", _NEWS_SUBJECT),
    "terms": TextKind("Costs and terms.", ("sender", "phone", "title"), required=True),
    "signed_text": TextKind("What is signed.", _SIGNED, ("rows", "terms", "sender"), required=True),
    "signature": TextKind("The note about the signature.", _NOTE, ("signature.national_id_last",)),
}

# Where a workspace has no text of the one kind, that of the other is taken.
STANDS_IN: Mapping[str, str] = {
    "sms_chase": "sms_reminder",
    "email_chase": "email_reminder",
    "email_chase_subject": "email_reminder_subject",
}


class Texts(fields.Dict):
    """The texts by key, each in the workspace's languages."""

    def __init__(self, by_language: fields.Dict, **options: Any) -> None:
        super().__init__(fields.String(), by_language, **options)
        self._by_language = by_language

    def json_schema(self, walk: Walk) -> JsonSchema:
        text = {**walk.value(self._by_language), "minProperties": 1}
        return {
            "type": "object",
            "properties": {
                key: {"description": _told(kind), **text} for key, kind in TEXTS.items()
            },
            "patternProperties": {
                "^note_": {"description": "A note for mappings.", **text},
                f"^({'|'.join(TEXTS)})\\.[\\w-]+$": {
                    "description": "The same for requests of one kind only, e.g. terms.offer.",
                    **text,
                },
            },
            "additionalProperties": False,
            "required": [key for key, kind in TEXTS.items() if kind.required],
        }


def for_kind(texts: Mapping[str, Mapping[str, str]], key: str, kind: str) -> Mapping[str, str]:
    """A text for requests of a kind, by language: their own, else that for all, else one that
    stands in for it. Raises ``KeyError`` where there is none of them."""
    keys = (key, STANDS_IN[key]) if key in STANDS_IN else (key,)
    for name in (name for one in keys for name in (f"{one}.{kind}", one)):
        if texts.get(name):
            return texts[name]
    raise KeyError(key)


def _kind_of(key: str) -> TextKind | None:
    """What a text is for; one for a single kind of request (``terms.offer``) is as the one for
    all."""
    name, dot, of_kind = key.partition(".")
    if key.startswith("note_"):
        return TextKind("", _NOTE)
    return TEXTS.get(name) if not dot or of_kind else None


def _told(kind: TextKind) -> str:
    must = f" Must hold {', '.join(kind.must)}." if kind.must else ""
    return f"{kind.about} May use {', '.join(kind.names)}.{must}"


def text_problems(
    texts: Mapping[str, Mapping[str, str]],
) -> list[tuple[tuple[str, ...], str]]:
    """Everything that is wrong: the path of the text in the file, and what to do."""
    found: list[tuple[tuple[str, ...], str]] = [
        (("texts",), f"the text '{key}' is missing; add it: {kind.about}")
        for key, kind in TEXTS.items()
        if kind.required and not texts.get(key)
    ]
    for key, by_language in texts.items():
        kind = _kind_of(key)
        if kind is None:
            hint = did_you_mean(key, TEXTS)
            found.append((("texts", key), f"unknown text '{key}'; {hint}, or 'note_…' for notes"))
            continue
        if not by_language:
            found.append((("texts", key), "has no language; add sv, en or another"))
        for language, text in by_language.items():
            problems = check_template(text, kind.names, kind.must, _LISTS)
            if "link" in kind.must and not problems:
                problems = glued_links(text, "link")
            found += [(("texts", key, language), str(problem)) for problem in problems]
    return found
