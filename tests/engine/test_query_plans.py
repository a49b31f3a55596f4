"""SQLite's plans: the engine's statements use the partial indexes and never walk the table."""

from __future__ import annotations

import pytest

from hub.storage import queries_work as queries
from hub.storage.prepared import Prepared
from tests.engine.house import House

PARAMETERS = {
    "claim": "c", "until": "2027", "wall": "2027", "now": "2027", "most": 8,
    "workspace": "w", "destination": "d", "id": "i", "next_at": "2027",
}  # fmt: skip

# statement → what its plan must use
PLANS = [
    (queries.CLAIM, ["ix_delivery_due", "ix_delivery_entity"]),
    (queries.CLAIM_TIMERS, ["ix_timer_due"]),
    (queries.SURVEY, ["ix_delivery_due"]),
    (queries.RUNNING, ["ix_delivery_leased"]),
    (queries.NEXT_TIMER, ["ix_timer_due"]),
    (queries.LEASED_DELIVERIES, ["ix_delivery_leased"]),
    (queries.LEASED_TIMERS, ["ix_timer_leased"]),
    (queries.EXTEND, []),
    (queries.TAKE_OVER, []),
    (queries.RELEASE_TIMER, []),
]


@pytest.mark.parametrize(("statement", "indexes"), PLANS)
def test_statements_use_their_indexes(house: House, statement: object, indexes: list[str]) -> None:
    sql = str(statement.statement("sqlite") if isinstance(statement, Prepared) else statement)
    named = {name: value for name, value in PARAMETERS.items() if f":{name}" in sql}
    with house.db.read() as session:
        rows = session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + sql, named).all()
    plan = "\n".join(row[3] for row in rows)
    for index in indexes:
        assert index in plan
    assert "SCAN delivery" not in plan
    assert "SCAN timer" not in plan
    assert "TEMP B-TREE" not in plan


def test_every_dialect_has_its_claim_statement() -> None:
    assert "SKIP LOCKED" in str(queries.CLAIM.statement("postgresql"))
    assert "SKIP LOCKED" not in str(queries.CLAIM.statement("sqlite"))
