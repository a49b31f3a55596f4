"""``paraph lint``: how problems are shown, what is left over, and how it ends."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli import cli
from hub.cli.findings import Finding, as_text, parse, summary
from hub.services.inspection import MANY
from tests.mapping.samples import ROOT
from tests.simulated_house import write_files


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_files(tmp_path, "lint")


def shipped(folder: Path) -> Path:
    """A copy of what the repository holds; its ``config``."""
    for name in ("config", "mappings"):
        shutil.copytree(ROOT / name, folder / name)
    return folder / "config"


def mapping(config: Path) -> Path:
    return config / "mappings" / "repair.yaml"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def place(path: Path, line: str, word: str) -> str:
    """``file:line:column`` of the word in the only line that has this in it."""
    found = [
        (number, text)
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line in text
    ]
    ((number, text),) = found
    return f"{path}:{number}:{text.index(word) + 1}"


def lint(config: Path, *options: str, code: int = 0) -> tuple[str, str]:
    """What it prints, and the summary."""
    result = CliRunner().invoke(cli, ["lint", "--config", str(config), *options])
    assert result.exit_code == code, result.output
    return result.stdout, result.stderr


def test_a_problem_is_shown_like_a_compilers(config: Path) -> None:
    change(mapping(config), "expires_after: 14d", "expire_after: 14d")
    shown, told = lint(config, code=1)
    path = mapping(config)
    assert (
        f"{path}:11:3: error: request.expire_after: unknown key 'expire_after'\n"
        "   11 |   expire_after: 14d\n"
        "      |   ^\n"
        "      = did you mean 'expires_after'?\n"
    ) in shown
    assert "\x1b[" not in shown  # colour is for terminals
    assert re.fullmatch(r"1 error in 1 file\.\n", told)


def test_json_is_for_programs(config: Path) -> None:
    change(mapping(config), "from: mobile, convert", "from: mobile, convrt")
    shown, _ = lint(config, "--format", "json", code=1)
    where = place(mapping(config), "convrt", "convrt")
    (found,) = [one for one in json.loads(shown) if one["severity"] == "error"]
    assert found == {
        "file": str(mapping(config)),
        "line": int(where.split(":")[1]),
        "column": int(where.split(":")[2]),
        "row": "request.recipient[mobile].convrt",
        "severity": "error",
        "message": "unknown key 'convrt'",
        "fix": "did you mean 'convert'?",
    }


def test_github_gets_annotations(config: Path) -> None:
    change(mapping(config), "from: mobile, convert", "from: mobile, convrt")
    shown, _ = lint(config, "--format", "github", code=1)
    file, line, column = place(mapping(config), "convrt", "convrt").split(":")
    assert (
        f"::error file={file},line={line},col={column}::"
        "request.recipient[mobile].convrt: unknown key 'convrt'; did you mean 'convert'?"
    ) in shown.splitlines()


def test_warnings_fail_only_when_asked_to(config: Path) -> None:
    shown, told = lint(config)
    assert "warning: back.failed: no example shows what happens after 'failed'" in shown
    assert "error" not in told
    lint(config, "--strict", code=1)


def test_an_unknown_mapping_is_told_in_the_workspace(config: Path) -> None:
    workspace = config / "workspaces" / "alice.yaml"
    change(workspace, "mappings: [repair]", "mappings: [repiar]")
    shown, _ = lint(config, code=1)
    where = place(workspace, "[repiar]", "repiar")
    assert f"{where}: error: mappings[1]: unknown mapping 'repiar'" in shown
    assert "did you mean 'repair'?" in shown
    assert "repair.yaml:1:1: warning: mapping: no workspace uses it" in shown


def test_a_mapping_that_nobody_uses_is_read_and_its_examples_are_run(config: Path) -> None:
    other = mapping(config).with_name("other.yaml")
    text = mapping(config).read_text(encoding="utf-8").replace("mapping: repair", "mapping: other")
    other.write_text(text, encoding="utf-8")
    shown, _ = lint(config)
    assert f"{other}:1:1: warning: mapping: no workspace uses it" in shown
    change(other, '"+46701740605"', '"+46701740606"')
    shown, _ = lint(config, code=1)
    assert f"{place(other, '+46701740606', 'mobile: ')}: error: examples[a case]" in shown
    change(other, "expires_after", "expire_after")
    shown, _ = lint(config, code=1)
    assert f"{place(other, 'expire_after', 'expire_after')}: error: request.expire_after" in shown


def test_what_nobody_uses_is_a_warning(config: Path) -> None:
    workspace = config / "workspaces" / "alice.yaml"
    more = "values: {depot: Uppsala}\nvalues_in: {test: {serie: T}}\n"
    workspace.write_text(workspace.read_text(encoding="utf-8") + more, encoding="utf-8")
    change(mapping(config), "trigger: [button, webhook, api]", "trigger: api\nvalues: {series: R}")
    shared = config / "mappings" / "shared"
    shared.mkdir()
    (shared / "people.yaml").write_text("fragment: peple\nentries: []\n", encoding="utf-8")
    (config / "fields").mkdir()
    stray = config / "fields" / "alice.nobody.yaml"
    stray.write_text("tables: {}\n", encoding="utf-8")
    shown, _ = lint(config, code=1)
    where = place(workspace, "depot", "depot")
    assert f"{where}: warning: values.depot: no mapping declares the value 'depot'" in shown
    where = place(workspace, "serie:", "serie")
    assert f"{where}: warning: values_in.test.serie: no mapping declares" in shown
    assert "did you mean 'series'?" in shown
    assert f"{shared / 'people.yaml'}:1:1: warning: fragment: no mapping includes it" in shown
    assert "error: fragment: must be 'people'" in shown  # though nobody includes it
    assert f"{stray}:1:1: warning: tables: there is no instance 'alice.nobody'" in shown


def test_known_fields_are_checked_and_a_faulty_file_of_them_is_told(config: Path) -> None:
    (config / "fields").mkdir()
    fields = config / "fields" / "alice.source.yaml"
    fields.write_text("tables:\n  case: [state, name, what, case, reason]\n", encoding="utf-8")
    shown, _ = lint(config, code=1)
    where = place(mapping(config), "from: mobile, convert", "from: mobile")
    assert f"{where}: error: request.recipient[mobile].from: unknown field" in shown
    assert "paraph discover source case" in shown
    fields.write_text("tables:\n  case: {state: Open}\n", encoding="utf-8")
    shown, _ = lint(config, code=1)
    assert f"{fields}:2:3: error: tables.case: must be a list of names" in shown


def test_a_fault_of_a_shared_mapping_is_told_once(tmp_path: Path) -> None:
    config = write_files(tmp_path, "lint", ("alice", "bob"))
    change(mapping(config), "from: mobile, convert", "from: mobile, convrt")
    shown, told = lint(config, code=1)
    assert shown.count("unknown key 'convrt'") == 1
    assert told == "1 error in 1 file.\n"


def test_lines_are_taken_apart_and_put_together() -> None:
    line = "a b.yaml:3:7: examples[what: [x] goes].expect: warning: it; is; bad"
    assert parse("m.yaml:3:7: examples[a: b].expect: warning: is wrong; mend it") == Finding(
        "m.yaml", 3, 7, "examples[a: b].expect", "warning", "is wrong", "mend it"
    )
    assert (parse(line).file, parse(line).line) == ("a b.yaml", 3)
    assert parse("no place at all; do something") == Finding(
        "", 0, 0, "", "error", "no place at all", "do something"
    )
    assert as_text(parse("no place at all")) == "\x1b[31m\x1b[1merror:\x1b[0m no place at all"
    assert summary([]) == "No problems found."


def test_a_text_without_its_link_is_told_in_the_workspace(config: Path) -> None:
    workspace = config / "workspaces" / "alice.yaml"
    change(workspace, "{{ title }} {{ link }}", "{{ title }}")
    shown, _ = lint(config, code=1)
    where = place(workspace, "sms_invite", "en:")
    assert f"{where}: error: texts.sms_invite.en: 1:1: does not contain {{{{ link }}}}" in shown
    assert "= add it where it is to appear" in shown


def test_many_mappings_are_looked_at_at_once_with_the_same_outcome(config: Path) -> None:
    text = mapping(config).read_text(encoding="utf-8")
    keys = [f"repair_{number}" for number in range(MANY + 5)]
    for key in keys:
        copy = text.replace("mapping: repair", f"mapping: {key}")
        if key.endswith("7"):
            copy = copy.replace("{to: mobile, from: mobile", "{to: mobile, form: mobile")
        mapping(config).with_name(f"{key}.yaml").write_text(copy, encoding="utf-8")
    few, many = keys[:20], [*keys, "repair", "nothing"]
    workspace = config / "workspaces" / "alice.yaml"

    def told(named: list[str]) -> list[dict[str, object]]:
        listed = f"mappings: [{', '.join(named)}]"
        old = workspace.read_text(encoding="utf-8")
        workspace.write_text(re.sub(r"mappings: \[.*\]", listed, old), encoding="utf-8")
        command = [sys.executable, "-m", "hub.cli", "lint", "--format", "json", "--config"]
        ran = subprocess.run([*command, str(config)], capture_output=True, text=True, check=False)
        assert ran.returncode == 1, ran.stderr
        found: list[dict[str, object]] = json.loads(ran.stdout)
        return found

    alone = [one for one in told(few) if Path(str(one["file"])).stem in few]
    together = told(many)
    assert [one for one in together if Path(str(one["file"])).stem in few] == alone
    errors = [one for one in together if one["severity"] == "error"]
    assert {Path(str(one["file"])).stem for one in errors} == {
        "alice",
        *(key for key in keys if key.endswith("7")),
    }


def test_what_we_ship_has_no_error_and_tells_what_only_the_demo_can_use(tmp_path: Path) -> None:
    config = shipped(tmp_path)
    shown, _ = lint(config)
    assert "instances.agiloft: it has no settings, so only 'paraph demo' can use it" in shown
    change(config / "paraph.yaml", "environment: demo", "environment: production")
    shown, _ = lint(config, code=1)
    assert "error: base_url: is missing" in shown
    assert "only 'paraph demo'" not in shown


def test_the_demos_instances_must_still_be_of_a_plugin(tmp_path: Path) -> None:
    config = shipped(tmp_path)
    change(config / "workspaces" / "demo.yaml", "plugin: bankid,", "plugin: bankidd,")
    shown, _ = lint(config, code=1)
    assert "error: unknown plugin 'bankidd'" in shown
    assert "did you mean 'bankid'?" in shown


def test_files_that_are_named_are_told_alone(config: Path) -> None:
    change(mapping(config), "expires_after: 14d", "expire_after: 14d")
    shown, _ = lint(config, str(mapping(config)), code=1)
    assert "expire_after" in shown
    shown, told = lint(config, str(config / "workspaces" / "alice.yaml"))
    assert shown == ""
    assert told.startswith("No problems") or "0 errors" in told


def test_a_file_that_does_not_belong_to_the_configuration_is_told(
    config: Path, tmp_path: Path
) -> None:
    draft = tmp_path / "draft.yaml"
    draft.write_text(mapping(config).read_text(encoding="utf-8"), encoding="utf-8")
    result = CliRunner().invoke(cli, ["lint", "--config", str(config), str(draft)])
    assert result.exit_code == 2
    assert "is no file of" in result.output
    assert "paraph dry-run" in result.output
