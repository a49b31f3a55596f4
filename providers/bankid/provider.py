"""BankID as a provider: orders, the customer's next step, the verdict on a signature, the proof.

All protocol times (age of a QR code, the three minutes) run on the clock's real time: a sped-up
business clock must not outrun a person with a phone.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson

from hub.contracts.evidence import EvidencePart
from hub.contracts.plugin import PluginContext, ProbeResult
from hub.contracts.provider import (
    Begun,
    Conclusion,
    Order,
    OrderStatus,
    Progress,
    Provider,
)
from hub.contracts.requests import ClientContext, SigningTask
from hub.contracts.steps import Done, NextStep, ScanCode, Wait
from hub.kernel.errors import ParaphError, Refused
from hub.kernel.logging import get_logger
from providers.bankid import credentials
from providers.bankid.client import BankIdClient
from providers.bankid.codes import NOBODY_YET, RESULT_LOST, START_FAILED, TEXTS, Hint, hint_for
from providers.bankid.launch import browser_of, start_url
from providers.bankid.order import OrderState, new_order, state_of
from providers.bankid.qr import qr_content
from providers.bankid.request import sign_body
from providers.bankid.settings import BankIdSettings
from providers.bankid.verify import conclude

_log = get_logger(__name__)
_POLL_AFTER = 2.0  # BankID: every two seconds, never more than once a second
_EXPIRY_WARNING = timedelta(days=30)


class BankIdProvider(Provider):
    """Signs texts with Swedish BankID. One instance is one relying party certificate."""

    Settings = BankIdSettings
    settings: BankIdSettings

    def __init__(self, settings: BankIdSettings, context: PluginContext) -> None:
        super().__init__(settings, context)
        self._lock = threading.Lock()
        self._connection: tuple[credentials.Credentials, BankIdClient] | None = None
        self._unknown: set[tuple[str, str]] = set()
        if context.environment == "production":
            credentials.refuse_unfit(settings)

    def probe(self) -> ProbeResult:
        """One GET, which BankID answers with 405: address, root and certificate are right."""
        self.close()  # read the files anew: the probe is what notices a renewed certificate
        own, client = self._connected()
        credentials.root_file(self.settings.signature_root, "signature_root")
        client.reach()
        left = own.expires - self.context.clock.now()
        warnings: tuple[str, ...] = ()
        if left < _EXPIRY_WARNING:
            warnings = (f"the client certificate ends in {left.days} days: order a new one",)
        return ProbeResult(
            f"BankID ({self.settings.environment}) takes our certificate",
            facts={
                "environment": self.settings.environment,
                "certificate": own.name,
                "certificate_expires": own.expires.isoformat(),
            },
            warnings=warnings,
        )

    def begin(self, task: SigningTask, *, uncertain: bool = False) -> Begun:
        """Start an order. One that was started without an answer simply ends by itself after half a
        minute, nobody can pick it up, so ``uncertain`` changes nothing."""
        body = sign_body(task, self.settings, self.context.public_host)
        own, client = self._connected()
        start = client.sign(body, language=task.language)
        clock = self.context.clock
        arrived = clock.wall()
        state = OrderState(body, own.name, arrived_at=arrived, first_at=arrived)
        order = new_order(start["orderRef"], state.restarted(start, arrived), clock.now())
        return Begun(order, _POLL_AFTER)

    def next_step(self, order: Order, task: SigningTask, client: ClientContext) -> NextStep:
        """A code to scan or a link into the app while nobody has the order, then words."""
        state = state_of(order)
        browser = browser_of(client.user_agent)
        if state.status == "complete":
            return Done(TEXTS["done"])
        hint, _ = hint_for(state.status, state.hint)
        message = hint.wording(same_device=state.same_device, computer=browser.computer)
        if state.status == "failed":
            return Done(message)
        if state.hint != NOBODY_YET or state.restart_owed:
            return Wait(message, _POLL_AFTER)
        if state.same_device:
            url = start_url(
                state.auto_start_token,
                browser,
                state.request["returnUrl"],
                self.settings.app_start_url,
            )
            return ScanCode(message, start_url=url, auto_start=not browser.needs_tap)
        age = (self.context.clock.wall() - state.arrived_at).total_seconds()
        return ScanCode(message, qr_content(state.qr_start_token, state.qr_start_secret, age))

    def poll(self, order: Order, task: SigningTask) -> Progress:
        """Collect once. A final answer never comes again, so it is returned whatever else fails."""
        state = state_of(order)
        if state.restart_owed:
            return self._begin_again(order, state, task)
        _, client = self._connected()
        try:
            answer = client.collect(order.reference, language=task.language)
        except Refused as error:
            if error.code != "invalid_parameters":
                raise
            return self._lost(order, state)
        if answer["status"] == "complete":
            return self._complete(order, state, answer)
        word = str(answer.get("hintCode", ""))
        hint, known = hint_for(answer["status"], word)
        if not known:
            self._tell_unknown(answer["status"], word)
        now = self.context.clock.wall()
        if hint.status is OrderStatus.PENDING:
            pending = dataclasses.replace(state, hint=word)
            return self._told(pending.kept_in(order), hint, word, task)
        if word == START_FAILED and state.may_begin_again(now):
            try:
                return self._begin_again(order, state, task)
            except ParaphError as error:
                # The order is over and BankID will not say so again: remember what is owed.
                _log.warning("bankid_restart_postponed", code=error.code)
                owed = dataclasses.replace(state, restart_owed=True)
                return Progress(owed.kept_in(order), OrderStatus.PENDING, word, TEXTS["21"])
        return self._told(state.finished("failed", word, now).kept_in(order), hint, word, task)

    def conclude(self, order: Order, task: SigningTask, raw: Mapping[str, Any]) -> Conclusion:
        """Verify signature, chain, revocation answer, person and texts; see ``verify.py``."""
        return conclude(order, task, raw, self.settings, self.context.clock.wall())

    def evidence(self, order: Order, raw: Mapping[str, Any]) -> tuple[EvidencePart, ...]:
        """Signature, revocation answer, whole answer, and the two texts as they were sent."""
        state = state_of(order)
        done = raw.get("completionData")
        done = done if isinstance(done, Mapping) else {}
        parts = [
            ("bankid-signature.xml", "application/xml", _decoded(done.get("signature"))),
            ("bankid-ocsp.der", "application/ocsp-response", _decoded(done.get("ocspResponse"))),
            ("bankid-answer.json", "application/json", orjson.dumps(dict(raw))),
            ("bankid-visible.txt", "text/plain; charset=utf-8", state.visible),
            ("bankid-hidden.bin", "application/octet-stream", state.hidden),
        ]
        return tuple(EvidencePart(*part) for part in parts if part[2])

    def cancel(self, order: Order) -> None:
        """Withdraw the order. One that is over is answered like an unknown one, which is fine."""
        _, client = self._connected()
        try:
            client.cancel(order.reference)
        except Refused as error:
            if error.code != "invalid_parameters":
                raise

    def close(self) -> None:
        """Give back connections and split-off files."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection:
            connection[1].close()
            connection[0].remove()

    def _connected(self) -> tuple[credentials.Credentials, BankIdClient]:
        with self._lock:
            if self._connection is None:
                own = credentials.load(self.settings)
                if self.context.environment == "production":
                    credentials.refuse_public_certificate(own)
                root = credentials.root_file(self.settings.server_root, "server_root")
                timeout = (self.settings.connect_timeout, self.settings.read_timeout)
                client = BankIdClient(self.settings.address, own, root, timeout=timeout)
                self._connection = own, client
            return self._connection

    def _begin_again(self, order: Order, state: OrderState, task: SigningTask) -> Progress:
        now = self.context.clock.wall()
        if not state.may_begin_again(now):
            hint, _ = hint_for("failed", START_FAILED)
            over = state.finished("failed", START_FAILED, now)
            return self._told(over.kept_in(order), hint, START_FAILED, task)
        _, client = self._connected()
        start = client.sign(state.request, language=task.language)
        fresh = state.restarted(start, self.context.clock.wall())
        hint, _ = hint_for("pending", NOBODY_YET)
        return self._told(fresh.kept_in(order, start["orderRef"]), hint, NOBODY_YET, task)

    def _complete(self, order: Order, state: OrderState, answer: dict[str, Any]) -> Progress:
        done = answer.get("completionData")
        risk = done.get("risk") if isinstance(done, dict) else None
        return Progress(
            state.finished("complete", "", self.context.clock.wall()).kept_in(order),
            OrderStatus.COMPLETE,
            "complete",
            TEXTS["done"],
            poll_after=None,
            raw=answer,
            security=risk == "high",
        )

    def _lost(self, order: Order, state: OrderState) -> Progress:
        """BankID no longer knows an order whose end we never saw: its one answer went astray (a
        broken connection, a killed process) or came too late. The customer may have signed."""
        _log.error("bankid_result_lost", order=order.reference, last_hint=state.hint)
        now = self.context.clock.wall()
        return Progress(
            state.finished("failed", RESULT_LOST, now).kept_in(order),
            OrderStatus.FAILED,
            RESULT_LOST,
            TEXTS["lost"],
            poll_after=None,
        )

    def _told(self, order: Order, hint: Hint, word: str, task: SigningTask) -> Progress:
        browser = browser_of(task.client.user_agent if task.client else "")
        message = hint.wording(same_device=task.return_url is not None, computer=browser.computer)
        return Progress(
            order,
            hint.status,
            word,
            message,
            poll_after=_POLL_AFTER if hint.status is OrderStatus.PENDING else None,
            security=hint.security,
        )

    def _tell_unknown(self, status: str, word: str) -> None:
        if (status, word) not in self._unknown and len(self._unknown) < 1000:
            self._unknown.add((status, word))
            _log.warning("bankid_unknown_hint", order_status=status, hint=word[:60])


def _decoded(value: Any) -> bytes:
    """The bytes behind base64; the text itself where it is none, so that nothing gets lost."""
    if not isinstance(value, str):
        return b""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return value.encode("utf-8", "replace")
