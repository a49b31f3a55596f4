"""Checks a proof, a bundle or its sealed PDF alone, without a connection to anybody, and names the
first member that differs. The order of the checks is part of the format: see README.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Protocol

from hub.kernel.crypto import sha256_hex
from hub.services.evidence.acts import Surroundings, check_people
from hub.services.evidence.archive import LONGEST, Broken, Reader
from hub.services.evidence.embedded import embedded_files
from hub.services.evidence.members import EVENTS, MANIFEST, OPENINGS, SHOWN, SIGNED
from hub.services.evidence.reading import (
    LONGEST_JSON,
    Manifest,
    check_history,
    check_openings,
    check_shown,
    manifest_from,
)


class SealVerdict(Protocol):
    """What the check of a seal says; ``hub.services.sealing`` has one."""

    @property
    def ok(self) -> bool:
        """Whether the seal holds for one who trusts the given roots."""
        ...

    @property
    def level(self) -> str:
        """B-B, B-T or B-LTA."""
        ...

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong, in sentences."""
        ...

    @property
    def signer(self) -> str:
        """The name in the seal's certificate."""
        ...

    @property
    def sealed_at(self) -> datetime | None:
        """When the seal says that it was made."""
        ...


@dataclass(frozen=True)
class Verdict:
    """Whether a proof holds.

    ``kind`` is bundle, pdf or unreadable; ``member`` is the first one that differs, ``code`` how,
    for programs, and ``problem`` for people. ``erased`` lists personal fields of the history that
    are not there any more, as ``event name``; the proof holds without them.
    """

    ok: bool
    kind: str
    member: str = ""
    code: str = ""
    problem: str = ""
    number: str = ""
    level: str = ""
    signer: str = ""
    sealed_at: datetime | None = None
    members: int = 0
    events: int = 0
    erased: tuple[str, ...] = ()


CheckPdf = Callable[[bytes], SealVerdict]


def verify(data: bytes, check_pdf: CheckPdf) -> Verdict:
    """Check a bundle or a sealed PDF. Never raises for what is in ``data``."""
    kind = (
        "bundle" if data[:4] == b"PK\x03\x04" else "pdf" if data[:5] == b"%PDF-" else "unreadable"
    )
    try:
        if len(data) > LONGEST:
            raise Broken("", "too_large", f"it has more than {LONGEST} bytes")
        if kind == "bundle":
            return _bundle(data, check_pdf)
        if kind == "pdf":
            return _pdf(data, check_pdf)
        raise Broken("", "unreadable", "it is neither a bundle nor a PDF")
    except Broken as found:
        return Verdict(False, kind, found.member, found.code, found.words)


def _bundle(data: bytes, check_pdf: CheckPdf) -> Verdict:
    reader = Reader(data)
    own = reader.unsized(MANIFEST, LONGEST_JSON)
    manifest = manifest_from(own)
    openings = reader.unsized(OPENINGS, LONGEST_JSON)
    contents = {one.name: reader.sized(one.name, one.size, one.sha256) for one in manifest.members}
    pdf = reader.unsized(SIGNED, LONGEST)
    reader.finish()
    seal = _seal(pdf, check_pdf)
    embedded = embedded_files(pdf)
    if embedded[MANIFEST] != own:
        raise _first_difference(manifest, embedded[MANIFEST])
    _check_embedded(embedded, manifest)
    history = check_history(contents[EVENTS], manifest)
    erased = check_openings(openings, history)
    shown = check_shown(contents[SHOWN], manifest)
    check_people(Surroundings(contents, manifest.request, history.events, shown))
    return _good("bundle", manifest, seal, erased)


def _pdf(data: bytes, check_pdf: CheckPdf) -> Verdict:
    seal = _seal(data, check_pdf)
    embedded = embedded_files(data)
    manifest = manifest_from(embedded[MANIFEST])
    _check_embedded(embedded, manifest)
    check_history(embedded[EVENTS], manifest)
    check_shown(embedded[SHOWN], manifest)
    return _good("pdf", manifest, seal, ())


def _seal(pdf: bytes, check_pdf: CheckPdf) -> SealVerdict:
    verdict = check_pdf(pdf)
    if not verdict.ok:
        said = "; ".join(verdict.problems) or "its seal does not hold"
        raise Broken(SIGNED, "seal", said)
    return verdict


def _check_embedded(embedded: Mapping[str, bytes], manifest: Manifest) -> None:
    for name in (SHOWN, EVENTS):
        if sha256_hex(embedded[name]) != manifest.hash_of(name):
            raise Broken(
                SIGNED, "differs", f"the {name} in it is not the one of the manifest in it"
            )


def _first_difference(own: Manifest, embedded: bytes) -> Broken:
    """Where a manifest that was made to fit differs from the sealed one."""
    try:
        sealed = manifest_from(embedded)
    except Broken:
        return Broken(SIGNED, "malformed", "the manifest in it has not the shape of one")
    for mine, other in zip_longest(own.members, sealed.members):
        if mine != other:
            name = mine.name if mine else other.name
            return Broken(name, "differs", "the sealed manifest lists it otherwise, or not here")
    return Broken(MANIFEST, "differs", "it is not the one that was sealed")


def _good(kind: str, manifest: Manifest, seal: SealVerdict, erased: tuple[str, ...]) -> Verdict:
    return Verdict(
        True, kind, number=manifest.number, level=seal.level, signer=seal.signer,
        sealed_at=seal.sealed_at, members=len(manifest.members) + 3, events=manifest.count,
        erased=erased,
    )  # fmt: skip
