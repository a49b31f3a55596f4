"""Signatures of sealed PDFs with parts changed that nobody signed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

from asn1crypto import algos, cms, core

from tests.services.evidence.authority import Authority, authority, stranger

_HELD = re.compile(rb"/Contents <([0-9A-Fa-f]+)>")


def places(pdf: bytes) -> list[tuple[int, bytes]]:
    """Where each signature's digits begin, and the signature without the zeros behind it."""
    found = []
    for one in _HELD.finditer(pdf):
        content = bytes.fromhex(one.group(1).decode())
        size = content[1] & 0x7F
        length = 2 + size + int.from_bytes(content[2 : 2 + size], "big")
        found.append((one.start(1), content[:length]))
    return found


def with_bit(pdf: bytes, start: int, content: bytes, at: int, bit: int) -> bytes:
    """One bit of one byte of a signature changed."""
    digits = b"%02x" % (content[at] ^ 1 << bit)
    if re.match(rb"[0-9]*[A-F]", pdf[start:]):
        digits = digits.upper()
    return pdf[: start + 2 * at] + digits + pdf[start + 2 * at + 2 :]


def a_bit(pdf: bytes, rng: random.Random) -> bytes:
    start, content = rng.choice(places(pdf))
    return with_bit(pdf, start, content, rng.randrange(len(content)), rng.randrange(8))


def another(pdf: bytes, rng: random.Random, ways: tuple[Callable[[Any], None], ...]) -> bytes:
    """One signature after one of these changes, in its old place."""
    start, content = rng.choice(places(pdf))
    whole = cms.ContentInfo.load(content)
    rng.choice(ways)(whole["content"])
    end = pdf.index(b">", start)
    return _filled(pdf, start, end, whole.dump(force=True))


def framed(pdf: bytes, rng: random.Random) -> bytes:
    """The same elements in another encoding that lenient readers take for the same."""
    start, content = rng.choice(places(pdf))
    size = content[1] & 0x7F
    body, length = content[2 + size :], len(content) - 2 - size
    made = rng.choice(
        (
            b"\x30\x84" + length.to_bytes(4, "big") + body,
            b"\x30\x82" + (length + 4).to_bytes(2, "big") + body + bytes(4),
            b"\x30\x82" + (length + 2).to_bytes(2, "big") + body + b"\x05\0",
            b"\x30\x80" + body + b"\0\0",
            content + b"\x05\0",
        )
    )
    return _filled(pdf, start, pdf.index(b">", start), made)


def other_parameters(pdf: bytes, rng: random.Random) -> bytes:
    """The digests' NULL, or nothing, is another value of the same length."""
    start, content = rng.choice(places(pdf))
    sha256 = bytes.fromhex("0609608648016503040201")
    changed = content.replace(sha256 + b"\x05\0", sha256 + b"\x04\0", rng.choice((1, 2, -1)))
    return _filled(pdf, start, pdf.index(b">", start), changed)


def _filled(pdf: bytes, start: int, end: int, content: bytes) -> bytes:
    digits = content.hex().encode().ljust(end - start, b"0")
    return pdf[:start] + digits + pdf[end:] if len(digits) == end - start else pdf


def _signer(signed: Any) -> Any:
    return signed["signer_infos"][0]


def _set(*path: str, value: Any) -> Callable[[Any], None]:
    def change(signed: Any) -> None:
        at = signed if path[0] != "signer" else _signer(signed)
        at[path[-1]] = value

    return change


def _other_number(signed: Any) -> None:
    name = _signer(signed)["sid"].chosen
    name["serial_number"] = name["serial_number"].native + 1


def _by_key(signed: Any) -> None:
    key = cms.SignerIdentifier("subject_key_identifier", core.OctetString(b"x" * 20))
    _signer(signed)["sid"] = key


def _twice(signed: Any) -> None:
    signed["signer_infos"] = cms.SignerInfos([_signer(signed), _signer(signed).copy()])


def _unsigned(*values: Any) -> Callable[[Any], None]:
    def change(signed: Any) -> None:
        _signer(signed)["unsigned_attrs"] = cms.CMSAttributes(
            [cms.CMSAttribute({"type": "1.2.3.4", "values": [one]}) for one in values]
        )

    return change


def _certificates(change: Callable[[list[Any]], list[Any]]) -> Callable[[Any], None]:
    def apply(signed: Any) -> None:
        signed["certificates"] = cms.CertificateSet(change(list(signed["certificates"])))

    return apply


def _plus(who: Callable[[], Authority], first: bool) -> Callable[[list[Any]], list[Any]]:
    def change(held: list[Any]) -> list[Any]:
        more = [cms.CertificateChoices("certificate", who().root)]
        return [*more, *held] if first else [*held, *more]

    return change


def _signature(name: str) -> algos.SignedDigestAlgorithm:
    return algos.SignedDigestAlgorithm({"algorithm": name})


FORMS: tuple[Callable[[Any], None], ...] = (
    _set("version", value="v1"), _set("version", value="v3"), _set("version", value="v4"),
    _set("signer", "version", value="v3"), _set("signer", "version", value="v0"),
    _set("digest_algorithms", value=cms.DigestAlgorithms([])),
    _set("crls", value=cms.RevocationInfoChoices([])),
    _set("signer", "digest_algorithm", value=algos.DigestAlgorithm({"algorithm": "sha512"})),
    *(
        _set("signer", "signature_algorithm", value=_signature(name))
        for name in ("sha512_ecdsa", "sha512_rsa", "rsassa_pkcs1v15", "ecdsa", "sha256_rsa",
                     "sha256_ecdsa")
    ),
    _set("signer", "signature", value=b"x"), _other_number, _by_key, _twice,
    _unsigned(), _unsigned(core.OctetString(b"x")),
)  # fmt: skip
CERTIFICATES: tuple[Callable[[Any], None], ...] = (
    _certificates(lambda held: []),
    *(_certificates(lambda held, at=at: [*held[:at], *held[at + 1 :]]) for at in range(2)),
    _certificates(lambda held: held[::-1]),
    _certificates(_plus(authority, True)),
    _certificates(_plus(stranger, True)),
    _certificates(_plus(stranger, False)),
    _certificates(_plus(Authority, True)),  # of the same names
)
