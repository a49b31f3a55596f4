"""The sandbox's three certificate worlds, made at the first start and kept in its folder:

- TLS: a root and the server's certificate;
- relying parties: a root and client certificates;
- signatures: root → bank → customer authority → persons, and the responder for revocation answers.

Keys are elliptic, which takes no time to make, but persons and the responder sign with RSA as the
real ones do.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from hub.kernel.clock import Clock
from hub.toolkit.certificates import usage
from providers.bankid.sandbox.people import Person

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_ORGANISATION = "Paraph sandbox, not BankID"
_LIFETIME = timedelta(days=400)
_NAMES = {
    "cn": NameOID.COMMON_NAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "gn": NameOID.GIVEN_NAME,
    "sn": NameOID.SURNAME,
    "o": NameOID.ORGANIZATION_NAME,
    "c": NameOID.COUNTRY_NAME,
}


@dataclass(frozen=True)
class Entity:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: PrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key as PEM, not encrypted: everything here is throw-away."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


class Authorities:
    """Makes and keeps all certificates of one sandbox folder."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        folder.mkdir(parents=True, exist_ok=True)
        self.tls_root = self._kept("tls_root", None, ca=3)
        self.server = self._kept("server", self.tls_root, server=True)
        self.rp_root = self._kept("rp_root", None, ca=3)
        self.client = self.relying_party("Paraph Sandbox AB", "client")
        self.signature_root = self._kept("signature_root", None, ca=3)
        self.bank = self._kept("bank", self.signature_root, ca=2)
        self.customers = self._kept("customers", self.bank, ca=1)
        self.responder = self._kept("responder", self.customers, responder=True)

    def path(self, name: str, ending: str = "pem") -> str:
        """The PEM file of a certificate (or, with ending ``key``, of its key)."""
        return str(self._folder / f"{name}.{ending}")

    def relying_party(self, name: str, file_name: str) -> Entity:
        """A client certificate that the sandbox accepts."""
        subject = {"cn": name, "serialNumber": "5566304928", "o": name, "c": "SE"}
        return self._kept(file_name, self.rp_root, subject=subject, client=True)

    def stranger(self) -> Entity:
        """A client certificate from an authority that nobody here knows."""
        root = self._kept("stranger_root", None, ca=3)
        return self._kept("stranger", root, client=True)

    def person(self, person: Person) -> Entity:
        """The BankID of a test person."""
        subject = {
            "cn": person.name,
            "serialNumber": person.number,
            "gn": person.given_name,
            "sn": person.family_name,
            "o": person.bank,
            "c": "SE",
        }
        return self._kept(
            f"person-{person.number}", self.customers, subject=subject, policy=person.policy
        )

    def _kept(
        self,
        name: str,
        issuer: Entity | None,
        *,
        subject: dict[str, str] | None = None,
        ca: int = 0,
        server: bool = False,
        client: bool = False,
        responder: bool = False,
        policy: str = "",
    ) -> Entity:
        """The entity from the folder if it still serves, else a new one."""
        found = self._read(name, issuer)
        if found:
            return found
        key: PrivateKey = (
            rsa.generate_private_key(65537, 2048)
            if policy or responder
            else ec.generate_private_key(ec.SECP256R1())
        )
        names = subject or {"cn": f"Sandbox {name.replace('_', ' ')}", "o": _ORGANISATION}
        builder = self._builder(_name(names), key, issuer)
        for extension, critical in _extensions(
            ca=ca, server=server, client=client, responder=responder, policy=policy
        ):
            builder = builder.add_extension(extension, critical)
        signing_key = issuer.key if issuer else key
        made = Entity(builder.sign(signing_key, hashes.SHA256()), key)
        self._write(name, made)
        return made

    def _builder(
        self, subject: x509.Name, key: PrivateKey, issuer: Entity | None
    ) -> x509.CertificateBuilder:
        # TLS looks at real time, signatures at the sandbox's clock: good for both.
        moments = (datetime.now(UTC), self._clock.wall())
        issuer_key = (issuer.key if issuer else key).public_key()
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(moments) - timedelta(days=1))
            .not_valid_after(max(moments) + _LIFETIME)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), False)
        )

    def _read(self, name: str, issuer: Entity | None) -> Entity | None:
        try:
            pem = Path(self.path(name)).read_bytes()
            key_pem = Path(self.path(name, "key")).read_bytes()
            certificate = x509.load_pem_x509_certificate(pem)
            key = serialization.load_pem_private_key(
                key_pem, None, unsafe_skip_rsa_key_validation=True
            )
            certificate.verify_directly_issued_by(issuer.certificate if issuer else certificate)
        except (OSError, ValueError, TypeError, InvalidSignature):
            return None
        for moment in (datetime.now(UTC), self._clock.wall()):
            if not certificate.not_valid_before_utc <= moment:
                return None
            if certificate.not_valid_after_utc - moment < timedelta(days=60):
                return None
        if isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            return Entity(certificate, key)
        return None

    def _write(self, name: str, entity: Entity) -> None:
        key_file = Path(self.path(name, "key"))
        key_file.touch(0o600)
        key_file.write_bytes(entity.key_pem)
        Path(self.path(name)).write_bytes(entity.pem)


def _name(values: dict[str, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(_NAMES[key], value) for key, value in values.items()])


def _extensions(
    *, ca: int, server: bool, client: bool, responder: bool, policy: str
) -> list[tuple[x509.ExtensionType, bool]]:
    basic = x509.BasicConstraints(ca=bool(ca), path_length=ca - 1 if ca else None)
    found: list[tuple[x509.ExtensionType, bool]] = [
        (basic, True),
        (usage(signs=not bool(ca)), True),
    ]
    if server:
        addresses = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        found.append((x509.SubjectAlternativeName(addresses), False))
        found.append((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False))
    if client:
        found.append((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False))
    if responder:
        found.append((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False))
        found.append((x509.OCSPNoCheck(), False))
    if policy:
        information = x509.PolicyInformation(ObjectIdentifier(policy), None)
        found.append((x509.CertificatePolicies([information]), False))
    return found
