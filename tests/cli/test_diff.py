"""``paraph diff``: what it prints, its status, and what it says of versions that are not there."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from hub.cli import cli
from hub.kernel.errors import ConfigurationError
from hub.services.office import open_office
from tests.services.one_case import OneCase
from tests.services.trying import change
from tests.simulated_house import RECORD

EVER = "2020-01-01T00:00:00Z"  # the simulated house lives in its own time


@pytest.fixture
def case(tmp_path):
    made = OneCase(tmp_path)
    made.invite()
    yield made
    made.simulated.close()


@pytest.fixture
def draft(case, tmp_path):
    made = tmp_path / "draft.yaml"
    text = (case.simulated.config / "mappings" / "repair.yaml").read_text(encoding="utf-8")
    made.write_text(text, encoding="utf-8")
    return made


@pytest.fixture
def paraph(case):
    def run(*arguments, code=0, since=EVER):
        config = str(case.simulated.config)
        found = ["diff", *map(str, arguments), "--config", config, "--since", since]
        result = CliRunner().invoke(cli, found)
        assert result.exit_code == code, result.output
        return result.output

    return run


def test_nothing_that_changes_is_status_0(draft, paraph):
    assert "0 of 1 records change." in paraph("active", draft)


def test_what_changes_is_told_by_record_and_summed_by_rule_and_masked(draft, paraph):
    change(draft, "Repair of", "Mending of")
    told = paraph("active", draft, code=1)
    assert "source: case/1 (request " in told
    assert "  request.title: R••• (20 characters) → M••• (21 characters)" in told
    assert "     1  request.title" in told
    assert "1 of 1 records change." in told
    assert "Mending of Dishwasher" in paraph("active", draft, "--reveal", code=1)


def test_json_is_a_line_for_each_record_and_one_with_the_sums(draft, paraph):
    change(draft, "{to: state, value: Sent}", "{to: state, value: Asked}")
    record, sums = map(json.loads, paraph("active", draft, "--format", "json", code=1).splitlines())
    assert record["changes"] == [
        {"rule": "back.invited.0.state", "before": "Sent", "after": "Asked"}
    ]
    assert (sums["records"], sums["changed"]) == (1, 1)
    assert sums["rules"] == {"back.invited.0.state": 1}


def test_spans_and_limits_are_kept_and_bad_ones_told(draft, paraph):
    assert "0 of 0 records change." in paraph("active", draft, since="1h")
    assert "is neither a span such as 30d nor a moment" in paraph(
        "active", draft, since="soon", code=2
    )
    assert "with its zone" in paraph("active", draft, since="2026-01-01", code=2)
    assert "--limit" in paraph("active", draft, "--limit", "0", code=2)


def test_sides_that_are_not_there_are_told(draft, paraph):
    assert "say which mapping is meant: --mapping KEY" in paraph("active", "active", code=2)
    assert "there is no version ffffff" in paraph("ffffff", "active", code=1)
    assert "there is no file nowhere.yaml" in paraph("active", "nowhere.yaml", code=1)
    change(draft, "expires_after", "expire_after")
    assert "did you mean 'expires_after'" in paraph("active", draft, code=2)


def test_records_beyond_the_limit_are_told(case, draft, paraph):
    case.upstream.put("case", "8", RECORD)
    case.trigger("8")
    case.work()
    told = paraph("active", draft, "--limit", "1")
    assert "0 of 1 records change." in told
    assert "These are the newest of 2; --limit takes more." in told
    sums = json.loads(paraph("active", draft, "--limit", "1", "--format", "json"))
    assert (sums["records"], sums["of"]) == (1, 2)


def test_records_that_hold_nothing_are_counted_apart(case, draft, paraph):
    case.trigger("99")
    case.work()
    assert "1 of them hold nothing any more, or were never read." in paraph("active", draft)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql+psycopg://u:hush@127.0.0.1:1/x", "postgresql+psycopg://u:***@127.0.0.1:1/x"),
        ("sqlite:///{folder}/junk.db", "not a database"),
    ],
)
def test_a_database_that_cannot_be_used_is_told(case, tmp_path, url, said):
    (tmp_path / "junk.db").write_text("junk " * 1000, encoding="utf-8")
    file = case.simulated.config / "paraph.yaml"
    lines = [line for line in file.read_text().splitlines() if "database_url" not in line]
    file.write_text("\n".join([*lines, f"database_url: {url.format(folder=tmp_path)}", ""]))
    with pytest.raises(ConfigurationError) as caught:  # told in words by ``main``
        open_office(case.simulated.config)
    told = str(caught.value)
    assert said in told
    assert "cannot be used" in told
    assert "hush" not in told
