"""What the engine looks at before it claims: each statement reads the first entries of an index.

Moments are real time, except a timer's ``due_at``. Why states are literals: see ``queries_work``.
"""

from __future__ import annotations

from sqlalchemy import bindparam, column, text

from hub.storage.models import Delivery, Instance, Timer
from hub.storage.prepared import Prepared
from hub.storage.types import UtcDateTime

_d, _t, _i = Delivery.__table__.c, Timer.__table__.c, Instance.__table__.c

SURVEY = Prepared.of(
    text(
        """
    SELECT i.workspace_id, i.key, i.paused_code, i.breaker_until, i.failures, i.rate_full_at,
           (SELECT min(d.next_at) FROM delivery d
             WHERE d.workspace_id = i.workspace_id AND d.destination = i.key
               AND d.state IN ('pending', 'retry')) AS next_at,
           (SELECT max(d.next_at) FROM delivery d
             WHERE d.workspace_id = i.workspace_id AND d.destination = i.key
               AND d.state IN ('pending', 'retry') AND d.next_at <= :wall) AS newest
      FROM instance i ORDER BY i.workspace_id, i.key
    """
    )
    .bindparams(bindparam("wall", type_=UtcDateTime()))
    .columns(
        _i.workspace_id,
        _i.key,
        _i.paused_code,
        _i.breaker_until,
        _i.failures,
        _i.rate_full_at,
        _d.next_at,
        column("newest", UtcDateTime()),
    )
)
"""Every destination with its condition, when something is due there (NULL: nothing owed), and the
moment at or before ``wall`` at which something was the last to become due."""

RUNNING = Prepared.of(
    text(
        """
    SELECT workspace_id, destination FROM delivery
     WHERE state = 'leased' AND lease_until IS NOT NULL
    """
    ).columns(_d.workspace_id, _d.destination)
)
"""What is under way, one row each: grouping would make SQLite walk the whole table."""

NEXT_OF = Prepared.of(
    text(
        """
    SELECT destination FROM delivery
     WHERE entity = :entity AND workspace_id = :workspace
       AND state IN ('pending', 'retry', 'leased', 'paused')
     ORDER BY seq LIMIT 1
    """
    ).columns(_d.destination)
)
"""Where the first delivery of an entity that has not ended goes to. Parameters: workspace, entity.
"""

NEXT_TIMER = Prepared.of(
    text("SELECT min(due_at) AS due_at FROM timer WHERE state = 'pending'").columns(_t.due_at)
)
