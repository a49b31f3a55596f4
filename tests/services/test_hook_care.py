"""Hooks are kept in order by the hub: when, for which tables, and what is told when it fails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from connectors.simulated.connector import SimulatedConnector
from hub.contracts.capabilities import Capability
from hub.contracts.manifest import Manifest
from hub.kernel.errors import AuthenticationFailed, Refused, Retryable
from hub.services import health, hook_care, probes
from hub.storage.models import Timer

DAY = timedelta(days=1)
pytestmark = pytest.mark.both_stores


@pytest.fixture
def kept(case, monkeypatch):
    """What the source was asked to keep; an error in ``case.errors`` is raised instead."""
    calls, case.errors = [], []

    def keep_hooks(connector, tables):
        calls.append(list(tables))
        if case.errors:
            raise case.errors.pop(0)
        return f"{connector.context.hook_url.rpartition('/')[0]}: {len(tables)} kept"

    able = Manifest.can

    def can(manifest, capability):
        keeps = manifest.key == "simulated" and manifest.kind == "connector"
        return able(manifest, capability) or (keeps and capability is Capability.KEEPS_HOOKS)

    monkeypatch.setattr(SimulatedConnector, "keep_hooks", keep_hooks)
    monkeypatch.setattr(Manifest, "can", can)
    case.restart()
    return calls


def rewrite(case, folder, old, new):
    path = next((case.simulated.config / folder).glob("*.yaml"))
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    case.simulated.house.reload()


def told(case):
    (workspace,) = health.sync(case.core)
    return workspace.hooks[0]


def test_hooks_of_tables_with_webhooks_are_kept_at_the_start_and_daily(case, kept):
    case.work()
    assert kept == []  # pages are served first
    case.pass_time(timedelta(seconds=10))
    assert kept == [["case"]]
    assert (told(case).status, told(case).done) == (
        "ok", "https://hub.example/hooks/alice/source: 1 kept",
    )  # fmt: skip
    case.pass_time(DAY - timedelta(seconds=1))
    assert len(kept) == 1
    case.pass_time(timedelta(seconds=1))
    assert len(kept) == 2


def test_a_start_looks_at_them_again(case, kept):
    case.pass_time(timedelta(seconds=10))
    case.restart()
    case.pass_time(timedelta(seconds=10))
    assert len(kept) == 1  # commands open a house too
    hook_care.soon(case.core)  # as a house that serves does
    case.pass_time(timedelta(seconds=10))
    assert len(kept) == 2


def test_changed_files_have_them_looked_at(case, kept):
    case.pass_time(timedelta(seconds=10))
    rewrite(case, "workspaces", "name: Alice", "name: Alice & Co")
    case.pass_time(timedelta(seconds=10))
    assert len(kept) == 2


def test_without_a_mapping_that_wants_it_nobody_is_to_call(case, kept):
    rewrite(case, "mappings", "[button, webhook, api]", "[button, api]")
    case.pass_time(timedelta(seconds=10))
    assert kept == []
    assert told(case).done == hook_care.NO_TABLE


def test_a_hub_that_nobody_can_call_has_none_kept_in_production(case, kept):
    object.__setattr__(case.core.settings, "environment", "production")
    object.__setattr__(case.core.settings, "public_url", "http://hub.example")
    case.pass_time(timedelta(seconds=10))
    assert kept == []
    assert told(case).done == hook_care.NO_HTTPS
    object.__setattr__(case.core.settings, "environment", "test")
    case.pass_time(DAY)
    assert kept == [["case"]]


def test_what_fails_is_tried_again_and_told_only_when_it_lasts(case, kept):
    case.errors[:] = [Refused("the address gave no token back")] * 3 + [Retryable("down")]
    case.pass_time(timedelta(seconds=10))
    assert told(case).status == "waiting"
    assert told(case).failed == "refused: the address gave no token back"
    case.pass_time(timedelta(seconds=30), timedelta(seconds=10))
    assert len(kept) == 3
    assert told(case).status == "broken"
    assert "alice.yaml" in told(case).mend
    case.pass_time(timedelta(minutes=3), timedelta(seconds=10))
    assert len(kept) == 5
    assert (told(case).status, told(case).failed) == ("ok", None)


def test_refused_credentials_pause_the_instance_and_it_goes_on_afterwards(case, kept):
    case.errors[:] = [AuthenticationFailed("the password was changed")]
    case.pass_time(timedelta(seconds=10))
    (workspace,) = health.sync(case.core)
    paused = {one.instance: one.paused for one in workspace.instances}
    assert paused["source"] == "authentication_failed"
    case.pass_time(timedelta(minutes=10), timedelta(seconds=30))
    assert len(kept) == 1
    where = case.core.instance(case.core.workspace_ids["alice"], "source")
    assert probes.probe(case.core, where)[0]
    case.pass_time(timedelta(seconds=30))
    assert len(kept) == 2


def test_one_process_at_a_time_keeps_them(case, kept):
    other = case.simulated._open()
    case.simulated.clock.advance(timedelta(seconds=10))
    houses = (case.simulated.house, other)
    claims = [house.engine.runner.claim(5, 5).items for house in houses]
    assert sum(one.kind == hook_care.KIND for each in claims for one in each) == 1
    with case.core.db.read() as session:
        timers = session.scalars(select(Timer).where(Timer.kind == hook_care.KIND)).all()
    assert case.simulated.house.engine.fire(hook_care.KIND, timers[0].entity) is None
    other.engine.runner.close()
    other.core.workshop.close()
    other.core.registry.close()
    other.core.db.close()
