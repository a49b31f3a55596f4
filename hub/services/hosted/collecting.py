"""Everybody has signed at a hosted provider: its signed file and its own proof are fetched, and
only then is the hub's proof made, which holds both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from hub.contracts.evidence import EvidencePart
from hub.engine.work import Failure, Handler, Work
from hub.services import evidence_owed, owed_kinds, papers
from hub.services.core import Core
from hub.services.hosted import loading, rows
from hub.services.hosted.owing import owe
from hub.storage.models import HostedAgreement, Request

KIND = owed_kinds.COLLECT
SIGNED_FILE = "provider-signed.pdf"
LARGEST = 64 * 1024 * 1024  # bytes of a signed file: what is handed over is smaller
_PDF = "application/pdf"


@dataclass(frozen=True)
class Collected:
    """What the provider gave, stored in the object store and not yet in the database."""

    signed: dict[str, Any]
    parts: tuple[tuple[EvidencePart, dict[str, Any]], ...]


def owe_proof(core: Core, session: Session, request: Request) -> None:
    """The request is complete: owe its proof; of one that was signed at a hosted provider what is
    there comes first."""
    row = rows.current(session, request.id) if request.plan.get(rows.ELSEWHERE) else None
    if row is None:
        evidence_owed.owe_evidence(core, session, request)
        return
    owe(core, session, row, KIND, "collect", seq=row.number)


class CollectHandler(Handler):
    """Fetches what proves the signatures at the provider."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, work: Work) -> Collected:
        """The signed file and the provider's log. Raises ``Retryable`` while it is being made
        there."""
        core = self._core
        loaded = loading.load(core, work.payload["agreement"])
        told, provider = loading.told(core, loaded), rows.hosted(core, loaded.row)
        signed = provider.signed_file(told, loaded.placed, LARGEST)
        parts = provider.evidence(told, loaded.placed)
        return Collected(
            self._stored(work, signed, _PDF),
            tuple((one, self._stored(work, one.content, one.content_type)) for one in parts),
        )

    def delivered(self, session: Session, work: Work, result: Collected) -> None:
        """Keep it; the proof is owed now."""
        core = self._core
        request = session.get_one(Request, work.request_id)
        row = session.get_one(HostedAgreement, work.payload["agreement"])
        now = core.clock.now()
        for blob in (result.signed, *(blob for _, blob in result.parts)):
            papers.keep_blob(session, request, blob, now)
        row.signed_sha256 = result.signed["sha256"]
        row.parts = [
            {"name": SIGNED_FILE, **result.signed},
            *({"name": part.name, **blob} for part, blob in result.parts),
        ]
        session.flush()
        if request.state == "completed":
            evidence_owed.owe_evidence(core, session, request)
            core.wake()

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """It stays visible as given up, and can be replayed; who signed is safe in the history."""
        return None

    def _stored(self, work: Work, content: bytes, media_type: str) -> dict[str, Any]:
        sha256 = self._core.workshop.blobs.put(work.workspace_id, content)
        return {"sha256": sha256, "media_type": media_type, "size": len(content)}
