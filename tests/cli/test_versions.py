"""``paraph versions`` and ``paraph rollback``: what they print; a hub beside them follows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from hub.cli import cli
from tests.simulated_house import SimulatedHouse


@pytest.fixture
def simulated(tmp_path):
    with capture_logs():
        made = SimulatedHouse(tmp_path)
        yield made
        made.close()


@pytest.fixture
def paraph(simulated):
    def run(*arguments, code=0):
        result = CliRunner().invoke(cli, [*arguments, "--config", str(simulated.config)])
        assert result.exit_code == code, result.output
        return result.output

    return run


@pytest.fixture
def file(simulated):
    return simulated.config / "mappings" / "repair.yaml"


@pytest.fixture
def changed(simulated, file):
    """The hashes of the version before and of the one in force."""
    core = simulated.house.core
    hashes = [active(simulated).mapping.sha256]
    file.write_text(file.read_text().replace("Repair of", "Mending of"), encoding="utf-8")
    simulated.clock.advance(timedelta(minutes=1))
    simulated.house.reload()
    core.shelf.follow()
    return [*hashes, active(simulated).mapping.sha256]


def active(simulated):
    core = simulated.house.core
    return core.shelf.active(core.workspace_ids["alice"], "repair")


def rows(told):
    return [line.split("\t") for line in told.splitlines()]


def test_versions_are_listed_newest_first(paraph, changed):
    head, newest, first = rows(paraph("versions", "repair"))
    assert head == ["version", "state", "activated", "requests", "open", "added", "removed"]
    assert newest == [changed[1][:12], "active", "2026-03-02T11:01:00Z", "0", "0", "1", "1"]
    assert first == [changed[0][:12], "", "2026-03-02T11:00:00Z", "0", "0", "", ""]
    assert rows(paraph("versions"))[1] == [
        "repair", changed[1][:12], "active", "2026-03-02T11:01:00Z", "0",
    ]  # fmt: skip
    assert "There are more than 1" in paraph("versions", "repair", "--most", "1")


def test_one_command_goes_back_and_a_hub_beside_it_follows(simulated, paraph, changed, file):
    told = paraph("rollback", "repair")
    assert f"repair: {changed[0][:12]} is active, {changed[1][:12]} was." in told
    assert f"'paraph rollback repair {changed[1][:12]}' goes back to the file" in told
    assert active(simulated).mapping.sha256 == changed[1]
    simulated.house.core.shelf.follow()
    assert active(simulated).mapping.sha256 == changed[0]
    assert rows(paraph("versions", "repair"))[2][1] == "held"
    assert "It is what the file gives." in paraph("rollback", "repair", changed[1][:6])
    simulated.house.core.shelf.follow()
    assert active(simulated).mapping.sha256 == changed[1]


def test_it_works_while_the_mappings_file_is_faulty(paraph, changed, file):
    file.write_text("mapping: [", encoding="utf-8")
    assert "is active" in paraph("rollback", "repair")


def test_what_does_not_exist_is_told(paraph, changed):
    assert "did you mean 'repair'" in paraph("versions", "repare", code=1)
    assert "did you mean 'repair'" in paraph("rollback", "repare", code=1)


@pytest.mark.parametrize(
    ("version", "code", "said"),
    [
        ("ffffff", 1, "there is no version ffffff of repair"),
        ("v1", 1, "'v1' is no version"),
        ("active", 1, "'active' is no version"),
    ],
)
def test_a_version_that_is_not_there_is_told(paraph, changed, version, code, said):
    assert said in paraph("rollback", "repair", version, code=code)


def test_a_version_that_is_active_or_does_not_fit_is_refused(simulated, paraph, changed, file):
    assert "is active already" in paraph("rollback", "repair", changed[1][:12], code=2)
    assert paraph("rollback", "repair")
    assert "no version of repair before" in paraph("rollback", "repair", code=1)
    file.write_text(file.read_text().replace("channels: [sms]", "channels: [pager]"))
    workspace = simulated.config / "workspaces" / "alice.yaml"
    workspace.write_text(workspace.read_text().replace("  sms: {", "  pager: {"))
    simulated.house.reload()
    told = paraph("rollback", "repair", changed[0][:12], code=2)
    assert f"version {changed[0][:12]} of repair cannot be in force here" in told
    assert "unknown instance 'sms'" in told


def test_a_versions_text_is_printed_as_it_was(paraph, file, changed):
    before, now = changed
    assert paraph("versions", "repair", "--text", now[:8]) == file.read_text()
    told = paraph("versions", "--text", before)
    assert told == file.read_text().replace("Mending of", "Repair of")
    assert "there is no version" in paraph("versions", "repair", "--text", "ffffff", code=1)
    assert "0 is not in the range" in paraph("versions", "repair", "--most", "0", code=2)
