"""Files read again while the hub runs: what changed takes effect, a faulty file changes nothing."""

from __future__ import annotations

import threading
from typing import ClassVar

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from hub.contracts.events import EventKind
from hub.kernel.errors import ConfigurationError
from hub.registry import InstanceKey
from hub.services import endings, health
from hub.services.house import open_house
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.services.watch import FileWatch
from hub.storage.models import MappingVersion, Request
from tests.simulated_house import RECORD, SimulatedHouse

SMS = InstanceKey("alice", "sms")


@pytest.fixture
def simulated(tmp_path, database_url):
    with capture_logs():
        made = SimulatedHouse(tmp_path, database=database_url)
        yield made
        made.close()


def change(simulated, name, old, new):
    path = simulated.config / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def active(simulated):
    core = simulated.house.core
    return core.shelf.active(core.workspace_ids["alice"], "repair")


def test_a_changed_text_is_used_from_then_on(simulated):
    change(simulated, "workspaces/alice.yaml", "It costs 500 kr.", "It costs 600 kr.")
    simulated.house.reload()
    assert simulated.house.core.workspaces["alice"].text("terms", "en") == "It costs 600 kr."


def test_a_changed_mapping_is_a_new_version_and_the_former_one_stays_readable(simulated):
    before = active(simulated)
    change(simulated, "mappings/repair.yaml", "Repair of", "Mending of")
    simulated.house.reload()
    after = active(simulated)
    assert after.version_id != before.version_id
    assert "Repair of" in simulated.house.core.shelf.version(before.version_id).text
    with simulated.house.core.db.read() as session:
        rows = session.scalars(select(MappingVersion)).all()
        assert [row.id for row in rows if row.active] == [after.version_id]


def test_going_back_to_a_former_text_takes_its_version_up_again(simulated):
    before = active(simulated)
    change(simulated, "mappings/repair.yaml", "Repair of", "Mending of")
    simulated.house.reload()
    change(simulated, "mappings/repair.yaml", "Mending of", "Repair of")
    simulated.house.reload()
    assert active(simulated).version_id == before.version_id


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("mappings/repair.yaml", "expires_after", "expire_after", "repair.yaml:"),
        ("mappings/repair.yaml", '"+46701740605"', '"+46701740606"', "repair.yaml:"),
        ("workspaces/alice.yaml", "plugin: hub_register", "plugin: hub_registre", "hub_register"),
        ("workspaces/alice.yaml", "gateway: ", "gatway: ", "did you mean 'gateway'"),
        ("workspaces/alice.yaml", "{{ link }}", "", "does not contain {{ link }}"),
    ],
)
def test_a_faulty_file_is_refused_whole_and_the_former_state_stays(simulated, name, old, new, said):
    before = active(simulated)
    change(simulated, "workspaces/alice.yaml", "It costs 500 kr.", "It costs 600 kr.")
    change(simulated, name, old, new)
    with pytest.raises(ConfigurationError) as caught:
        simulated.house.reload()
    assert said in "\n".join(caught.value.problems)
    assert active(simulated) == before
    assert simulated.house.core.workspaces["alice"].text("terms", "en") == "It costs 500 kr."


def test_corrected_credentials_resume_a_paused_instance_at_once(simulated):
    core = simulated.house.core
    change(
        simulated, "workspaces/alice.yaml", "settings: {gateway", "settings: {password: x, gateway"
    )
    simulated.house.reload()
    told = {one.instance: one for one in health.sync(core)[0].instances}
    assert told["sms"].status == "broken"
    assert "alice.yaml:" in told["sms"].mend
    change(simulated, "workspaces/alice.yaml", "password: x, ", "")
    simulated.house.reload()
    assert {one.instance: one.status for one in health.sync(core)[0].instances}["sms"] == "ok"


def test_an_instance_that_did_not_change_is_kept(simulated):
    registry = simulated.house.core.registry
    before = registry.channel(SMS)
    change(simulated, "workspaces/alice.yaml", "It costs 500 kr.", "It costs 600 kr.")
    simulated.house.reload()
    assert registry.channel(SMS) is before


def test_the_watch_reloads_once_per_change_and_survives_a_faulty_file(simulated):
    calls = []

    def reload():
        calls.append(1)
        raise ConfigurationError("no", problems=("repair.yaml:1:1: no",))

    watch = FileWatch([simulated.config / "mappings"], reload)
    assert not watch.look()
    change(simulated, "mappings/repair.yaml", "Repair of", "Mending of")
    assert not watch.look()
    assert not watch.look()
    assert len(calls) == 1


def test_a_removed_or_renamed_workspace_file_is_refused_and_everything_stays(simulated):
    before = active(simulated)
    file = simulated.config / "workspaces" / "alice.yaml"
    file.rename(file.with_name("bob.yaml"))
    with pytest.raises(ConfigurationError) as caught:
        simulated.house.reload()
    assert "restart" in caught.value.problems[0]
    assert set(simulated.house.core.workspaces) == {"alice"}
    assert active(simulated) == before


def test_the_watch_survives_any_error_and_tries_again(simulated):
    answers = [OSError("the disk is full"), None]

    def reload():
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    watch = FileWatch([simulated.config / "mappings"], reload)
    change(simulated, "mappings/repair.yaml", "Repair of", "Mending of")
    assert not watch.look()
    assert watch.look()
    assert not watch.look()


