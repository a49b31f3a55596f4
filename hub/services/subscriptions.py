"""Webhook subscriptions as operators look after them: create, change, delete, new secrets, tests.

A target is tried when it is saved: it must lead to a public address, and a test event sent there
must not be redirected. Any other answer is told and accepted, since a receiver that does not know
its secret yet rightly refuses what we send.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hub.engine import conditions
from hub.engine.outbox import insert_new, owe
from hub.engine.retry import GONE
from hub.kernel.errors import NotFound, Refused, Retryable
from hub.kernel.ids import new_id
from hub.services.core import Core
from hub.services.receivers import GONE_STATUS, REDIRECTED
from hub.services.webhooks import KIND, TEST, body_of, destination, signing
from hub.storage.models import Delivery, Instance, WebhookSubscription
from hub.toolkit.guard import TargetRefused
from hub.toolkit.signatures import new_secret, sign

MOST = 50  # in a workspace: each event is stored once for each of them
MOST_SECRETS = 4  # that sign side by side
OVERLAP = timedelta(hours=24)
BY_OPERATOR = "disabled"
_PATIENCE = (3.0, 5.0)  # seconds for the test at save: a person waits for it
_UNFINISHED = ("pending", "retry", "paused", "leased")


Disabled = tuple[datetime | None, str | None, str | None]
"""Since when, code, reason."""


@dataclass(frozen=True)
class Tried:
    """What a target answered when it was saved; ``problem`` when it gave no answer."""

    status: int | None
    problem: str | None = None


class Subscriptions:
    """Those of one workspace."""

    def __init__(self, core: Core, workspace_id: str) -> None:
        self._core = core
        self._workspace_id = workspace_id

    def all(self) -> list[dict[str, Any]]:
        """Every subscription, oldest first, without secrets."""
        mine = WebhookSubscription.workspace_id == self._workspace_id
        query = select(WebhookSubscription).where(mine).order_by(WebhookSubscription.id)
        with self._core.db.read() as session:
            paused = self._paused(session)
            return [self._shown(row, paused) for row in session.scalars(query)]

    def one(self, subscription_id: str) -> dict[str, Any]:
        """One subscription without its secrets. Raises ``NotFound``."""
        with self._core.db.read() as session:
            return self._shown(self._row(session, subscription_id), self._paused(session))

    def create(
        self, url: str, kinds: Collection[str] | None = None, description: str = ""
    ) -> tuple[dict[str, Any], str, Tried]:
        """A new subscription: shown, its secret (told this once), what the target answered.

        Raises ``TargetRefused`` for a target that cannot be taken.
        """
        secret = new_secret()
        url, tried = self._try(url, secret)
        row = WebhookSubscription(
            id=new_id(),
            workspace_id=self._workspace_id,
            url=url,
            kinds=_sorted(kinds),
            secrets=[{"secret": secret, "until": None}],
            description=description,
            created_at=self._core.now(),
        )
        with self._core.db.write() as session:
            self._check_room(session)
            session.add(row)
            known = {
                "id": new_id(),
                "workspace_id": self._workspace_id,
                "key": destination(row.id),
                "plugin": KIND,
            }
            insert_new(session, Instance, known, ("workspace_id", "key"))
        return self.one(row.id), secret, tried

    def change(
        self, subscription_id: str, changes: Mapping[str, Any]
    ) -> tuple[dict[str, Any], Tried | None]:
        """Change ``url``, ``kinds``, ``description`` or ``enabled``; a new target is tried."""
        with self._core.db.read() as session:
            former = self._row(session, subscription_id)
        tried, url = None, changes.get("url", former.url)
        if url != former.url:
            url, tried = self._try(url, former.secrets[0]["secret"])
        with self._core.db.write() as session:
            row = self._row(session, subscription_id)
            row.description = changes.get("description", row.description)
            row.kinds = _sorted(changes.get("kinds", row.kinds))
            if url != row.url:
                row.url = url
                self._retry_now(session, row)
            if "enabled" in changes:
                self._enable(session, row, changes["enabled"])
        self._core.wake()
        return self.one(row.id), tried

    def delete(self, subscription_id: str) -> None:
        """End a subscription; what is owed to it is not owed any more."""
        with self._core.db.write() as session:
            row = self._row(session, subscription_id)
            place = destination(row.id)
            session.execute(delete(WebhookSubscription).where(WebhookSubscription.id == row.id))
            mine = (
                Delivery.workspace_id == self._workspace_id,
                Delivery.destination == place,
                Delivery.state.in_(_UNFINISHED),
            )
            # work under way loses its claim: nothing would come back to look after it
            over = {"claim_id": None, "lease_until": None, "finished_at": self._core.now()}
            session.execute(update(Delivery).where(*mine).values(state="cancelled", **over))
            condition = (Instance.workspace_id == self._workspace_id, Instance.key == place)
            session.execute(delete(Instance).where(*condition))

    def rotate(self, subscription_id: str, overlap: timedelta = OVERLAP) -> str:
        """A new secret, told this once. Former ones sign beside it until ``overlap`` has passed;
        with none they end at once."""
        secret, wall = new_secret(), self._core.clock.wall()
        with self._core.db.write() as session:
            row = self._row(session, subscription_id)
            former = _former(row.secrets, wall, wall + overlap)
            if len(former) >= MOST_SECRETS:
                raise Refused(
                    f"{len(former)} secrets of this subscription are good at the moment: wait "
                    'until one ends, or end all of them with "overlap_hours": 0',
                    code="too_many_secrets",
                )
            row.secrets = [{"secret": secret, "until": None}, *former]
        return secret

    def test(self, subscription_id: str) -> str:
        """Owe a test event; the delivery's id, by which its attempts can be read."""
        now = self._core.now()
        with self._core.db.write() as session:
            row = self._row(session, subscription_id)
            if row.disabled_at is not None or destination(row.id) in self._paused(session):
                raise Refused("the subscription is disabled: enable it first", code=BY_OPERATOR)
            delivery_id = owe(
                session,
                workspace_id=self._workspace_id,
                request_id=None,
                entity=f"test:{row.id}",
                kind=KIND,
                step="test",
                destination=destination(row.id),
                payload={"body": _test_body(now)},
                key=f"{KIND}:{row.id}:test:{new_id()}",
                seq=0,
                now=now,
                wall=self._core.clock.wall(),
            )
        self._core.wake()
        return delivery_id or ""

    def _try(self, url: str, secret: str) -> tuple[str, Tried]:
        """The plain form of a target that may be saved, and what it answered to a test event."""
        core = self._core
        url, body = core.guard.check(url), _test_body(core.now()).encode()
        headers = sign(f"msg_{new_id()}", core.clock.wall(), body, [secret])
        with core.outgoing.call(self._workspace_id, KIND):
            try:
                answer = core.receivers.post(url, body, headers, _PATIENCE)
            except Retryable as error:
                return url, Tried(None, error.detail)
        if answer.status == GONE_STATUS or 300 <= answer.status < 400:
            code = GONE if answer.status == GONE_STATUS else REDIRECTED
            raise TargetRefused(_refusal(answer.status), code=code)
        return url, Tried(answer.status)

    def _check_room(self, session: Session) -> None:
        mine = WebhookSubscription.workspace_id == self._workspace_id
        if (session.scalar(select(func.count()).where(mine)) or 0) >= MOST:
            raise Refused(
                f"a workspace has at most {MOST} subscriptions: delete one first",
                code="too_many_subscriptions",
            )

    def _retry_now(self, session: Session, row: WebhookSubscription) -> None:
        """A new address has not failed yet."""
        place = (self._workspace_id, destination(row.id))
        session.execute(
            update(Instance)
            .where(Instance.workspace_id == place[0], Instance.key == place[1])
            .values(failures=0, breaker_until=None)
        )
        conditions.hasten(session, place, self._core.clock.wall())

    def _enable(self, session: Session, row: WebhookSubscription, enabled: bool) -> None:
        place, wall = (self._workspace_id, destination(row.id)), self._core.clock.wall()
        if enabled:
            row.disabled_at = row.disabled_code = row.disabled_detail = None
            conditions.resume(session, place, wall)
        elif row.disabled_at is None:
            row.disabled_at = self._core.now()
            row.disabled_code, row.disabled_detail = BY_OPERATOR, "disabled by an operator"
            conditions.pause(session, place, BY_OPERATOR, row.disabled_detail, wall)

    def _row(self, session: Session, subscription_id: str) -> WebhookSubscription:
        row = session.get(WebhookSubscription, subscription_id)
        if row is None or row.workspace_id != self._workspace_id:
            raise NotFound("there is no webhook subscription with this id")
        return row

    def _paused(self, session: Session) -> dict[str, Disabled]:
        """Since when and why the engine calls destinations no more."""
        rows = session.execute(
            select(Instance.key, Instance.paused_at, Instance.paused_code, Instance.paused_detail)
            .where(Instance.workspace_id == self._workspace_id)
            .where(Instance.paused_code.is_not(None))
        )
        return {row.key: (row.paused_at, row.paused_code, row.paused_detail) for row in rows}

    def _shown(self, row: WebhookSubscription, paused: Mapping[str, Disabled]) -> dict[str, Any]:
        good = len(signing(row.secrets, self._core.clock.wall()))
        key = destination(row.id)
        disabled = (row.disabled_at, row.disabled_code, row.disabled_detail)
        at, code, reason = disabled if row.disabled_at else paused.get(key, disabled)
        return {
            "id": row.id,
            "url": row.url,
            "kinds": row.kinds,
            "description": row.description,
            "destination": key,
            "enabled": at is None,
            "disabled": {"at": at.isoformat(), "code": code, "reason": reason} if at else None,
            "created_at": row.created_at.isoformat(),
            "former_secrets_end": [one["until"] for one in row.secrets[1:good]],
        }


def _former(secrets: list[dict[str, Any]], wall: datetime, end: datetime) -> list[dict[str, Any]]:
    """The secrets so far that sign on, none longer than until ``end``."""
    if end <= wall:
        return []
    kept = []
    for one in secrets:
        until = datetime.fromisoformat(one["until"]) if one["until"] else end
        if until > wall:
            kept.append({"secret": one["secret"], "until": min(until, end).isoformat()})
    return kept


def _refusal(status: int) -> str:
    if status == GONE_STATUS:
        return "the target answered 410: it wants no webhooks; give another address"
    return (
        f"the target answered {status} and sends us elsewhere: redirects are not followed; give "
        "the address that it leads to"
    )


def _test_body(at: datetime) -> str:
    return body_of(TEST, at, {"text": "A test of this subscription; nothing has happened."})


def _sorted(kinds: Collection[str] | None) -> list[str] | None:
    return None if kinds is None else sorted(set(kinds))
