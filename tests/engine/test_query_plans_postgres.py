"""PostgreSQL's plans with many finished rows and a backlog: partial indexes, never a walk through
the table, neither with values known nor with the plan that a connection keeps for any values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection

from hub.storage import queries_survey as survey
from hub.storage import queries_work as queries
from hub.storage.prepared import Prepared
from tests.cluster.servers import PostgresServer
from tests.conftest import MIGRATED
from tests.engine.house import WORKSPACE, opened

FINISHED, BACKLOG, DESTINATIONS = 40_000, 10_000, 50
VALUES = {
    "claim": "'c'", "until": "now()", "wall": "now()", "now": "now()", "most": "8", "limit": "8",
    "workspace": f"'{WORKSPACE}'", "destination": "'d7'", "id": "'i'", "next_at": "now()",
    "b_id": "'i'", "b_claim": "'c'", "state": "'done'", "claim_id": "NULL", "lease_until": "NULL",
    "entity": "'e'",
}  # fmt: skip
ROWS = f"""
    INSERT INTO instance (id, workspace_id, key, plugin, failures)
    SELECT 'i' || g, '{WORKSPACE}', 'd' || g, 'x', 0
      FROM generate_series(0, {DESTINATIONS - 1}) g;
    INSERT INTO delivery (id, workspace_id, key, entity, seq, kind, step, destination, payload,
                          state, attempts, uncertain, next_at, created_at)
    SELECT 'f' || g, '{WORKSPACE}', 'f' || g, 'done ' || (g / 4), g %% 4, 'note', '',
           'd' || (g %% {DESTINATIONS}), 'x', 'delivered', 1, false, now(), now()
      FROM generate_series(1, {FINISHED}) g;
    INSERT INTO delivery (id, workspace_id, key, entity, seq, kind, step, destination, payload,
                          state, attempts, uncertain, next_at, created_at)
    SELECT 'b' || g, '{WORKSPACE}', 'b' || g, 'owed ' || (g / 4), g %% 4, 'note', '',
           'd' || (g %% {DESTINATIONS}), 'x', CASE WHEN g %% 10 = 0 THEN 'retry' ELSE 'pending' END,
           0, false, now() - interval '1 hour' + g * interval '1 second', now()
      FROM generate_series(1, {BACKLOG}) g;
    INSERT INTO timer (id, workspace_id, kind, entity, n, due_at, state, attempts)
    SELECT 't' || g, '{WORKSPACE}', 'reminder', 'e' || g, 1,
           now() - interval '1 hour' + g * interval '1 second',
           CASE WHEN g > {BACKLOG} THEN 'done' ELSE 'pending' END, 0
      FROM generate_series(1, {FINISHED}) g;
"""

# statement → the indexes that its plan must use
PLANS = [
    ("CLAIM", {"ix_delivery_due", "ix_delivery_entity", "ix_delivery_leased", "delivery_pkey"}),
    ("CLAIM_TIMERS", {"ix_timer_due", "timer_pkey"}),
    ("SURVEY", {"ix_delivery_due"}),
    ("NEXT_OF", {"ix_delivery_entity"}),
    ("RUNNING", {"ix_delivery_leased"}),
    ("NEXT_TIMER", {"ix_timer_due"}),
    ("OWED_COUNTS", {"ix_delivery_entity", "ix_delivery_given_up"}),
    ("LEASED_DELIVERIES", {"ix_delivery_leased"}),
    ("LEASED_TIMERS", {"ix_timer_leased"}),
    ("SETTLE_TIMER", {"timer_pkey"}),
    ("EXTEND", {"delivery_pkey"}),
    ("TAKE_OVER", {"delivery_pkey"}),
    ("RELEASE", {"delivery_pkey"}),
    ("RELEASE_TIMER", {"timer_pkey"}),
]


@pytest.fixture(scope="module")
def connection(postgres: PostgresServer) -> Iterator[Connection]:
    name = postgres.fresh_name()
    db = opened(postgres.create(name, MIGRATED))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in ROWS.strip().rstrip(";").split(";"):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("VACUUM ANALYZE delivery, timer, instance")
        yield connection
    db.close()
    postgres.drop(name)


@pytest.mark.parametrize("generic", [False, True], ids=["these values", "any values"])
@pytest.mark.parametrize(("statement", "indexes"), PLANS)
def test_statements_use_their_indexes(
    connection: Connection, statement: str, indexes: set[str], generic: bool
) -> None:
    place = survey if hasattr(survey, statement) else queries
    plan = explained(connection, getattr(place, statement), generic)
    nodes = list(walked(plan))
    assert {node.get("Index Name") for node in nodes} - {None} == indexes
    walks = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
    assert walks <= {"instance"}  # that one is short and read whole


def test_the_survey_probes_each_destination_in_the_index_alone(connection: Connection) -> None:
    nodes = list(walked(explained(connection, survey.SURVEY, generic=False)))
    probes = [node for node in nodes if node.get("Index Name") == "ix_delivery_due"]
    assert len(probes) == 2
    for probe in probes:
        assert probe["Node Type"] == "Index Only Scan"
        parent = next(node for node in nodes if probe in node.get("Plans", ()))
        assert parent["Node Type"] == "Limit", "the first or last entry only, not all of them"


def test_the_claim_reads_the_longest_due_first_and_sorts_nothing(connection: Connection) -> None:
    nodes = list(walked(explained(connection, queries.CLAIM, generic=True)))
    assert not {"Sort", "Hash", "Bitmap Heap Scan"} & {node["Node Type"] for node in nodes}


def explained(connection: Connection, statement: Any, generic: bool) -> dict[str, Any]:
    sql = str(statement.statement("postgresql") if isinstance(statement, Prepared) else statement)
    names: list[str] = []

    def placed(found: re.Match[str]) -> str:
        name = found[1]
        if not generic:
            return VALUES[name]
        names.extend([name] if name not in names else [])
        return f"${names.index(name) + 1}"

    sql = re.sub(r"(?<!:):(\w+)", placed, sql)
    mode = "GENERIC_PLAN, " if generic else ""
    plan = connection.exec_driver_sql(f"EXPLAIN ({mode}FORMAT JSON) {sql}").scalar_one()
    first: dict[str, Any] = plan[0]["Plan"]
    return first


def walked(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from walked(child)
