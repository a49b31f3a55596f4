"""Proofs to spoil, and the smallest ways to do it."""

from __future__ import annotations

import io
import json
import random
import zipfile
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from hub.kernel.crypto import canonical_json, sha256_hex
from hub.services.evidence import members as shapes
from hub.services.evidence.archive import Member
from hub.services.evidence.building import build
from tests.services.evidence import cases
from tests.services.evidence.authority import authority


@dataclass(frozen=True)
class Proof:
    """A bundle and what it was made of."""

    content: bytes
    members: tuple[Member, ...]

    def named(self, name: str) -> bytes:
        return next(one.content for one in self.members if one.name == name)

    def with_content(self, name: str, content: bytes, *, fixed: bool = False) -> list[Member]:
        """The members with one changed, and perhaps a manifest that fits it."""
        changed = [Member(one.name, content) if one.name == name else one for one in self.members]
        return fitting(changed) if fixed and name != shapes.MANIFEST else changed


@cache
def made(level: str = "B-B", number: int = 1) -> Proof:
    case = cases.offer_case()
    if number > 1:
        case = replace(case, request=replace(case.request, number=f"OTHER-{number}"))
    content = build(case, lambda pdf: authority().seal(pdf, level)).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = tuple(Member(name, archive.read(name)) for name in archive.namelist())
    return Proof(content, found)


def fitting(members: list[Member]) -> list[Member]:
    """The members with a manifest that lists them as they are."""
    manifest = json.loads(next(one.content for one in members if one.name == shapes.MANIFEST))
    own = (shapes.MANIFEST, shapes.OPENINGS, shapes.SIGNED)
    manifest["members"] = [
        {"name": one.name, "size": len(one.content), "sha256": sha256_hex(one.content)}
        for one in members
        if one.name not in own
    ]
    made = canonical_json(manifest)
    return [Member(one.name, made) if one.name == shapes.MANIFEST else one for one in members]


def flipped(data: bytes, rng: random.Random, start: int = 0, end: int | None = None) -> bytes:
    if not data:
        return b"x"
    at = rng.randrange(start, min(end or len(data), len(data)))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def edited(value: Any, rng: random.Random) -> Any:
    """The value with one leaf, or one key, changed."""
    if isinstance(value, dict) and value:
        key = rng.choice(sorted(value))
        if rng.random() < 0.1:
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: edited(value[key], rng)}
    if isinstance(value, list) and value:
        at = rng.randrange(len(value))
        return [*value[:at], edited(value[at], rng), *value[at + 1 :]]
    if isinstance(value, str):
        return rng.choice(
            (value + "x", value[:-1], value.upper(), None, "0" * 64, "\u202e" + value)
        )
    if isinstance(value, bool) or value is None:
        return rng.choice((1, "yes", not value))
    if isinstance(value, int):
        return rng.choice((value + 1, str(value), float(value), -value, 0))
    return rng.choice(("x", 0))
