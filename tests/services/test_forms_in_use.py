"""A form that customers are filling in does not lose what their mapping reads of it."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from hub.kernel.errors import ConfigurationError
from tests.services.test_reload import active, change, with_a_form
from tests.simulated_house import SimulatedHouse


@pytest.fixture
def house(tmp_path, database_url):
    """One request is under way that reads ``form.name`` when it is completed."""
    with capture_logs():
        made = SimulatedHouse(tmp_path, database=database_url)
        change(made, "mappings/repair.yaml", "records.repair_case.number}", "form.name}")
        with_a_form(made)
        yield made
        made.close()


def test_a_field_that_open_requests_read_stays(house):
    before = active(house)
    change(house, "forms/intake.yaml", "name: name", "name: full_name")
    change(house, "mappings/repair.yaml", "form.name}", "form.full_name}")
    with pytest.raises(ConfigurationError) as caught:
        house.house.reload()
    [problem] = caught.value.problems
    assert "the form 'intake' has no field 'name' any more, but 1 open requests" in problem
    assert f"version {before.mapping.sha256[:12]} of 'repair' read it" in problem
    assert active(house) == before


def test_a_field_that_nobody_reads_may_go_and_others_may_come(house):
    change(
        house,
        "forms/intake.yaml",
        "{name: name,",
        "{name: more, type: text, label: {en: M}}, {name: name,",
    )
    house.house.reload()
    change(house, "forms/intake.yaml", "{name: more, type: text, label: {en: M}}, ", "")
    house.house.reload()
