"""Health says truly whether something mends itself or a person must mend it, and where."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from hub.kernel.errors import ConfigurationError, Refused, Retryable
from hub.registry import InstanceKey
from hub.services import health
from hub.storage.models import Instance
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
    health.probe(core, SMS)
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
