"""What hangs on a record that could not be made waits for it, and one replay mends all."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from hub.engine import replay
from hub.kernel.errors import Refused
from hub.services.register import Register
from hub.storage.models import CaseNote, Customer, Delivery, RepairCase
from tests.services.one_case import CLIENT

SECONDS = timedelta(seconds=3)


def replayed(case, **which):
    """Replay what was given up; how many."""
    chosen = replay.WorkFilter(case.core.workspace_ids["alice"], **which)
    with case.core.db.write() as session:
        count = len(replay.replay(session, chosen, case.simulated.clock.wall()))
    case.work()
    return count


def given_up(case):
    """Step → code of what was given up."""
    return {row.step: row.error_code for row in case.deliveries("step") if row.state == "gave_up"}


def signed_while_the_register_refuses_customers(case, monkeypatch):
    token = case.invite()
    real = Register.find_or_create

    def refuse(self, table, fields, match, key):
        if table == "customer":
            raise Refused("the register refuses this customer")
        return real(self, table, fields, match, key)

    with monkeypatch.context() as patch:
        patch.setattr(Register, "find_or_create", refuse)
        case.approve(case.begin(token))
        case.pass_time(SECONDS)


def test_steps_do_not_go_on_without_the_record_that_they_refer_to(case, monkeypatch):
    signed_while_the_register_refuses_customers(case, monkeypatch)
    assert given_up(case) == {
        "records.customer": "refused",
        "records.repair_case": "needs_customer",
        "records.repair_case.note": "needs_repair_case",
        "back.completed.0": "needs_repair_case",
    }
    assert "case" not in case.record()


def test_one_replay_makes_the_records_the_note_and_the_case_number(case, monkeypatch):
    signed_while_the_register_refuses_customers(case, monkeypatch)
    assert replayed(case) == 4
    with case.core.db.read() as session:
        (customer,) = session.scalars(select(Customer))
        (repair,) = session.scalars(select(RepairCase))
        (note,) = session.scalars(select(CaseNote))
    assert repair.customer_id == customer.id
    assert note.row_id == repair.id
    assert (case.record()["state"], case.record()["case"]) == ("Signed", repair.number)
    assert given_up(case) == {}


def test_a_step_replayed_before_its_record_is_given_up_again(case, monkeypatch):
    signed_while_the_register_refuses_customers(case, monkeypatch)
    note = next(row for row in case.deliveries("step") if row.step.endswith(".note"))
    assert replayed(case, ids=[note.id]) == 1
    assert given_up(case)["records.repair_case.note"] == "needs_repair_case"
    assert replayed(case) == 4
    assert given_up(case) == {}


def test_what_a_former_request_still_owed_does_not_undo_a_newer_one(case):
    case.invite()
    case.upstream.fault("unreachable", "update", count=1)
    case.cases.decline(case.link(), "no", CLIENT)
    case.work()
    assert case.record()["state"] == "Sent"  # it could not be told yet
    with case.core.db.write() as session:
        later = case.simulated.clock.wall() + timedelta(minutes=30)
        retried = update(Delivery).where(Delivery.state == "retry").values(next_at=later)
        assert session.execute(retried).rowcount == 1
    case.pass_time(SECONDS)
    case.invite()
    assert case.record()["state"] == "Sent"
    case.pass_time(timedelta(hours=1))
    assert {row.state for row in case.deliveries("step")} == {"delivered"}
    assert case.record()["state"] == "Sent"
    assert "reason" in case.record()  # which nobody has written since
