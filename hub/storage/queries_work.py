"""The engine's statements on deliveries, timers and destinations, one place per dialect.

States stand in them as literals and not as parameters: only so does SQLite's planner see that the
partial indexes fit. Moments compared here are real time, except a timer's ``due_at``.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Integer,
    String,
    Text,
    TextClause,
    TextualSelect,
    bindparam,
    column,
    text,
    update,
)

from hub.storage.models import Attempt, Delivery, Instance, Timer
from hub.storage.prepared import Prepared, insert
from hub.storage.rows import changed
from hub.storage.types import UtcDateTime

_d, _t, _i = Delivery.__table__.c, Timer.__table__.c, Instance.__table__.c
ATTEMPTS = insert(Attempt)

SPEND = Prepared.of(
    text(
        "UPDATE instance SET rate_full_at = :full_at WHERE workspace_id = :workspace AND key = :key"
    ).bindparams(bindparam("full_at", type_=UtcDateTime()))
)
"""Calls were claimed where calls per second are limited, see ``engine.rates``."""

FULL_AT = Prepared.of(
    text(
        "SELECT rate_full_at FROM instance WHERE workspace_id = :workspace AND key = :key"
    ).columns(_i.rate_full_at)
)
"""From when on the calls per second of a destination are all there again, see ``engine.rates``."""

OWED_COUNTS = text(
    """
    SELECT workspace_id, destination, state, count(*) AS number, min(created_at) AS oldest,
           min(next_at) AS due
      FROM delivery
     WHERE state IN ('pending', 'retry', 'leased', 'paused') AND entity > ''
     GROUP BY workspace_id, destination, state
     UNION ALL
    SELECT workspace_id, destination, state, count(*), min(created_at), min(next_at)
      FROM delivery
     WHERE state = 'gave_up' AND workspace_id > ''
     GROUP BY workspace_id, destination, state
    """
).columns(
    _d.workspace_id, _d.destination, _d.state, column("number", Integer),
    column("oldest", UtcDateTime), column("due", UtcDateTime),
)  # fmt: skip
"""How many deliveries are owed or were given up, and since when. Each half names the first column
of a partial index, so that what was delivered is never looked at."""

OWN_TROUBLES = text(
    """
    SELECT workspace_id, destination, error_code AS code, count(*) AS number
      FROM delivery
     WHERE state IN ('pending', 'retry', 'leased', 'paused') AND entity > ''
       AND error_code IN ('store_away', 'inspection_away', 'making_away', 'paper_lost',
                          'own_trouble')
     GROUP BY workspace_id, destination, error_code
    """
).columns(_d.workspace_id, _d.destination, column("code", String), column("number", Integer))
"""How many deliveries wait because of a part of the hub itself (``OwnTrouble``), by destination."""

_CLAIM = """
    UPDATE delivery
       SET state = 'leased', claim_id = :claim, lease_until = :until, attempts = attempts + 1,
           first_attempt_at = coalesce(first_attempt_at, :wall)
     WHERE id {among}
           SELECT d.id FROM delivery d
            WHERE d.workspace_id = :workspace AND d.destination = :destination
              AND d.state IN ('pending', 'retry') AND d.next_at <= :wall
              AND NOT EXISTS (
                  SELECT 1 FROM delivery e
                   WHERE e.entity = d.entity AND e.seq < d.seq
                     AND e.state IN ('pending', 'retry', 'leased', 'paused')
                     AND e.workspace_id = d.workspace_id{apart})
            ORDER BY d.next_at LIMIT {room}{lock}
    RETURNING id, workspace_id, request_id, entity, seq, kind, step, destination, payload, key,
              attempts, uncertain, created_at, first_attempt_at, error_code, next_at
"""

_CLAIM_TIMERS = """
    UPDATE timer
       SET state = 'leased', claim_id = :claim, lease_until = :until, attempts = attempts + 1
     WHERE id {among}SELECT id FROM timer WHERE state = 'pending' AND due_at <= :now
                   ORDER BY due_at LIMIT :most{lock}
    RETURNING id, workspace_id, kind, entity, n, due_at, attempts
