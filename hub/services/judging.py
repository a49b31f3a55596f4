"""What the condition of an instance comes to, and what a person is to do about it and where."""

from __future__ import annotations

from datetime import timedelta

from hub.engine.conditions import is_disabled
from hub.kernel.errors import AuthenticationFailed
from hub.registry import InstanceKey
from hub.services.core import Core
from hub.services.credentials import pause_mail
from hub.services.webhooks import is_webhook
from hub.storage.models import Instance, InstancePause

LATE = timedelta(seconds=5)  # what was due so long ago is told, whatever holds it up


def judge(
    core: Core,
    where: InstanceKey,
    row: Instance | None,
    gave_up: int,
    late: timedelta,
    pause: InstancePause | None,
) -> tuple[str, str | None]:
    """The status, and what a person must mend; ``late`` is by how much the oldest is overdue,
    ``pause`` what was told of the present pause."""
    if is_webhook(where.key):
        return _judge_subscription(where, row, gave_up)
    place = core.registry.settings(where).where
    if row is None:
        return "unknown", None
    if is_disabled(row.paused_code):
        return "broken", (
            f"disabled ({row.paused_code}), {row.paused_detail}: nothing is tried, what is owed "
            f"waits; mend the other side or the settings at {place}, then paraph probe {where.key}"
        )
    if row.paused_code == AuthenticationFailed.code:
        return "broken", _mend_credentials(core, where, row, place, pause)
    if row.paused_code:
        return "broken", f"{row.paused_detail or row.paused_code}: mend the settings at {place}"
    failed = row.probe_ok is False and not _worked_since(row)
    if failed and row.probe_final:
        return "broken", f"{row.probe_text}: mend the settings at {place}, or the account there"
    if failed or row.failures or row.breaker_until:
        return "waiting", _WAITING
    if gave_up:
        return "broken", _given_up(gave_up)
    if late > LATE:
        by = f"{late.total_seconds():.0f} s"
        return "waiting", f"what is owed to it is late by {by}: it is slow, or much is owed"
    if row.probed_at is None:
        return "unknown", None
    return "ok", None


def _mend_credentials(
    core: Core, where: InstanceKey, row: Instance, place: str, pause: InstancePause | None
) -> str:
    command, address = pause_mail.commands(core, where.workspace, where.key)
    untold = pause_mail.untold(pause)
    return (
        f"{row.paused_detail or row.paused_code}: nothing is sent there, what is owed waits; "
        f"{command}, or PATCH {address}, or mend the settings at {place}"
        + (f"; {untold}" if untold else "")
    )


def _judge_subscription(
    where: InstanceKey, row: Instance | None, gave_up: int
) -> tuple[str, str | None]:
    """Nobody probes a receiver: it is well until something does not arrive."""
    if row is not None and row.paused_code:
        address = f"/api/v1/webhooks/{where.key.partition(':')[2]}"
        return "broken", (
            f"{row.paused_detail or row.paused_code}: mend the receiver, then PATCH {address} "
            'with "enabled": true, or DELETE it'
        )
    if row is not None and (row.failures or row.breaker_until):
        return "waiting", _WAITING
    return ("broken", _given_up(gave_up)) if gave_up else ("ok", None)


_WAITING = "it is asked again by itself; what is owed to it waits"


def _given_up(count: int) -> str:
    return (
        f"{count} deliveries were given up: see paraph deliveries --state gave_up, then "
        "paraph replay or paraph discard"
    )


def _worked_since(row: Instance) -> bool:
    """Whether something was delivered after the last probe: then what that said is over."""
    return bool(row.last_success_at and row.probed_at and row.last_success_at > row.probed_at)
