"""The parts of a CMS signature that nothing signs: its frame, versions, algorithms, the signer's
name. A change in them leaves the signature good, so they must say what the signed parts say, and in
one way only. Section 6.1 of the README of ``hub/services/evidence`` has the same for verifiers that
others write."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from hub.services.sealing.der import Element, element

SEAL, STAMP = "1.2.840.113549.1.7.1", "1.2.840.113549.1.9.16.1.4"  # what is signed
_SIGNED_DATA, _TOKEN = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.2.14"
_PSS, _MGF1 = "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.8"
_DIGESTS = {f"2.16.840.1.101.3.4.2.{n}": name for n, name in enumerate(("256", "384", "512"), 1)}
# By the name of the digest that it fits; the first and the last tell theirs elsewhere.
_SIGNATURES = {
    "1.2.840.113549.1.1.1": "",
    "1.2.840.113549.1.1.11": "256",
    "1.2.840.113549.1.1.12": "384",
    "1.2.840.113549.1.1.13": "512",
    "1.2.840.10045.4.3.2": "256",
    "1.2.840.10045.4.3.3": "384",
    "1.2.840.10045.4.3.4": "512",
    _PSS: "",
}
_UNREADABLE = (x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)
_NOTHING = (b"", b"\x05\x00")
_TEXTS = {0x03, 0x0C, 0x12, 0x13, 0x14, 0x16, 0x1C, 0x1E}  # UTF8String and its like
_ONE, _THREE = b"\x02\x01\x01", b"\x02\x01\x03"
_SEQUENCE, _SET = 0x30, 0x31


class OddForm(Exception):
    """Something that nothing signs is not as it was made."""


def check_form(content: bytes, kind: str) -> None:
    """``content`` is a ContentInfo and nothing else, ``kind`` what it signs. Raises ``OddForm``."""
    try:
        whole = element(content)
        if len(whole.raw) != len(content):
            raise OddForm("is followed by something")
        _check(whole, kind)
    except (ValueError, IndexError):
        raise OddForm("is not in DER, or has another shape") from None


def _check(whole: Element, kind: str) -> None:
    if whole.tag != _SEQUENCE:
        raise OddForm("has another shape")
    _has(whole, 0x06, 0xA0)
    _has(whole.parts[1], _SEQUENCE)
    signed = whole.parts[1].parts[0]
    _has(signed, 0x02, _SET, _SEQUENCE, 0xA0, _SET)
    version, digests, signs, certificates, signers = signed.parts
    (signer,) = signers.parts
    if whole.parts[0].oid != _SIGNED_DATA or signs.parts[0].oid != kind:
        raise OddForm("signs something of another kind")
    _has(signs, *((0x06,) if kind == SEAL else (0x06, 0xA0)))
    if kind == STAMP:
        _has(signs.parts[1], 0x04)
    _has(signer, 0x02, _SEQUENCE, _SEQUENCE, 0xA0, _SEQUENCE, 0x04, *signer.tags[6:7])
    if version.raw != (_ONE if kind == SEAL else _THREE) or signer.parts[0].raw != _ONE:
        raise OddForm("has an odd version")
    if digests.body != signer.parts[2].raw:
        raise OddForm("names other digests above than below")
    _check_algorithms(signer.parts[2], signer.parts[4])
    _check_certificates(certificates, signer.parts[1])
    _check_unsigned(signer.parts[6:], kind)


def _has(one: Element, *tags: int) -> None:
    if one.tags != tags:
        raise OddForm("has another shape")


def _check_algorithms(digest: Element, signature: Element) -> None:
    name = _DIGESTS.get(_algorithm(digest))
    how = signature.parts[0].oid
    if name is None or _SIGNATURES.get(how) not in ("", name):
        raise OddForm("names algorithms that do not fit")
    if how != _PSS:
        _algorithm(signature)
        return
    _has(signature, 0x06, _SEQUENCE)
    _has(signature.parts[1], 0xA0, 0xA1, 0xA2)
    (hashed,), (mask,), _ = (one.parts for one in signature.parts[1].parts)
    _has(mask, 0x06, _SEQUENCE)
    named = {_algorithm(hashed), _algorithm(mask.parts[1])}
    if mask.parts[0].oid != _MGF1 or named != {_algorithm(digest)}:
        raise OddForm("names other digests for its signature")


def _algorithm(one: Element) -> str:
    """What is named, with no parameters."""
    if one.body[len(one.parts[0].raw) :] not in _NOTHING:
        raise OddForm("has odd parameters")
    return one.parts[0].oid


def _check_certificates(certificates: Element, signer: Element) -> None:
    """Each can be read, and just one is the signer's: by issuer and number, byte for byte."""
    named = set()
    for one in certificates.parts:
        _read(one.raw)
        about = one.parts[0].parts
        number = 1 if about[0].tag == 0xA0 else 0  # after the version
        _check_names(about[number + 2], about[number + 4])
        if signer.body == about[number + 2].raw + about[number].raw:
            named.add(one.raw)
    if len(named) != 1:
        raise OddForm("names another signer than its certificate does")


def _check_names(*names: Element) -> None:
    """One of the two libraries that read certificates takes more for a text than the other."""
    values = [one.parts[1].tag for name in names for part in name.parts for one in part.parts]
    if not set(values) <= _TEXTS:
        raise OddForm("holds a certificate with an odd name")


def _read(certificate: bytes) -> None:
    """All parts of it: the libraries read some only when they are asked for."""
    try:
        one = x509.load_der_x509_certificate(certificate)
        for name in ("issuer", "subject", "not_valid_before_utc", "not_valid_after_utc"):
            getattr(one, name)
        one.public_key()
        list(one.extensions)
    except (ValueError, TypeError, AttributeError, UnsupportedAlgorithm, *_UNREADABLE):
        raise OddForm("holds a certificate that cannot be read") from None


def _check_unsigned(attributes: tuple[Element, ...], kind: str) -> None:
    """None but the time stamp of a seal."""
    if not attributes:
        return
    (token,) = attributes[0].parts
    _has(token, 0x06, _SET)
    (value,) = token.parts[1].parts
    if kind != SEAL or attributes[0].tag != 0xA1 or token.parts[0].oid != _TOKEN:
        raise OddForm("holds something that nobody signed")
    _check(value, STAMP)
