"""Makes what a BankID makes: the XML signature and the revocation answer that goes with it.

The document is written directly in canonical form, so that hashing the text is hashing the form.
"""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import ocsp

from providers.bankid.sandbox.certificates import Authorities, Entity, PrivateKey
from providers.bankid.sandbox.people import Person

_DS = "http://www.w3.org/2000/09/xmldsig#"
_TYPES = "http://www.bankid.com/signature/v1.0.0/types"
_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


@dataclass(frozen=True)
class Content:
    """What is to be signed. The data are base64 texts as the relying party sent them."""

    function: str
    visible: str
    hidden: str
    server_name: str
    display_name: str
    device: str
    requirements: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Faults:
    """What may go wrong on purpose."""

    broken_signature: bool = False
    foreign_nonce: bool = False
    revoked: bool = False


def make_proof(
    authorities: Authorities, person: Person, content: Content, at: datetime, faults: Faults
) -> tuple[str, str]:
    """The texts of ``signature`` and ``ocspResponse``."""
    signer = authorities.person(person)
    chain = (signer, authorities.customers, authorities.bank)
    signature = base64.b64encode(_signed_xml(chain, content, faults).encode()).decode()
    text = "another signature" if faults.foreign_nonce else signature
    answer = _revocation_answer(authorities, signer, text, at, faults.revoked)
    return signature, base64.b64encode(answer).decode()


def _signed_xml(chain: tuple[Entity, ...], content: Content, faults: Faults) -> str:
    certificates = "".join(
        f"<X509Certificate>{_der(entity.certificate)}</X509Certificate>" for entity in chain
    )
    key_info = (
        f'<KeyInfo xmlns="{_DS}" Id="bidKeyInfo"><X509Data>{certificates}</X509Data></KeyInfo>'
    )
    data = _signed_data(content)
    signed_info = (
        f'<SignedInfo xmlns="{_DS}">'
        f'<CanonicalizationMethod Algorithm="{_C14N}"></CanonicalizationMethod>'
        f'<SignatureMethod Algorithm="{_RSA_SHA256}"></SignatureMethod>'
        + _reference(f'Type="{_TYPES}" URI="#bidSignedData"', data)
        + _reference('URI="#bidKeyInfo"', key_info)
        + "</SignedInfo>"
    )
    key = chain[0].key
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("persons sign with RSA keys")
    value = key.sign(signed_info.encode(), padding.PKCS1v15(), hashes.SHA256())
    if faults.broken_signature:
        value = value[:-1] + bytes([value[-1] ^ 1])
    return (
        f'<Signature xmlns="{_DS}">{signed_info}'
        f"<SignatureValue>{base64.b64encode(value).decode()}</SignatureValue>"
        f"{key_info}<Object>{data}</Object></Signature>"
    )


def _signed_data(content: Content) -> str:
    visible = hidden = conditions = ""
    if content.visible:
        visible = (
            f'<usrVisibleData charset="UTF-8" visible="wysiwys">{content.visible}</usrVisibleData>'
        )
    if content.hidden:
        hidden = f"<usrNonVisibleData>{content.hidden}</usrNonVisibleData>"
    for kind, value in content.requirements:
        conditions += f"<condition><type>{kind}</type><value>{value}</value></condition>"
    if conditions:
        conditions = f"<requirement>{conditions}</requirement>"
    return (
        f'<bankIdSignedData xmlns="{_TYPES}" Id="bidSignedData">{visible}{hidden}'
        f"<srvInfo><name>{_text(content.server_name)}</name>"
        f"<nonce>{base64.b64encode(os.urandom(20)).decode()}</nonce>"
        f"<displayName>{_text(content.display_name)}</displayName></srvInfo>"
        f"<clientInfo><funcId>{content.function}</funcId>"
        f"<version>{_text('Personal=0.0.0.0&platform=sandbox')}</version>"
        f"<env><ai><type>{_text('SANDBOX')}</type><deviceInfo>{_text('0')}</deviceInfo>"
        f"<uhi>{_text(content.device)}</uhi><fsib>0</fsib><utb>cs1</utb>{conditions}"
        "<uauth>pw</uauth></ai></env></clientInfo></bankIdSignedData>"
    )


def _reference(attributes: str, part: str) -> str:
    digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
    return (
        f'<Reference {attributes}><Transforms><Transform Algorithm="{_C14N}"></Transform>'
        f'</Transforms><DigestMethod Algorithm="{_SHA256}"></DigestMethod>'
        f"<DigestValue>{digest}</DigestValue></Reference>"
    )


def _revocation_answer(
    authorities: Authorities, signer: Entity, signature: str, at: datetime, revoked: bool
) -> bytes:
    nonce = hashlib.sha1(signature.encode(), usedforsecurity=False).digest() + os.urandom(12)
    status = ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=signer.certificate,
            issuer=authorities.customers.certificate,
            algorithm=hashes.SHA256(),
            cert_status=status,
            this_update=at,
            next_update=None,
            revocation_time=at if revoked else None,
            revocation_reason=None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, authorities.responder.certificate)
        .certificates([authorities.responder.certificate])
        .add_extension(x509.OCSPNonce(nonce), False)
    )
    answer = builder.sign(authorities.responder.key, hashes.SHA256())
    return _dated(answer, authorities.responder.key, at)


def _dated(answer: ocsp.OCSPResponse, key: PrivateKey, at: datetime) -> bytes:
    """The answer as if made at ``at``. The library always writes the present moment, while the
    sandbox lives by its own clock; the new text and its signature have the lengths of the old."""
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the responder signs with an RSA key")
    made, wanted = (f"{t:%Y%m%d%H%M%SZ}".encode() for t in (answer.produced_at_utc, at))
    told = answer.tbs_response_bytes
    dated = told.replace(made, wanted, 1)  # producedAt stands before all other moments
    signature = key.sign(dated, padding.PKCS1v15(), hashes.SHA256())
    der = answer.public_bytes(serialization.Encoding.DER)
    return der.replace(told, dated, 1).replace(answer.signature, signature, 1)


def _der(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()


def _text(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
