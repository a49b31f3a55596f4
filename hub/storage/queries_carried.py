"""What several processes need beyond ``queries_work``: carried claims, which is work that was
claimed and sent off through a broker, and that no process has taken up yet. Nothing was done with
it so far, so giving it back costs no attempt."""

from __future__ import annotations

from sqlalchemy import String, Text, bindparam, column, text

from hub.storage.models import Delivery, Timer
from hub.storage.prepared import Prepared
from hub.storage.types import UtcDateTime

_d, _t = Delivery.__table__.c, Timer.__table__.c

TAKE_UP = Prepared.of(
    text(
        """
    UPDATE delivery SET claim_id = :mine, lease_until = :until
     WHERE id = :id AND claim_id = :claim AND state = 'leased'
    RETURNING id, workspace_id, request_id, entity, seq, kind, step, destination, payload, key,
              attempts, uncertain, created_at, first_attempt_at, error_code, next_at
    """
    )
    .bindparams(bindparam("mine", type_=String()), bindparam("until", type_=UtcDateTime()))
    .columns(
        _d.id, _d.workspace_id, _d.request_id, _d.entity, _d.seq, _d.kind, _d.step,
        _d.destination, column("payload", Text()), _d.key, _d.attempts, _d.uncertain, _d.created_at,
        _d.first_attempt_at, _d.error_code, _d.next_at,
    )
)  # fmt: skip
"""Make a carried claim one's own. No row: another process was first, or the claim is gone."""

TAKE_UP_TIMER = Prepared.of(
    text(
        """
    UPDATE timer SET claim_id = :mine, lease_until = :until
     WHERE id = :id AND claim_id = :claim AND state = 'leased'
    RETURNING id, workspace_id, kind, entity, n, due_at, attempts
    """
    )
    .bindparams(bindparam("mine", type_=String()), bindparam("until", type_=UtcDateTime()))
    .columns(_t.id, _t.workspace_id, _t.kind, _t.entity, _t.n, _t.due_at, _t.attempts)
)

CARRIED = text(
    """
    SELECT id, claim_id FROM delivery
     WHERE state = 'leased' AND lease_until IS NOT NULL AND claim_id LIKE :mine
    """
).columns(_d.id, _d.claim_id)
"""What one process has sent off and nobody has taken up yet."""

CARRIED_TIMERS = text(
    """
    SELECT id, claim_id FROM timer
     WHERE state = 'leased' AND lease_until IS NOT NULL AND claim_id LIKE :mine
    """
).columns(_t.id, _t.claim_id)

WITHDRAW = text(
    """
    UPDATE delivery SET state = CASE WHEN attempts > 1 THEN 'retry' ELSE 'pending' END,
           claim_id = NULL, lease_until = NULL, attempts = attempts - 1,
           first_attempt_at = CASE WHEN attempts > 1 THEN first_attempt_at END
     WHERE id = :id AND claim_id = :claim AND state = 'leased'
    """
)
"""Gives back what nobody has taken up: as if it had not been claimed."""

WITHDRAW_TIMER = text(
    """
    UPDATE timer SET state = 'pending', claim_id = NULL, lease_until = NULL,
           attempts = attempts - 1
     WHERE id = :id AND claim_id = :claim AND state = 'leased'
    """
)
