"""Checks what each person did against what was shown and what happened: the binding that was signed
holds the hashes of the text, the answers and all that was shown, and the history tells the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.kernel.crypto import canonical_json, sha256_hex
from hub.services.evidence.archive import Broken
from hub.services.evidence.canonical import read
from hub.services.evidence.comparing import KEPT, choice_told, papers_told
from hub.services.evidence.comparing import SIGNED as AS_SIGNED
from hub.services.evidence.members import PEOPLE, PERSON, TEXT
from hub.services.evidence.reading import has

_TEXTS = (
    "kind", "method", "scheme", "reference", "name", "national_id", "at", "ip", "user_agent",
    "code_channel", "consent", "binding",
)  # fmt: skip
_SIGNATURE: Mapping[str, type] = {
    **dict.fromkeys(_TEXTS, str), "in_person": bool, "shown": dict, "answers": dict, "parts": list,
}  # fmt: skip
SIGNED, APPROVED = "signed", "approved"


@dataclass(frozen=True)
class Surroundings:
    """What the acts have to fit: the members in the manifest's order, the request's id, the checked
    history and what was shown."""

    contents: Mapping[str, bytes]
    request: str
    events: Sequence[Mapping[str, Any]]
    shown: Mapping[str, Any]


def check_people(around: Surroundings) -> None:
    """Every person's file and its parts stand where they have to, and every signature fits. Raises
    ``Broken``."""
    left = iter([name for name in around.contents if name.startswith(PEOPLE)])
    number = 0
    for name in left:
        number += 1
        mine = f"{PEOPLE}{number}/"
        if name != mine + PERSON:
            raise Broken(name, "differs", f"{mine}{PERSON} has to stand here")
        person = read(name, around.contents[name])
        if not _is_person(person):
            raise Broken(name, "malformed", "it has not the shape of a person")
        signature = person["signature"]
        _check_parts(name, mine, signature["parts"] if signature else [], left)
        if signature is not None:
            _check_signature(around, mine, person["key"], signature)
    if not number:
        raise Broken(f"{PEOPLE}1/{PERSON}", "differs", "nobody is in it")


def _check_parts(
    name: str, mine: str, parts: Sequence[Mapping[str, str]], left: Iterator[str]
) -> None:
    for part in parts:
        if next(left, None) != mine + part["name"]:
            raise Broken(name, "differs", f"its part {part['name'][:80]!r} does not follow it")


def _check_signature(
    around: Surroundings, mine: str, key: str, signature: Mapping[str, Any]
) -> None:
    told = _told(around.events, signature["kind"], key)
    if told is None:
        raise Broken(mine + PERSON, "differs", "the history does not tell of it")
    if signature["kind"] == SIGNED:
        text = around.contents.get(mine + TEXT)
        if text is None or sha256_hex(text) != told.get("text_sha256"):
            raise Broken(mine + TEXT, "differs", "it is not the text of which the history tells")
    shown = sha256_hex(canonical_json(signature["shown"]))
    here = told.get("in_person", False) is signature["in_person"]
    facts = (
        (told.get("shown_sha256") == shown, "the history tells that something else was shown"),
        (here, "the history tells of another device"),
        (signature["binding"] == _bound(around, told, signature, shown), "it binds other things"),
        (_fits(signature, around.shown), "what was shown is not what shown.json tells"),
    )
    for fits, said in facts:
        if not fits:
            raise Broken(mine + PERSON, "differs", said)


def _told(events: Sequence[Mapping[str, Any]], kind: str, key: str) -> Mapping[str, Any] | None:
    """The last event of a kind by this person: what former ones tell was taken back."""
    found = (one["data"] for one in reversed(events) if one["kind"] == kind)
    return next((data for data in found if data.get("recipient") == key), None)


def _bound(
    around: Surroundings, told: Mapping[str, Any], signature: Mapping[str, Any], shown: str
) -> str | None:
    """What has to be bound; an approval binds nothing, and what names no order binds amiss."""
    if signature["kind"] == APPROVED:
        return ""
    if not isinstance(told.get("order"), str):
        return None
    answers = sha256_hex(canonical_json(signature["answers"]))
    return (
        f"paraph:v1;request={around.request};order={told['order']};"
        f"text-sha256={told['text_sha256']};answers-sha256={answers};shown-sha256={shown}"
    )


def _fits(signature: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
    """Whether both tell the same versions, pages, attachments, decisions and sums."""
    mine = signature["shown"]
    try:
        same = papers_told(mine, AS_SIGNED) == papers_told(shown, KEPT)
        return same and choice_told(mine, AS_SIGNED) == choice_told(shown, KEPT)
    except (KeyError, TypeError):
        return False


def _is_person(value: Any) -> bool:
    texts = dict.fromkeys(("key", "name", "role", "language"), str)
    if not isinstance(value, dict) or not {"signature"} <= value.keys():
        return False
    signature = value["signature"]
    if not has(value, **texts, signature=type(signature)):
        return False
    return signature is None or _is_signature(signature)


def _is_signature(value: Any) -> bool:
    return (
        has(value, **_SIGNATURE)
        and value["kind"] in (SIGNED, APPROVED)
        and all(has(part, name=str, media_type=str) for part in value["parts"])
    )
