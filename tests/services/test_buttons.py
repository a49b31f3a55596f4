"""The button on a whole house: what is stored of a press, and what a left-out record is told."""

from __future__ import annotations

import threading
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from connectors.simulated.upstream import upstream
from hub.kernel.errors import NotFound, Retryable
from hub.registry import InstanceKey
from hub.services.outgoing import MOST
from hub.storage.models import Inbound, Instance, Request
from tests.simulated_house import NOON, RECORD, SimulatedHouse


@pytest.fixture
def simulated(tmp_path, database_url):
    with capture_logs():
        made = SimulatedHouse(tmp_path, database=database_url)
        put(made, "New")
        yield made
        made.close()


def put(simulated, state):
    upstream(f"{simulated.world}-alice").put("case", "7", {**RECORD, "state": state})


def query(simulated):
    core = simulated.house.core
    return dict(parse_qsl(urlsplit(core.links.button("alice", "repair", "7")).query))


def press(simulated, **headers):
    return simulated.house.buttons.press("repair", query(simulated), headers)


def test_a_press_is_stored_with_its_masked_headers(simulated):
    press(simulated, **{"User-Agent": "Firefox", "Cookie": "paraph_session=s3cr3t"})
    with simulated.house.core.db.read() as session:
        kept = session.scalars(select(Inbound)).one()
    assert (kept.source, kept.method, kept.body) == ("button", "POST", "id=7")
    assert kept.headers["User-Agent"] == "Firefox"
    assert "s3cr3t" not in str(kept.headers)


@pytest.mark.parametrize(("ended", "said"), [("completed", "signed already"), (None, "present")])
def test_the_page_says_why_a_record_is_not_asked(simulated, ended, said):
    if ended:
        press(simulated)
        simulated.work()
        with simulated.house.core.db.write() as session:
            session.execute(update(Request).values(state=ended, open_key=None))
    put(simulated, "Closed")
    view = simulated.house.buttons.preview("repair", query(simulated))
    assert said in (view.problem or "")


def instance(simulated, **values):
    with simulated.house.core.db.write() as session:
        session.execute(update(Instance).where(Instance.key == "source").values(**values))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"paused_code": "authentication_failed"}, "paused"),
        ({"breaker_until": NOON + timedelta(minutes=1)}, "breaker_open"),
    ],
)
def test_an_upstream_that_is_down_is_not_read_for_a_page(simulated, values, code):
    press(simulated)  # from here on the instance has a row
    instance(simulated, **values)
    with pytest.raises(Retryable) as caught:
        simulated.house.buttons.preview("repair", query(simulated))
    assert caught.value.code == code
    assert press(simulated).problem is None  # a press is accepted all the same


def test_a_slow_upstream_holds_only_so_many_threads(simulated):
    begun, go_on = threading.Semaphore(0), threading.Event()

    def slow(ref):
        begun.release()
        go_on.wait(20)
        raise NotFound

    core = simulated.house.core
    core.registry.connector(InstanceKey("alice", "source")).fetch = slow
    asked = query(simulated)
    look = simulated.house.buttons.preview
    waiting = [threading.Thread(target=look, args=("repair", asked)) for _ in range(MOST)]
    for thread in waiting:
        thread.start()
    for _ in waiting:
        assert begun.acquire(timeout=20)
    with pytest.raises(Retryable) as caught:
        look("repair", asked)
    assert caught.value.code == "busy"
    go_on.set()
    for thread in waiting:
        thread.join()
    assert look("repair", asked).problem  # there is room again
