"""The button on a whole house: what is stored of a press, and what a left-out record is told."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from connectors.simulated.upstream import upstream
from hub.storage.models import Inbound, Request
from tests.simulated_house import RECORD, SimulatedHouse


@pytest.fixture
def simulated(tmp_path):
    with capture_logs():
        made = SimulatedHouse(tmp_path)
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
