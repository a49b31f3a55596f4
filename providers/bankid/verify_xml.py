"""The XML signature of a BankID: its shape, its cryptography, and what exactly was signed.

What is signed is read from the verified parts only, never from the document as it came.
"""

from __future__ import annotations

import base64
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier

from providers.bankid.checks import CheckFailed, strict_base64

# It writes canonical forms, personal data included, to its debug log.
logging.getLogger("signxml").setLevel(logging.WARNING)

_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_BANKID = "{http://www.bankid.com/signature/v1.0.0/types}"
_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_SIGNED_DATA, _KEY_INFO = "bidSignedData", "bidKeyInfo"
_CHILDREN = [_DS + name for name in ("SignedInfo", "SignatureValue", "KeyInfo", "Object")]
_ID_NAMES = ("Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id")
_MAX_BYTES = 2_000_000
_REFUSAL = "bad_signature"


@dataclass(frozen=True)
class Signed:
    """What the signature covers. ``visible`` and ``hidden`` are None when absent; ``server`` is the
    relying party's name as BankID wrote it into the signature."""

    visible: bytes | None
    hidden: bytes | None
    function: str
    server: str
    certificates: tuple[x509.Certificate, ...]


class _BankIdXmlVerifier(XMLVerifier):
    """BankID repeats the default xmlns on signed elements. lxml's canonical form then gains empty
    declarations, which this switch of signxml takes out again."""

    excise_empty_xmlns_declarations = True


def read_structure(signature: str) -> tuple[bytes, tuple[x509.Certificate, ...]]:
    """The document behind the base64 text, and the certificates in it, still unverified.

    Refuses everything that a real one does not have, so that nothing can be wrapped or doubled.
    """
    document = strict_base64(signature)
    if len(document) > _MAX_BYTES:
        raise CheckFailed(_REFUSAL, "the document is too large")
    root = etree.fromstring(document, _parser())
    if root.getroottree().docinfo.doctype:
        raise CheckFailed(_REFUSAL, "the document has a document type")
    if any(not isinstance(node.tag, str) for node in root.iter()):
        raise CheckFailed(_REFUSAL, "the document has comments, instructions or entities")
    if root.tag != _DS + "Signature" or [child.tag for child in root] != _CHILDREN:
        raise CheckFailed(_REFUSAL, "the parts of the signature are not the expected ones")
    _check_ids(root)
    _check_references(root)
    return document, _certificates(root[2])


def verify_signature(document: bytes, signer: x509.Certificate, moment: datetime) -> Signed:
    """Check the signature with the signer's key and return what it covers."""
    results = _BankIdXmlVerifier().verify(
        document,
        x509_cert=signer,
        parser=_parser(),
        expect_config=SignatureConfiguration(
            location="./",
            expect_references=2,
            signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
            digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
            verification_time=moment,
        ),
    )
    parts = results if isinstance(results, list) else [results]
    trees = {part.signed_xml.tag: part.signed_xml for part in parts if part.signed_xml is not None}
    data, key_info = trees[_BANKID + "bankIdSignedData"], trees[_DS + "KeyInfo"]
    return Signed(
        visible=_decoded(data, "usrVisibleData"),
        hidden=_decoded(data, "usrNonVisibleData"),
        function=_text(data, "clientInfo", "funcId") or "",
        server=(_decoded(data, "srvInfo", "name") or b"").decode(),
        certificates=_certificates(key_info),
    )


def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def _check_ids(root: Any) -> None:
    found = {
        name: [el for el in root.iter() if any(el.get(a) == name for a in _ID_NAMES)]
        for name in (_SIGNED_DATA, _KEY_INFO)
    }
    if any(len(elements) != 1 for elements in found.values()):
        raise CheckFailed(_REFUSAL, "an Id does not occur exactly once")
    container = root[3]
    if found[_KEY_INFO][0] is not root[2] or list(container) != found[_SIGNED_DATA]:
        raise CheckFailed(_REFUSAL, "an Id stands on the wrong element")
    if container[0].tag != _BANKID + "bankIdSignedData":
        raise CheckFailed(_REFUSAL, "the signed data is not BankID's")


def _check_references(root: Any) -> None:
    references = root[0].findall(_DS + "Reference")
    if sorted(r.get("URI") or "" for r in references) != [f"#{_KEY_INFO}", f"#{_SIGNED_DATA}"]:
        raise CheckFailed(_REFUSAL, "the signature does not refer to exactly the two parts")
    for reference in references:
        transforms = [t.get("Algorithm") for t in reference.iter(_DS + "Transform")]
        if transforms != [_C14N]:
            raise CheckFailed(_REFUSAL, "a reference has an unexpected transform")


def _certificates(key_info: Any) -> tuple[x509.Certificate, ...]:
    texts = [node.text or "" for node in key_info.iter(_DS + "X509Certificate")]
    if not 1 <= len(texts) <= 6:
        raise CheckFailed(_REFUSAL, "the number of certificates is not plausible")
    return tuple(
        x509.load_der_x509_certificate(base64.b64decode("".join(text.split()), validate=True))
        for text in texts
    )


def _text(parent: Any, *path: str) -> str | None:
    """The text of the only element at ``path``; None when there is none."""
    node = parent
    for name in path:
        found = node.findall(_BANKID + name)
        if len(found) > 1:
            raise CheckFailed(_REFUSAL, f"{name} occurs more than once")
        if not found:
            return None
        node = found[0]
    return node.text or ""


def _decoded(parent: Any, *path: str) -> bytes | None:
    text = _text(parent, *path)
    return None if text is None else base64.b64decode("".join(text.split()), validate=True)
