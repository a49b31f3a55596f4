"""Makes the proof of a completed request: the bundle, and in it the PDF that is sealed last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from hub.services.evidence import members as shapes
from hub.services.evidence.acts import Surroundings, check_people
from hub.services.evidence.archive import Broken, Member, packed
from hub.services.evidence.case import Case, Unprovable
from hub.services.evidence.certificate import certificate_pdf
from hub.services.evidence.joining import joined


class Sealed(Protocol):
    """What sealing gives back."""

    @property
    def content(self) -> bytes:
        """The sealed PDF."""
        ...

    @property
    def level(self) -> str:
        """B-B, B-T or B-LTA."""
        ...

    @property
    def report(self) -> Any:
        """What was made and with what, for the record."""
        ...


@dataclass(frozen=True)
class Bundle:
    """The proof: the zip, the sealed PDF that lies in it, the manifest that both hold."""

    content: bytes
    pdf: bytes
    manifest: bytes
    level: str
    report: Any


def build(case: Case, seal: Callable[[bytes], Sealed]) -> Bundle:
    """Prove ``case``. All but the seal follows from the case alone, byte for byte."""
    members = shapes.members_of(case)
    _check_acts(case, members)
    manifest = shapes.manifest_of(case, members)
    sealed = seal(unsealed_pdf(case, members, manifest))
    whole = packed(
        [
            Member(shapes.MANIFEST, manifest),
            Member(shapes.OPENINGS, shapes.openings_of(case)),
            *members,
            Member(shapes.SIGNED, sealed.content),
        ]
    )
    return Bundle(whole, sealed.content, manifest, sealed.level, sealed.report)


def _check_acts(case: Case, members: list[Member]) -> None:
    """Nothing is sealed that would be refused when it is checked."""
    contents = {one.name: one.content for one in members}
    events = shapes.events_of(case)["events"]
    try:
        check_people(Surroundings(contents, case.request.id, events, shapes.shown_of(case)))
    except Broken as found:
        raise Unprovable(f"{found.member}: {found.words}") from None


def unsealed_pdf(case: Case, members: list[Member], manifest: bytes) -> bytes:
    """The documents' pages, the certificate's, and the files that the seal is to cover."""
    contents = {one.name: one.content for one in members}
    files = {shapes.MANIFEST: manifest} | {
        name: contents[name] for name in shapes.EMBEDDED if name in contents
    }
    documents = [one.content for one in case.documents]
    request = case.request
    return joined(documents, certificate_pdf(case), files, request.title, request.language)
