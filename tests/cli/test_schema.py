"""``paraph schema``: what it prints and writes, and how it answers wrong calls."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from hub.cli import cli
from hub.cli.schema import KINDS
from hub.mapping.json_schema import mapping_schema
from tests.json_schemas import validator
from tests.mapping.samples import ROOT


def paraph(*arguments, code=0):
    result = CliRunner().invoke(cli, ["schema", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_printed_as_json(kind):
    printed = json.loads(paraph(kind))
    assert printed["$schema"].endswith("/2020-12/schema")
    assert "Paraph" in printed["title"]
    validator(printed)


def test_all_are_written_to_a_folder(tmp_path):
    told = paraph("--out", tmp_path / "new" / "schemas")
    files = sorted(tmp_path.glob("new/schemas/*"))
    assert [file.name for file in files] == sorted(f"{kind}.schema.json" for kind in KINDS)
    assert all(str(file) in told for file in files)
    assert json.loads((tmp_path / "new/schemas/mapping.schema.json").read_text()) == (
        mapping_schema()
    )


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(cli, ["schema", "--out", str(tmp_path / "file" / "below")])
    assert result.exit_code == 1
    assert "cannot be written" in str(result.exception)


def test_one_plugin_is_printed_alone_by_either_name():
    assert paraph("--plugin", "smtp") == paraph("workspace", "--plugin", "channel:smtp")
    printed = json.loads(paraph("--plugin", "smtp"))
    assert printed["required"] == ["host", "from_address"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name one of them: mapping, form, config, workspace, fragment"),
        (["maping"], "'maping' is not one of 'mapping'"),
        (["mapping", "--plugin", "smtp"], "--plugin goes with workspace only"),
        (["--plugin", "channel:smpt"], "did you mean 'channel:smtp'?"),
        (["--plugin", "simulated"], "connector:simulated, provider:simulated, channel:simulated"),
        (["mapping", "--out", "x"], "--out writes all of them"),
    ],
)
def test_a_wrong_call_is_told_how_to_go_on(arguments, said):
    assert said in paraph(*arguments, code=2)


def test_the_handbook_names_the_files_that_are_written_and_where_they_belong():
    handbook = (ROOT / "mappings" / "README.md").read_text("utf-8")
    block = handbook.partition("```json\n")[2].partition("```")[0]
    named = json.loads(block)["yaml.schemas"]
    assert sorted(named) == sorted(f".schemas/{kind}.schema.json" for kind in KINDS)
    assert all(list(ROOT.glob(place)) for place in named.values() if "shared" not in place)
