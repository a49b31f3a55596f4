"""``paraph test``: examples as workspaces use them, readable differences, mutations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli import cli
from tests.cli.test_lint import ROOT, change, mapping, place, shipped
from tests.simulated_house import write_files

MORE = """\
  - name: signed
    given:
      event: completed
      record: {state: New, name: Alice, mobile: 070-174 06 05, what: Dishwasher}
      signature: {name: Alice, national_id_last: "9874", at_local: 2026-01-15 13:00}
      records: {repair_case: {number: R-1}}
    expect:
      records: {repair_case: {title: Repair of Dishwasher, note: {contains: "9874"}}}
      back: [{update: {state: Signed, case: R-1}}]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    config = write_files(tmp_path, "trial")
    with mapping(config).open("a", encoding="utf-8") as file:
        file.write(MORE)
    return config


def run(config: Path, *options: str, code: int = 0) -> tuple[str, str]:
    """What it prints, and the summary."""
    result = CliRunner().invoke(cli, ["test", "--config", str(config), *options])
    assert result.exit_code == code, result.output
    return result.stdout, result.stderr


def test_good_examples_are_listed_and_counted(config: Path) -> None:
    shown, told = run(config)
    assert shown == "repair in workspace alice\n  ok    a case\n  ok    signed\n"
    assert told == "2 examples, 0 failed.\n"


def test_both_sides_of_a_difference_are_shown_with_their_places(config: Path) -> None:
    change(mapping(config), "{to: state, value: Signed}", "{to: state, value: Sigend}")
    shown, told = run(config, code=1)
    row = place(mapping(config), "Sigend", "Sigend").split(":")[1]
    head = place(mapping(config), "- name: signed", "-").rpartition(":")[0]
    where = place(mapping(config), "{state: Signed, case: R-1}", "state")
    assert f"  FAIL  signed ({head})" in shown
    assert f"        {where}: back.1.update.state\n" in shown
    assert "          - expected Signed\n          + got      Sigend\n" in shown
    assert f"= correct the row in line {row}, or the example if it is wrong" in shown
    assert told == "2 examples, 1 failed.\n"


def test_texts_are_those_of_the_workspace(config: Path) -> None:
    change(mapping(config), 'note: {contains: "9874"}', 'note: {contains: "1234"}')
    shown, _ = run(config, code=1)
    assert "records.repair_case.note.contains\n" in shown
    assert "+ got      Alice 9874 2026-01-15 13:00\n" in shown


def test_a_text_of_many_lines_is_compared_line_by_line(config: Path) -> None:
    change(mapping(config), 'note: {contains: "9874"}', 'note: "One\\nTwo\\nThree 9874"')
    workspace = config / "workspaces" / "alice.yaml"
    change(workspace, "{{ signature.name }} {{", "One\\n2\\nThree {{")
    change(workspace, " {{ signature.at_local }}", "")
    shown, _ = run(config, code=1)
    assert "             One\n" in shown
    assert "          - expected Two\n" in shown
    assert "          + got      2\n" in shown


def test_mappings_may_be_named_and_an_unknown_one_is_told(config: Path) -> None:
    other = mapping(config).with_name("other.yaml")
    text = mapping(config).read_text(encoding="utf-8").replace("mapping: repair", "mapping: other")
    other.write_text(text.replace('{contains: "9874"}', "signature"), encoding="utf-8")
    shown, told = run(config)
    assert "other, which no workspace uses\n" in shown
    assert told == "4 examples, 0 failed.\n"
    shown, _ = run(config, "repair")
    assert "other" not in shown
    result = CliRunner().invoke(cli, ["test", "--config", str(config), "repiar"])
    assert result.exit_code == 2
    assert "unknown mapping 'repiar'; did you mean 'repair'?" in result.output
    result = CliRunner().invoke(cli, ["test", "--config", str(config), "--workspace", "bob"])
    assert (result.exit_code, "unknown workspace 'bob'" in result.output) == (2, True)


def test_a_mapping_that_cannot_be_read_is_told_and_the_others_run(config: Path) -> None:
    mapping(config).with_name("broken.yaml").write_text("mapping: broken\n", encoding="utf-8")
    shown, told = run(config, code=1)
    assert "broken.yaml:1:1: error: request: is missing" in shown
    assert told == "2 examples, 0 failed.\n"


def test_rows_in_both_directions_are_tried(config: Path) -> None:
    change(
        mapping(config),
        "  recipient:\n",
        "  prefill: [{to: what, from: what, convert: trim, direction: both}]\n  recipient:\n",
    )
    change(
        mapping(config),
        "[{update: [{to: state, value: Signed}",
        "[{update: [both, {to: state, value: Signed}",
    )
    _, told = run(config)
    assert told == "2 examples, 0 failed; 1 rows tried in both directions.\n"


def test_mutations_are_told_as_messages_and_fail(config: Path) -> None:
    shown, told = run(config, "--mutate", code=1)
    assert "warning: back.failed[1]: no example would miss this step" in shown
    assert "warning: request.recipient" not in shown
    assert told.startswith("2 examples, 0 failed; ")
    assert told.endswith(" rows that no example would miss.\n")


def test_programs_get_json_and_github_annotations(config: Path) -> None:
    change(mapping(config), "{to: state, value: Signed}", "{to: state, value: Sigend}")
    shown, _ = run(config, "--format", "json", code=1)
    (found,) = json.loads(shown)
    assert found["row"] == "examples[signed].expect.back[1].update.state"
    assert "expected 'Signed', got 'Sigend'" in found["message"]
    shown, _ = run(config, "--format", "github", code=1)
    assert shown.startswith(f"::error file={mapping(config)},line=")


@pytest.mark.parametrize("key", sorted(path.stem for path in (ROOT / "mappings").glob("*.yaml")))
def test_every_row_of_the_mappings_we_ship_is_shown_by_an_example(tmp_path: Path, key: str) -> None:
    _, told = run(shipped(tmp_path), "--mutate", key)
    assert " 0 failed; " in told
    assert not told.startswith("0 examples")
    assert told.endswith(" 0 rows that no example would miss.\n")


def test_without_good_examples_nothing_is_taken_out_and_that_is_said(config: Path) -> None:
    change(mapping(config), "{to: state, value: Signed}", "{to: state, value: Sigend}")
    _, told = run(config, "--mutate", code=1)
    assert "no row was taken out in 1 mappings whose examples fail; mend those first" in told
