"""What hosted providers add to a proof: the signed file and the log of the one whose agreement
holds, and the trail of every former one, as far as it was known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.evidence import EvidencePart
from hub.kernel.crypto import canonical_json
from hub.services.core import Core
from hub.storage.models import HostedAgreement, Request

_JSON = "application/json"
# The provider's word for it may hold what lets somebody in; the proof holds what is told of people.
_TOLD = ("at", "people", "trail", "choices", "viewed")


def agreements(session: Session, request: Request) -> tuple[HostedAgreement, ...]:
    """Every agreement of a request, the first one first."""
    mine = select(HostedAgreement).where(HostedAgreement.request_id == request.id)
    return tuple(session.scalars(mine.order_by(HostedAgreement.number)))


def signed_file(found: Iterable[HostedAgreement]) -> dict[str, Any] | None:
    """The blob of the file that the provider had signed; None where none did."""
    row = next((one for one in found if one.current and one.signed_sha256), None)
    if row is None:
        return None
    part = next(one for one in row.parts if one["sha256"] == row.signed_sha256)
    return {name: part[name] for name in ("sha256", "media_type", "size")}


def parts(core: Core, found: Iterable[HostedAgreement]) -> Iterator[EvidencePart]:
    """The members that a proof gets. No session may be open."""
    for row in found:
        yield EvidencePart(f"agreement-{row.number}.json", _JSON, canonical_json(_told(row)))
        for one in row.parts or ():
            content = core.workshop.blobs.get(row.workspace_id, one["sha256"])
            name = one["name"] if row.current else f"former-{row.number}-{one['name']}"
            yield EvidencePart(name, one["media_type"], content)


def _told(row: HostedAgreement) -> dict[str, Any]:
    return {
        "provider": row.provider,
        "number": row.number,
        "holds": bool(row.current),
        "external_id": row.external_id,
        "reference": row.reference,
        "status": row.status,
        "state": row.state,
        "word": row.word,
        "file_sha256": row.file_sha256 or "",
        **{name: (row.survey or {}).get(name) for name in _TOLD},
    }
