"""What a call about an agreement is made from."""

from __future__ import annotations

from dataclasses import dataclass

from hub.contracts.agreements import Agreement, Choice, Placed
from hub.services import papers
from hub.services.core import Core
from hub.services.hosted import rows
from hub.services.hosted.building import KeptFile, agreement
from hub.storage.models import HostedAgreement, Request


@dataclass(frozen=True)
class Loaded:
    """What a call about an agreement is made from; read, and of no session any more."""

    row: HostedAgreement
    request: Request
    found: papers.Papers

    @property
    def placed(self) -> Placed:
        """How far it is."""
        return rows.placed_of(self.row)


def load(core: Core, agreement_id: str) -> Loaded:
    """Everything of an agreement, read in one session."""
    with core.db.read() as session:
        row = session.get_one(HostedAgreement, agreement_id)
        request = session.get_one(Request, row.request_id)
        return Loaded(row, request, papers.papers_of(session, request, texts=False))


def told(core: Core, loaded: Loaded, file: KeptFile | None = None) -> Agreement:
    """It as the provider is told of it, with ``file`` where the row holds none yet."""
    row = loaded.row
    kept = file or KeptFile(row.file_sha256 or "", row.file_size)
    choices = tuple(Choice(**one) for one in row.choices or ())
    return agreement(
        core,
        loaded.request,
        loaded.found,
        external_id=row.external_id,
        file=kept,
        choices=choices,
    )
