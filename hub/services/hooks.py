"""Calls from outside to an instance's hook address: verify on the raw bytes, store, answer.

What a hook says is only ever a hint: records are read again, delivery reports name a message of
ours.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.agreements import HostedHook
from hub.contracts.capabilities import Capability
from hub.contracts.channel import ChannelHook, DeliveryReport
from hub.contracts.connector import HookReading
from hub.contracts.manifest import PluginKind
from hub.contracts.plugin import HookAnswer, RawHook
from hub.engine.outbox import insert_new
from hub.kernel.crypto import sha256_hex
from hub.kernel.errors import ConfigurationError, HookRejected, Unsupported
from hub.kernel.ids import new_id
from hub.kernel.logging import get_logger
from hub.kernel.redact import redact
from hub.registry import InstanceKey
from hub.services import message_sending, notice_sending, replies
from hub.services.core import Core
from hub.services.hosted import surveying
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.storage.models import Delivery, Inbound

_log = get_logger(__name__)
LONGEST_MAIL = 30_000_000


class Hooks:
    """Takes the calls of all instances."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def check(self, workspace: str, instance: str, secret: str) -> None:
        """Raise ``HookRejected`` unless the address is one of ours."""
        if not self._core.links.hook_matches(workspace, instance, secret):
            raise HookRejected("the address is not one of this hub", status=404)

    def longest(self, workspace: str, instance: str) -> int:
        """How many bytes a call may have: mails bring files along."""
        core, where = self._core, InstanceKey(workspace, instance)
        with suppress(ConfigurationError):
            if core.registry.manifest(where).can(Capability.REPLIES):
                return max(core.settings.body_limit, LONGEST_MAIL)
        return core.settings.body_limit

    def receive(self, workspace: str, instance: str, secret: str, raw: RawHook) -> HookAnswer:
        """Verify and store one call. Raises ``HookRejected``; nothing is stored then."""
        self.check(workspace, instance, secret)
        where = InstanceKey(workspace, instance)
        try:
            return self._take(where, raw)
        except HookRejected as error:  # who knows the address: a person may have to look
            _log.warning("hook_rejected", instance=str(where), code=error.code)
            raise

    def _take(self, where: InstanceKey, raw: RawHook) -> HookAnswer:
        core = self._core
        try:
            kind = core.registry.manifest(where).kind
            if kind is PluginKind.CONNECTOR:
                return self._records(where, raw, core.registry.connector(where).read_hook(raw))
            if kind is PluginKind.CHANNEL:
                return self._reports(where, raw, core.registry.channel(where).read_hook(raw))
            if core.registry.manifest(where).can(Capability.HOSTED):
                return self._surveys(where, raw, core.registry.hosted(where).read_hook(raw))
        except (ConfigurationError, Unsupported) as error:
            raise HookRejected(error.detail, status=404) from error
        raise HookRejected("this kind of instance is not called", status=404)

    def _records(self, where: InstanceKey, raw: RawHook, reading: HookReading) -> HookAnswer:
        """One wish per record and mapping; the body is kept with the first of them only."""
        first: str | None = None
        for trigger in self._wishes(where, raw, reading):
            body = f"the body is kept with {first}" if first else trigger.body
            accepted = accept(self._core, replace(trigger, body=body))
            first = first or accepted.inbound_id
        if first is None:  # about nothing that is mapped: kept all the same
            outcome = "no_mapping" if reading.references else "no_record"
            records = {"records": [[ref.table, ref.id] for ref in reading.references]}
            with self._core.db.write() as session:
                self._store(session, where, raw, outcome, records)
        return reading.answer

    def _wishes(self, where: InstanceKey, raw: RawHook, reading: HookReading) -> Iterator[Trigger]:
        core = self._core
        workspace_id = core.workspace_ids[where.workspace]
        same = reading.dedupe or sha256_hex(raw.body)
        headers = redact(dict(raw.headers))
        for ref in dict.fromkeys(reading.references):
            call = sha256_hex(f"{same}\n{ref}".encode())
            for active in core.shelf.for_source(workspace_id, where.key, ref.table):
                if "webhook" not in active.mapping.triggers:
                    continue
                yield Trigger(
                    workspace_id=workspace_id,
                    mapping=active.mapping.key,
                    record_id=ref.id,
                    source="hook",
                    instance=where.key,
                    dedupe=f"hook:{where.key}:{active.mapping.key}:{call}",
                    method=raw.method,
                    path=f"/hooks/{where}",
                    headers=headers,
                    body=body_text(raw.body),
                )

    def _reports(self, where: InstanceKey, raw: RawHook, reading: ChannelHook) -> HookAnswer:
        core = self._core
        named = core.links.reported_delivery(raw.query)
        workspace_id = core.workspace_ids[where.workspace]
        reports = [(named, report) for report in reading.reports]
        told = [{"delivery": named, **vars(report)} for report in reading.reports]
        outcome = "reply" if reading.replies else "report"
        same = "\n".join(reply.name for reply in reading.replies)
        looked = [replies.look_at(core, workspace_id, reply) for reply in reading.replies]
        with core.db.write() as session:
            if not self._store(session, where, raw, outcome, {"reports": told}, same=same):
                return reading.answer
            apply_reports(core, session, workspace_id, where.key, reports)
            for reply, files in zip(reading.replies, looked, strict=True):
                replies.take(core, session, workspace_id, reply, files)
        core.wake()
        return reading.answer

    def _surveys(self, where: InstanceKey, raw: RawHook, reading: HostedHook) -> HookAnswer:
        """A hosted provider's hint that something has happened: what it names is read again."""
        core, workspace_id = self._core, self._core.workspace_ids[where.workspace]
        told = {"references": list(reading.references)}
        with core.db.write() as session:
            if not self._store(session, where, raw, "survey", told, same=reading.dedupe):
                return reading.answer
            for row in surveying.named(session, workspace_id, where.key, reading.references):
                surveying.owe_survey(core, session, row)
        return reading.answer

    def _store(
        self,
        session: Session,
        where: InstanceKey,
        raw: RawHook,
        outcome: str,
        about: Mapping[str, Any],
        *,
        same: str = "",
    ) -> bool:
        """Keep the call as received; False when the very same one, or one that is the ``same``, is
        here already."""
        same = sha256_hex(same.encode() or raw.url.encode() + b"\n" + raw.body)
        values = {
            "id": new_id(),
            "workspace_id": self._core.workspace_ids[where.workspace],
            "source": "hook",
            "instance": where.key,
            "method": raw.method,
            "path": f"/hooks/{where}",
            "headers": redact(dict(raw.headers)),
            # Files of a mail stand in the object store; of the mail its beginning is kept.
            "body": body_text(raw.body[: self._core.settings.body_limit]),
            "verified": True,
            "dedupe": f"{outcome}:{where.key}:{same}",
            "outcome": outcome,
            "received_at": self._core.clock.now(),
            "repeats": 0,
            "about": {"instance": where.key, **about},
        }
        return insert_new(session, Inbound, values, ("workspace_id", "dedupe"))


def apply_reports(
    core: Core,
    session: Session,
    workspace_id: str,
    instance: str,
    reports: Iterable[tuple[str | None, DeliveryReport]],
) -> None:
    """Apply a gateway's reports, each with the delivery that the called address named, if any."""
    for named, report in reports:
        delivery = _delivery(session, workspace_id, instance, named, report.reference)
        if delivery is None:
            continue
        notice_sending.apply_report(core, session, delivery, report.status, report.reason)
        message_sending.apply_report(
            core, session, delivery, report.status, core.clock.now(), report.reason
        )


def _delivery(
    session: Session, workspace_id: str, instance: str, named: str | None, reference: str
) -> Delivery | None:
    """The message that a report is about. By the address first: a report may arrive before the
    gateway's own answer has been stored."""
    mine = (Delivery.workspace_id == workspace_id, Delivery.destination == instance)
    if named is not None:
        return session.scalar(select(Delivery).where(Delivery.id == named, *mine))
    return session.scalar(
        select(Delivery).where(Delivery.external_ref == reference, *mine).limit(1)
    )


def body_text(body: bytes) -> str:
    """A body as text: UTF-8 as it is, anything else as ``base64:…``."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return "base64:" + base64.b64encode(body).decode("ascii")