"""

# SQLite: BEGIN IMMEDIATE lets one claim at a time. PostgreSQL: rows that another claim has are
# passed over, and what is under way is counted anew behind CLAIM_TURN. An array and OFFSET 0 keep
# its planner, which takes LIMIT for a tenth of the table, from joining the whole table.
_PARTS = {
    "sqlite": {"among": "IN (", "apart": "", "room": ":most", "lock": ")"},
    "postgresql": {
        "among": "= ANY (ARRAY(",
        "apart": " OFFSET 0",
        "room": """least(:most, greatest(0, :limit - (
                      SELECT count(*) FROM delivery r
                       WHERE r.state = 'leased' AND r.lease_until IS NOT NULL
                         AND r.workspace_id = :workspace AND r.destination = :destination)))""",
        "lock": " FOR UPDATE SKIP LOCKED))",
    },
}


def _claim(dialect: str) -> TextualSelect:
    columns = (
        _d.id, _d.workspace_id, _d.request_id, _d.entity, _d.seq, _d.kind, _d.step,
        _d.destination, column("payload", Text()), _d.key, _d.attempts, _d.uncertain, _d.created_at,
        _d.first_attempt_at, _d.error_code, _d.next_at,
    )  # fmt: skip
    statement = _claiming(_CLAIM, dialect, "wall")
    if dialect == "postgresql":
        statement = statement.bindparams(bindparam("limit", type_=Integer()))
    return statement.columns(*columns)


def _claim_timers(dialect: str) -> TextualSelect:
    columns = (_t.id, _t.workspace_id, _t.kind, _t.entity, _t.n, _t.due_at, _t.attempts)
    return _claiming(_CLAIM_TIMERS, dialect, "now").columns(*columns)


def _claiming(sql: str, dialect: str, moment: str) -> TextClause:
    return text(sql.format(**_PARTS[dialect])).bindparams(
        bindparam("claim", type_=String()),
        bindparam("until", type_=UtcDateTime()),
        bindparam(moment, type_=UtcDateTime()),
        bindparam("most", type_=Integer()),
    )


CLAIM = Prepared(_claim)
"""Claim what is due at one destination: order per entity kept, earliest first.

