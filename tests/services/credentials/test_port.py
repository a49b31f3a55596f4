"""The port ``secrets``: sealed, changed by whoever was first, held by one process at a time."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from hub.kernel.clock import ManualClock, SystemClock
from hub.kernel.crypto import Vault
from hub.kernel.errors import AuthenticationFailed, Retryable
from hub.services.credentials import port as module
from hub.services.credentials.port import Secrets
from hub.storage.db import Database
from hub.storage.models import Lease, Workspace
from hub.toolkit.secrets import MemorySecrets
from tests.providers.getaccept.authorised import authorised
from tests.providers.getaccept.sandbox_site import Site
from tests.services.credentials.refreshing import SECRET, provider
from tests.simulated_house import NOON

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.both_stores


@pytest.fixture
def db(database_url):
    made = Database(database_url, Vault(SECRET))
    with made.write() as session:
        session.add(Workspace(id="w1", key="alice", name="Alice", created_at=NOON))
    yield made
    made.close()


@pytest.fixture
def secrets(db):
    return Secrets(db, SystemClock(), "w1", "there")


@pytest.fixture(params=["database", "memory"])
def either(request, db):
    return Secrets(db, SystemClock(), "w1", "there") if request.param == "database" else (
        MemorySecrets()
    )  # fmt: skip


@pytest.fixture(scope="module")
def site():
    made = Site()
    yield made
    made.close()


def test_what_is_kept_changes_only_from_the_version_that_was_read(either):
    assert either.get("token") is None
    assert either.replace("token", {"refresh": "one"}, 0)
    assert not either.replace("token", {"refresh": "other"}, 0)
    kept = either.get("token")
    assert (kept.value, kept.version) == ({"refresh": "one"}, 1)
    assert either.replace("token", {"refresh": "two"}, 1)
    assert not either.replace("token", {"refresh": "three"}, 1)
    assert either.get("token").value == {"refresh": "two"}
    assert "two" not in repr(either.get("token"))


def test_of_many_who_are_first_one_is(either):
    gate = threading.Barrier(6)

    def begin(number):
        gate.wait(10)
        return either.replace("token", {"refresh": str(number)}, 0)

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(begin, range(6))) == 1


def test_values_are_sealed_and_belong_to_their_instance(db, secrets):
    secrets.replace("token", {"refresh": "planted"}, 0)
    with db.engine.connect() as connection:
        assert "planted" not in str(
            connection.exec_driver_sql("SELECT * FROM instance_secret").all()
        )
    assert Secrets(db, SystemClock(), "w1", "other").get("token") is None
    turned = Database(db.url, Vault("another secret key, long enough too", SECRET))
    rotated = Secrets(turned, SystemClock(), "w1", "there")
    assert rotated.get("token").value == {"refresh": "planted"}
    assert rotated.replace("token", {"refresh": "planted"}, 1)
    turned.close()


def test_one_holds_it_and_the_others_wait_their_turn(either):
    inside, most = [], []

    def work(_):
        with either.hold("token", 30):
            inside.append(1)
            most.append(len(inside))
            threading.Event().wait(0.01)
            inside.pop()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(work, range(5)))
    assert most == [1] * 5


def test_whoever_waits_for_long_tries_again_later(secrets, monkeypatch):
    monkeypatch.setattr(module, "_PATIENCE", 0.05)
    with secrets.hold("token", 60), pytest.raises(Retryable), secrets.hold("token", 60):
        pass
    with secrets.hold("token", 60):
        pass


def test_who_died_while_holding_it_keeps_nobody_for_longer_than_was_said(db, monkeypatch):
    monkeypatch.setattr(module, "_PATIENCE", 0.05)
    clock = ManualClock(NOON)
    dead = Secrets(db, clock, "w1", "there").hold("token", 60)
    dead.__enter__()
    alive = Secrets(db, clock, "w1", "there")
    with pytest.raises(Retryable), alive.hold("token", 60):
        pass
    clock.advance(timedelta(seconds=61))
    with alive.hold("token", 60):
        dead.__exit__(None, None, None)  # had only been asleep: it takes nothing from the other
        with pytest.raises(Retryable), Secrets(db, clock, "w1", "there").hold("token", 60):
            pass


def started(db, site, token, gate, kind="usual"):
    """Another process; it begins when ``gate`` is there."""
    url = db.engine.url.render_as_string(hide_password=False)
    module_of = ["-m", "tests.services.credentials.refreshing"]
    given = [url, "w1", site.url, token, str(gate), kind]
    process = subprocess.Popen(
        [sys.executable, *module_of, *given], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    return process


def test_two_processes_that_renew_at_once_make_one_call(db, site, tmp_path):
    site.fresh()
    token, gate = authorised(site), tmp_path / "gate"
    processes = [started(db, site, token, gate) for _ in range(2)]
    gate.touch()
    assert [one.communicate(timeout=60)[0] for one in processes] == ["ent0001a\n"] * 2
    assert site.control("GET", "calls")["oauth_token"] == 2  # one of them was the consent's


def test_killed_between_answer_and_storing_it_says_what_happened_and_what_to_do(db, site, tmp_path):
    site.fresh()
    token, gate = authorised(site), tmp_path / "gate"
    process = started(db, site, token, gate, "mortal")
    gate.touch()
    assert process.wait(60) == 9
    process.stdout.close()
    with db.write() as session:  # the dead one's hold has run out
        session.execute(delete(Lease))
    left = provider(db, "w1", site.url, token)
    with pytest.raises(AuthenticationFailed) as caught:
        left.probe()
    left.close()
    assert "by a process that ended" in caught.value.detail
    assert "paraph mend-credentials there --set refresh_token" in caught.value.detail
    mended = provider(db, "w1", site.url, authorised(site))
    assert mended.probe().summary
    mended.close()
