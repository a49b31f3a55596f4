"""The seal's settings: ``seal:`` of ``paraph.yaml``. Without the block the hub seals with a
certificate of its own making, which is for trying out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, validate

from hub.contracts.settings import setting
from hub.settings.blocks import Block

LEVELS = ("B-B", "B-T", "B-LTA")
KEYS = ("pkcs12", "pem", "pkcs11")
_FILE = validate.Length(min=1)


@dataclass(frozen=True, kw_only=True)
class Pkcs12Key:
    """Key, certificate and chain in one PKCS#12 file."""

    file: str = setting(
        fields.String(validate=_FILE),
        title="File",
        help="The PKCS#12 file (.p12, .pfx) with the seal's key, its certificate and its chain.",
    )
    passphrase: str | None = setting(
        fields.String(),
        title="Passphrase",
        help="What the file was encrypted with.",
        secret=True,
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class PemKey:
    """Key and certificate in PEM files."""

    key: str = setting(
        fields.String(validate=_FILE),
        title="Key",
        help="The PEM file with the seal's private key.",
    )
    certificate: str = setting(
        fields.String(validate=_FILE),
        title="Certificate",
        help="The PEM file with its certificate; those of its authorities may follow.",
    )
    chain: str | None = setting(
        fields.String(),
        title="Chain",
        help="A PEM file with the certificates of the authorities, if they stand in a file of "
        "their own.",
        default=None,
    )
    passphrase: str | None = setting(
        fields.String(),
        title="Passphrase",
        help="What the key was encrypted with.",
        secret=True,
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class Pkcs11Key:
    """A key in a hardware module, which never leaves it."""

    module: str = setting(
        fields.String(validate=_FILE),
        title="Module",
        help="The module's library, e.g. /usr/lib/softhsm/libsofthsm2.so.",
    )
    token: str = setting(
        fields.String(validate=_FILE), title="Token", help="The label of the token."
    )
    pin: str = setting(
        fields.String(validate=_FILE), title="PIN", help="The user PIN of the token.", secret=True
    )
    key: str = setting(
        fields.String(validate=_FILE), title="Key", help="The label of the private key."
    )
    certificate: str | None = setting(
        fields.String(),
        title="Certificate",
        help="A PEM file with its certificate and those of the authorities. Without it: what the "
        "token holds under the key's label.",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class SealSettings:
    """How signed documents are sealed."""

    level: str = setting(
        fields.String(validate=validate.OneOf(LEVELS)),
        title="Level",
        help="B-B: the hub's signature. B-T: with an authority's time stamp. B-LTA: also with all "
        "that is needed to check it after the certificates have expired.",
        default="B-B",
    )
    pkcs12: Pkcs12Key | None = setting(
        Block(Pkcs12Key),
        title="PKCS#12",
        help="The seal's key in a PKCS#12 file: file, passphrase.",
        default=None,
    )
    pem: PemKey | None = setting(
        Block(PemKey),
        title="PEM",
        help="The seal's key in PEM files: key, certificate, chain, passphrase.",
        default=None,
    )
    pkcs11: Pkcs11Key | None = setting(
        Block(Pkcs11Key),
        title="PKCS#11",
        help="The seal's key in a hardware module: module, token, pin, key, certificate.",
        default=None,
    )
    trust_roots: list[str] = setting(
        fields.List(fields.String(validate=_FILE)),
        title="Trust roots",
        help="PEM files with the roots that seals are checked against. Without them: the "
        "uppermost certificate of the key's own chain.",
        default=[],
    )
    timestamp_url: str | None = setting(
        fields.Url(require_tld=False),
        title="Time-stamp authority",
        help="Where the authority (RFC 3161) answers. Above B-B it is needed.",
        default=None,
    )
    timestamp_roots: list[str] = setting(
        fields.List(fields.String(validate=_FILE)),
        title="Time-stamp roots",
        help="PEM files with the roots of the time-stamp authority. Above B-B they are needed.",
        default=[],
    )
    when_unavailable: str = setting(
        fields.String(validate=validate.OneOf(["error", "downgrade"])),
        title="When no time stamp is to be had",
        help="error: the document waits for its seal. downgrade: it is sealed at B-B, and its "
        "report says so.",
        default="error",
    )


def seal_problems(seal: SealSettings) -> Iterator[tuple[Any, str]]:
    """What single settings cannot tell: the path in the file, and what to do."""
    given = [name for name in KEYS if getattr(seal, name) is not None]
    for name in given[1:]:
        yield ("seal", name), f"there is one key: remove {name} or {given[0]}"
    if seal.level != "B-B":
        for name in ("timestamp_url", "timestamp_roots"):
            if not getattr(seal, name):
                said = f"{seal.level} needs a time-stamp authority: add {name}, or write level: B-B"
                yield ("seal", "level"), said
    elif seal.when_unavailable == "downgrade":
        yield ("seal", "when_unavailable"), "there is nothing below B-B; remove it"
