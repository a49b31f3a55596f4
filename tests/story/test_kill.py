"""Kill -9 at each step of the story: afterwards everything has happened, and exactly once (F1).

The hub is a real process, parent and worker. The simulators run in here, so that they can kill it
exactly before they do something, after they did it without an answer, or after the answer.
"""

from __future__ import annotations

import time

import pytest

from hub.services.house import open_house
from tests.story.hub_process import HubProcess
from tests.story.journey import Journey, Point
from tests.story.ledger import Ledger
from tests.story.world import ALICE, GATEWAY_SEND, World

AGILOFT, BANKID, GATEWAY = "agiloft", "bankid", "sms_46elks"
NOT_OWED = {"owed": False}
POINTS = (
    Point("button_webhook_answered", mark="webhook_answered"),
    Point("record_read_not_yet_answered", AGILOFT, "read", "before", "Requested"),
    Point("record_read_and_answer_lost", AGILOFT, "read", "after", "Requested"),
    Point("sms_not_at_the_gateway_yet", GATEWAY, GATEWAY_SEND, "before"),
    Point("sms_taken_but_not_answered", GATEWAY, GATEWAY_SEND, "after"),
    Point("sms_just_answered", GATEWAY, GATEWAY_SEND, "answered"),
    Point("delivery_report_finds_nobody", mark="report_coming", **NOT_OWED),
    Point("delivery_report_just_answered", mark="report_answered", **NOT_OWED),
    Point("told_sent_not_yet_written", AGILOFT, "update", "before", "Sent"),
    Point("told_sent_written_but_not_answered", AGILOFT, "update", "after", "Sent"),
    Point("told_sent_while_reading_back", AGILOFT, "read", "before", "Sent"),
    Point("first_form_page_saved", mark="form_contact", **NOT_OWED),
    Point("second_form_page_saved", mark="form_repair", **NOT_OWED),
    Point("order_not_at_bankid_yet", BANKID, "sign", "before", **NOT_OWED),
    Point("order_at_bankid_but_not_answered", BANKID, "sign", "after", **NOT_OWED),
    Point("signing_page_shown", mark="signing_page"),
    Point("order_status_asked_before_it_answered", BANKID, "collect", "before"),
    Point("signature_collected_and_answer_lost", BANKID, "collect", "after", "complete"),
    Point("signature_stored_customer_not_back", mark="complete_stored", **NOT_OWED),
    Point("customer_back_signature_being_judged", mark="approved", **NOT_OWED),
    Point("just_after_the_customer_is_back", mark="approved", delay=0.1, **NOT_OWED),
    Point("told_signed_not_yet_written", AGILOFT, "update", "before", "Signed"),
    Point("told_signed_written_but_not_answered", AGILOFT, "update", "after", "Signed"),
    Point("told_signed_before_reading_back", AGILOFT, "read", "before", "Signed"),
    Point("told_signed_reading_back_answer_lost", AGILOFT, "read", "after", "Signed"),
    Point("after_the_end", mark="end", **NOT_OWED),
)
TWICE_AT_BANKID = "signature_collected_and_answer_lost"
LOOKED_FIRST = {
    "told_sent_written_but_not_answered": "back.invited.0",
    "told_signed_written_but_not_answered": "back.completed.0",
    "told_signed_before_reading_back": "back.completed.0",
    "told_signed_reading_back_answer_lost": "back.completed.0",
    "told_sent_while_reading_back": "back.invited.0",
}

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(110)]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = World(tmp_path_factory.mktemp("kill"))
    yield world
    world.close()


@pytest.fixture(scope="module")
def core(world):
    """Opened beside the hub, to look; its engine is never started."""
    house = open_house(world.config)
    yield house.core
    house.core.registry.close()
    house.core.db.close()


@pytest.fixture(scope="module")
def hub_process(world, core):
    hub = HubProcess(world.config, world.stage.hub_port, world.stage.folder / "hub.log")
    try:
        hub.start()
        world.introduce(core)
        yield hub
    finally:
        hub.stop()


@pytest.fixture
def hub(hub_process):
    """Up, whatever the test before left behind."""
    if not hub_process.is_up:
        hub_process.start()
    return hub_process


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_killed_at_any_point_the_story_goes_on_and_everything_happens_once(
    point, world, hub, core, resume_times
):
    began = time.monotonic()
    journey = Journey(world, hub, Ledger(core), point, POINTS.index(point))
    journey.play()
    assert journey.resumed is not None, "the hub was never killed"
    resume_times.append((journey.resumed, time.monotonic() - began))
    check_once(journey)


def check_once(journey):
    """One of each: request, SMS, customer, repair case, note, signature, write-back."""
    point, world = journey.point, journey.world
    entry = journey.ledger.entry(journey.record, journey.mobile)
    assert [request.state for request in entry.requests] == ["completed"]
    assert len(world.texts_to(journey.mobile)) == 1
    assert len(entry.customers) == len(entry.cases) == len(entry.notes) == 1
    assert entry.cases[0].customer_id == entry.customers[0].id
    once = ("started", "invited", "answered", "signed", "completed")
    assert {kind: entry.kinds[kind] for kind in once} == dict.fromkeys(once, 1)
    assert entry.broken_at is None
    assert {one.state for one in entry.deliveries} == {"delivered"}
    assert [order.status for order in entry.orders].count("accepted") == 1
    check_written_once(journey)
    check_signed_at_bankid(journey, entry)
    if step := LOOKED_FIRST.get(point.name):
        assert entry.step(step).result["repeated"], "it wrote again instead of looking first"


def check_written_once(journey):
    """Agiloft's own history: one update says Sent, one says Signed, and there is no third."""
    written = [change.fields for change in journey.world.writes_to(journey.record)]
    states = [fields.get("sign_state", (None, "the same again"))[1] for fields in written]
    assert states == ["Sent", "Signed"]
    upstream = journey.upstream
    assert all(upstream[name] for name in journey.story.script.filled)


def check_signed_at_bankid(journey, entry):
    """Where BankID's one answer was lost, the customer signed again; nowhere else."""
    accepted = next(order for order in entry.orders if order.status == "accepted")
    mine = {order.reference for order in entry.orders}
    signed = [one for one in journey.world.bankid.orders.all() if one.status == "complete"]
    complete = [one.reference for one in signed if one.reference in mine]
    assert accepted.reference in complete
    assert journey.upstream["bankid_order_ref"] == accepted.reference
    twice = journey.point.name == TWICE_AT_BANKID
    if journey.point.mark == "approved":  # the answer may just be on its way, and get lost
        twice = len(complete) == 2
    assert len(complete) == (2 if twice else 1)


def test_the_log_of_a_killed_hub_holds_no_personal_data(world, hub, core):
    journey = Journey(world, hub, Ledger(core), POINTS[4], len(POINTS))
    journey.play()
    log = (world.stage.folder / "hub.log").read_text(encoding="utf-8")
    assert "lost_leases_freed" in log, "this is not the log of a hub that was killed"
    (text,) = world.texts_to(journey.mobile)
    token = next(word for word in text.split() if "/s/" in word).rpartition("/")[2]
    person = (journey.mobile, journey.mobile[3:], f"alice{len(POINTS)}@", ALICE, ALICE[2:], token)
    assert [word for word in person if word in log] == []
