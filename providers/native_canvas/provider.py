"""The hub's own signing method: the customer draws or types on the hub's page, or agrees there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from hub.contracts.evidence import EvidencePart
from hub.contracts.plugin import ProbeResult, Wording
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
from hub.contracts.steps import Canvas, NextStep
from hub.kernel.crypto import canonical_json, sha256_hex
from hub.kernel.errors import ParaphError, Refused, Unfit
from hub.toolkit.ink import ink_json, read_ink
from hub.toolkit.ink_picture import ink_svg
from providers.native_canvas.answer import Asked, answer_data, asked_of, read_answer
from providers.native_canvas.settings import NativeCanvasSettings
from providers.native_canvas.words import SPOKEN, WORDS


class NativeCanvasProvider(Provider):
    """Takes an answer once it is in order, ties it to the order, and verifies that tie."""

    Settings = NativeCanvasSettings
    spoken = SPOKEN
    settings: NativeCanvasSettings

    def probe(self) -> ProbeResult:
        """Nobody is asked, so nothing can be out of reach."""
        return ProbeResult("Signatures are taken on the hub's own page", facts=self._facts())

    def begin(self, task: SigningTask, *, uncertain: bool = False) -> Begun:
        """The same order id gives the same reference, so ``uncertain`` needs nothing special."""
        if not task.visible_text.strip():
            raise Refused("there is no text to sign", code="text_missing")
        self._asked(task)
        reference = f"canvas-{sha256_hex(task.order_id.encode())[:32]}"
        state = {"text": task.visible_text, "hidden": task.hidden_data.hex()}
        return Begun(Order(reference, state, self.context.clock.now()), poll_after=None)

    def next_step(self, order: Order, task: SigningTask, client: ClientContext) -> NextStep:
        """The canvas, with the methods that mapping and settings allow."""
        asked = self._asked(task)
        return Canvas(asked.methods, asked.least_ink)

    def poll(self, order: Order, task: SigningTask) -> Progress:
        """There is nobody to ask: the answer comes through ``receive``."""
        words = self._words("pending")
        return Progress(order, OrderStatus.PENDING, "pending", words, poll_after=None)

    def receive(self, order: Order, task: SigningTask, answer: Mapping[str, Any]) -> Progress:
        """Read and judge the answer. Raises ``Unfit``, whose words stand in ``README.md``."""
        asked = self._asked(task)
        try:
            given = read_answer(asked, answer)
        except Unfit as error:
            words = self._words(error.code)
            raise Unfit(error.code, error.detail, words=words, **error.values) from None
        now = self.context.clock.now()
        raw = {**answer_data(given), **_tie(order, task), "signed_at": now.isoformat()}
        raw["digest"] = _digest(raw)
        words = self._words("complete" if asked.methods else "approved")
        return Progress(order, OrderStatus.COMPLETE, "complete", words, None, raw)

    def conclude(self, order: Order, task: SigningTask, raw: Mapping[str, Any]) -> Conclusion:
        """Check that the answer is whole, about this order, texts and documents, and still good."""
        checks: list[dict[str, Any]] = []
        for name, refusal in self._checks(order, task, raw):
            checks.append({"check": name, "passed": not refusal, "note": ""})
            if refusal:
                words = self._words(refusal if refusal in WORDS else "refused")
                report = {"checks": checks}
                return Conclusion(False, refusal=refusal, message=words, report=report)
        signed_at = datetime.fromisoformat(raw["signed_at"])
        return Conclusion(True, Identity(raw["name"]), signed_at, report={"checks": checks})

    def evidence(self, order: Order, raw: Mapping[str, Any]) -> tuple[EvidencePart, ...]:
        """The answer, the ink with its picture, and the two texts."""
        text, hidden = order.state["text"].encode(), bytes.fromhex(order.state["hidden"])
        parts = [EvidencePart("answer.json", "application/json", canonical_json(dict(raw)))]
        if "ink" in raw:
            ink = read_ink(raw["ink"])
            parts += [
                EvidencePart("ink.json", "application/json", ink_json(ink)),
                EvidencePart("signature.svg", "image/svg+xml", ink_svg(ink)),
            ]
        parts.append(EvidencePart("visible.txt", "text/plain; charset=utf-8", text))
        parts.append(EvidencePart("hidden.bin", "application/octet-stream", hidden))
        return tuple(part for part in parts if part.content)

    def _asked(self, task: SigningTask) -> Asked:
        return asked_of(task, typed=self.settings.typed, least_ink=self.settings.least_ink)

    def _checks(
        self, order: Order, task: SigningTask, raw: Mapping[str, Any]
    ) -> Iterator[tuple[str, str]]:
        """Each check with its refusal, which is empty when it passed."""
        tie = _tie(order, task)
        content = {key: value for key, value in raw.items() if key != "digest"}
        yield "whole", "" if raw.get("digest") == _digest(content) else "bad_signature"
        for key, check, refusal in (
            ("order", "order", "wrong_order"),
            ("text_sha256", "text", "wrong_text"),
            ("hidden_sha256", "hidden", "wrong_text"),
            ("documents_sha256", "documents", "wrong_document"),
        ):
            yield check, "" if raw.get(key) == tie[key] else refusal
        yield "time", "" if _is_moment(raw.get("signed_at")) else "bad_signature"
        yield "signature", self._fault(task, raw)

    def _fault(self, task: SigningTask, raw: Mapping[str, Any]) -> str:
        """Why the answer itself is not, or no longer, what was asked for."""
        try:
            given = read_answer(self._asked(task), raw)
        except ParaphError as error:
            return error.code
        same = all(raw.get(key) == value for key, value in answer_data(given).items())
        return "" if same else "bad_signature"

    def _words(self, code: str) -> Wording:
        return {**WORDS[code], **self.settings.words.get(code, {})}

    def _facts(self) -> dict[str, Any]:
        return {"typed": self.settings.typed, "least_ink": self.settings.least_ink}


def _tie(order: Order, task: SigningTask) -> dict[str, str]:
    """What ties an answer to one order and to the bytes that were shown."""
    return {
        "order": order.reference,
        "text_sha256": sha256_hex(task.visible_text.encode()),
        "hidden_sha256": sha256_hex(task.hidden_data),
        "documents_sha256": sha256_hex(canonical_json(list(task.document_sha256))),
    }


def _digest(content: Mapping[str, Any]) -> str:
    """The hash over all other members; of something that is no JSON of ours, nothing."""
    try:
        return sha256_hex(canonical_json(dict(content)))
    except TypeError:
        return ""


def _is_moment(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False
