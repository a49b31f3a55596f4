"""What may start a request, and what is kept of a call."""

from __future__ import annotations

import pytest

from hub.kernel.errors import Refused
from hub.services.triggers import Trigger, accept
from tests.simulated_house import SimulatedHouse


@pytest.fixture
def simulated(tmp_path):
    made = SimulatedHouse(tmp_path)
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
