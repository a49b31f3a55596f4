"""The four steps of job lines: kept as the record says, moved by the hub, told to the record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.contracts.records import RecordRef
from hub.kernel.errors import Refused
from hub.services.deciding import Noted, decide
from hub.services.withdrawals import withdraw
from hub.storage.models import SigningOrder
from tests.services.one_case import CLIENT
from tests.services.order_lines import JOBS, lines, order, steps, write_mapping

SECONDS = timedelta(seconds=3)


@pytest.fixture
def case(case):
    write_mapping(case)
    order(case)
    return case


def said(case):
    """What was written back of each line."""
    return [one for one in case.upstream.notes(RecordRef("case", "1")) if one[0].isdigit()]


def notes_since(case, before):
    return said(case)[len(before) :]


def sign(case, *chosen):
    token = case.link()
    case.cases.choose_lines(token, list(chosen))
    case.approve(case.begin(token))
    case.pass_time(SECONDS)


def test_only_lines_that_are_priced_are_offered_and_all_are_kept(case):
    case.invite()
    assert [line["id"] for line in case.request().plan["lines"]] == ["1", "3"]
    assert steps(case) == {"1": "offered", "2": "found", "3": "offered", "4": "decided"}
    kept = lines(case)
    assert {one.source_number for one in kept.values()} == {"SO-1"}
    assert [one.step_name for one in kept.values()] == [
        "Offererad", "Hittad", "Offererad", "Beslutad",
    ]  # fmt: skip
    assert kept["2"].details["price"] is None
    assert (kept["3"].details["quantity"], kept["3"].details["currency"]) == ("1.5", "SEK")
    assert kept["1"].request_id == kept["3"].request_id == case.request().id
    assert kept["2"].request_id is None


def test_a_line_is_offered_when_the_link_was_sent_and_not_before(case):
    case.trigger()
    assert said(case) == []
    case.work()
    assert said(case) == ["1 offered Offererad ", "3 offered Offererad "]
    assert case.events().count("line_offered") == 2


def test_each_decision_moves_its_line(case):
    case.invite()
    before = said(case)
    sign(case, "1")
    assert steps(case) == {"1": "decided", "2": "found", "3": "decided", "4": "decided"}
    kept = lines(case)
    assert (kept["1"].decision, kept["3"].decision) == ("accepted", "declined")
    assert notes_since(case, before) == [
        "1 decided Beslutad accepted",
        "3 decided Beslutad declined",
    ]


def test_a_no_to_all_declines_each_line(case):
    case.cases.decline(case.invite(), "Too dear", CLIENT)
    before = said(case)
    case.work()
    assert notes_since(case, before) == [
        "1 decided Beslutad declined",
        "3 decided Beslutad declined",
    ]
    assert lines(case)["1"].decision == "declined"


def test_an_answer_noted_by_hand_moves_lines_too(case):
    case.invite()
    workspace = case.core.workspace_ids["alice"]
    noted = Noted("accepted", "Bob Berg", "counter", lines={"1": "declined", "3": "accepted"})
    decide(case.core, workspace, case.request().id, noted, door="test")
    assert {line: one.decision for line, one in lines(case).items()} == {
        "1": "declined", "2": None, "3": "accepted", "4": None,
    }  # fmt: skip


def test_lines_of_an_offer_that_was_withdrawn_wait_to_be_offered_again(case):
    case.invite()
    before = said(case)
    withdraw(case.core, case.core.workspace_ids["alice"], case.request().id, by="test")
    case.work()
    assert steps(case) == {"1": "priced", "2": "found", "3": "priced", "4": "decided"}
    assert notes_since(case, before) == ["1 priced Prissatt ", "3 priced Prissatt "]
    case.invite()
    assert steps(case)["1"] == "offered"


def test_lines_of_an_offer_that_expired_wait_too(case):
    case.invite()
    case.pass_time(timedelta(days=20), timedelta(days=1))
    assert case.request().state in ("expired", "failed")
    assert steps(case)["3"] == "priced"


def test_a_late_message_moves_nothing_back(case):
    case.invite()
    sign(case, "1", "3")
    kept = lines(case)
    order(case)  # the record has not heard of it: it says priced again
    case.trigger()
    case.work()
    assert case.events().count("line_offered") == 4  # offered anew by a person, with a new request
    assert kept["1"].decision == "accepted"


def test_a_reading_takes_nothing_back_that_the_record_was_not_told_yet(case):
    case.invite()
    order(case, state="Closed")  # the record says priced still, and asks for nothing
    case.trigger()
    case.work()
    assert steps(case)["1"] == "offered"


def test_a_record_that_asks_for_nothing_is_kept_all_the_same(case):
    order(case, state="Closed")
    case.trigger()
    case.work()
    assert case.requests() == []
    assert steps(case) == {"1": "priced", "2": "found", "3": "priced", "4": "decided"}


def test_the_record_is_right_when_nothing_is_owed_to_it(case):
    order(case, state="Closed")
    case.trigger()
    case.work()
    jobs = [{**one, "step": "Hittad"} for one in JOBS[:3]]
    order(case, jobs, state="Closed")
    case.trigger()
    case.work()
    assert steps(case) == {"1": "found", "2": "found", "3": "found"}  # the fourth is gone


def test_a_step_that_nobody_knows_is_a_fault_of_the_record(case):
    order(case, [{**JOBS[0], "step": "Kanske"}])
    case.trigger()
    case.work()
    assert (case.request().state, case.request().reason) == ("failed", "bad_record")
    assert "item.step" in (case.request().reason_detail or "")


def test_a_record_that_comes_along_with_its_trigger_is_kept(case):
    record = {**case.upstream.records("case")["1"], "state": "Closed"}
    case.trigger(source="api", record=record)
    case.work()
    assert steps(case)["2"] == "found"


def test_what_is_signed_does_not_hold_steps(case):
    token = case.invite()
    order_id = case.begin(token)
    with case.core.db.read() as session:
        shown = session.get_one(SigningOrder, order_id).task.get("shown") or {}
    assert "step" not in str(shown)


def test_a_decided_line_cannot_be_chosen(case):
    token = case.invite()
    with pytest.raises(Refused, match="has no line '4'"):
        case.cases.choose_lines(token, ["4"])
