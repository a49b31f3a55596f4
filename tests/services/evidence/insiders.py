"""Proofs that were sealed with the right key and contradict themselves all the same."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any
from unittest.mock import patch

from hub.kernel.crypto import canonical_json, sha256_hex
from hub.services.evidence import joining
from hub.services.evidence import members as shapes
from hub.services.evidence.archive import Member, packed
from hub.services.evidence.case import Case, Signature
from hub.services.history import chain_hash
from tests.services.evidence import cases
from tests.services.evidence.authority import authority
from tests.services.evidence.proofs import edited

Change = Callable[[dict[str, Any]], Any]
ALICE, BOB, COPY = (f"people/{n}/person.json" for n in (1, 2, 3))
TEXT = "people/1/signed-text.txt"


@cache
def inside(kind: int) -> bytes:
    """The ``kind``-th of ``INSIDE``, sealed."""
    return _sealed(cases.offer_case(), INSIDE[kind][1])


@cache
def edited_inside(seed: int) -> bytes:
    """A person's file with one leaf or key changed at random, sealed."""
    rng = random.Random(seed)
    name = rng.choice((ALICE, ALICE, BOB, COPY))

    def change(contents: dict[str, bytes]) -> None:
        contents[name] = canonical_json(edited(json.loads(contents[name]), rng))

    return _sealed(approved(), change)


def approval(change: Change, other_shown: Change | None = None) -> bytes:
    """Charlie's approval with another signature, or of something else, sealed."""
    return _sealed(approved(other_shown), _signature(change, COPY))


def approved(other_shown: Change | None = None) -> Case:
    """The offer, which Charlie approves instead of getting a copy."""
    case = cases.offer_case()
    shown = cases.shown_to_sign(case)
    if other_shown is not None:
        other_shown(shown)
    signature = Signature("approved", "approved", "Charlie", cases.BEGUN, shown=shown)
    charlie = replace(case.people[2], role="approver", signature=signature)
    told = [(one.kind, dict(one.data), {}) for one in case.events]
    data = {"recipient": "charlie", "shown_sha256": sha256_hex(canonical_json(shown))}
    events = cases.chained(("approved", data, {}), *told)
    return replace(case, people=(*case.people[:2], charlie), events=events)


def _sealed(case: Case, change: Change) -> bytes:
    contents = {one.name: one.content for one in shapes.members_of(case)}
    change(contents)
    members = [Member(name, content) for name, content in contents.items() if name[0] != "!"]
    manifest = contents.get("!manifest") or _manifest(case, members, contents.get("!head"))
    files = {shapes.MANIFEST: manifest, **{n: contents[n] for n in (shapes.SHOWN, shapes.EVENTS)}}
    if "!shown" in contents:
        files[shapes.SHOWN] = contents["!shown"]
    if "!more" in contents:
        files["more.json"] = contents["!more"]
    offer = case.documents[0].content
    with patch.dict(joining._DESCRIPTIONS, {"more.json": "One file more"}):
        pdf = joining.joined([offer], offer, files, "x", "en")
    return packed(
        [
            Member(shapes.MANIFEST, manifest),
            Member(shapes.OPENINGS, shapes.openings_of(case)),
            *members,
            Member(shapes.SIGNED, authority().seal(pdf).content),
        ]
    )


def _manifest(case: Case, members: list[Member], head: bytes | None) -> bytes:
    made = shapes.manifest_of(case, members)
    return made.replace(case.events[-1].hash.encode(), head) if head else made


def _json_of(name: str, change: Change) -> Change:
    def apply(contents: dict[str, bytes]) -> None:
        value = json.loads(contents[name])
        change(value)
        contents[name] = canonical_json(value)

    return apply


def _events(change: Change) -> Change:
    """A chain that does not hold any more."""
    return _json_of(shapes.EVENTS, change)


def _shown(change: Change) -> Change:
    return _json_of(shapes.SHOWN, change)


def _signature(change: Change, name: str = ALICE) -> Change:
    return _json_of(name, lambda person: change(person["signature"]))


def _told(change: Change, seq: int = 6) -> Change:
    """Another thing told by an event, in a chain that holds."""

    def apply(contents: dict[str, bytes]) -> None:
        value = json.loads(contents[shapes.EVENTS])
        change(value["events"][seq - 1])
        previous = ""
        for event in value["events"]:
            body = {key: event[key] for key in ("seq", "kind", "at", "data", "commitments")}
            event["previous"] = previous
            event["hash"] = previous = chain_hash(previous, {"request": value["request"], **body})
        contents[shapes.EVENTS], contents["!head"] = canonical_json(value), previous.encode()

    return apply


