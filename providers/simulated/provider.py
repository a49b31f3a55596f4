"""The simulated provider: the whole contract without a network."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.contracts.evidence import EvidencePart
from hub.contracts.plugin import PluginContext, ProbeResult, Wording
from hub.contracts.provider import (
    Begun,
    Conclusion,
    Identity,
    Order,
    OrderStatus,
    Progress,
    Provider,
)
from hub.contracts.requests import ClientContext, SigningTask
from hub.contracts.steps import NextStep, ScanCode, Wait
from hub.kernel.crypto import canonical_json, sha256_hex
from hub.kernel.errors import ConfigurationError, Refused
from providers.simulated.desk import SimulatedDesk, desk, proof_of
from providers.simulated.settings import SimulatedSettings

_POLL_AFTER = 1.0
# the desk's word → our status and what the customer reads
_WORDS: dict[str, tuple[OrderStatus, Wording]] = {
    "pending": (
        OrderStatus.PENDING,
        {"en": "Waiting for your signature.", "sv": "Väntar på din underskrift."},
    ),
    "complete": (OrderStatus.COMPLETE, {"en": "Signed.", "sv": "Underskrivet."}),
    "declined": (OrderStatus.FAILED, {"en": "You declined.", "sv": "Du avböjde."}),
    "forgotten": (
        OrderStatus.FAILED,
        {"en": "This signing is no longer known.", "sv": "Underskriften är inte längre känd."},
    ),
}
_REFUSED: Wording = {
    "en": "The signature was not accepted. Please sign again.",
    "sv": "Underskriften godtogs inte. Skriv under en gång till.",
}


class SimulatedProvider(Provider):
    """Signs on demand (``desk.sign``) or, if so set, when first asked."""

    Settings = SimulatedSettings
    settings: SimulatedSettings

    def __init__(self, settings: SimulatedSettings, context: PluginContext) -> None:
        super().__init__(settings, context)
        if context.environment == "production":
            raise ConfigurationError("the simulated provider signs for nobody in production")
        self.desk: SimulatedDesk = desk(settings.desk)

    def probe(self) -> ProbeResult:
        """The desk is always there; its key may be wrong."""
        self.desk.check(self.settings.secret)
        return ProbeResult("The simulated desk answers", facts={"desk": self.settings.desk})

    def begin(self, task: SigningTask, *, uncertain: bool = False) -> Begun:
        """The same order id gives the same reference, so ``uncertain`` needs nothing special."""
        if not task.visible_text.strip():
            raise Refused("there is no text to sign", code="text_missing")
        reference = self.desk.start(self.settings.secret, task.order_id)
        state = {"text": task.visible_text, "hidden": task.hidden_data.hex()}
        return Begun(Order(reference, state, self.context.clock.now()), _POLL_AFTER)

    def next_step(self, order: Order, task: SigningTask, client: ClientContext) -> NextStep:
        """A code to look at; nothing can scan it."""
        message = _WORDS["pending"][1]
        if self.settings.signs_by_itself:
            return Wait(message, _POLL_AFTER)
        return ScanCode(message, qr_content=f"simulated.{order.reference}")

    def poll(self, order: Order, task: SigningTask) -> Progress:
        """What the desk says; the answer of a signed order stays to be had."""
        word, raw = self.desk.ask(self.settings.secret, order.reference)
        if self.settings.signs_by_itself and word in {"pending", "forgotten"}:
            self._sign(order, task)
            word, raw = self.desk.ask(self.settings.secret, order.reference)
        status, message = _WORDS[word]
        pending = status is OrderStatus.PENDING
        return Progress(order, status, word, message, _POLL_AFTER if pending else None, raw)

    def conclude(self, order: Order, task: SigningTask, raw: Mapping[str, Any]) -> Conclusion:
        """Check the proof, then that it is about this order, these texts and this person."""
        checks: list[dict[str, Any]] = []
        for name, refusal, passed in self._checks(order, task, raw):
            checks.append({"check": name, "passed": passed, "note": ""})
            if not passed:
                return Conclusion(
                    False, refusal=refusal, message=_REFUSED, report={"checks": checks}
                )
        identity = Identity(raw["name"], national_id=raw["national_id"], country="SE")
        signed_at = datetime.fromisoformat(raw["signed_at"])
        return Conclusion(True, identity, signed_at, report={"checks": checks})

    def evidence(self, order: Order, raw: Mapping[str, Any]) -> tuple[EvidencePart, ...]:
        """The answer and the texts."""
        visible, hidden = _texts(order)
        parts = (
            EvidencePart("simulated-answer.json", "application/json", canonical_json(dict(raw))),
            EvidencePart("simulated-visible.txt", "text/plain; charset=utf-8", visible),
            EvidencePart("simulated-hidden.bin", "application/octet-stream", hidden),
        )
        return tuple(part for part in parts if part.content)

    def _sign(self, order: Order, task: SigningTask) -> None:
        visible, hidden = _texts(order)
        self.desk.sign(
            order.reference,
            name=task.recipient.name or self.settings.signer_name,
            national_id=task.recipient.national_id or self.settings.signer_national_id,
            text=visible,
            hidden=hidden,
            at=self.context.clock.now(),
        )

    def _checks(
        self, order: Order, task: SigningTask, raw: Mapping[str, Any]
    ) -> list[tuple[str, str, bool]]:
        """Name, refusal and result; the later ones mean something only if the first holds."""
        content = {key: value for key, value in raw.items() if key != "proof"}
        named = task.recipient.national_id
        return [
            ("proof", "bad_signature", _proven(content, raw, self.settings.secret)),
            ("order", "wrong_order", raw.get("reference") == order.reference),
            ("text", "wrong_text", _is(raw, "text_sha256", task.visible_text.encode())),
            ("hidden", "wrong_text", _is(raw, "hidden_sha256", task.hidden_data)),
            ("person", "wrong_person", not named or raw.get("national_id") == named),
        ]


def _texts(order: Order) -> tuple[bytes, bytes]:
    return order.state["text"].encode(), bytes.fromhex(order.state["hidden"])


def _proven(content: dict[str, Any], raw: Mapping[str, Any], key: str) -> bool:
    proof = raw.get("proof")
    if not isinstance(proof, str):
        return False
    try:
        wanted = proof_of(content, key)
    except TypeError:  # something that no JSON of ours holds, such as an enormous number
        return False
    return hmac.compare_digest(wanted.encode(), proof.encode("utf-8", "replace"))


def _is(raw: Mapping[str, Any], name: str, data: bytes) -> bool:
    return raw.get(name) == sha256_hex(data)