def with_a_form(simulated):
    """A house whose mapping asks for a form, with one request under way."""
    form = simulated.config / "forms" / "intake.yaml"
    form.write_text(
        "form: intake\ntitle: {en: Details}\nsteps:\n  - key: contact\n    title: {en: You}\n"
        "    fields: [{name: name, type: text, label: {en: Name}}]\n",
        encoding="utf-8",
    )
    change(
        simulated, "mappings/repair.yaml", "  language: en\n", "  language: en\n  form: intake\n"
    )
    simulated.house.reload()
    core = simulated.house.core
    accept(core, Trigger(core.workspace_ids["alice"], "repair", "7", "api", record=RECORD))
    simulated.work()
    return form


def test_a_form_that_an_open_request_uses_cannot_be_renamed(simulated):
    form = with_a_form(simulated)
    change(simulated, "mappings/repair.yaml", "  form: intake\n", "  form: other\n")
    change(simulated, "forms/intake.yaml", "form: intake", "form: other")
    form.rename(form.with_name("other.yaml"))
    with pytest.raises(ConfigurationError) as caught:
        simulated.house.reload()
    assert "'intake' is gone, but 1 open requests use it" in caught.value.problems[0]
    assert simulated.house.core.shelf.form("intake")
    with pytest.raises(ConfigurationError):
        open_house(simulated.config, clock=simulated.clock)


def test_when_the_last_request_has_ended_its_form_may_go(simulated):
    form = with_a_form(simulated)
    core = simulated.house.core
    with core.db.write() as session:
        request = session.scalars(select(Request)).one()
        endings.end(core, session, request, EventKind.DECLINED, "declined")
    change(simulated, "mappings/repair.yaml", "  form: intake\n", "")
    form.unlink()
    simulated.house.reload()
    assert core.shelf.known_form("intake") is None


class LaterByHand:
    """A ``threading.Timer`` that runs when the test says so."""

    waiting: ClassVar[list] = []

    def __init__(self, seconds, function, arguments):
        assert seconds > 120
        self.run = lambda: function(*arguments)

    def start(self):
        self.waiting.append(self)


def test_a_replaced_instance_is_closed_after_its_last_call_and_only_once(simulated, monkeypatch):
    monkeypatch.setattr(threading, "Timer", LaterByHand)
    monkeypatch.setattr(LaterByHand, "waiting", [])
    registry, closed = simulated.house.core.registry, []
    former = registry.channel(SMS)
    monkeypatch.setattr(former, "close", lambda: closed.append(former))
    change(
        simulated, "workspaces/alice.yaml", "settings: {gateway", "settings: {password: x, gateway"
    )
    simulated.house.reload()
    assert registry.channel(SMS) is not former
    assert closed == []
    (later,) = LaterByHand.waiting
    later.run()
    assert closed == [former]
    registry.close()
    assert closed == [former]


def test_a_house_that_stops_closes_replaced_instances_too(simulated, monkeypatch):
    registry, closed = simulated.house.core.registry, []
    former = registry.channel(SMS)
    monkeypatch.setattr(former, "close", lambda: closed.append(former))
    change(
        simulated, "workspaces/alice.yaml", "settings: {gateway", "settings: {password: x, gateway"
    )
    simulated.house.reload()
    registry.close()
    assert closed == [former]


def test_a_changed_fragment_makes_a_new_version(simulated):
    mappings = simulated.config / "mappings"
    (mappings / "shared").mkdir()
    fragment = mappings / "shared" / "who.yaml"
    entry = "  - {to: name, from: name, convert: trim, required: true}\n"
    fragment.write_text(f"fragment: who\nentries:\n{entry}", encoding="utf-8")
    path = mappings / "repair.yaml"
    text = path.read_text(encoding="utf-8")
    row = "    - {to: name,   from: name, convert: trim, required: true}\n"
    assert row in text
    path.write_text(text.replace(row, "    - {include: who}\n"), encoding="utf-8")
    core = simulated.house.core
    workspace = core.workspace_ids["alice"]
    simulated.house.reload()
    before = core.shelf.active(workspace, "repair")
    watch = FileWatch([mappings], simulated.house.reload)
    changed = entry.replace("trim", "[trim, title]")
    fragment.write_text(f"fragment: who\nentries:\n{changed}", encoding="utf-8")
    assert watch.look()
    after = core.shelf.active(workspace, "repair")
    assert after.version_id != before.version_id
    kept = core.shelf.version(before.version_id)
    assert kept.document.fragments == before.mapping.document.fragments


def test_a_value_of_the_workspace_makes_a_new_version(simulated):
    path = simulated.config / "mappings" / "repair.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text("values: {depot: Uppsala}\n" + text, encoding="utf-8")
    simulated.house.reload()
    core = simulated.house.core
    workspace = core.workspace_ids["alice"]
    before = core.shelf.active(workspace, "repair")
    settings = simulated.config / "workspaces" / "alice.yaml"
    more = "values: {depot: Lund, of_another: 1}\nvalues_in: {test: {depot: Malmö}}\n"
    settings.write_text(settings.read_text(encoding="utf-8") + more, encoding="utf-8")
    simulated.house.reload()
    after = core.shelf.active(workspace, "repair")
    assert (before.mapping.values, after.mapping.values) == (
        {"depot": "Uppsala"},
        {"depot": "Malmö"},
    )
    assert after.version_id != before.version_id
    assert core.shelf.version(before.version_id).values == {"depot": "Uppsala"}
