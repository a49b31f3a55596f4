"""Who may start a request, and what is kept of a call that repeats."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from connectors.simulated.upstream import upstream
from hub.kernel.errors import Refused
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.storage.models import Inbound
from tests.simulated_house import RECORD, SimulatedHouse


@pytest.fixture
def simulated(tmp_path, database_url):
    made = SimulatedHouse(tmp_path, database=database_url)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("source", "word"), [("api", "api"), ("button", "button"), ("hook", "webhook")]
)
def test_only_what_the_mapping_names_starts_a_request(simulated, source, word):
    core = simulated.house.core
    trigger = Trigger(core.workspace_ids["alice"], "repair", "1", source)
    path = simulated.config / "mappings" / "repair.yaml"
    named = path.read_text(encoding="utf-8")
    others = [one for one in ("api", "button", "webhook") if one != word]
    path.write_text(
        named.replace("[button, webhook, api]", f"[{', '.join(others)}]"), encoding="utf-8"
    )
    simulated.house.reload()
    with pytest.raises(Refused, match=f"add '{word}' to its 'trigger'") as caught:
        accept(core, trigger)
    assert caught.value.code == "other_trigger"
    path.write_text(named, encoding="utf-8")
    simulated.house.reload()
    assert not accept(core, trigger).repeated


def inbound(simulated):
    with simulated.house.core.db.read() as session:
        return list(session.scalars(select(Inbound).order_by(Inbound.id)))


def test_the_same_call_for_an_open_request_is_counted_and_not_stored_again(simulated):
    core = simulated.house.core
    call = Trigger(core.workspace_ids["alice"], "repair", "1", "api", body='{"id": "1"}')
    upstream(f"{simulated.world}-alice").put("case", "1", RECORD)
    first = accept(core, call)
    simulated.work()
    again = [accept(core, call) for _ in range(5)]
    assert {one.inbound_id for one in again} == {first.inbound_id}
    assert all(one.repeated and one.request_id for one in again)
    [row] = inbound(simulated)
    assert (row.repeats, row.request_id) == (5, again[0].request_id)


def test_a_call_that_says_something_new_about_an_open_request_is_stored(simulated):
    core = simulated.house.core
    call = Trigger(core.workspace_ids["alice"], "repair", "1", "api", body='{"id": "1"}')
    upstream(f"{simulated.world}-alice").put("case", "1", RECORD)
    accept(core, call)
    simulated.work()
    for more in ({"body": '{"id": "1", "why": "again"}'}, {"dedupe": "key"}, {"source": "button"}):
        assert accept(core, replace(call, **more)).repeated
    assert [row.repeats for row in inbound(simulated)] == [0, 0, 0, 0]
