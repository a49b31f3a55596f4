"""The commands of operations: what they print, how they end, and that counting changes nothing."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from structlog.testing import capture_logs

from hub.channels.simulated.gateway import gateway
from hub.cli import cli
from hub.services import health, probes
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.storage.models import MappingVersion
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


def test_what_is_discarded_is_no_longer_told_by_health_and_can_be_replayed(simulated, paraph):
    trigger(simulated, {**RECORD, "mobile": "+46701740694"})
    core = simulated.house.core

    def sms():
        return {one.instance: one for one in health.sync(core)[0].instances}["sms"]

    probes.probe_due(core)
    assert (sms().gave_up, sms().status) == (1, "broken")
    assert "paraph discard" in sms().mend
    assert "Nothing was changed" in paraph("discard", "--destination", "sms")
    assert sms().gave_up == 1
    assert "1 deliveries were discarded" in paraph("discard", "--destination", "sms", "--yes")
    assert (sms().gave_up, sms().status) == (0, "ok")
    assert "1 deliveries to sms" in paraph("replay", "--destination", "sms")


def test_piped_deliveries_are_whole_and_tab_separated_beyond_one_page(simulated, paraph):
    for number in range(60):
        trigger(simulated, record_id=str(number))
    rows = [line.split("\t") for line in paraph("deliveries").splitlines()]
    assert rows[0] == ["created", "state", "to", "what", "tries", "error", "id"]
    core = simulated.house.core
    with core.db.read() as session:
        ids = {row[0] for row in session.connection().exec_driver_sql("SELECT id FROM delivery")}
    assert {row[-1] for row in rows[1:]} == ids
    assert len(ids) > 100
    told = paraph("deliveries", "--most", "7")
    assert told.count("Z\t") == 7
    assert "more than 7" in told


def test_a_state_or_id_that_does_not_exist_is_told(paraph):
    assert "'bogus' is not one of" in paraph("deliveries", "--state", "bogus", code=2)
    assert "no delivery with this id: nope" in paraph("deliveries", "--id", "nope", code=1)


def test_a_look_works_with_faulty_files_and_activates_nothing(simulated, paraph):
    trigger(simulated)
    core = simulated.house.core
    mapping = simulated.config / "mappings" / "repair.yaml"
    good = mapping.read_text(encoding="utf-8")
    for text in (good.replace("Repair of", "Mending of"), "mapping: ["):
        mapping.write_text(text, encoding="utf-8")
        assert "message" in paraph("deliveries")
        assert "0 deliveries" in paraph("replay", "--yes")
        with core.db.read() as session:
            assert [row.text for row in session.scalars(select(MappingVersion))] == [good]


def test_without_a_database_the_commands_say_so(simulated):
    hub = simulated.config / "paraph.yaml"
    text = hub.read_text(encoding="utf-8")
    hub.write_text(text.replace("/data", "/elsewhere"), encoding="utf-8")
    result = CliRunner().invoke(cli, ["deliveries", "--config", str(simulated.config)])
    assert "start the hub first" in str(result.exception)
    assert not (simulated.config.parent / "elsewhere").exists()


def test_lint_is_silent_about_good_files_and_exact_about_bad_ones(simulated, paraph):
    told = paraph("lint")
    assert "error:" not in told
    assert "warning: back.failed: no example shows what happens after 'failed'" in told
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


def test_keys_are_listed_and_a_revoked_one_opens_nothing(simulated, paraph):
    key = paraph("api-key", "--name", "agiloft", "--role", "trigger").strip()
    assert simulated.house.keys.check(key, 0.0).role == "trigger"
    (line,) = [line for line in paraph("api-keys").splitlines() if "agiloft" in line]
    key_id, prefix, role, _, state, _ = line.split("\t")
    assert (prefix, role, state) == (f"{key[:8]}…", "trigger", "good")
    assert key not in line
    assert "is revoked" in paraph("revoke-key", key_id)
    assert simulated.house.keys.check(key, 60.0) is None
    (line,) = [line for line in paraph("api-keys").splitlines() if "agiloft" in line]
    assert "revoked 2" in line
    for wrong in (key_id, "nothing"):
        assert "no good key" in paraph("revoke-key", wrong, code=1)


def test_links_are_printed_for_one_record_or_for_all(simulated, paraph):
    links = simulated.house.core.links
    for arguments, record_id in ((("repair", "7"), "7"), (("repair",), "$id")):
        query = dict(parse_qsl(urlsplit(paraph("button-link", *arguments).strip()).query))
        assert query["id"] == record_id
        assert links.button_matches("repair", query, simulated.clock.now())
    assert "no mapping 'nothing'" in paraph("button-link", "nothing", code=2)
    assert paraph("hook-url", "sms").strip() == links.hook("alice", "sms")


def test_links_of_a_records_other_buttons_are_printed(simulated, paraph):
    links, now = simulated.house.core.links, simulated.clock.now()
    for given, named in ((("case", "7"), ("case", "7")), ((), ("{table}", "{id}"))):
        printed = paraph("record-button", "source", "cancel", *given).strip()
        assert urlsplit(printed).path == "/r/source/cancel"
        query = dict(parse_qsl(urlsplit(printed).query))
        assert (query["table"], query["id"]) == named
        assert links.record_button_matches("source", "decide", query, now)
        assert ("e" in query) == bool(given)
    assert "name the record too" in paraph("record-button", "source", "check", "case", code=2)
    assert "erase" in paraph("record-button", "source", "erase", code=2)


def test_each_plugin_is_told_the_buttons_of_its_records(simulated, paraph):
    told = json.loads(paraph("addresses"))
    own = told["own"]["connector:simulated"]
    assert own["hook.alice"] == told["hooks"]["connector:simulated"]
    template = simulated.house.core.links.record_button_template
    for action in ("check", "cancel", "decide"):
        assert own[action] == template("alice", "source", action)
    assert "/b/repair?" in own["button"]


def test_an_instance_that_registers_no_hooks_says_so(paraph):
    assert "registers no hooks" in paraph("register-hook", "hub_register", "customer", code=1)


def test_every_command_has_help():
    listed = CliRunner().invoke(cli, ["--help"]).output
    for name in cli.list_commands(None):
        assert name in listed
        told = CliRunner().invoke(cli, [name, "--help"])
        assert told.exit_code == 0
        assert len(told.output.splitlines()) > 4