def _renamed(old: str, new: str) -> Change:
    def apply(contents: dict[str, bytes]) -> None:
        kept = {new if name == old else name: content for name, content in contents.items()}
        contents.clear()
        contents.update(kept)

    return apply


def _without(start: str) -> Change:
    def apply(contents: dict[str, bytes]) -> None:
        for name in [name for name in contents if name.startswith(start)]:
            del contents[name]

    return apply


def _rebound(change: Change) -> Change:
    """Another list of what was shown, with a binding and an event that fit it."""

    def apply(contents: dict[str, bytes]) -> None:
        person = json.loads(contents[ALICE])
        signature = person["signature"]
        former = sha256_hex(canonical_json(signature["shown"]))
        change(signature["shown"])
        hashed = sha256_hex(canonical_json(signature["shown"]))
        signature["binding"] = signature["binding"].replace(former, hashed)
        contents[ALICE] = canonical_json(person)
        _told(lambda event: event["data"].update(shown_sha256=hashed))(contents)

    return apply


def _swapped(first: str, second: str) -> Change:
    def apply(contents: dict[str, bytes]) -> None:
        names = {first: second, second: first}
        kept = {name: contents[names.get(name, name)] for name in contents}
        contents.clear()
        contents.update(kept)

    return apply


# What is changed, and the member that both verifiers have to name; none where it does no harm.
INSIDE: tuple[tuple[str, Change], ...] = (
    ("events.json", _events(lambda v: v["events"][2]["data"].update(channel="email"))),
    ("events.json", _events(lambda v: v["events"].pop())),
    ("events.json", _events(lambda v: v["events"].pop(0))),
    ("events.json", _events(lambda v: v["events"][3].update(seq=True))),
    ("events.json", _events(lambda v: v.update(request="another"))),
    ("events.json", _events(lambda v: v["events"][2]["commitments"].update(mobile="0" * 64))),
    ("events.json", _events(lambda v: v["events"][2].update(more=1))),
    ("events.json", _events(lambda v: v.update(events={}))),
    ("events.json", lambda c: c.update({shapes.EVENTS: c[shapes.EVENTS] + b" "})),
    ("events.json", _events(lambda v: v["events"][4].update(previous="0" * 64))),
    ("events.json", _told(lambda event: event.update(seq=2), 1)),
    ("events.json", _told(lambda event: event.update(seq=2), 3)),
    ("signed.pdf", lambda contents: contents.update({"!more": b"{}"})),
    ("shown.json", _shown(lambda v: v.update(documents=""))),
    ("shown.json", _shown(lambda v: v.update(attachments={}))),
    ("shown.json", _shown(lambda v: v.update(attachments=""))),
    ("shown.json", _shown(lambda v: v["documents"][0].update(pages={}))),
    ("shown.json", _shown(lambda v: v["documents"][0].update(pages=""))),
    ("shown.json", _shown(lambda v: v["documents"][0]["pages"][0].update(sha256="0" * 64))),
    ("shown.json", _shown(lambda v: v["documents"][0].update(file="documents/2.pdf"))),
    ("shown.json", _shown(lambda v: v["attachments"][0].update(image=5))),
    ("shown.json", _shown(lambda v: v.pop("documents"))),
    ("shown.json", _shown(lambda v: v.pop("lines"))),
    ("shown.json", _shown(lambda v: v.update(documents={}))),
    ("shown.json", _shown(lambda v: v["documents"][0].pop("version"))),
    ("shown.json", _shown(lambda v: v["totals"].pop("gross"))),
    ("shown.json", _shown(lambda v: v["request"].update(number="OTHER"))),
    ("", _shown(lambda v: v.update(extra=1))),
    ("shown.json", lambda contents: contents.update({shapes.SHOWN: b"[]"})),
    ("signed.pdf", lambda contents: contents.update({"!shown": b"{}"})),
    ("manifest.json", lambda contents: contents.update({"!manifest": b"{}"})),
    # What was signed is not what the proof shows.
    (ALICE, _shown(lambda v: v["documents"][0].update(version=3))),
    (ALICE, _shown(lambda v: v["documents"][0].update(version=2.0))),
    (ALICE, _shown(lambda v: v["documents"][0]["pages"].pop())),
    (ALICE, _shown(lambda v: v["documents"][0]["pages"].reverse())),
    (ALICE, _shown(lambda v: v["documents"].pop())),
    (ALICE, _shown(lambda v: v["attachments"][0].update(must_view=False))),
    (ALICE, _shown(lambda v: v["attachments"][0].update(must_view=1))),
    (ALICE, _shown(lambda v: v["lines"][1].update(decision="accepted"))),
    (ALICE, _shown(lambda v: v["totals"].update(gross="1.00"))),
    (ALICE, _shown(lambda v: v.update(totals=None))),
    (ALICE, _rebound(lambda v: v["documents"][0]["pages"].reverse())),
    (ALICE, _rebound(lambda v: v["documents"][0].update(pages={}))),
    (ALICE, _rebound(lambda v: v.update(attachments={}))),
    (ALICE, _rebound(lambda v: v["lines"][0].update(decision="declined"))),
    (ALICE, _rebound(lambda v: v.pop("totals"))),
    (ALICE, _rebound(lambda v: v["documents"][0].update(title="Another"))),
    (ALICE, _rebound(lambda v: v["attachments"][0].update(title="Another"))),
    (ALICE, _rebound(lambda v: v["lines"][0].update(text="Another"))),
    ("", _rebound(lambda v: v["lines"][0].update(price="1.00"))),
    # The binding, and what it binds.
    (TEXT, lambda contents: contents.update({TEXT: b"I buy a boat."})),
    (TEXT, _told(lambda event: event["data"].update(text_sha256="0" * 64))),
    (TEXT, _told(lambda event: event["data"].pop("text_sha256"))),
    (ALICE, _signature(lambda v: v.update(binding=""))),
    (ALICE, _signature(lambda v: v.update(binding=v["binding"] + ";"))),
    (ALICE, _signature(lambda v: v.update(binding=v["binding"].replace("order=", "order=1")))),
    (BOB, _signature(lambda v: v.update(binding=v["binding"].replace("v1", "v2")), BOB)),
    (ALICE, _signature(lambda v: v["answers"].update(news=True))),
    (ALICE, _signature(lambda v: v.update(answers={}))),
    (ALICE, _signature(lambda v: v["shown"]["documents"][0].update(title="Another"))),
    (ALICE, _signature(lambda v: v.update(shown={}))),
    (ALICE, _told(lambda event: event["data"].update(order="0195-o-9"))),
    (ALICE, _told(lambda event: event["data"].pop("order"))),
    (ALICE, _told(lambda event: event["data"].update(order=5))),
    (ALICE, _told(lambda event: event["data"].update(shown_sha256="0" * 64))),
    (ALICE, _told(lambda event: event["data"].update(recipient="bob"))),
    (ALICE, _told(lambda event: event.update(kind="approved"))),
    (ALICE, _told(lambda event: event["data"].update(in_person=True))),
    (ALICE, _signature(lambda v: v.update(in_person=True))),
    (ALICE, _signature(lambda v: v.update(in_person=0))),
    (ALICE, _json_of(ALICE, lambda v: v.update(key="carol"))),
    (ALICE, _signature(lambda v: v.update(kind="approved"))),
    (ALICE, _signature(lambda v: v.update(kind="declined"))),
    ("", _signature(lambda v: v.update(name="Alicia"))),
    # People and their parts.
    ("people/1/signature.svg", _signature(lambda v: v["parts"].pop())),
    (ALICE, _signature(lambda v: v["parts"].reverse())),
    (ALICE, _signature(lambda v: v["parts"][0].update(name="other.txt"))),
    (ALICE, _signature(lambda v: v["parts"][0].update(more=1))),
    (ALICE, _signature(lambda v: v.pop("ip"))),
    (ALICE, _json_of(ALICE, lambda v: v.update(signature=[]))),
    (ALICE, lambda contents: contents.update({ALICE: contents[ALICE] + b" "})),
    (COPY, _json_of(COPY, lambda v: v.update(role=None))),
    (ALICE, _without("people/")),
    (ALICE, _without(TEXT)),
    ("people/2/signed-text.txt", _without(BOB)),
    ("people/1/note.txt", _renamed(ALICE, "people/1/note.txt")),
    ("people/4/person.json", _renamed(COPY, "people/4/person.json")),
    ("people/3/more.txt", lambda contents: contents.update({"people/3/more.txt": b"x"})),
    (ALICE, _swapped(ALICE, BOB)),
)
