"""Job lines that are offered once more, and records that lag behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.contracts.records import RecordRef
from hub.services.clearing import clear
from hub.services.withdrawals import withdraw
from tests.services.order_lines import JOBS, LINES, lines, order, steps
from tests.services.test_step_events import rewrite

SECONDS = timedelta(seconds=3)
SAID = '[{note: "{{ line.id }} {{ line.step }} {{ line.step_name }} {{ line.decision }}"}]'
EVENTS = ("line_offered", "line_withdrawn", "line_accepted", "line_declined")
BACK = "back:\n" + "".join(f"  {event}: {SAID}\n" for event in EVENTS)


@pytest.fixture
def case(case):
    rewrite(case, ("  recipient:\n", LINES), ("back:\n", BACK))
    order(case)
    return case


def said(case):
    """What was written back of each line."""
    return [one for one in case.upstream.notes(RecordRef("case", "1")) if one[0].isdigit()]


def sign(case, *chosen):
    case.cases.choose_lines(case.link(), list(chosen))
    case.approve(case.begin(case.link()))
    case.pass_time(SECONDS)


def test_a_reading_leaves_back_what_was_withdrawn_while_the_record_was_away(case):
    case.invite()
    jobs = [{**one, "step": "Offererad"} for one in JOBS if one["step"] == "Prissatt"]
    case.upstream.fault("unreachable", "note", count=9)
    withdraw(case.core, case.core.workspace_ids["alice"], case.request().id, by="test")
    case.work()
    record = {**case.upstream.records("case")["1"], "state": "Closed", "no": "SO-1", "jobs": jobs}
    case.trigger(source="api", record=record)
    case.work()
    assert case.requests()[-1].state == "cancelled"
    assert not said(case)[2:]
    assert steps(case) == {"1": "priced", "3": "priced"}
    assert lines(case)["1"].request_id == case.request().id


def cleared(case):
    workspace = case.core.workspace_ids["alice"]
    clear(case.core, workspace, case.request().id, "api", "the wrong price")
    case.work()


def test_lines_of_a_cleared_acceptance_are_offered_once_more(case):
    case.invite()
    sign(case, "1")
    before = said(case)
    cleared(case)
    assert steps(case) == {"1": "offered", "2": "found", "3": "offered", "4": "decided"}
    assert {one.decision for one in lines(case).values()} == {None}
    assert said(case)[len(before) :] == [
        "1 offered Offererad accepted",
        "3 offered Offererad declined",
    ]


def test_what_is_decided_after_a_clearing_is_told_anew(case):
    case.invite()
    sign(case, "1")
    cleared(case)
    before = said(case)
    sign(case, "3")
    kept = lines(case)
    assert (kept["1"].decision, kept["3"].decision) == ("declined", "accepted")
    assert said(case)[len(before) :] == [
        "1 decided Beslutad declined",
        "3 decided Beslutad accepted",
    ]


def test_lines_that_were_cleared_and_never_answered_wait_to_be_offered(case):
    case.invite()
    sign(case, "1")
    cleared(case)
    withdraw(case.core, case.core.workspace_ids["alice"], case.request().id, by="test")
    assert steps(case) == {"1": "priced", "2": "found", "3": "priced", "4": "decided"}
