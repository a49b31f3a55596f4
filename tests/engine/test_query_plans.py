"""SQLite's plans: the engine's statements use the partial indexes and never walk the table."""

from __future__ import annotations

import pytest

from hub.engine.work import Work
from hub.kernel.errors import Permanent
from hub.storage import queries_retention as retention
from hub.storage import queries_survey as survey
from hub.storage import queries_work as queries
from hub.storage.prepared import Prepared
from hub.storage.queries_request import KNOWN_EVENT, KNOWN_WISH, SUBSCRIBERS
from tests.engine.house import House

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PARAMETERS = {
    "claim": "c", "until": "2027", "wall": "2027", "now": "2027", "most": 8,
    "workspace": "w", "entity": "e", "destination": "d", "id": "i", "next_at": "2027",
}  # fmt: skip

# statement → what its plan must use
PLANS = [
    (queries.CLAIM, ["ix_delivery_due", "ix_delivery_entity"]),
    (queries.CLAIM_TIMERS, ["ix_timer_due"]),
    (survey.SURVEY, ["ix_delivery_due"]),
    (survey.NEXT_OF, ["ix_delivery_entity"]),
    (survey.RUNNING, ["ix_delivery_leased"]),
    (survey.NEXT_TIMER, ["ix_timer_due"]),
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


def test_each_event_looks_for_subscriptions_by_their_index(house: House) -> None:
    for statement in (KNOWN_EVENT, SUBSCRIBERS):
        sql = str(statement.statement("sqlite").compile(house.db.engine))
        values = ("w",) * sql.count("?")
        with house.db.read() as session:
            rows = session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + sql, values).all()
        plan = "\n".join(row[3] for row in rows)
        assert "ix_webhook_subscription_workspace" in plan
        assert "SCAN webhook_subscription" not in plan
        assert "SCAN request_event" not in plan


def test_whether_a_wish_is_known_is_four_looks_into_indexes(house: House) -> None:
    sql = KNOWN_WISH.compiled(house.db.engine.dialect).sql
    values = ("w",) * sql.count("?")
    with house.db.read() as session:
        rows = session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + sql, values).all()
    searched = sorted(row[3].split()[1] for row in rows if row[3].startswith("SEARCH"))
    assert searched == ["delivery", "inbound", "request", "webhook_subscription"]
    walked = {row[3] for row in rows if row[3].startswith("SCAN")}
    assert walked <= {"SCAN CONSTANT ROW", "SCAN followed"}, "what was found is joined to one text"


def test_counting_what_is_owed_never_looks_at_what_was_delivered(house: House) -> None:
    for statement, indexes in (
        (queries.OWED_COUNTS, ["ix_delivery_entity", "ix_delivery_given_up"]),
        (queries.OWN_TROUBLES, ["ix_delivery_entity"]),
    ):
        with house.db.read() as session:
            sql = "EXPLAIN QUERY PLAN " + str(statement)
            rows = session.connection().exec_driver_sql(sql).all()
        plan = "\n".join(row[3] for row in rows)
        assert [one for one in indexes if one not in plan] == []
        assert "SCAN delivery" not in plan


@pytest.mark.parametrize("table", ["request", "delivery", "inbound", "customer", "repair_case"])
@pytest.mark.parametrize("after", ["", "AND id < 'x'"])
def test_a_page_of_a_list_is_read_in_the_order_of_its_index(
    house: House, table: str, after: str
) -> None:
    sql = (
        f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE workspace_id = 'w' {after} "
        "ORDER BY id DESC LIMIT 51"
    )
    with house.db.read() as session:
        plan = "\n".join(row[3] for row in session.connection().exec_driver_sql(sql).all())
    assert f"ix_{table}_page" in plan
    assert "TEMP B-TREE" not in plan


def test_what_is_owed_is_counted_by_destination_and_state(house: House) -> None:
    def refuse(work: Work) -> None:
        raise Permanent("no")

    house.handler.behave = refuse
    house.owe("refused")
    house.engine().run_due()
    house.owe("waiting")
    house.owe("elsewhere", destination="sms")
    with house.db.read() as session:
        rows = session.execute(queries.OWED_COUNTS).all()
    assert sorted((row.destination, row.state, row.number) for row in rows) == [
        ("agiloft", "gave_up", 1),
        ("agiloft", "pending", 1),
        ("sms", "pending", 1),
    ]
    assert {row.oldest for row in rows} == {house.clock.now()}


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (retention.OLD_DELIVERIES, "sqlite_autoindex_delivery_1 (id>?)"),
        (retention.OLD_CALLS, "sqlite_autoindex_inbound_1 (id>?)"),
        (retention.OLD_TIMERS, "ix_timer_over (due_at>"),
    ],
)
def test_a_sweep_walks_an_index_and_looks_at_one_page(
    house: House, statement: Prepared, index: str
) -> None:
    named = {"after": "", "at": "2020", "before": "2027", "most": 500}
    sql = str(statement.statement("sqlite"))
    used = {name: value for name, value in named.items() if f":{name}" in sql}
    with house.db.read() as session:
        rows = session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + sql, used).all()
    plan = "\n".join(row[3] for row in rows)
    assert index in plan
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan


def test_every_dialect_has_its_claim_statement(database_url: str) -> None:
    assert "SKIP LOCKED" in str(queries.CLAIM.statement("postgresql"))
    assert "SKIP LOCKED" not in str(queries.CLAIM.statement("sqlite"))
