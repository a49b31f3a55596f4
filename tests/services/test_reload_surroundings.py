"""What a mapping takes from outside its file is watched like the file: fragments, values."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from hub.kernel.errors import ConfigurationError
from hub.services.watch import FileWatch
from tests.simulated_house import SimulatedHouse

PERSON = """\
fragment: person
entries:
  - {to: name,   from: name, convert: trim, required: true}
  - {to: mobile, from: mobile, convert: [trim, "e164:SE"], required: true}
"""
OWN_ROWS = """\
    - {to: name,   from: name, convert: trim, required: true}
    - {to: mobile, from: mobile, convert: [trim, "e164:SE"], required: true}
"""


class Shop:
    """A house whose mapping includes a fragment and takes a value."""

    def __init__(self, folder):
        self.simulated = SimulatedHouse(folder)
        self.house = self.simulated.house
        config = self.simulated.config
        self.mapping = config / "mappings" / "repair.yaml"
        self.fragment = config / "mappings" / "shared" / "person.yaml"
        self.workspace = config / "workspaces" / "alice.yaml"
        self.fragment.parent.mkdir()
        self.fragment.write_text(PERSON, encoding="utf-8")
        change(self.mapping, OWN_ROWS, "    - {include: person}\n")
        change(self.mapping, "source: {", "values: {series: R}\nsource: {")
        self.house.reload()
        folders = (config / "mappings", config / "workspaces")
        self.watch = FileWatch(folders, self.house.reload, follow=self.house.core.shelf.follow)

    def active(self):
        core = self.house.core
        return core.shelf.active(core.workspace_ids["alice"], "repair")


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def shop(tmp_path):
    with capture_logs():
        made = Shop(tmp_path)
        yield made
        made.simulated.close()


def test_a_changed_fragment_makes_a_new_version(shop):
    before = shop.active()
    change(shop.fragment, "from: name, convert: trim", "from: name, convert: [trim, upper]")
    change(shop.mapping, "recipient: {name: Alice,", "recipient: {name: ALICE,")
    assert shop.watch.look()
    after = shop.active()
    assert after.version_id != before.version_id
    assert "upper" in after.mapping.document.fragments["person"]
    kept = shop.house.core.shelf.version(before.version_id)
    assert "upper" not in kept.document.fragments["person"]


def test_a_fragment_whose_change_fails_an_example_is_refused_and_the_example_named(shop):
    before = shop.active()
    change(shop.workspace, "It costs 500 kr.", "It costs 600 kr.")
    change(shop.fragment, "from: name, convert: trim", "from: name, convert: [trim, upper]")
    with pytest.raises(ConfigurationError) as caught:
        shop.house.reload()
    (told,) = caught.value.problems
    assert "repair.yaml:" in told
    assert "example 'a case': expected 'Alice', got 'ALICE'" in told
    assert shop.active() == before
    assert shop.house.core.workspaces["alice"].text("terms", "en") == "It costs 500 kr."


def test_a_faulty_fragment_is_told_by_its_own_file_and_line(shop):
    before = shop.active()
    change(shop.fragment, "convert: trim", "convert: trimm")
    assert not shop.watch.look()
    with pytest.raises(ConfigurationError) as caught:
        shop.house.reload()
    assert f"{shop.fragment}:3:" in caught.value.problems[0]
    assert "did you mean 'trim'?" in caught.value.problems[0]
    assert shop.active() == before
    change(shop.fragment, "convert: trimm", "convert: trim")
    assert shop.watch.look()
    assert shop.active().version_id == before.version_id


def test_a_changed_value_of_the_workspace_makes_a_new_version(shop):
    before = shop.active()
    assert before.mapping.values == {"series": "R"}
    change(shop.workspace, "mappings: [repair]", "mappings: [repair]\nvalues: {series: S}")
    assert shop.watch.look()
    assert shop.active().version_id != before.version_id
    assert shop.active().mapping.values == {"series": "S"}
    change(
        shop.workspace, "values: {series: S}", "values: {series: S}\nvalues_in: {test: {series: T}}"
    )
    assert shop.watch.look()
    assert shop.active().mapping.values == {"series": "T"}


def test_a_value_that_no_mapping_takes_changes_no_version(shop):
    before = shop.active()
    change(shop.workspace, "mappings: [repair]", "mappings: [repair]\nvalues: {depot: north}")
    assert shop.watch.look()
    assert shop.active().version_id == before.version_id


def test_a_removed_fragment_is_refused_and_its_text_stays_in_force(shop):
    before = shop.active()
    shop.fragment.unlink()
    assert not shop.watch.look()
    with pytest.raises(ConfigurationError, match="unknown fragment 'person'"):
        shop.house.reload()
    assert shop.active() == before
