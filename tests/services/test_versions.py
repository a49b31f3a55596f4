"""Versions of a mapping: who uses which, going back to one, and that it stays until its file
changes."""

from __future__ import annotations

import time

import pytest
from structlog.testing import capture_logs

from hub.contracts.events import EventKind
from hub.kernel.errors import ConfigurationError, NotFound, Refused
from hub.services import endings
from hub.services.house import open_house
from hub.services.watch import FileWatch
from hub.storage.models import Request
from tests.services.shop import Shop


@pytest.fixture
def shop(tmp_path, database_url):
    with capture_logs():
        made = Shop(tmp_path, database_url)
        yield made
        made.simulated.close()


def test_rolling_back_goes_to_the_version_before_and_further(shop):
    assert shop.title() == "Three"
    shop.rollback()
    assert shop.title() == "Two"
    shop.rollback()
    assert shop.title() == "One"
    shop.rollback()
    assert shop.title() == "Repair"
    with pytest.raises(NotFound, match="no version of repair before"):
        shop.rollback()


def test_a_rollback_stays_over_reload_and_restart(shop):
    shop.rollback()
    shop.simulated.house.reload()
    assert shop.title() == "Two"
    shop.restart()
    assert shop.title() == "Two"
    shop.simulated.house.reload()
    assert shop.title() == "Two"


def test_it_ends_when_the_file_gives_something_else(shop):
    shop.rollback()
    shop.write("Three", "Four")
    shop.simulated.house.reload()
    assert shop.title() == "Four"
    shop.write("Four", "Three")  # what was rolled back from is not held against it for ever
    shop.simulated.house.reload()
    assert shop.title() == "Three"


def test_a_file_that_is_set_to_the_held_text_simply_gives_it(shop):
    held = shop.rollback()
    shop.write("Three", "Two")
    shop.simulated.house.reload()
    (one,) = shop.versions().mappings()
    assert (one["version"], one["held_over"]) == (held.sha256, None)


def test_naming_the_files_version_goes_back_to_the_file(shop):
    shop.rollback(shop.hashes[0][:8])
    assert shop.title() == "One"
    assert shop.active().version_id == shop.versions().find(shop.hashes[0][:8]).id
    row = shop.rollback(shop.hashes[2])
    assert (shop.title(), row.held_over) == ("Three", None)


def test_another_process_takes_a_rollback_up_and_so_it_does_the_way_back(shop):
    other = open_house(shop.simulated.config, clock=shop.simulated.clock)
    try:
        shop.rollback()
        assert shop.title(other.core) == "Three"
        watch = FileWatch([], other.reload, follow=other.core.shelf.follow)
        watch.follow()
        assert shop.title(other.core) == "Two"
        assert other.core.shelf.follow() is False
        shop.rollback(shop.hashes[2][:12])
        watch.follow()
        assert shop.title(other.core) == "Three"
    finally:
        other.core.registry.close()
        other.core.db.close()


def test_the_watch_of_a_running_process_takes_it_up_by_itself(shop):
    other = open_house(shop.simulated.config, clock=shop.simulated.clock)
    watch = FileWatch([], other.reload, every=0.02, follow=other.core.shelf.follow)
    watch.start()
    try:
        shop.rollback()
        end = time.monotonic() + 20
        while shop.title(other.core) != "Two" and time.monotonic() < end:
            time.sleep(0.02)
        assert shop.title(other.core) == "Two"
    finally:
        watch.stop()
        other.core.registry.close()
        other.core.db.close()


def test_a_file_that_another_process_has_read_first_is_left_to_the_watch(shop):
    other = open_house(shop.simulated.config, clock=shop.simulated.clock)
    try:
        shop.write("Three", "Four")
        other.reload()
        assert shop.core.shelf.follow() is False
        assert (shop.title(), shop.title(other.core)) == ("Three", "Four")
    finally:
        other.core.registry.close()
        other.core.db.close()


def test_a_rollback_works_while_the_file_is_faulty_and_other_processes_follow(shop):
    shop.write("Three", "Three {{")
    with pytest.raises(ConfigurationError):
        shop.simulated.house.reload()
    shop.rollback()
    assert shop.title() == "Two"


def test_requests_under_way_keep_their_version_and_new_ones_get_the_chosen_one(shop):
    shop.trigger("1")
    shop.rollback()
    shop.trigger("2")
    with shop.core.db.read() as session:
        titles = [row.title for row in session.query(Request).order_by(Request.id)]
    assert [title.split()[0] for title in titles] == ["Three", "Two"]


