"""A mapping's file that somebody spoiled: the hub starts all the same, with the former version."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from hub.kernel.errors import ConfigurationError
from hub.services.health import ready
from hub.services.house import open_house
from tests.services.shop import Shop


@pytest.fixture
def shop(tmp_path, database_url):
    with capture_logs():
        made = Shop(tmp_path, database_url)
        yield made
        made.simulated.close()


def test_a_start_goes_on_with_the_former_version_of_a_file_that_was_spoiled(shop):
    shop.trigger("1")
    shop.write("Three", "Three {{")
    shop.restart()
    assert shop.title() == "Three"
    (fault,) = [one for one in shop.core.shelf.faults if "title" in one]
    assert str(shop.file) in fault
    well, told = ready(shop.core)
    assert well
    assert "1 faults in mappings' files: the former versions go on; see paraph lint" in told
    shop.trigger("2")
    with pytest.raises(ConfigurationError):
        shop.simulated.house.reload()
    shop.write("Three {{", "Four")
    shop.simulated.house.reload()
    assert (shop.title(), shop.core.shelf.faults) == ("Four", ())
    assert ready(shop.core)[1] == "ready"


def test_health_tells_that_changed_files_were_not_taken_up(shop):
    shop.write("Three", "Three {{")
    with pytest.raises(ConfigurationError):
        shop.simulated.house.reload()
    well, told = ready(shop.core)
    assert well
    assert "; 1 faults in files: what was in force goes on; see paraph lint" in told
    shop.write("Three {{", "Four")
    shop.simulated.house.reload()
    assert "faults" not in ready(shop.core)[1]


def test_a_start_after_a_rollback_goes_on_with_it_while_the_file_is_faulty(shop):
    shop.rollback()
    shop.write("Three", "Three {{")
    shop.restart()
    assert shop.title() == "Two"
    shop.write("Three {{", "Three")
    shop.simulated.house.reload()
    assert shop.title() == "Two", "it is held over what the file gives again"


def test_a_new_mapping_that_is_faulty_keeps_no_other_from_being_in_force(shop):
    new = shop.file.with_name("inspection.yaml")
    new.write_text("mapping: inspection\n", encoding="utf-8")
    workspace = shop.simulated.config / "workspaces" / "alice.yaml"
    text = workspace.read_text(encoding="utf-8")
    workspace.write_text(text.replace("mappings: [repair]", "mappings: [repair, inspection]"),
                         encoding="utf-8")  # fmt: skip
    shop.restart()
    assert shop.title() == "Three"
    assert shop.core.shelf.active(shop.core.workspace_ids["alice"], "inspection") is None
    assert any("inspection" in fault for fault in shop.core.shelf.faults)


def rename_instance(shop):
    workspace = shop.simulated.config / "workspaces" / "alice.yaml"
    text = workspace.read_text(encoding="utf-8")
    assert "  signing:" in text
    workspace.write_text(text.replace("  signing:", "  other:"), encoding="utf-8")


def test_a_former_version_that_no_longer_fits_either_is_not_in_force(shop):
    shop.write("Three", "Three {{")
    rename_instance(shop)
    shop.restart()
    assert shop.active() is None
    assert ", 1 mappings have none and are not in force; see paraph lint" in ready(shop.core)[1]


def test_the_way_out_of_a_held_version_that_no_longer_fits_is_taken_up(shop):
    workspace = shop.simulated.config / "workspaces" / "alice.yaml"
    lines = workspace.read_text(encoding="utf-8").splitlines(keepends=True)
    (signing,) = [line for line in lines if line.startswith("  signing:")]
    at = lines.index(signing)
    lines.insert(at, signing.replace("signing", "other"))
    workspace.write_text("".join(lines), encoding="utf-8")
    shop.write("provider: signing", "provider: other")
    shop.simulated.clock.advance(timedelta(minutes=1))
    shop.simulated.house.reload()
    filed = shop.active().mapping.sha256
    shop.rollback()
    lines.remove(signing)
    workspace.write_text("".join(lines), encoding="utf-8")
    shop.restart()
    assert shop.active() is None, "somebody rolled back from the file's, and the other one is unfit"
    assert any(f"paraph rollback repair {filed[:12]}" in one for one in shop.core.shelf.faults)
    shop.rollback(filed)
    assert shop.active().mapping.sha256 == filed
    assert shop.core.shelf.idle == {}


@pytest.mark.parametrize("what", ["a fragment", "names of fields"])
def test_what_stands_beside_the_mappings_keeps_nothing_from_starting(shop, what):
    if what == "a fragment":
        bad = shop.file.parent / "shared" / "who.yaml"
    else:
        bad = shop.simulated.config / "fields" / "alice.source.yaml"
    bad.parent.mkdir(exist_ok=True)
    bad.write_bytes(b"\xff\xfe[")
    shop.restart()
    assert shop.title() == "Three"
    assert any(bad.name in fault for fault in shop.core.shelf.faults)
    with pytest.raises(ConfigurationError):
        shop.simulated.house.reload()


def test_a_fault_of_ours_with_one_file_is_that_files_fault(shop, monkeypatch):
    def broken(*args, **kwargs):
        raise ZeroDivisionError

    shop.simulated.house.stop()
    monkeypatch.setattr("hub.services.mappings.load_mapping", broken)
    shop.simulated.house = open_house(shop.simulated.config, clock=shop.simulated.clock)
    shop.core = shop.simulated.house.core
    assert shop.title() == "Three"
    assert "cannot be taken (ZeroDivisionError)" in shop.core.shelf.faults[0]


def test_a_rollback_that_a_changed_file_ends_is_told(shop):
    held = shop.rollback()
    shop.write("Three", "Four")
    with capture_logs() as logs:
        shop.simulated.house.reload()
    assert any(one["event"].startswith("rollback ended") and one["was"] == held.sha256[:12]
               for one in logs)  # fmt: skip
