"""What calls from outside become: one request per record that they name, and each call is kept."""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from connectors.simulated.upstream import upstream
from hub.app import create_app
from hub.channels.simulated.gateway import gateway
from hub.contracts.connector import HookReading
from hub.contracts.records import RecordRef
from hub.registry import InstanceKey
from hub.storage.models import Inbound
from tests.simulated_house import RECORD, SimulatedHouse

SOURCE = InstanceKey("alice", "source")


@pytest.fixture
def simulated(tmp_path, database_url):
    with capture_logs():
        made = SimulatedHouse(tmp_path, database=database_url)
        yield made
        made.close()


@pytest.fixture
def send(simulated):
    """Post a body to the source's address; it names records as ``[[table, id], ...]``."""
    core = simulated.house.core
    core.registry.connector(SOURCE).read_hook = lambda raw: HookReading(
        tuple(RecordRef(*one) for one in orjson.loads(raw.body))
    )
    client = create_app(simulated.house).test_client()
    path = core.links.hook("alice", "source").removeprefix(core.links.public_url)
    return lambda *records: client.post(path, data=orjson.dumps(records))


def stored(simulated):
    with simulated.house.core.db.read() as session:
        return session.scalars(select(Inbound).order_by(Inbound.id)).all()


def test_a_call_that_names_two_records_makes_two_requests(simulated, send):
    store = upstream(f"{simulated.world}-alice")
    for record, mobile in (("7", "070-174 06 05"), ("8", "070-174 06 06")):
        store.put("case", record, {**RECORD, "mobile": mobile})
    for _ in range(2):
        assert send(("case", "7"), ("case", "8")).status_code == 204
    simulated.work()
    sent = gateway(f"{simulated.world}-alice").taken()
    assert sorted(one.message.to for one in sent) == ["+46701740605", "+46701740606"]


def test_the_body_of_a_call_is_kept_once(simulated, send):
    send(("case", "7"), ("case", "8"))
    first, second = stored(simulated)
    assert first.body == '[["case","7"],["case","8"]]'
    assert second.body == f"the body is kept with {first.id}"


@pytest.mark.parametrize(
    ("records", "outcome"), [([("invoice", "7")], "no_mapping"), ([], "no_record")]
)
def test_a_call_that_asks_for_nothing_is_kept_too(simulated, send, records, outcome):
    for _ in range(2):
        assert send(*records).status_code == 204
    (kept,) = stored(simulated)
    assert (kept.outcome, kept.source, kept.instance) == (outcome, "hook", "source")
    assert orjson.loads(kept.body) == [list(one) for one in records]
    assert simulated.work() == 0
