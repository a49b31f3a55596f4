"""``paraph poll`` and ``paraph keep-hooks``: what the hub does by itself, done now."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from structlog.testing import capture_logs

from connectors.simulated.connector import SimulatedConnector
from hub.cli import cli
from hub.contracts.capabilities import Capability
from hub.contracts.manifest import Manifest
from hub.kernel.errors import Refused
from hub.storage.models import Timer
from tests.services.polled_case import PolledCase
from tests.simulated_house import RECORD


@pytest.fixture
def polled(tmp_path):
    with capture_logs():
        made = PolledCase(tmp_path)
        yield made
        made.simulated.close()


@pytest.fixture
def paraph(polled):
    def run(*arguments, code=0):
        result = CliRunner().invoke(cli, [*arguments, "--config", str(polled.simulated.config)])
        assert result.exit_code == code, result.output
        return result.output

    return run


def test_poll_asks_now_and_tells_how_much_it_took(polled, paraph):
    assert paraph("poll", "source") == "ok   case: 0 changes\n"
    for number in range(3):
        polled.upstream.put("case", f"n{number}", RECORD)
    assert paraph("poll", "source") == "ok   case: 3 changes\n"
    assert [call.source for call in polled.calls()] == ["poll"] * 3
    assert [one.state for one in polled.deliveries("intake")] == ["pending"] * 3  # the hub's work


def test_poll_takes_all_that_waits(polled, paraph, monkeypatch):
    monkeypatch.setattr("hub.services.polls.MOST", 2)
    for number in range(5):
        polled.upstream.put("case", f"n{number}", RECORD)
    assert paraph("poll", "source") == "ok   case: 5 changes\n"


def test_a_poll_that_fails_says_why_and_the_next_one_that_nothing_is_asked(polled, paraph):
    polled.upstream.password = "changed"
    assert "FAIL case: 0 changes, then the upstream refused" in paraph("poll", "source", code=1)
    assert "nothing is asked now: see paraph probe" in paraph("poll", "source", code=1)


def test_poll_leaves_a_table_alone_that_is_being_polled(polled, paraph):
    with polled.core.db.write() as session:
        timer = session.scalars(select(Timer).where(Timer.entity == polled.row().id)).one()
        timer.state, timer.claim_id = "leased", polled.simulated.house.engine.runner.holder + ".1"
        timer.lease_until = polled.simulated.clock.wall().replace(year=2999)
    assert "is being polled at this moment" in paraph("poll", "source")


def test_what_is_not_polled_is_told(polled, paraph):
    assert "no mapping with 'trigger: poll' reads from 'hub_register'" in paraph(
        "poll", "hub_register", code=2
    )
    config = str(polled.simulated.config)
    told = CliRunner().invoke(cli, ["poll", "fax", "--config", config]).exception
    assert "fax" in str(told)


def test_keep_hooks_tells_what_was_done_and_what_failed(polled, paraph, monkeypatch):
    assert paraph("keep-hooks") == ""
    assert "these do: -" in paraph("keep-hooks", "source", code=2)
    able = Manifest.can
    monkeypatch.setattr(
        Manifest,
        "can",
        lambda manifest, one: (
            able(manifest, one)
            or (one is Capability.KEEPS_HOOKS and (manifest.key, manifest.kind) == KEEPER)
        ),
    )
    path = polled.simulated.config / "mappings" / "repair.yaml"
    text = path.read_text(encoding="utf-8").replace("[button, poll]", "[button, poll, webhook]")
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(SimulatedConnector, "keep_hooks", lambda _, tables: f"kept {tables}")
    assert paraph("keep-hooks") == "ok   source: kept ['case']\n"

    def refused(connector, tables):
        raise Refused("too many subscriptions")

    monkeypatch.setattr(SimulatedConnector, "keep_hooks", refused)
    assert paraph("keep-hooks", "source", code=1) == "FAIL source: too many subscriptions\n"


KEEPER = ("simulated", "connector")
