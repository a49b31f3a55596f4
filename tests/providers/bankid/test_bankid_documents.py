"""Documents of another shape than a BankID signature has are refused."""

from __future__ import annotations

import base64

import pytest

from providers.bankid.checks import strict_base64

EVIL = (
    b'<bankIdSignedData xmlns="http://www.bankid.com/signature/v1.0.0/types"%s>'
    b"<usrVisibleData>RXZpbA==</usrVisibleData></bankIdSignedData>"
)


def _doubled_id(xml: bytes) -> bytes:
    return xml.replace(b"<Object>", b"<Object>" + EVIL % b' Id="bidSignedData"')


def _doubled_id_in_other_letters(xml: bytes) -> bytes:
    return xml.replace(b"<Object>", b"<Object>" + EVIL % b' ID="bidSignedData"')


def _second_object(xml: bytes) -> bytes:
    return xml.replace(b"</Object>", b"</Object><Object>" + EVIL % b"" + b"</Object>")


def _moved_away(xml: bytes) -> bytes:
    start, end = xml.index(b"<bankIdSignedData"), xml.index(b"</Object>")
    wrapped = b"<Wrapper>" + xml[start:end] + b"</Wrapper>"
    return xml[:start] + EVIL % b"" + wrapped + xml[end:]


def _entity(xml: bytes) -> bytes:
    return b'<!DOCTYPE Signature [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + xml


def _comment(xml: bytes) -> bytes:
    return xml.replace(b"<Object>", b"<Object><!-- -->")


def _third_reference(xml: bytes) -> bytes:
    start, end = xml.index(b"<Reference URI"), xml.index(b"</SignedInfo>")
    return xml[:end] + xml[start:end] + xml[end:]


def _other_transform(xml: bytes) -> bytes:
    return xml.replace(
        b'<Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315">',
        b'<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature">',
        1,
    )


def _other_root(xml: bytes) -> bytes:
    return b"<root>" + xml + b"</root>"


def _weak_algorithm(xml: bytes) -> bytes:
    return xml.replace(
        b"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        b"http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    )


def _no_certificates(xml: bytes) -> bytes:
    start, end = xml.index(b"<X509Certificate>"), xml.rindex(b"</X509Data>")
    return xml[:start] + xml[end:]


@pytest.mark.parametrize(
    "spoil",
    [
        _doubled_id,
        _doubled_id_in_other_letters,
        _second_object,
        _moved_away,
        _entity,
        _comment,
        _third_reference,
        _other_transform,
        _other_root,
        _weak_algorithm,
        _no_certificates,
    ],
)
def test_a_document_of_another_shape_is_refused(forger, done, spoil):
    before = base64.b64decode(done.raw["completionData"]["signature"])
    after = spoil(before)
    assert after != before
    ocsp = done.raw["completionData"]["ocspResponse"]
    raw = forger.with_proof(base64.b64encode(after).decode(), ocsp)
    refusal, check = forger.refusal(raw)
    assert refusal == "bad_signature"
    # The library behind the second check would notice most of these too; the shape comes first.
    assert check == ("xml_signature" if spoil is _weak_algorithm else "xml_structure")


@pytest.mark.parametrize("text", ["QUI", "QUJ=", "QU I=", "QUI=\n", "QUI=QUI=", "å", "QUJ"])
def test_only_one_way_to_write_base64_is_taken(text):
    """ "QUJ=" has spare bits: decoders take it for the same bytes as "QUI="."""
    assert strict_base64("QUI=") == b"AB"
    with pytest.raises(ValueError):  # noqa: PT011 - from a decoder, or ours
        strict_base64(text)
