"""Two versions of a mapping on past records: what changes, record by record and rule by rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.kernel.errors import ConfigurationError, NotFound, Refused
from hub.services import differences
from hub.services.differences import Change, Comparing
from hub.services.versions import Versions
from tests.services.one_case import CLIENT
from tests.services.trying import change
from tests.simulated_house import RECORD

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SECONDS = timedelta(seconds=3)


@pytest.fixture
def signed(case):
    """One case that was signed, and one that was declined."""
    case.approve(case.begin(case.invite()))
    case.pass_time(SECONDS)
    case.simulated.clock.advance(timedelta(days=1))
    case.upstream.put("case", "2", {**RECORD, "name": "Bob Berg", "what": "Oven"})
    case.trigger("2")
    case.work()
    case.cases.decline(case.link(), "Too dear", CLIENT)
    case.work()
    return case


class Bench:
    """The active version against a changed copy of its file."""

    def __init__(self, case, folder):
        core = case.core
        self.file = case.simulated.config / "mappings" / "repair.yaml"
        self.draft = folder / "draft.yaml"
        self.draft.write_text(self.file.read_text(), encoding="utf-8")
        self.service = Comparing(
            core, core.workspace_ids["alice"], core.workspaces["alice"], self.file.parent
        )

    def edit(self, old, new):
        change(self.draft, old, new)

    def changes(self, since=LONG_AGO, limit=100):
        """Record → rule → (before, after)."""
        old, new = self.service.pair("active", str(self.draft))
        return {
            one.record.rpartition("/")[2]: {
                each.rule: (each.before, each.after) for each in one.changes
            }
            for one in self.service.compare(old, new, since, limit)
        }


@pytest.fixture
def bench(signed, tmp_path):
    return Bench(signed, tmp_path)


def test_the_same_text_changes_nothing(bench):
    assert bench.changes() == {"2": {}, "1": {}}
    assert list(bench.changes()) == ["2", "1"]  # the newest first


def test_a_changed_rule_of_the_request_shows_before_and_after(bench):
    bench.edit("convert: trim, required", "convert: [trim, upper], required")
    found = bench.changes()
    assert found["2"] == {"request.recipient.name": ("Bob Berg", "BOB BERG")}
    assert found["1"]["request.recipient.name"] == ("Alice Andersson", "ALICE ANDERSSON")
    # it was signed, so that the customer's record would be made with it too
    assert found["1"]["records.customer.name"] == ("Alice Andersson", "ALICE ANDERSSON")


def test_a_changed_write_back_shows_only_where_its_event_happened(bench):
    bench.edit("value: Declined", "value: Refused")
    assert bench.changes() == {"2": {"back.declined.0.state": ("Declined", "Refused")}, "1": {}}


def test_results_of_earlier_steps_are_those_that_were_stored(signed, bench):
    bench.edit("to: case, from: records", "to: no, from: records")
    number = signed.upstream.records("case")["1"]["case"]
    assert bench.changes()["1"] == {
        "back.completed.0.case": (number, None),
        "back.completed.0.no": (None, number),
    }


def test_a_rule_that_would_fail_is_a_change_too(bench):
    bench.edit("{to: state, value: Declined}", "{to: day, from: record.what, convert: date}")
    found = bench.changes()["2"]
    assert found.pop("back.declined.0.reason")[1] is None
    assert found == {
        "back.declined.0": ("update case at source", None),
        "back.declined.0.state": ("Declined", None),
        "problem of back.declined.0.day": (None, "mapping_error"),
    }


def test_a_condition_that_now_says_no_ends_all_that_followed(bench):
    bench.edit('when: state != "Closed"', 'when: what != "Oven"')
    found = bench.changes()
    assert found["2"]["when"] == (True, False)
    assert found["2"]["request.recipient.name"] == ("Bob Berg", None)
    assert found["1"] == {}


def test_the_time_and_the_number_of_records_are_bounded(signed, bench, monkeypatch):
    monkeypatch.setattr(differences, "PAGE", 1)
    bench.edit("Repair of", "Mending of")
    assert set(bench.changes()) == {"1", "2"}
    assert set(bench.changes(limit=1)) == {"2"}
    yesterday = signed.simulated.clock.now() - timedelta(hours=1)
    assert set(bench.changes(since=yesterday)) == {"2"}
    assert bench.service.count("repair", LONG_AGO) == 2
    assert bench.service.count("repair", yesterday) == 1


def test_a_record_that_could_not_be_read_is_passed_over(case, tmp_path):
    case.trigger("99")
    case.work()
    bench = Bench(case, tmp_path)
    bench.edit("Repair of", "Mending of")
    assert bench.changes() == {"99": {}}


def test_versions_are_named_by_hash_too(signed, bench):
    change(bench.file, "Repair of", "Mending of")
    signed.simulated.house.reload()
    versions = Versions(signed.core, signed.core.workspace_ids["alice"]).versions("repair")
    now, before = sorted(versions["items"], key=lambda one: not one["active"])
    now, before = now["version"], before["version"]
    old, new = bench.service.pair(before[:6], now[:6])
    assert (old.sha256, new.sha256) == (before, now)
    old, new = bench.service.pair(before, "active")
    assert new.sha256 == now
    (one, other) = bench.service.compare(old, new, LONG_AGO, 10)
    assert one.changes == (Change("request.title", "Repair of Oven", "Mending of Oven"),)
    assert other.changes[0].after == "Mending of Dishwasher"


def test_what_is_shown_is_masked_unless_it_stands_in_the_mapping(signed, bench):
    bench.edit("value: Declined", "value: Refused")
    bench.edit("Repair of", "Mending of")
    old, new = bench.service.pair("active", str(bench.draft))
    one = next(iter(bench.service.compare(old, new, LONG_AGO, 1)))
    told = bench.service.shown(one, old, new, reveal=False)
    assert "Oven" not in str(told)
    assert {"rule": "back.declined.0.state", "before": "Declined", "after": "Refused"} in told[
        "changes"
    ]
    assert "Oven" in str(bench.service.shown(one, old, new, reveal=True))


def test_sides_that_are_not_there_or_do_not_belong_together_are_told(bench, tmp_path):
    pair = bench.service.pair
    with pytest.raises(Refused, match="say which mapping"):
        pair("active", "active")
    assert pair("active", "active", "repair")
    with pytest.raises(NotFound, match="no file"):
        pair("active", "nowhere.yaml")
    with pytest.raises(NotFound, match="is no version"):
        pair("nothing", "active")
    with pytest.raises(NotFound, match="no version ffffff"):
        pair("ffffff", "active")
    with pytest.raises(NotFound, match="did you mean 'repair'"):
        pair("active", "active", "repare")
    bench.edit("mapping: repair", "mapping: other")
    with pytest.raises(Refused, match="these are different mappings"):
        pair("active", str(bench.draft), "repair")
    bench.edit("expires_after", "expire_after")
    with pytest.raises(ConfigurationError, match="did you mean 'expires_after'"):
        pair("active", str(bench.draft))


def test_comparing_changes_nothing_and_calls_nobody(signed, bench):
    before = [(row.id, row.state, row.attempts) for row in signed.deliveries()]
    effects = list(signed.upstream.effects)
    bench.edit("Repair of", "Mending of")
    bench.changes()
    assert [(row.id, row.state, row.attempts) for row in signed.deliveries()] == before
    assert signed.upstream.effects == effects