The payload comes out sealed: opening it takes time, and can fail, outside of the transaction.
Order holds between two claims at the same moment too: a later row is taken only when every earlier
one of its entity has ended *and was committed*; what another claim or settlement has in hand still
counts as unfinished. Parameters: claim, until, wall, workspace, destination, most, limit.
"""

CLAIM_TURN = Prepared.of(
    text("SELECT pg_try_advisory_xact_lock(:space, hashtext(:place)) AS mine").columns(
        column("mine", Boolean)
    )
)
"""PostgreSQL: whether this transaction may claim at a destination now. Two that both counted before
either committed would exceed its limit. It never waits, so no two claims wait for each other.
Parameters: space, place.
"""

CLAIM_TIMERS = Prepared(_claim_timers)
"""Claim timers that are due. Parameters: claim, until, now, most."""

CLAIM_TIMER = Prepared.of(
    text(
        """
        UPDATE timer
           SET state = 'leased', claim_id = :claim, lease_until = :until, attempts = attempts + 1
         WHERE state = 'pending' AND kind = :kind AND entity = :entity
        RETURNING id, workspace_id, kind, entity, n, due_at, attempts
        """
    )
    .bindparams(bindparam("until", type_=UtcDateTime()))
    .columns(_t.id, _t.workspace_id, _t.kind, _t.entity, _t.n, _t.due_at, _t.attempts)
)
"""Claim one timer, due or not. Parameters: claim, until, kind, entity."""

SETTLE = Prepared.of(
    update(Delivery.__table__)  # type: ignore[arg-type]
    .where(
        _d.id == bindparam("b_id"),
        _d.claim_id == bindparam("b_claim"),
    )
    .values(
        claim_id=None,
        lease_until=None,
        state=bindparam("b_state"),
        attempts=bindparam("b_attempts"),
        uncertain=bindparam("b_uncertain"),
        next_at=bindparam("b_next_at"),
        first_attempt_at=bindparam("b_first_attempt_at"),
        error_code=bindparam("b_error_code"),
        error_detail=bindparam("b_error_detail"),
        finished_at=bindparam("b_finished_at"),
    )
)
"""Ends a claim on a delivery. Changes nothing when the claim was lost meanwhile."""

DELIVERED = changed(
    Delivery,
    where={"id": "id", "claim": "claim_id"},
    to={"next_at": "next_at", "finished_at": "finished_at"},
    fixed="state = 'delivered', claim_id = NULL, lease_until = NULL, "
    "error_code = NULL, error_detail = NULL",
    only="state = 'leased'",
)
"""``SETTLE`` for many deliveries that went well."""

SETTLE_TIMER = Prepared.of(
    update(Timer.__table__)  # type: ignore[arg-type]
    .where(
        _t.id == bindparam("b_id"),
        _t.claim_id == bindparam("b_claim"),
    )
    .values(state="done", claim_id=None, lease_until=None)
)
"""Ends a claim on a timer. Changes nothing when it was disarmed or taken over meanwhile."""

REARM_TIMER = Prepared.of(
    update(Timer.__table__)  # type: ignore[arg-type]
    .where(_t.id == bindparam("b_id"), _t.state == "done")
    .values(state="pending", due_at=bindparam("b_due_at"), attempts=bindparam("b_attempts"))
)

LEASED_DELIVERIES = text(
    """
    SELECT id, workspace_id, claim_id, lease_until, attempts FROM delivery
     WHERE state = 'leased' AND lease_until IS NOT NULL
    """
).columns(_d.id, _d.workspace_id, _d.claim_id, _d.lease_until, _d.attempts)

LEASED_TIMERS = text(
    """
    SELECT id, claim_id, lease_until FROM timer
     WHERE state = 'leased' AND lease_until IS NOT NULL
    """
).columns(_t.id, _t.claim_id, _t.lease_until)

EXTEND = text(
    "UPDATE delivery SET lease_until = :until WHERE id = :id AND claim_id = :claim"
).bindparams(bindparam("until", type_=UtcDateTime()))

EXTEND_TIMER = text(
    "UPDATE timer SET lease_until = :until WHERE id = :id AND claim_id = :claim"
).bindparams(bindparam("until", type_=UtcDateTime()))

TAKE_OVER = text(
    """
    UPDATE delivery SET state = 'retry', claim_id = NULL, lease_until = NULL, uncertain = true,
           next_at = :next_at, error_code = 'lease_lost', error_detail = NULL
     WHERE id = :id AND claim_id = :claim
    """
).bindparams(bindparam("next_at", type_=UtcDateTime()))
"""Ends the lease of a holder that is gone: what it did is unknown."""

TAKE_OVER_TIMER = text(
    """
    UPDATE timer SET state = 'pending', claim_id = NULL, lease_until = NULL
     WHERE id = :id AND claim_id = :claim
    """
)

RELEASE = text(
    """
    UPDATE delivery SET state = 'retry', claim_id = NULL, lease_until = NULL, uncertain = true,
           attempts = attempts - 1, next_at = :wall
     WHERE id = :id AND claim_id = :claim
    """
).bindparams(bindparam("wall", type_=UtcDateTime()))
"""Gives a lease back at a stop. The call may still be under way, so its outcome is unknown."""

RELEASE_TIMER = text(
    """
    UPDATE timer SET state = 'pending', claim_id = NULL, lease_until = NULL,
           attempts = attempts - 1
     WHERE id = :id AND claim_id = :claim
    """
)
