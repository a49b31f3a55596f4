"""Reads the JSON members of a proof with distrust: they have to have the shape that README.md gives
them, and to agree with each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.kernel.crypto import canonical_json, sha256_hex
from hub.services.evidence.archive import MOST_MEMBERS, Broken, is_name
from hub.services.evidence.canonical import read
from hub.services.evidence.comparing import KEPT, choice_told, papers_told
from hub.services.evidence.members import (
    EVENTS,
    FORMAT,
    MANIFEST,
    OPENINGS,
    RECEIPTS,
    SHOWN,
    SIGNED,
)
from hub.services.history import chain_hash

LONGEST_JSON = 16 << 20  # bytes of the manifest and of the openings
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Listed:
    """What the manifest says of one member."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """The manifest as read."""

    request: str
    number: str
    count: int
    head: str
    members: tuple[Listed, ...]

    def hash_of(self, name: str) -> str | None:
        """The hash of a member; None when it lists none of that name."""
        return next((one.sha256 for one in self.members if one.name == name), None)


@dataclass(frozen=True)
class History:
    """The checked events, and of each, by its number as text, the commitments: name → hash."""

    events: Sequence[Mapping[str, Any]]
    commitments: Mapping[str, Mapping[str, str]]


def manifest_from(content: bytes) -> Manifest:
    """Raises ``Broken`` for what is no manifest of this format."""
    value = read(MANIFEST, content)
    if (
        isinstance(value, dict)
        and isinstance(value.get("format"), str)
        and value["format"] != FORMAT
    ):
        said = f"its format is {value['format'][:40]!r}; this program knows {FORMAT!r}"
        raise Broken(MANIFEST, "version", said)
    if not _is_manifest(value):
        raise Broken(MANIFEST, "malformed", "it has not the shape of a manifest")
    listed = tuple(Listed(one["name"], one["size"], one["sha256"]) for one in value["members"])
    names = [one.name for one in listed]
    for name in names:
        if not is_name(name) or name in (MANIFEST, OPENINGS, SIGNED):
            raise Broken(MANIFEST, "bad_name", f"no member may be called {name[:80]!r}")
    if len(set(names)) < len(names):
        raise Broken(MANIFEST, "duplicate", "two of its members have the same name")
    if not {SHOWN, EVENTS, RECEIPTS} <= set(names):
        raise Broken(MANIFEST, "malformed", "it lists no shown.json, events.json or receipts.json")
    request, events = value["request"], value["events"]
    return Manifest(request["id"], request["number"], events["count"], events["head"], listed)


def check_history(content: bytes, manifest: Manifest) -> History:
    """The chain has to hold and to end where the manifest says. Raises ``Broken``."""
    value = read(EVENTS, content)
    if not _is_history(value):
        raise Broken(EVENTS, "malformed", "it has not the shape of a history")
    if value["request"] != manifest.request:
        raise Broken(EVENTS, "differs", "it is another request's history")
    previous = ""
    for number, event in enumerate(value["events"], start=1):
        body = {key: event[key] for key in ("seq", "kind", "at", "data", "commitments")}
        fits = event["seq"] == number and event["previous"] == previous
        if not fits or event["hash"] != chain_hash(previous, {"request": manifest.request, **body}):
            raise Broken(EVENTS, "chain", f"event {number} does not fit the one before it")
        previous = event["hash"]
    if previous != manifest.head or len(value["events"]) != manifest.count:
        raise Broken(EVENTS, "chain", "the chain does not end where the manifest says")
    commitments = {str(event["seq"]): event["commitments"] for event in value["events"]}
    return History(value["events"], commitments)


def check_openings(content: bytes, history: History) -> tuple[str, ...]:
    """What is there has to match its commitment. Returns what is not there any more, as
    ``event name``. Raises ``Broken``."""
    value = read(OPENINGS, content)
    if not _is_openings(value):
        raise Broken(OPENINGS, "malformed", "it has not the shape of openings")
    opened = value["openings"]
    for seq, fields in opened.items():
        for name, field in fields.items():
            made = history.commitments.get(seq, {}).get(name)
            if made is None:
                raise Broken(OPENINGS, "differs", f"event {seq[:9]} never had this field")
            if made != sha256_hex(canonical_json([field["salt"], field["value"]])):
                raise Broken(OPENINGS, "differs", f"a field of event {seq[:9]} was changed")
    return tuple(
        f"{seq} {name}"
        for seq, names in history.commitments.items()
        for name in sorted(names)
        if name not in opened.get(seq, {})
    )


def check_shown(content: bytes, manifest: Manifest) -> Mapping[str, Any]:
    """Every file that was shown has to be the member that the manifest lists. Returns what was
    shown. Raises ``Broken``."""
    value = read(SHOWN, content)
    try:
        wanted = [*_shown_files(value)]
        papers_told(value, KEPT), choice_told(value, KEPT)
        request = (value["request"]["id"], value["request"]["number"])
    except (KeyError, TypeError, AttributeError):
        raise Broken(SHOWN, "malformed", "it has not the shape of what was shown") from None
    if request != (manifest.request, manifest.number):
        raise Broken(SHOWN, "differs", "it was shown for another request")
    for name, sha256 in wanted:
        if not isinstance(name, str) or manifest.hash_of(name) != sha256:
            raise Broken(SHOWN, "differs", f"it tells another hash than the manifest: {name!r}")
    return dict(value)


def _shown_files(value: Any) -> list[tuple[Any, Any]]:
    found = []
    for document in _listed(value["documents"]):
        found.append((document["file"], document["sha256"]))
        found += [(page["image"], page["sha256"]) for page in _listed(document["pages"])]
    for one in _listed(value["attachments"]):
        found.append((one["file"], one["sha256"]))
        if one["image"] is not None:
            found.append((one["image"], one["image_sha256"]))
    return found


def _listed(value: Any) -> list[Any]:
    """An empty object or text would have nothing to check, and is no list."""
    if not isinstance(value, list):
        raise TypeError
    return value


def _is_manifest(value: Any) -> bool:
    return (
        has(value, format=str, request=dict, made_at=str, events=dict, members=list)
        and has(value["request"], id=str, number=str)
        and has(value["events"], count=int, head=str)
        and _is_hash(value["events"]["head"])
        and len(value["members"]) <= MOST_MEMBERS
        and all(
            has(one, name=str, size=int, sha256=str)
            and one["size"] >= 0
            and _is_hash(one["sha256"])
            for one in value["members"]
        )
    )


def _is_history(value: Any) -> bool:
    return has(value, request=str, events=list) and all(
        has(one, seq=int, kind=str, at=str, data=dict, commitments=dict, previous=str, hash=str)
        and all(_is_hash(made) for made in one["commitments"].values())
        for one in value["events"]
    )


def _is_openings(value: Any) -> bool:
    return has(value, openings=dict) and all(
        isinstance(fields, dict)
        and fields  # an empty one could say anything as its event's number
        and all(
            isinstance(field, dict)
            and set(field) == {"salt", "value"}
            and isinstance(field["salt"], str)
            for field in fields.values()
        )
        for fields in value["openings"].values()
    )


def has(value: Any, **types: type) -> bool:
    """Whether it is an object with just these keys; a boolean is no number."""
    return (
        isinstance(value, dict)
        and value.keys() == types.keys()
        and all(type(value[key]) is wanted for key, wanted in types.items())
    )


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and bool(_HASH.fullmatch(value))
