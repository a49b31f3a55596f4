"""Statements that find what is over and old: a walk in the order of an index, batch by batch.

Rows come in pages behind ``after`` (and ``at``), each with its moment and with ``ended``: whether
it may go. Deliveries and calls are walked by their id, which is in the order of creation, so that
the hot path keeps no index for it, and a walk ends at the first page that is too young. What is
open, owed or given up is never ``ended``; nor are the other deliveries of its request, since later
steps look up what earlier ones made.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Integer, String, bindparam, column, text
from sqlalchemy.sql.elements import TextClause

from hub.storage.models import (
    Delivery,
    Inbound,
    OneTimeCode,
    PortalEntry,
    PortalSession,
    Preference,
    PublicTry,
    Timer,
)
from hub.storage.prepared import Prepared
from hub.storage.types import UtcDateTime

_d, _i, _t = Delivery.__table__.c, Inbound.__table__.c, Timer.__table__.c
_c = OneTimeCode.__table__.c
_e, _p = PortalEntry.__table__.c, PortalSession.__table__.c
_w = Preference.__table__.c
_tries = PublicTry.__table__.c


def _walk(sql: str) -> TextClause:
    return text(sql).bindparams(
        bindparam("after", type_=String()),
        bindparam("before", type_=UtcDateTime()),
        bindparam("most", type_=Integer()),
    )


OLD_DELIVERIES = Prepared.of(
    _walk(
        """
    SELECT d.id, d.created_at AS at,
           d.state IN ('delivered', 'cancelled', 'discarded')
           AND coalesce(d.finished_at, d.created_at) < :before
           AND (d.request_id IS NULL OR (
                EXISTS (SELECT 1 FROM request r
                         WHERE r.id = d.request_id AND r.finished_at < :before)
                AND NOT EXISTS (
                    SELECT 1 FROM delivery o
                     WHERE o.request_id = d.request_id
                       AND o.state NOT IN ('delivered', 'cancelled', 'discarded'))))
           AND NOT EXISTS (
               SELECT 1 FROM inbound i JOIN request r ON r.id = i.request_id
                WHERE d.kind = 'intake' AND i.id = substr(d.key, 8, 36)
                  AND (r.finished_at IS NULL OR r.finished_at >= :before)) AS ended
      FROM delivery d WHERE d.id > :after ORDER BY d.id LIMIT :most
    """
    ).columns(_d.id, column("at", UtcDateTime), column("ended", Boolean))
)
"""Parameters: after, before, most. The key of an intake names the call that it belongs to."""

OLD_CALLS = Prepared.of(
    _walk(
        """
    SELECT i.id, i.received_at AS at,
           i.outcome <> 'accepted' AND i.received_at < :before
           AND (i.request_id IS NULL OR EXISTS (
                SELECT 1 FROM request r WHERE r.id = i.request_id AND r.finished_at < :before))
           AND NOT EXISTS (
               SELECT 1 FROM replay_item p JOIN delivery d ON d.id = p.delivery_id
                WHERE p.inbound_id = i.id
                  AND d.state NOT IN ('delivered', 'cancelled', 'discarded')) AS ended
      FROM inbound i WHERE i.id > :after ORDER BY i.id LIMIT :most
    """
    ).columns(_i.id, column("at", UtcDateTime), column("ended", Boolean))
)
"""Parameters: after, before, most."""

OLD_TIMERS = Prepared.of(
    _walk(
        """
    SELECT t.id, t.due_at AS at,
           NOT EXISTS (SELECT 1 FROM request r
                        WHERE r.id = t.entity
                          AND (r.finished_at IS NULL OR r.finished_at >= :before))
           AND NOT EXISTS (
               SELECT 1 FROM recipient p JOIN request r ON r.id = p.request_id
                WHERE p.id = t.entity
                  AND (r.finished_at IS NULL OR r.finished_at >= :before))
           AND NOT EXISTS (
               SELECT 1 FROM signing_order o JOIN request r ON r.id = o.request_id
                WHERE o.id = t.entity
                  AND (r.finished_at IS NULL OR r.finished_at >= :before)) AS ended
      FROM timer t
     WHERE t.state IN ('done', 'cancelled') AND t.due_at < :before AND t.due_at >= :at
       AND (t.due_at > :at OR t.id > :after)
     ORDER BY t.due_at, t.id LIMIT :most
    """
    )
    .bindparams(bindparam("at", type_=UtcDateTime()))
    .columns(_t.id, column("at", UtcDateTime), column("ended", Boolean))
)
"""Parameters: after, at, before, most. A timer of an open request stays: its row is what keeps the
same reminder from being armed again."""

OLD_CODES = Prepared.of(
    _walk(
        """
    SELECT c.id, c.created_at AS at, c.expires_at < :before AS ended
      FROM one_time_code c WHERE c.id > :after ORDER BY c.id LIMIT :most
    """
    ).columns(_c.id, column("at", UtcDateTime), column("ended", Boolean))
)
"""Parameters: after, before, most."""

OLD_ENTRIES = Prepared.of(
    _walk(
        """
    SELECT e.id, e.created_at AS at, e.expires_at < :before AS ended
      FROM portal_entry e WHERE e.id > :after ORDER BY e.id LIMIT :most
    """
    ).columns(_e.id, column("at", UtcDateTime), column("ended", Boolean))
)
"""Parameters: after, before, most."""

OLD_TRIES = Prepared.of(
    _walk(
        """
    SELECT t.id, t.created_at AS at, t.created_at < :before AS ended
      FROM public_try t WHERE t.id > :after ORDER BY t.id LIMIT :most
    """
    ).columns(_tries.id, column("at", UtcDateTime), column("ended", Boolean))
)
"""Parameters: after, before, most."""

OLD_SESSIONS = Prepared.of(
    _walk(
        """
    SELECT p.id, p.created_at AS at, p.seen_at < :before AS ended
      FROM portal_session p WHERE p.id > :after ORDER BY p.id LIMIT :most
    """
    ).columns(_p.id, column("at", UtcDateTime), column("ended", Boolean))
)
"""Parameters: after, before, most. Links that were opened in a session go with it."""

OLD_PREFERENCES = Prepared.of(
    _walk(
        """
    SELECT w.id, w.created_at AS at, w.seen_at < :before AS ended
      FROM preference w WHERE w.id > :after ORDER BY w.id LIMIT :most
    """
    ).columns(_w.id, column("at", UtcDateTime), column("ended", Boolean))
)
"""Parameters: after, before, most. A choice lasts from when somebody was, or would have been, told
something."""
