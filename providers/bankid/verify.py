"""The verdict on a complete BankID answer: checks by name, in one order, first failure ends it.

BankID has verified all this before it answers; we do it again at once so that the evidence holds
without BankID. The report never holds more than the last digits of a personal number.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from hub.contracts.provider import Conclusion, Identity, Order
from hub.contracts.requests import SigningTask
from hub.kernel.redact import last_digits
from providers.bankid.checks import CheckFailed, CheckList
from providers.bankid.codes import TEXTS
from providers.bankid.order import OrderState, state_of
from providers.bankid.request import hidden_data, visible_data
from providers.bankid.settings import BankIdSettings
from providers.bankid.verify_chain import (
    check_policies,
    check_usage,
    identity_of,
    load_roots,
    verify_chain,
)
from providers.bankid.verify_ocsp import (
    check_nonce,
    check_responder,
    check_status,
    check_time,
    read_ocsp,
)
from providers.bankid.verify_xml import Signed, read_structure, verify_signature

_OCSP = "bad_revocation_answer"
_LIBRARIES = ("signxml", "cryptography", "lxml")
_COMMON_NAME = re.compile(r"(?:^|,)\s*cn=((?:\\.|[^,\\])*)", re.IGNORECASE)


@dataclass(frozen=True)
class _Answer:
    """The parts of a completion that are judged."""

    signature: str
    ocsp: str
    personal_number: str
    risk: str


def conclude(
    order: Order,
    task: SigningTask,
    raw: Mapping[str, Any],
    settings: BankIdSettings,
    now: datetime,
) -> Conclusion:
    """Judge ``raw`` against what was asked. Never raises on bad data."""
    checks = CheckList()
    roots = load_roots(settings.signature_root)
    report: dict[str, Any] = {
        "checks": checks.results,
        "signature_roots_sha256": [root.fingerprint(SHA256()).hex() for root in roots],
        "libraries": {name: version(name) for name in _LIBRARIES},
        "judged_at": now.isoformat(),
    }
    try:
        identity, signed_at = _judge(checks, order, task, raw, settings, roots, now, report)
    except CheckFailed as failure:
        wording = TEXTS["wrong_person" if failure.refusal == "wrong_person" else "not_verified"]
        return Conclusion(False, refusal=failure.refusal, message=wording, report=report)
    report["signer"] = last_digits(identity.national_id)
    report["signed_at"] = signed_at.isoformat()
    return Conclusion(True, identity, signed_at, message=TEXTS["done"], report=report)


def _judge(
    checks: CheckList,
    order: Order,
    task: SigningTask,
    raw: Mapping[str, Any],
    settings: BankIdSettings,
    roots: list[x509.Certificate],
    now: datetime,
    report: dict[str, Any],
) -> tuple[Identity, datetime]:
    state = checks.make("order_state", "bad_order", state_of, order)
    answer = checks.make("answer_shape", "bad_answer", _read_answer, raw, order.reference)
    report["risk"] = answer.risk
    revocation = checks.make("ocsp_readable", _OCSP, read_ocsp, answer.ocsp)
    signed, signer, issuer = _prove(checks, answer, revocation.produced_at, settings, roots)
    skew = timedelta(seconds=settings.clock_skew)
    checks.make("ocsp_responder", _OCSP, check_responder, revocation, issuer)
    checks.make("ocsp_status", _OCSP, check_status, revocation, signer, issuer, skew)
    checks.make("ocsp_nonce", _OCSP, check_nonce, revocation, answer.signature)
    collected = state.collected_at or now
    checks.make("ocsp_time", _OCSP, check_time, revocation, collected, skew)
    identity = checks.make("identity", "bad_signature", identity_of, signer)
    _check_person(checks, answer, identity, task)
    _check_content(checks, signed, state, task)
    checks.make("risk", "risk_high", _check_risk, answer.risk)
    return identity, revocation.produced_at


def _prove(
    checks: CheckList,
    answer: _Answer,
    moment: datetime,
    settings: BankIdSettings,
    roots: list[x509.Certificate],
) -> tuple[Signed, x509.Certificate, x509.Certificate]:
    """The signature holds at ``moment`` under the pinned root: what it covers, signer, issuer."""
    bad, untrusted = "bad_signature", "untrusted_certificate"
    document, found = checks.make("xml_structure", bad, read_structure, answer.signature)
    signer, issuer = checks.make("chain", untrusted, verify_chain, found, roots, moment)
    checks.make("key_usage", untrusted, check_usage, signer)
    checks.make("policy", untrusted, check_policies, signer, settings.accepted_policies)
    signed = checks.make("xml_signature", bad, verify_signature, document, signer, moment)
    checks.make("certificate_is_signed", bad, _check_covered, signed, signer)
    return signed, signer, issuer


def _read_answer(raw: Mapping[str, Any], reference: str) -> _Answer:
    done = raw["completionData"]
    texts = (done["signature"], done["ocspResponse"], done["user"]["personalNumber"])
    if raw["status"] != "complete" or not all(isinstance(text, str) for text in texts):
        raise CheckFailed("bad_answer", "the answer lacks a part")
    if raw["orderRef"] != reference:
        raise CheckFailed("wrong_order", "the answer belongs to another order")
    risk = done.get("risk")
    return _Answer(*texts, risk=risk.lower() if isinstance(risk, str) and risk.isalpha() else "")


def _check_covered(signed: Signed, signer: x509.Certificate) -> None:
    if not signed.certificates or signed.certificates[0] != signer:
        raise CheckFailed("bad_signature", "the signature does not cover the signer's certificate")


def _check_person(
    checks: CheckList, answer: _Answer, identity: Identity, task: SigningTask
) -> None:
    checks.make(
        "person_in_answer", "bad_answer", _same, answer.personal_number, identity, "bad_answer"
    )
    named = task.recipient.national_id
    if named:
        number = named.replace("-", "")
        checks.make("named_person", "wrong_person", _same, number, identity, "wrong_person")
    else:
        checks.skip("named_person", "nobody was named")


def _check_content(checks: CheckList, signed: Signed, state: OrderState, task: SigningTask) -> None:
    checks.make("function", "wrong_kind", _check_function, signed.function)
    wrong = "wrong_text"
    checks.make("visible_data", wrong, _equal, signed.visible, state.visible, visible_data(task))
    checks.make("hidden_data", wrong, _equal, signed.hidden, state.hidden, hidden_data(task))
    checks.make("relying_party", "wrong_party", _check_server, signed.server, state.relying_party)


def _same(number: str, signer: Identity, refusal: str) -> None:
    """Personal numbers, compared in constant time."""
    if not hmac.compare_digest(number.encode("utf-8", "replace"), signer.national_id.encode()):
        raise CheckFailed(refusal, "signed by another person")


def _equal(signed: bytes | None, sent: bytes, asked: bytes) -> None:
    if signed is None or not hmac.compare_digest(signed, sent):
        raise CheckFailed("wrong_text", "not what was sent to BankID")
    if not hmac.compare_digest(sent, asked):
        raise CheckFailed("wrong_text", "what was sent to BankID is not what is asked for now")


def _check_function(function: str) -> None:
    if function != "Signing":
        raise CheckFailed("wrong_kind", "not a signature but an identification")


def _check_server(name: str, wanted: str) -> None:
    found = _COMMON_NAME.search(name)
    common = re.sub(r"\\(.)", r"\1", found.group(1)).strip() if found else ""
    if not wanted or common.casefold() != wanted.casefold():
        raise CheckFailed("wrong_party", "signed for another relying party")


def _check_risk(risk: str) -> None:
    """High risk comes only where no limit was set: the browser that asked and the phone that signed
    do not belong together, as in a relayed QR code."""
    if risk == "high":
        raise CheckFailed("risk_high", "BankID rates this signing as high risk")
