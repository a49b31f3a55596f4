"""BankID's wire, Relying Party API v6.0: four calls with a client certificate, errors as ours.

Nothing is repeated here and nothing is decided. Answers keep every field that BankID sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from hub.kernel.errors import (
    AuthenticationFailed,
    MalformedAnswer,
    ParaphError,
    Retryable,
)
from hub.toolkit.http import Answer, HttpClient, Listener
from providers.bankid.codes import say, trouble
from providers.bankid.credentials import Credentials

_START_FIELDS = ("orderRef", "autoStartToken", "qrStartToken", "qrStartSecret")
_STATUSES = frozenset({"pending", "failed", "complete"})
# What OpenSSL calls the server's refusal of our certificate; all else in TLS may pass by itself.
_REFUSED_CERTIFICATE = (
    "ALERT_CERTIFICATE",
    "ALERT_BAD_CERTIFICATE",
    "ALERT_UNSUPPORTED_CERTIFICATE",
    "ALERT_UNKNOWN_CA",
    "ALERT_ACCESS_DENIED",
    "ALERT_HANDSHAKE_FAILURE",
    "KEY_VALUES_MISMATCH",
)


class BankIdClient:
    """One relying party at one BankID environment."""

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        server_root: str,
        *,
        timeout: tuple[float, float],
        listener: Listener | None = None,
    ) -> None:
        self._http = HttpClient(
            base_url,
            timeout=timeout,
            verify=server_root,
            cert=(credentials.certificate, credentials.key),
            # requests' json= would do as well; the header is spelled out because a charset
            # parameter behind it is answered with 415.
            headers={"Content-Type": "application/json"},
            max_bytes=2_000_000,
            listener=listener,
        )

    def sign(self, body: Mapping[str, Any], *, language: str = "en") -> dict[str, str]:
        """Start an order. The four words of the answer, all present."""
        answer = self._post("/sign", body, language)
        if not all(isinstance(answer.get(name), str) for name in _START_FIELDS):
            raise MalformedAnswer("BankID's answer to /sign lacks a token")
        return {name: answer[name] for name in _START_FIELDS}

    def collect(self, reference: str, *, language: str = "en") -> dict[str, Any]:
        """How far the order is, exactly as answered. A final answer comes only once."""
        answer = self._post("/collect", {"orderRef": reference}, language)
        if answer.get("status") not in _STATUSES:
            raise MalformedAnswer("BankID's answer to /collect has no known status")
        return answer

    def cancel(self, reference: str) -> None:
        """Withdraw a pending order."""
        self._post("/cancel", {"orderRef": reference}, "en")

    def reach(self) -> None:
        """Prove that the service is there and takes our certificate; changes nothing.

        A GET is not allowed, and 405 is how the service says that it is well.
        """
        answer = self._send("GET", "/auth", None)
        if answer.status != 405:
            raise _failure(answer, "en")

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def _post(self, path: str, body: Mapping[str, Any], language: str) -> dict[str, Any]:
        answer = self._send("POST", path, orjson.dumps(body))
        if answer.status != 200:
            raise _failure(answer, language)
        content = _json_object(answer)
        if content is None:
            # A gateway's page in front of BankID; the answer behind it may be had next time.
            raise Retryable(
                f"BankID's answer to {path} is not a JSON object ({len(answer.body)} bytes)",
                code="malformed_answer",
                customer=say("5", language),
            )
        return content

    def _send(self, method: str, path: str, data: bytes | None) -> Answer:
        try:
            return self._http.call(method, path, data=data)
        except Retryable as error:
            if error.code == "tls_failed" and _certificate_refused(error):
                raise AuthenticationFailed(
                    "BankID refused the client certificate in the TLS handshake: "
                    "see the settings 'certificate' and 'key', or 'p12'"
                ) from None
            raise


def _json_object(answer: Answer) -> dict[str, Any] | None:
    try:
        content = answer.json()
    except MalformedAnswer:
        return None
    return content if isinstance(content, dict) else None


def _failure(answer: Answer, language: str) -> ParaphError:
    """The error for an answer other than 200. Its ``details`` may quote what we sent: not kept."""
    word = (_json_object(answer) or {}).get("errorCode", "")
    word = word if isinstance(word, str) and word.isalnum() and len(word) <= 40 else ""
    meaning = trouble(answer.status, word)
    detail = f"BankID answered {answer.status} {word or '(no error code)'}"
    customer = say(meaning.text, language)
    if issubclass(meaning.error, Retryable):
        return meaning.error(
            detail, retry_after=_pause(answer), code=meaning.code, customer=customer
        )
    return meaning.error(detail, code=meaning.code, customer=customer)


def _pause(answer: Answer) -> float | None:
    """Seconds that BankID asks us to wait: its own rate limit header, or the common one."""
    reset = str(answer.headers.get("RateLimit-Reset", "")).strip()
    return float(reset) if reset.isdecimal() else answer.retry_after


def _certificate_refused(error: Retryable) -> bool:
    text = error.detail.upper()
    return any(word in text for word in _REFUSED_CERTIFICATE)
