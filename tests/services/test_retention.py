"""What is over and old goes, in small transactions; what is open, owed or given up stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from hub.engine import outbox
from hub.services import retention
from hub.services.replay_calls import CallReplays
from hub.services.replay_deliveries import DeliveryReplays
from hub.services.replays import Order
from hub.services.retention import Retention
from hub.storage.models import Attempt, Delivery, Inbound, ReplayItem, RequestEvent, Timer
from tests.engine.house import WORKSPACE, House, opened
from tests.services.one_case import CLIENT
from tests.settings.test_settings import HUB, hub

DAY = timedelta(days=1)

pytestmark = pytest.mark.both_stores


@pytest.fixture
def house(database_url):
    with capture_logs():
        made = House(opened(database_url))
        yield made
        made.db.close()


@pytest.fixture
def sweep(house, tmp_path):
    return Retention(house.db, house.clock, hub(tmp_path, HUB)).sweep


def swept(case, **span):
    """Let time pass, then sweep; how many rows went."""
    case.simulated.clock.advance(timedelta(**span))
    return case.simulated.house.retention.sweep()


def number(case, model):
    with case.core.db.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def finish(case):
    """The customer declines; everything that follows is done."""
    case.cases.decline(case.invite(), "no", CLIENT)
    case.work()


def test_a_finished_case_keeps_its_history_and_loses_its_work_after_90_days(case):
    finish(case)
    events = number(case, RequestEvent)
    assert swept(case, days=89)["deliveries"] == 0
    assert number(case, Delivery) >= 3
    gone = swept(case, days=2)
    assert gone["deliveries"] >= 3
    assert gone["calls"] == 1
    assert [number(case, model) for model in (Delivery, Attempt, Inbound, Timer)] == [0, 0, 0, 0]
    assert number(case, RequestEvent) == events > 0
    assert len(case.requests()) == 1


def test_an_open_case_keeps_everything_however_old(case):
    case.invite()
    rows = [number(case, model) for model in (Delivery, Attempt, Inbound, Timer)]
    with case.core.db.write() as session:  # all that is done was done long ago
        session.execute(update(Delivery).values(finished_at=case.core.now() - 200 * DAY))
    assert set(swept(case, days=100).values()) == {0}
    assert [number(case, model) for model in (Delivery, Attempt, Inbound, Timer)] == rows


def test_a_case_with_something_given_up_keeps_all_its_deliveries(case):
    finish(case)
    with case.core.db.write() as session:
        last = select(func.max(Delivery.id)).where(Delivery.request_id.is_not(None))
        given_up = update(Delivery).where(Delivery.id == last.scalar_subquery())
        session.execute(given_up.values(state="gave_up"))
    kept = len([row for row in case.deliveries() if row.request_id])
    swept(case, days=100)
    assert len(case.deliveries()) == kept
    assert number(case, Attempt) == kept


def test_timers_go_a_week_after_their_request_is_over(case):
    finish(case)
    timers = number(case, Timer)
    assert timers > 0
    assert swept(case, days=6)["timers"] == 0
    swept(case, days=14)  # the expiry of the request was two weeks ahead
    case.simulated.clock.advance(8 * DAY)
    case.simulated.house.retention.sweep()
    assert number(case, Timer) == 0


def test_a_call_that_is_owed_again_stays_until_it_was_taken(case):
    case.upstream.put("case", "1", {"state": "Closed"})
    case.trigger()
    case.work()
    service = CallReplays(case.core, case.core.workspace_ids["alice"])
    service.begin({}, Order("Alice"))
    assert swept(case, days=100)["calls"] == 0
    case.work()
    assert swept(case, days=1)["calls"] == 1  # the new one is young


@pytest.mark.parametrize("state", ["pending", "retry", "leased", "paused", "gave_up"])
def test_what_is_owed_or_given_up_is_never_deleted(house, sweep, state):
    house.owe("kept")
    old = house.clock.now() - 1000 * DAY
    with house.db.write() as session:
        session.execute(update(Delivery).values(state=state, created_at=old, finished_at=old))
    assert sweep()["deliveries"] == 0
    assert house.states() == {"kept": state}


def test_thousands_go_in_bounded_transactions(house, sweep, monkeypatch):
    old = house.clock.now() - 100 * DAY
    with house.db.write() as session:
        for n in range(1200):
            outbox.owe(
                session, workspace_id=WORKSPACE, request_id=None, entity=f"e{n}", kind="note",
                destination="agiloft", payload={}, key=f"key-{n}", seq=0, now=old,
                wall=house.clock.wall(),
            )  # fmt: skip
        session.execute(update(Delivery).values(state="delivered", finished_at=old))
        session.execute(update(Delivery).where(Delivery.key == "key-700").values(state="gave_up"))
    house.owe("young")
    monkeypatch.setattr(retention, "PAUSE", 0)
    monkeypatch.setattr(retention, "BATCH", 500)
    sizes = []
    remove = retention._KINDS[0].remove

    def counted(session, ids):
        sizes.append(len(ids))
        remove(session, ids)

    first = retention._Kind(
        "deliveries", retention._KINDS[0].old, counted, retention._KINDS[0].keep
    )
    monkeypatch.setattr(retention, "_KINDS", (first,))
    assert sweep() == {"deliveries": 1199}
    assert sizes == [500, 499, 200]
    assert house.states() == {"key-700": "gave_up", "young": "pending"}


def test_a_delivery_replayed_while_it_was_about_to_go_stays(house, sweep, monkeypatch):
    house.owe("first")
    old = house.clock.now() - 100 * DAY
    with house.db.write() as session:
        session.execute(update(Delivery).values(state="discarded", created_at=old, finished_at=old))
    delete = Retention._delete

    def replayed_first(self, kind, page):
        if kind.name == "deliveries":
            DeliveryReplays(house, WORKSPACE).begin({}, Order("Alice"))
        return delete(self, kind, page)

    monkeypatch.setattr(Retention, "_delete", replayed_first)
    assert sweep()["deliveries"] == 0
    assert house.states() == {"first": "pending"}


def test_the_items_of_a_replay_go_with_their_deliveries(house, sweep):
    house.owe("first")
    with house.db.write() as session:
        session.execute(update(Delivery).values(state="gave_up"))
    DeliveryReplays(house, WORKSPACE).begin({}, Order("Alice"))
    house.engine().run_due()
    house.advance(days=91)
    assert sweep()["deliveries"] == 1
    with house.db.read() as session:
        assert session.scalars(select(ReplayItem)).all() == []


def test_a_stopped_sweep_deletes_nothing_more(house, tmp_path):
    house.owe("first")
    old = house.clock.now() - 100 * DAY
    with house.db.write() as session:
        session.execute(update(Delivery).values(state="delivered", created_at=old, finished_at=old))
    one = Retention(house.db, house.clock, hub(tmp_path, HUB))
    one.stop()
    assert one.sweep() == {
        "deliveries": 0, "calls": 0, "timers": 0, "codes": 0, "sign_ins": 0, "tries": 0,
        "sessions": 0, "preferences": 0,
    }  # fmt: skip
    assert house.states() == {"first": "delivered"}
