"""Lists for role centres: requests and job lines by group, kind and step, and what a row shows."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select, text, update

from connectors.simulated.connector import SimulatedConnector
from hub.app import create_app
from hub.kernel.ids import new_id
from hub.services.access import READ, TRIGGER, create_key
from hub.services.deciding import Noted, decide
from hub.services.lists import PAGE, Lists
from hub.storage.models import JobLine, Recipient, Request
from tests.services.one_case import CLIENT
from tests.services.order_lines import JOBS, order, write_mapping
from tests.services.test_step_events import rewrite

COPY = """\
on_call:
  copy:
    - create: {in: source, table: offer, rows: [{to: text, value: Again}]}
      for_each: lines
examples:
"""
KIND = "information_request"


@pytest.fixture
def case(case, monkeypatch):
    write_mapping(case)
    rewrite(case, ("examples:\n", COPY))
    monkeypatch.setattr(
        SimulatedConnector, "record_url", lambda self, ref: f"https://erp.example/{ref}"
    )
    order(case)
    return case


@pytest.fixture
def api(case):
    client, core = create_app(case.simulated.house).test_client(), case.core
    key = create_key(core.db, core.clock, core.workspace_ids["alice"], "erp", READ)

    def call(path, key=key, **query):
        headers = {"Authorization": f"Bearer {key}"}
        return client.get(f"/api/v1/{path}", query_string=query, headers=headers)

    return call


def lists(case):
    return Lists(case.core, case.core.workspace_ids["alice"])


def sign(case, *chosen):
    token = case.link()
    case.cases.choose_lines(token, list(chosen))
    case.approve(case.begin(token))
    case.pass_time(timedelta(seconds=3))


def note(case, decision):
    workspace = case.core.workspace_ids["alice"]
    lines = {"1": "accepted"} if decision == "accepted" else {}
    noted = Noted(decision, "Bob", "phone", lines=lines)
    decide(case.core, workspace, case.request().id, noted, door="test")
    case.work()


def ids(case, group, **narrowed):
    return [one["id"] for one in lists(case).requests(group, **narrowed)["items"]]


def test_a_row_shows_what_a_salesperson_looks_for(case):
    case.invite()
    case.pass_time(timedelta(days=2, hours=1))
    (row,) = lists(case).requests("active")["items"]
    assert (row["number"], row["kind"], row["state"]) == ("SO-1", KIND, "sent")
    assert (row["customer"], row["title"]) == ("Alice Andersson", "Repair of Dishwasher")
    assert row["amount"] == {"net": "0.00", "vat": "0.00", "gross": "0.00", "currency": "SEK"}
    assert row["days_since_sent"] == 2
    assert row["sent_at"].startswith("2026-03-02T11:00:00")
    assert row["record_url"] == "https://erp.example/case/1"
    assert (row["provider_url"], row["made"], row["decision"]) == (None, [], None)


def test_requests_stand_in_the_group_of_their_answer(case):
    case.invite()
    first = case.request().id
    assert (ids(case, "active"), ids(case, "signed")) == ([first], [])
    sign(case, "1")
    assert (ids(case, "active"), ids(case, "signed")) == ([], [first])
    case.cases.decline(case.invite(), "", CLIENT)
    case.work()
    second = case.request().id
    assert ids(case, "declined") == [second]
    case.invite()
    note(case, "accepted")
    assert ids(case, "signed") == [case.request().id, first]
    third = case.request().id
    order(case, [{**one, "step": "Prissatt"} for one in JOBS[:1]])
    case.invite()
    note(case, "declined")
    assert ids(case, "declined") == [case.request().id, second]
    assert third not in ids(case, "over")


def test_lists_are_narrowed_to_kinds(case):
    case.invite()
    first = case.request().id
    assert ids(case, "active", kinds=[KIND, "offer"]) == [first]
    assert ids(case, "active", kinds=["offer"]) == []
    assert [one["line"] for one in lists(case).sales("active", [KIND])["items"]] == ["3", "1"]
    assert lists(case).sales("active", ["offer"])["items"] == []


def test_each_job_line_that_was_offered_has_a_row(case):
    case.invite()
    row = lists(case).sales("active")["items"][0]
    assert (row["line"], row["text"], row["amount"], row["currency"]) == (
        "3", "Work", "1335.00", "SEK",
    )  # fmt: skip
    assert (row["number"], row["customer"], row["days_since_sent"]) == (
        "SO-1",
        "Alice Andersson",
        0,
    )
    assert row["record_url"] == "https://erp.example/case/1"
    sign(case, "1")
    assert lists(case).sales("active")["items"] == []
    assert [one["line"] for one in lists(case).sales("signed")["items"]] == ["1"]
    assert [one["line"] for one in lists(case).sales("declined")["items"]] == ["3"]


def test_a_row_tells_which_record_was_made_of_it(case):
    from hub.services.follow_ups import follow_up

    case.invite()
    sign(case, "1")
    follow_up(case.core, case.core.workspace_ids["alice"], case.request().id, "copy", door="test")
    case.work()
    (row,) = lists(case).requests("signed")["items"]
    made = [one for one in row["made"] if one["step"].startswith("on_call.copy.0")]
    assert [one["url"] for one in made] == [
        f"https://erp.example/offer/{key}" for key in case.upstream.records("offer")
    ]
    assert lists(case).sales("declined")["items"][0]["made"] == row["made"]


def test_lines_are_counted_by_step_and_narrowed(case):
    case.invite()
    found = lists(case).lines()
    assert found["counts"] == {"offered": 2, "found": 1, "decided": 1}
    assert [one["line"] for one in found["items"]] == ["4", "3", "2", "1"]
    assert found["items"][2]["amount"] is None
    narrowed = lists(case).lines(step="found")
    assert [one["text"] for one in narrowed["items"]] == ["Crack"]
    assert narrowed["counts"] == found["counts"]
    assert lists(case).lines(order="SO-2")["counts"] == {}
    assert len(lists(case).lines(order="SO-1", kind=KIND)["items"]) == 4
    assert lists(case).lines(kind="offer")["items"] == []


def grow(case, count):
    """Many copies of the request and of its lines."""
    with case.core.db.write() as session:
        for model, own_key in ((Request, "open_key"), (JobLine, "source_id")):
            query = select(model.__table__).order_by(model.__table__.c.id)
            row = session.execute(query).mappings().first()
            copies = []
            for number in range(count):
                copies.append({**row, "id": new_id(), own_key: f"copy-{number}"})
            session.execute(insert(model.__table__), copies)


@contextmanager
def counted(case):
    statements = []

    def note_it(_conn, _cursor, statement, parameters, _context, _many):
        statements.append((statement, parameters))

    event.listen(case.core.db.engine, "before_cursor_execute", note_it)
    try:
        yield statements
    finally:
        event.remove(case.core.db.engine, "before_cursor_execute", note_it)


def selects(statements):
    return [one for one, _ in statements if one.lstrip().upper().startswith("SELECT")]


def test_pages_follow_each_other_without_gaps(case):
    case.invite()
    grow(case, 2 * PAGE)
    seen, after = [], None
    for size in (PAGE, PAGE, 1):
        page = lists(case).requests("active", after=after)
        assert len(page["items"]) == size
        seen += [one["id"] for one in page["items"]]
        after = page["next"]
    assert after is None
    assert seen == sorted(set(seen), reverse=True)


@pytest.mark.parametrize("which", ["requests", "sales", "lines"])
def test_a_full_page_asks_no_more_questions_than_one_row(case, which):
    case.invite()
    give = {
        "requests": lambda: lists(case).requests("active", [KIND]),
        "sales": lambda: lists(case).sales("active", [KIND]),
        "lines": lambda: lists(case).lines(step="offered"),
    }[which]
    with counted(case) as few:
        give()
    grow(case, PAGE)
    with counted(case) as many:
        assert len(give()["items"]) == PAGE
    assert len(selects(many)) == len(selects(few)) <= 7


@pytest.mark.both_stores
@pytest.mark.parametrize("kinds", [(), (KIND, "offer")])
@pytest.mark.parametrize("which", ["requests", "sales", "lines"])
def test_ids_of_a_page_come_from_an_index(case, which, kinds):
    case.invite()
    with counted(case) as statements:
        if which == "lines":
            lists(case).lines(step="offered", kind=kinds[0] if kinds else None, after="9")
        elif which == "sales":
            lists(case).sales("declined", kinds, after="9")
        else:
            lists(case).requests("declined", kinds, after="9")
    statement, parameters = next(one for one in statements if "LIMIT" in one[0])
    plan = explained(case, statement, parameters)
    table = "request" if which == "requests" else "job_line"
    assert f"SCAN {table}" not in plan, plan
    assert f"Seq Scan on {table}" not in plan, plan
    assert f"ix_{table}_" in plan, plan


def explained(case, statement, parameters):
    with case.core.db.engine.connect() as connection:
        word = "EXPLAIN QUERY PLAN"
        if not case.core.db.is_sqlite:  # so few rows are read faster without any index
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            word = "EXPLAIN"
        rows = connection.exec_driver_sql(f"{word} {statement}", parameters)
        return "\n".join(str(tuple(row)) for row in rows)


def test_a_row_that_no_key_fits_any_more_is_shown_without_its_words(case):
    case.invite()
    with case.core.db.write() as session:
        session.execute(update(Request).values({Request.kind: "spoiled"}))
        session.execute(text("UPDATE request SET title = 'x', plan = 'x'"))
        session.execute(text("UPDATE recipient SET contact = 'x'"))
        session.execute(text("UPDATE job_line SET details = 'x'"))
    (row,) = lists(case).requests("active")["items"]
    assert (row["kind"], row["number"]) == ("spoiled", "1")
    assert (row["title"], row["customer"], row["amount"]) == (None, None, None)
    assert {one["text"] for one in lists(case).lines()["items"]} == {None}


def test_nobody_sees_another_workspace(case):
    case.invite()
    other = Lists(case.core, "another")
    assert other.requests("active")["items"] == other.sales("active")["items"] == []
    assert other.lines() == {"items": [], "next": None, "counts": {}}
    with case.core.db.read() as session:
        assert session.scalar(select(Recipient.id).limit(1)) is not None


def test_keys_that_read_may_read_lists(case, api):
    case.invite()
    core = case.core
    listed = api("lists/requests", kind=f"{KIND},offer").json
    assert [one["customer"] for one in listed["items"]] == ["Alice Andersson"]
    assert len(api("lists/lines", group="active").json["items"]) == 2
    assert api("lines", step="found").json["counts"]["found"] == 1
    assert api("lists/requests", group="sold").status_code == 422
    assert api("lists/lines", group="over").status_code == 422
    assert api("lists/requests", kind=",".join(["a"] * 21)).status_code == 422
    assert api("lines", color="red").status_code == 422
    trigger = create_key(core.db, core.clock, core.workspace_ids["alice"], "button", TRIGGER)
    assert api("lines", key=trigger).status_code == 403
