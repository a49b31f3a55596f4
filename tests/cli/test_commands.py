"""The commands of operations: what they print, how they end, and that counting changes nothing."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from hub.channels.simulated.gateway import gateway
from hub.cli import cli
from hub.services.triggers import Trigger, accept
from tests.simulated_house import RECORD, SimulatedHouse


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


def trigger(simulated, record=RECORD, record_id="7"):
    core = simulated.house.core
    accept(core, Trigger(core.workspace_ids["alice"], "repair", record_id, "api", record=record))
    simulated.work()


def test_probe_reaches_every_instance_and_says_where_to_mend(simulated, paraph):
    assert paraph("probe").count("ok  ") == 4
    assert "ok   sms" in paraph("probe", "sms")
    gateway(f"{simulated.world}-alice").password = "changed"
    told = paraph("probe", "sms", code=1)
    assert "FAIL sms: authentication_failed" in told
    assert "alice.yaml:" in told
    assert "there are: source, signing, sms, hub_register" in paraph("probe", "fax", code=2)


def test_deliveries_are_listed_without_anything_personal(simulated, paraph):
    trigger(simulated)
    told = paraph("deliveries", "--state", "delivered")
    assert "message" in told
    assert "70174" not in told
    assert "Alice" not in told
    core = simulated.house.core
    with core.db.read() as session:
        delivery_id = session.connection().exec_driver_sql("SELECT max(id) FROM delivery").scalar()
    detail = json.loads(paraph("deliveries", "--id", delivery_id))
    assert detail["attempts"][0]["outcome"] == "delivered"


def test_replay_counts_first_and_owes_again_only_when_told_to(simulated, paraph):
    trigger(simulated, {**RECORD, "mobile": "+46701740694"})
    assert "Nothing was changed" in paraph("replay")
    assert "1 deliveries to sms" in paraph("replay", "--destination", "sms")
    assert "1 deliveries are owed again" in paraph("replay", "--yes")
    assert "0 deliveries" in paraph("replay")


def test_lint_is_silent_about_good_files_and_exact_about_bad_ones(simulated, paraph):
    assert paraph("lint").startswith("No problems found.")
    path = simulated.config / "mappings" / "repair.yaml"
    path.write_text(path.read_text().replace("expires_after", "expire_after"), encoding="utf-8")
    told = paraph("lint", code=1)
    assert f"{path}:11:3:" in told
    assert "did you mean 'expires_after'?" in told


def test_a_new_key_opens_the_api_and_is_not_stored_as_it_is(simulated, paraph):
    key = paraph("api-key", "--name", "agiloft").strip()
    caller = simulated.house.keys.check(key, 0.0)
    assert caller.workspace_id == simulated.house.core.workspace_ids["alice"]
    stored = b"".join(path.read_bytes() for path in simulated.config.parent.glob("data/*.db*"))
    assert key.encode() not in stored


def test_links_are_printed_for_one_record_or_for_all(simulated, paraph):
    links = simulated.house.core.links
    for arguments, record_id in ((("repair", "7"), "7"), (("repair",), "$id")):
        query = dict(parse_qsl(urlsplit(paraph("button-link", *arguments).strip()).query))
        assert query["id"] == record_id
        assert links.button_matches("repair", query, simulated.clock.now())
    assert "no mapping 'nothing'" in paraph("button-link", "nothing", code=2)
    assert paraph("hook-url", "sms").strip() == links.hook("alice", "sms")


def test_an_instance_that_registers_no_hooks_says_so(paraph):
    assert "registers no hooks" in paraph("register-hook", "hub_register", "customer", code=1)


def test_every_command_has_help():
    listed = CliRunner().invoke(cli, ["--help"]).output
    for name in cli.list_commands(None):
        assert name in listed
        told = CliRunner().invoke(cli, [name, "--help"])
        assert told.exit_code == 0
        assert len(told.output.splitlines()) > 4
