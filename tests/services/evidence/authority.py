"""An authority and its seals, made for tests with pyHanko."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, TimestampDSSContentSettings
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from hub.services.sealing import PdfVerdict, Trust, check_pdf
from hub.services.sealing.awaited import awaited

# Nothing follows the document's time stamp, as in the hub's own seals.
_UP_TO_THE_STAMP = DSSContentSettings(
    next_ts_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True)
)
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Sealed:
    content: bytes
    level: str
    report: dict[str, Any] = field(default_factory=dict)


class Authority:
    """A root, a seal certificate below it, and a time-stamp certificate."""

    def __init__(self, name: str = "Test") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._root = self._issue(f"{name} Root", self._key.public_key(), ca=True)
        self._seal_key = ec.generate_private_key(ec.SECP256R1())
        self._seal = self._issue(f"{name} Seal", self._seal_key.public_key())
        # pyHanko's authority for tests knows only RSA.
        self._stamp_key = rsa.generate_private_key(65537, 2048)
        self._stamp = self._issue(f"{name} Time", self._stamp_key.public_key(), stamps=True)

    @property
    def root_pem(self) -> bytes:
        return self._root.public_bytes(serialization.Encoding.PEM)

    @property
    def root(self) -> asn1_x509.Certificate:
        return _asn1(self._root)

    def seal(self, pdf: bytes, level: str = "B-B", *, certify: bool = True) -> Sealed:
        """What the hub's sealer would do."""
        store = SimpleCertificateStore()
        store.register(self.root)
        signer = signers.SimpleSigner(
            signing_cert=_asn1(self._seal), signing_key=_key(self._seal_key), cert_registry=store
        )
        stamper = self._stamper
        context = ValidationContext(trust_roots=[self.root], allow_fetching=False)
        metadata = signers.PdfSignatureMetadata(
            field_name="Seal",
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=certify,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
            embed_validation_info=level == "B-LTA",
            use_pades_lta=level == "B-LTA",
            validation_context=context if level == "B-LTA" else None,
            dss_settings=_UP_TO_THE_STAMP,
        )
        made = signers.PdfSigner(metadata, signer, timestamper=None if level == "B-B" else stamper)
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        output: io.BytesIO = awaited(lambda: made.async_sign_pdf(writer))
        return Sealed(output.getvalue(), level)

    def stamp(self, pdf: bytes) -> bytes:
        """A time stamp over the document, in its empty field if it has one. An authority gives one
        to anybody, for anything."""
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
        empty = [name for name, *_ in fields.enumerate_sig_fields(writer, filled_status=False)]
        stamper = signers.PdfTimeStamper(self._stamper, field_name=empty[0] if empty else None)
        stamped: io.BytesIO = awaited(lambda: stamper.async_timestamp_pdf(writer, "sha256"))
        return bytes(stamped.getvalue())

    @property
    def _stamper(self) -> DummyTimeStamper:
        store = SimpleCertificateStore()
        store.register(self.root)
        return DummyTimeStamper(_asn1(self._stamp), _key(self._stamp_key), certs_to_embed=store)

    def check(self, pdf: bytes) -> PdfVerdict:
        """The seal, for one who trusts this authority."""
        return check_pdf(pdf, Trust((self._root,), (self._root,)))

    def _issue(
        self,
        name: str,
        public: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
        *,
        ca: bool = False,
        stamps: bool = False,
    ) -> x509.Certificate:
        issuer = self._root.subject if hasattr(self, "_root") else _named(name)
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), False
            )
            .add_extension(_usage(ca), critical=True)
        )
        if stamps:
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(purpose, critical=True)
        return builder.sign(self._key, hashes.SHA256())


@cache
def authority() -> Authority:
    """The one that most tests trust."""
    return Authority()


@cache
def stranger() -> Authority:
    """One that nobody trusts."""
    return Authority("Stranger")


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca, content_commitment=not ca, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=ca, crl_sign=ca,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _key(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> keys.PrivateKeyInfo:
    return keys.PrivateKeyInfo.load(
        key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
