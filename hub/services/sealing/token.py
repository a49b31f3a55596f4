"""A key in a hardware module (PKCS#11). The session is opened at the first seal, and again after it
broke; one signature at a time, as modules want it."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import pkcs11
from asn1crypto import x509 as asn1
from cryptography import x509
from pkcs11 import Attribute, ObjectClass, PKCS11Error, Session
from pkcs11.exceptions import NoSuchKey, PinIncorrect, PinLocked
from pyhanko.sign.pkcs11 import select_pkcs11_signing_params
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from hub.services.sealing.failures import KeyUnusable
from hub.services.sealing.keys import SealKey, chain_of, plain, read_certificates
from hub.settings.seal import Pkcs11Key


class TokenKey:
    """A source of the seal's key that leaves it in the module."""

    def __init__(self, settings: Pkcs11Key) -> None:
        self._settings = settings
        self._lock = threading.RLock()
        self._session: Session | None = None
        self._key: SealKey | None = None
        self._refused: KeyUnusable | None = None

    def key(self) -> SealKey:
        """The key's certificate and a signer that has the module sign."""
        with self._lock:
            if self._key is None:
                certificates = self._certificates()
                above = chain_of(certificates[0], certificates[1:])
                signer = _TokenSigner(self, plain(certificates[0]), [plain(one) for one in above])
                self._key = SealKey(signer, certificates[0], above)
            return self._key

    def sign(self, data: bytes, mechanism: object, digest: str) -> bytes:
        """The module's signature over ``data``."""
        spec = select_pkcs11_signing_params(mechanism, digest, _is_elliptic(mechanism), {})
        if spec.pre_sign_transform:
            data = spec.pre_sign_transform(data)
        with self._lock:
            try:
                private: Any = self._opened().get_key(
                    ObjectClass.PRIVATE_KEY, label=self._settings.key
                )
                signature = bytes(private.sign(data, **spec.sign_kwargs))
            except PKCS11Error as error:
                self._drop()
                raise self._unusable(error) from None
        return spec.post_sign_transform(signature) if spec.post_sign_transform else signature

    def _certificates(self) -> list[x509.Certificate]:
        if self._settings.certificate:
            return read_certificates(self._settings.certificate)
        try:
            found = [
                (one[Attribute.LABEL], x509.load_der_x509_certificate(bytes(one[Attribute.VALUE])))
                for one in self._opened().get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
            ]
        except PKCS11Error as error:
            self._drop()
            raise self._unusable(error) from None
        own = [one for label, one in found if label == self._settings.key]
        if not own:
            raise KeyUnusable(
                f"the token {self._settings.token} holds no certificate with the label of the key, "
                f"{self._settings.key}; put it there, or name a file in seal.pkcs11.certificate"
            )
        return [own[0], *(one for _, one in found if one != own[0])]

    def _opened(self) -> Session:
        if self._refused:  # some tokens lock after three wrong PINs
            raise self._refused
        if self._session is None:
            try:
                token = pkcs11.lib(self._settings.module).get_token(
                    token_label=self._settings.token
                )
                self._session = token.open(user_pin=self._settings.pin)
            except (PKCS11Error, RuntimeError) as error:
                raise self._unusable(error) from None
        return self._session

    def _drop(self) -> None:
        """Forget the session. A module that broke may refuse even to close it."""
        session, self._session = self._session, None
        if session is not None:
            with suppress(PKCS11Error):
                session.close()

    def _unusable(self, error: Exception) -> KeyUnusable:
        if isinstance(error, PinIncorrect | PinLocked):
            said = f"the token {self._settings.token} refuses the PIN ({type(error).__name__}); it "
            said += "is not tried again before the hub is started anew"
            self._refused = KeyUnusable(said, code="seal_token_pin")
            return self._refused
        if isinstance(error, NoSuchKey):
            said = f"the token {self._settings.token} holds no private key {self._settings.key}"
            return KeyUnusable(said)
        said = f"the module does not give the token {self._settings.token}"
        return KeyUnusable(f"{said} ({type(error).__name__})", code="seal_token_unavailable")


class _TokenSigner(Signer):
    def __init__(
        self, token: TokenKey, certificate: asn1.Certificate, above: list[asn1.Certificate]
    ) -> None:
        known = SimpleCertificateStore()
        known.register_multiple(above)  # its own is added in any case
        super().__init__(signing_cert=certificate, cert_registry=known, embed_roots=False)
        self._token = token

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        if dry_run:
            return bytes(512)
        mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)
        return self._token.sign(data, mechanism, digest_algorithm)


def _is_elliptic(mechanism: object) -> bool:
    """Whether the digest is made here: not every module does it for elliptic keys."""
    name: str = mechanism["algorithm"].native  # type: ignore[index]
    return name.endswith("ecdsa")
