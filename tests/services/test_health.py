"""Health says truly whether something mends itself or a person must mend it, and where."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from hub.engine.conditions import FAILING
from hub.engine.outbox import owe
from hub.engine.retry import RetrySchedule
from hub.kernel.errors import ConfigurationError, Refused, Retryable
from hub.registry import InstanceKey
from hub.services import health, probes
from hub.storage.models import Instance, Lease
from tests.simulated_house import SimulatedHouse

SMS = InstanceKey("alice", "sms")


@pytest.fixture
def simulated(tmp_path, database_url):
    with capture_logs():
        made = SimulatedHouse(tmp_path, database=database_url)
        yield made
        made.close()


def probed(simulated, monkeypatch, error):
    def fail():
        raise error

    core = simulated.house.core
    monkeypatch.setattr(core.registry.plugin(SMS), "probe", fail)
    probes.probe(core, SMS)
    return sms(simulated)


def sms(simulated):
    return {one.instance: one for one in health.sync(simulated.house.core)[0].instances}["sms"]


@pytest.mark.parametrize(
    "error", [Refused("no such account", code="no_account"), ConfigurationError("no such project")]
)
def test_a_probe_that_fails_for_good_is_broken_and_says_where_to_mend(
    simulated, monkeypatch, error
):
    told = probed(simulated, monkeypatch, error)
    assert told.status == "broken"
    assert error.detail in told.mend
    assert "alice.yaml:" in told.mend


def test_a_probe_that_fails_for_a_while_waits(simulated, monkeypatch):
    assert probed(simulated, monkeypatch, Retryable("no answer")).status == "waiting"


@pytest.mark.parametrize("error", [Refused("no"), Retryable("no answer")])
def test_a_delivery_after_a_failed_probe_proves_the_instance_well(simulated, monkeypatch, error):
    probed(simulated, monkeypatch, error)
    core = simulated.house.core
    later = core.clock.wall() + timedelta(seconds=1)
    with core.db.write() as session:
        session.execute(update(Instance).where(Instance.key == "sms").values(last_success_at=later))
    assert sms(simulated).status == "ok"


def disabled(simulated, code, probe_ok):
    core = simulated.house.core
    wall = core.clock.wall()
    with core.db.write() as session:
        values = {
            "paused_code": code, "paused_detail": "every try has failed", "paused_at": wall,
            "failing_since": wall - timedelta(days=5), "probe_ok": probe_ok, "probed_at": wall,
        }  # fmt: skip
        session.execute(update(Instance).where(Instance.key == "sms").values(**values))
    simulated.clock.advance(timedelta(minutes=6))
    return core


@pytest.mark.parametrize("code", [FAILING, "gone"])
def test_a_disabled_instance_is_told_with_since_when_and_what_to_do(simulated, code):
    disabled(simulated, code, True)
    told = sms(simulated)
    assert (told.status, told.paused, told.disabled) == ("broken", code, True)
    assert told.failing_since == "2026-02-25T11:00:00+00:00"
    assert told.paused_since == "2026-03-02T11:00:00+00:00"
    assert "alice.yaml:" in told.mend
    assert "paraph probe sms" in told.mend


@pytest.mark.parametrize("code", [FAILING, "gone"])
def test_a_probe_that_succeeded_all_the_while_does_not_end_disabling(simulated, code):
    core = disabled(simulated, code, True)
    probes.probe_due(core)
    assert sms(simulated).paused == code
    probes.probe(core, SMS)  # a person asks
    assert (sms(simulated).paused, sms(simulated).status) == (None, "ok")


def test_a_disabled_instance_that_answers_its_probe_again_goes_on_by_itself(simulated):
    core = disabled(simulated, FAILING, False)
    probes.probe_due(core)
    assert sms(simulated).paused is None


def test_wrong_credentials_end_with_the_next_good_probe_as_ever(simulated):
    core = disabled(simulated, "authentication_failed", True)
    assert not sms(simulated).disabled
    probes.probe_due(core)
    assert sms(simulated).paused is None


def test_a_schedule_of_the_settings_reaches_the_engine(simulated):
    file = simulated.config / "workspaces" / "alice.yaml"
    text = file.read_text(encoding="utf-8").replace(
        "sms: {", "sms: {retry: {total: 4d, first: 30s}, disable_after: 3d, "
    )
    file.write_text(text, encoding="utf-8")
    simulated.house.reload()
    runner = simulated.house.engine.runner
    limits = runner._settler._limits(simulated.house.core.workspace_ids["alice"], "sms")
    assert limits.schedule == RetrySchedule(total=timedelta(days=4), first=timedelta(seconds=30))
    assert limits.disable_after == timedelta(days=3)


def test_readiness_writes_a_row(simulated):
    core = simulated.house.core
    assert health.ready(core) == (True, "ready")
    with core.db.read() as session:
        until = session.scalar(select(Lease.until).where(Lease.name == "ready"))
    assert until == core.clock.wall(), "a disk without room lets one read, and begin to write"


def test_while_somebody_else_holds_the_database_readiness_says_so_soon(tmp_path, monkeypatch):
    monkeypatch.setattr(health, "READY_WITHIN", 0.05)
    made = SimulatedHouse(tmp_path)
    with capture_logs(), sqlite3.connect(tmp_path / "data" / "paraph.db") as other:
        other.execute("BEGIN EXCLUSIVE")
        good, text = health.ready(made.house.core)
        assert (good, "database" in text) == (False, True)
        other.rollback()
        assert health.ready(made.house.core)[0]
    made.close()
    other.close()


def test_what_is_late_is_told_before_any_call_has_failed(simulated):
    core = simulated.house.core
    probed_well = update(Instance).values(probed_at=core.clock.wall(), probe_ok=True)
    with core.db.write() as session:
        session.execute(probed_well)
        owe(
            session, workspace_id=core.workspace_ids["alice"], request_id=None, entity="e",
            kind="message", destination="sms", payload={}, key="k", seq=1,
            now=core.clock.now(), wall=core.clock.wall(),
        )  # fmt: skip
    assert sms(simulated).status == "ok"
    simulated.clock.advance(timedelta(seconds=6))
    assert (sms(simulated).status, "late by 6 s" in sms(simulated).mend) == ("waiting", True)


def test_a_clock_that_was_moved_is_told(simulated):
    simulated.clock.advance(timedelta(minutes=-5))
    good, text = health.ready(simulated.house.core)
    assert good
    assert "moved by -300 s" in text


def test_wake_ups_that_do_not_get_through_are_told(simulated):
    simulated.house.core.cut_off = lambda: True
    good, text = health.ready(simulated.house.core)
    assert good, "work goes on"
    assert "a second later" in text


def test_nothing_is_younger_than_now_when_the_clock_was_set_back(simulated):
    core = simulated.house.core
    with core.db.write() as session:
        owe(
            session, workspace_id=core.workspace_ids["alice"], request_id=None, entity="e",
            kind="message", destination="sms", payload={}, key="k", seq=1,
            now=core.clock.now(), wall=core.clock.wall(),
        )  # fmt: skip
    simulated.clock.advance(timedelta(minutes=-5))
    assert (sms(simulated).backlog, sms(simulated).oldest_owed_seconds) == (1, 0)
