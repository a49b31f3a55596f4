"""Names of fields that were discovered count at the start and at a reload, as they do for lint."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hub.kernel.errors import ConfigurationError
from hub.services.known_tables import known_tables
from hub.settings.known_fields import write_fields
from tests.simulated_house import RECORD, SimulatedHouse

FIELDS = {*RECORD, "reason", "case"}


@pytest.fixture
def simulated(tmp_path: Path):  # type: ignore[no-untyped-def]
    with capture_logs():
        made = SimulatedHouse(tmp_path)
        yield made
        made.close()


def names(simulated: SimulatedHouse) -> Path:
    return simulated.config / "fields" / "alice.source.yaml"


def test_a_mapping_that_reads_an_unknown_field_is_not_taken_over(simulated: SimulatedHouse) -> None:
    house = simulated.house
    write_fields(names(simulated), {"case": FIELDS})
    house.reload()
    write_fields(names(simulated), {"case": FIELDS - {"mobile"}})
    with pytest.raises(ConfigurationError) as caught:
        house.reload()
    (problem,) = caught.value.problems
    assert "request.recipient[mobile].from: unknown field of the source 'mobile'" in problem
    workspace_id = house.core.workspace_ids["alice"]
    assert house.core.shelf.active(workspace_id, "repair") is not None
    names(simulated).unlink()
    house.reload()  # what is not known is not checked


def test_a_faulty_file_of_names_changes_nothing(simulated: SimulatedHouse) -> None:
    names(simulated).parent.mkdir()
    names(simulated).write_text("tables: [case]\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        simulated.house.reload()
    assert "alice.source.yaml:1:1: tables: must be tables" in caught.value.problems[0]


def test_what_is_declared_comes_before_what_was_discovered(simulated: SimulatedHouse) -> None:
    discovered = {"alice.source": {"case": ("a",)}, "alice.hub_register": {"customer": ("b",)}}
    found = known_tables(simulated.house.core.registry, "alice", discovered)
    assert found["source"].fields == {"case": ("a",)}
    assert not found["source"].complete
    assert found["source"].renew == "paraph discover source {table}, if it is new upstream"
    assert found["hub_register"].complete
    assert "mobile" in (found["hub_register"].fields["customer"] or ())
    assert set(found) == {"source", "hub_register"}  # providers and channels have no tables
