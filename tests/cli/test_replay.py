"""``paraph replay`` and ``discard``: counts, samples, filters, stopping, calls that came in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from connectors.simulated.upstream import upstream
from hub.cli import again, cli
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from tests.simulated_house import RECORD, SimulatedHouse

BAD = {**RECORD, "mobile": "+46701740694"}  # the gateway refuses this one


@pytest.fixture
def simulated(tmp_path):
    with capture_logs():
        made = SimulatedHouse(tmp_path)
        yield made
        made.close()


@pytest.fixture
def paraph(simulated):
    def run(*arguments, code=0):
        result = CliRunner().invoke(cli, [*arguments, "--config", str(simulated.config)])
        assert result.exit_code == code, result.output
        return result.output

    return run


def trigger(simulated, record_id, record=BAD):
    core = simulated.house.core
    accept(core, Trigger(core.workspace_ids["alice"], "repair", record_id, "api", record=record))
    simulated.work()


def states(paraph):
    rows = [line.split("\t") for line in paraph("deliveries", "--destination", "sms").splitlines()]
    return [row[1] for row in rows[1:]]


def test_a_dry_run_shows_what_to_whom_and_why_it_failed(simulated, paraph):
    trigger(simulated, "7")
    for arguments in (["--dry-run"], ["--dry-run", "--yes"], []):
        told = paraph("replay", *arguments)
        assert "1 deliveries to every instance" in told
        row = dict(zip(*(line.split("\t") for line in told.splitlines()[1:3]), strict=True))
        assert (row["destination"], row["error_code"]) == ("sms", "bad_number")
        assert "Nothing was changed" in told
        assert "70174" not in told
    assert states(paraph) == ["gave_up"]


def test_what_was_applied_is_counted_and_needs_force_and_a_filter(simulated, paraph):
    trigger(simulated, "7", RECORD)
    told = paraph("replay", "--destination", "sms", "--yes")
    assert "0 deliveries to sms" in told
    assert "1 already applied, left alone (--force does them again)" in told
    assert "say which" in paraph("replay", "--force", "--yes", code=2)
    told = paraph("replay", "--destination", "sms", "--force", "--yes")
    assert "1 deliveries are owed again" in told
    assert states(paraph) == ["pending"]


def test_a_replay_can_be_stopped_and_begun_again(simulated, paraph):
    for number in range(3):
        trigger(simulated, str(number))
    told = paraph("replay", "--yes", "--rate", "0.1")
    replay_id = told.partition("Replay ")[2].partition(";")[0]
    assert states(paraph) == ["pending"] * 3
    assert "Stopped: 3 of 3 are what they were before" in paraph("replay", "--stop", replay_id)
    assert states(paraph) == ["gave_up"] * 3
    assert "3 deliveries are owed again" in paraph("replay", "--yes")
    assert "no replay with this id: nope" in paraph("replay", "--stop", "nope", code=1)


def test_following_shows_a_bar_until_all_are_due(simulated, paraph, monkeypatch):
    trigger(simulated, "7")
    monkeypatch.setattr(again, "sleep", lambda seconds: pytest.fail("one is due at once"))
    told = paraph("replay", "--yes", "--follow")
    assert "100%" in told
    assert "Now: 1 pending" in told


def test_ctrl_c_while_following_puts_back_what_was_not_tried(simulated, paraph, monkeypatch):
    for number in range(3):
        trigger(simulated, str(number))

    def interrupted(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(again, "sleep", interrupted)
    told = paraph("replay", "--yes", "--follow", "--rate", "0.1")
    assert "Stopped: 3 are what they were before" in told
    assert states(paraph) == ["gave_up"] * 3


def test_calls_that_led_to_nothing_are_taken_again(simulated, paraph):
    store = upstream(f"{simulated.world}-alice")
    store.put("case", "1", {**RECORD, "state": "Closed"})
    core = simulated.house.core
    accept(core, Trigger(core.workspace_ids["alice"], "repair", "1", "button"))
    simulated.work()
    told = paraph("replay", "--inbound")
    assert "1 calls" in told
    assert "not_wanted" in told
    store.put("case", "1", RECORD)
    assert "1 calls are taken again" in paraph("replay", "--inbound", "--yes")
    simulated.clock.advance(timedelta(days=3650))  # the command reads the real clock
    simulated.work()
    assert states(paraph) == ["delivered"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--destination", "fax"], 2, "there is no destination 'fax'; there are: hub_register"),
        (["--kind", "letter"], 2, "there is no kind 'letter'"),
        (["--state", "lost"], 2, "there is no state 'lost'"),
        (["--mapping", "x"], 2, "there is no mapping 'x'; there are: repair"),
        (["--since", "yesterday"], 2, "is no moment with a zone; write 2026-03-02T09:00:00Z"),
        (["--since", "2026-03-02T09:00:00"], 2, "is no moment with a zone"),
        (["--outcome", "failed"], 2, "--outcome narrows calls; add --inbound"),
        (["--inbound", "--kind", "step"], 2, "--kind narrows deliveries; leave out --inbound"),
        (["--inbound", "--outcome", "lost"], 2, "there is no outcome 'lost'"),
        (["--id", "nope"], 1, "there is no delivery with this id: nope"),
        (["--inbound", "--id", "nope"], 1, "there is no call with this id: nope"),
        (["--request", "nope"], 1, "there is no request with this id: nope"),
        (["--rate", "0"], 2, "0.1<=x<=1000"),
    ],
)
def test_what_does_not_exist_is_named_with_what_there_is(paraph, arguments, code, said):
    assert said in " ".join(paraph("replay", *arguments, code=code).split())


def test_discarding_takes_the_same_filters(simulated, paraph):
    trigger(simulated, "7")
    assert "0 given-up" in paraph("discard", "--code", "nothing", "--yes")
    assert "there is no kind 'letter'" in paraph("discard", "--kind", "letter", "--yes", code=2)
    assert "1 deliveries were discarded" in paraph("discard", "--mapping", "repair", "--yes")
    assert "there is no destination" in paraph("deliveries", "--destination", "fax", code=2)
