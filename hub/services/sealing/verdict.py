"""What a check of a sealed PDF finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# In the order in which they are looked for; the README says what each means.
WORDS = (
    "not_a_pdf",
    "encrypted",
    "not_sealed",
    "rewritten",
    "weak_digest",
    "seal_broken",
    "changed",
    "signed_again",
    "changed_later",
    "timestamp_broken",
    "unknown_authority",
    "timestamp_expired",
    "timestamp_revoked",
    "wrong_root",
    "not_yet_valid",
    "expired",
    "unfit_certificate",
    "revoked",
)


@dataclass(frozen=True)
class PdfVerdict:
    """Whether the seal holds. ``word`` is the first thing that is wrong (one of ``WORDS``), and
    ``problems`` says it in a sentence. ``sealed_at`` is the time that the seal claims, and
    ``stamped_at`` the one that an authority vouches for; trust neither unless ``ok``."""

    ok: bool
    level: str = ""
    word: str = ""
    problems: tuple[str, ...] = ()
    signer: str = ""
    sealed_at: datetime | None = None
    stamped_at: datetime | None = None
    authority: str = ""


class SealProblem(Exception):
    """The first thing that is wrong."""

    def __init__(self, word: str, said: str) -> None:
        super().__init__(said)
        self.word = word
        self.said = said
