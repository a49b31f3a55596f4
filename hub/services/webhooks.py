"""Outgoing webhooks: what is owed to subscriptions when something happens to a request, and how it
is delivered. Subscriptions themselves are looked after in ``subscriptions``.

The body is written when it is owed and never changes, as its ``webhook-id`` does not, whatever
attempts and replays there are; time and signature are each attempt's own. It names the request
and its record, and nobody: whoever needs more reads the request by the API.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import update
from sqlalchemy.orm import Session

from hub.engine.outbox import owe
from hub.engine.retry import GONE
from hub.engine.settings import DestinationLimits
from hub.engine.work import Failure, Handler, Work
from hub.kernel.errors import NotFound
from hub.services.core import Core
from hub.services.history import Appended
from hub.services.receivers import judge
from hub.storage import queries_request as queries
from hub.storage.models import Delivery, Request, WebhookSubscription
from hub.toolkit.signatures import sign

KIND = "webhook"
TEST = "webhook.test"
LIMITS = DestinationLimits(concurrency=4)  # a receiver that hangs holds no more threads than these
DISABLED = "subscription_disabled"  # code of what was owed when its receiver had enough
# A receiver that steps of mappings name is never taken out of service: nobody could put it back.
RECEIVER_LIMITS = DestinationLimits(concurrency=4, disable_after=timedelta(days=36_500))
RECEIVER_GONE = "receiver_gone"
_DELETED = "subscription_deleted"
_PREFIX, _RECEIVER = f"{KIND}:", "receiver:"


def destination(subscription_id: str) -> str:
    """The subscription as the engine's destination. No instance can have this key."""
    return _PREFIX + subscription_id


def receiver(secret: str) -> str:
    """Whoever shares a named secret with the workspace, as the engine's destination of steps."""
    return _RECEIVER + secret


def is_webhook(key: str) -> bool:
    """Whether a destination is a subscription, or a receiver of steps."""
    return key.startswith((_PREFIX, _RECEIVER))


def limits_of(key: str) -> DestinationLimits:
    """The limits of one of them."""
    return RECEIVER_LIMITS if key.startswith(_RECEIVER) else LIMITS


class Announcer:
    """Owes what happened to every subscription that wants to know, in the event's transaction."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def __call__(self, session: Session, request: Request, event: Appended) -> None:
        """See ``history.Follower``."""
        rows = queries.SUBSCRIBERS.all(session, {"workspace_id": request.workspace_id})
        wanted = _wanting(event, ((row.id, row.kinds) for row in rows))
        if not wanted:
            return
        source = queries.SOURCE.first(session, {"id": request.id})
        for one in self._owed(request, source, event, wanted):
            owe(session, **one)
        self._core.wake()

    def owed(self, request: Any, event: Appended, followers: str) -> list[dict[str, Any]]:
        """See ``history.Follower``."""
        found = (line.partition(" ") for line in followers.split("\n"))
        wanted = _wanting(event, ((ident, orjson.loads(kinds)) for ident, _, kinds in found))
        return self._owed(request, request, event, wanted) if wanted else []

    def _owed(
        self, request: Any, source: Any, event: Appended, wanted: Iterable[str]
    ) -> list[dict[str, Any]]:
        body = self._body(request, source, event)
        now, wall = self._core.clock.now(), self._core.clock.wall()
        return [
            {
                "workspace_id": request.workspace_id,
                "request_id": request.id,
                "entity": f"{request.id}:{subscription_id}",
                "kind": KIND,
                "step": event.kind.value,
                "destination": destination(subscription_id),
                "payload": {"body": body},
                "key": f"{KIND}:{subscription_id}:{request.id}:{event.seq}",
                "seq": event.seq,
                "now": now,
                "wall": wall,
            }
            for subscription_id in wanted
        ]

    def _body(self, request: Any, source: Any, event: Appended) -> str:
        data = {
            "request": request.id,
            "seq": event.seq,
            "kind": event.kind.value,
            "state": event.state,
            "reason": event.data.get("reason"),
            "mapping": source.mapping_key,
            "record": {
                "instance": source.source_instance,
                "table": source.source_table,
                "id": source.source_id,
            },
            "url": f"{self._core.links.public_url}/api/v1/requests/{request.id}",
        }
        return body_of(f"request.{event.kind.value}", event.at, data)


def _wanting(event: Appended, subscribers: Iterable[tuple[str, Any]]) -> list[str]:
    return [ident for ident, kinds in subscribers if kinds is None or event.kind.value in kinds]


def body_of(kind: str, at: datetime, data: Mapping[str, Any]) -> str:
    """A body as Standard Webhooks has it."""
    return orjson.dumps({"type": kind, "timestamp": at.isoformat(), "data": data}).decode()


def signing(secrets: Iterable[Mapping[str, Any]], wall: datetime) -> list[str]:
    """The secrets that sign at ``wall``: the newest, and former ones until their overlap ends."""
    return [
        one["secret"]
        for one in secrets
        if one["until"] is None or datetime.fromisoformat(one["until"]) > wall
    ]


class WebhookHandler(Handler):
    """Delivers webhooks."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, work: Work) -> int:
        """Sign and send; the status of the answer."""
        with self._core.db.read() as session:
            row = session.get(WebhookSubscription, work.destination.removeprefix(_PREFIX))
        if row is None or row.workspace_id != work.workspace_id:
            raise NotFound("the subscription was deleted", code=_DELETED)
        body: bytes = work.payload["body"].encode()
        wall = self._core.clock.wall()
        headers = sign(f"msg_{work.id}", wall, body, signing(row.secrets, wall))
        answer = self._core.receivers.post(row.url, body, headers)
        judge(answer)
        return answer.status

    def delivered(self, session: Session, work: Work, result: int) -> None:
        """Nothing follows; the attempt tells the status."""
        return None

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """A receiver that is gone is not called again; for a deleted one nobody waits."""
        if failure.code == _DELETED:
            mine = update(Delivery).where(Delivery.id == work.id)
            session.execute(mine.values(state="cancelled"))
        elif failure.code == GONE:
            self._disable(session, work, failure)

    def _disable(self, session: Session, work: Work, failure: Failure) -> None:
        """The engine has paused the destination: say why, and give up what is still owed to it."""
        now = self._core.clock.now()
        session.execute(
            update(WebhookSubscription)
            .where(
                WebhookSubscription.id == work.destination.removeprefix(_PREFIX),
                WebhookSubscription.disabled_at.is_(None),
            )
            .values(disabled_at=now, disabled_code=GONE, disabled_detail=failure.detail)
        )
        session.execute(
            update(Delivery)
            .where(
                Delivery.workspace_id == work.workspace_id,
                Delivery.destination == work.destination,
                Delivery.state.in_(("pending", "retry", "paused")),
            )
            .values(
                state="gave_up",
                finished_at=now,
                error_code=DISABLED,
                error_detail="the receiver answered 410 to another webhook",
            )
        )