def test_versions_are_told_with_their_use_and_their_difference(shop):
    shop.trigger("1")
    shop.trigger("2")
    with shop.core.db.write() as session:
        request = session.query(Request).order_by(Request.id).first()
        endings.end(shop.core, session, request, EventKind.DECLINED, "declined")
    shop.rollback()
    items = shop.versions().versions("repair")["items"]
    assert [one["version"] for one in items][:3] == shop.hashes[::-1]
    newest, held, *_, first = items
    assert (newest["requests"], newest["open_requests"], newest["active"]) == (2, 1, False)
    assert (held["requests"], held["active"], held["held_by"]) == (0, True, "Alice")
    assert held["held_over"] == newest["version"]
    assert (newest["lines_added"], newest["lines_removed"]) == (1, 1)
    assert (first["lines_added"], first["lines_removed"]) == (None, None)


def test_versions_come_in_pages(shop, monkeypatch):
    monkeypatch.setattr("hub.services.versions.PAGE", 3)
    page = shop.versions().versions("repair")
    rest = shop.versions().versions("repair", after=page["next"])
    assert [len(page["items"]), len(rest["items"])] == [3, 1]
    assert page["items"][-1]["lines_added"] == 1
    assert rest["next"] is None
    with pytest.raises(NotFound, match="no page"):
        shop.versions().versions("repair", after="nothing")


@pytest.mark.parametrize(
    ("wanted", "error", "said"),
    [
        ("ffffffffffff", NotFound, "there is no version ffffffffffff of repair"),
        ("nothing", NotFound, "'nothing' is no version: write the first 4"),
        ("abc", NotFound, "is no version"),
    ],
)
def test_a_version_that_is_not_there_is_told(shop, wanted, error, said):
    with pytest.raises(error, match=said):
        shop.rollback(wanted)
    assert shop.title() == "Three"


def test_unknown_mappings_ambiguous_and_active_versions_are_told(shop, monkeypatch):
    with pytest.raises(NotFound, match="no mapping 'repare'; did you mean 'repair'"):
        shop.versions().rollback("repare", None, by="Alice", faults=shop.faults)
    with pytest.raises(NotFound, match="did you mean 'repair'"):
        shop.versions().versions("repare")
    with pytest.raises(Refused, match="is active already"):
        shop.rollback(shop.hashes[2])
    monkeypatch.setattr("hub.services.versions.LEAST", 0)
    with pytest.raises(Refused, match=r"may be: .*write more of it"):
        shop.rollback("")


def test_a_version_that_no_longer_fits_is_refused_with_the_reasons(shop):
    workspace = shop.simulated.config / "workspaces" / "alice.yaml"
    text = workspace.read_text(encoding="utf-8")
    shop.write("channels: [sms]", "channels: [pager]")
    workspace.write_text(text.replace("  sms: {", "  pager: {"), encoding="utf-8")
    shop.simulated.house.reload()
    with pytest.raises(ConfigurationError) as caught:
        shop.rollback()
    assert "unknown instance 'sms'" in caught.value.problems[0]
    assert shop.active().mapping.channels == ("pager",)


def test_a_held_version_that_no_longer_fits_keeps_a_reload_back_and_says_the_way_out(shop):
    shop.rollback()
    workspace = shop.simulated.config / "workspaces" / "alice.yaml"
    text = workspace.read_text(encoding="utf-8")
    workspace.write_text(text.replace("  sms: {", "  pager: {"), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        shop.simulated.house.reload()
    told = [one for one in caught.value.problems if "held since a rollback" in one]
    assert f"'paraph rollback repair {shop.hashes[2][:12]}'" in told[0]
    assert shop.title() == "Two"


def test_a_version_whose_example_fails_now_is_refused_and_the_example_named(shop):
    def faults(row):
        return ["repair:42:5: examples[a case]: example 'a case': expected 'x', got 'y'"]

    with pytest.raises(ConfigurationError, match="example 'a case'"):
        shop.versions().rollback("repair", None, by="Alice", faults=faults)


def test_the_watch_outlives_a_database_that_is_away_and_tells_it_once():
    answers = [OSError("away"), OSError("away"), None, OSError("away")]

    def follow():
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    watch = FileWatch([], lambda: None, follow=follow)
    with capture_logs() as entries:
        for _ in range(4):
            watch.follow()
    assert [one["event"] for one in entries] == ["versions cannot be looked at"] * 2
