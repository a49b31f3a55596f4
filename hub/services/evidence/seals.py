"""Who is trusted to have sealed a proof, and the check of a seal for one who trusts them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from hub.kernel.clock import SystemClock
from hub.kernel.errors import ConfigurationError
from hub.services.evidence.verifying import CheckPdf
from hub.services.sealing import KeyUnusable, Trust, check_pdf
from hub.services.sealing.own import OwnAuthority
from hub.services.sealing.sealer import source_of
from hub.services.sealing.trust import read_roots
from hub.settings import HubSettings


def checker(trust: Trust) -> CheckPdf:
    """A check of seals for one who trusts these roots."""
    return partial(check_pdf, trust=trust)


def trusting(roots: Sequence[Path]) -> Trust:
    """Trust in the certificates of these PEM files, for seals and for time stamps. Raises
    ``ConfigurationError``."""
    return Trust.read(roots, roots)


def installation_trust(settings: HubSettings) -> Trust | None:
    """What the seals of this installation are checked against; None while there is nothing: its
    own authority is made with the first seal. Makes and changes no file. Raises
    ``ConfigurationError`` when the settings name files that cannot be read."""
    seal = settings.seal
    source = source_of(seal, Path(settings.data_folder), SystemClock())
    try:
        if seal.trust_roots:
            return Trust.read(seal.trust_roots, seal.timestamp_roots)
        if not isinstance(source, OwnAuthority):
            return Trust((source.key().uppermost,), read_roots(seal.timestamp_roots))
    except KeyUnusable as error:
        raise ConfigurationError(f"the seal: {error.detail}") from None
    if not source.roots_file.exists():
        return None
    return Trust.read([source.roots_file], seal.timestamp_roots)
