"""``paraph dry-run``: what it prints, its status, and what it says of what is not there."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from hub.cli import cli
from tests.services.one_case import OneCase
from tests.services.trying import change, with_form


@pytest.fixture
def case(tmp_path):
    made = OneCase(tmp_path)
    yield made
    made.simulated.close()


@pytest.fixture
def paraph(case):
    def run(*arguments, code=0):
        config = str(case.simulated.config)
        result = CliRunner().invoke(cli, ["dry-run", *arguments, "--config", config])
        assert result.exit_code == code, result.output
        return result.output

    return run


def test_it_reads_like_what_would_happen(case, paraph):
    told = paraph("repair", "1")
    assert "to Alice Andersson, +46701740605" in told
    assert "invite at once, by sms to Alice Andersson, +46701740605" in told
    assert "  | Alice: Repair of Dishwasher https://hub.example/s/…" in told
    assert "after completed" in told
    assert "create customer at hub_register, unless one matches by mobile" in told
    assert told.endswith("Nothing was written and nothing stored.\n")
    assert case.requests() == []


def test_answers_fill_in_the_form_and_json_has_the_same(case, paraph, tmp_path):
    with_form(case.simulated.config)
    answers = tmp_path / "answers.yaml"
    answers.write_text("name: Alice\nfault: It leaks\n", encoding="utf-8")
    arguments = ("repair", "1", "--event", "completed", "--answers", str(answers))
    assert "fault = It leaks" in paraph(*arguments)
    told = json.loads(paraph(*arguments, "--format", "json"))
    assert told["events"]["completed"][-1]["does"]["fields"]["fault"] == "It leaks"


def test_wrong_answers_are_told_with_their_field_and_status_2(case, paraph, tmp_path):
    with_form(case.simulated.config)
    answers = tmp_path / "answers.yaml"
    answers.write_text("nam: Alice\n", encoding="utf-8")
    told = paraph("repair", "1", "--answers", str(answers), code=2)
    assert "did you mean 'name'?" in told
    for content in (b"name: [", b"\xff\xfe"):
        answers.write_bytes(content)
        assert "answers.yaml" in paraph("repair", "1", "--answers", str(answers), code=2)
    assert "does not exist" in paraph("repair", "1", "--answers", "nowhere.yaml", code=2)


def test_a_record_that_does_not_fit_has_status_1(case, paraph):
    case.upstream.put("case", "1", {"mobile": "070-12"})
    told = paraph("repair", "1", code=1)
    assert "repair.yaml:" in told
    assert "request.recipient.mobile (mobile)" in told


def test_a_record_that_is_not_wanted_says_so(case, paraph):
    case.upstream.put("case", "1", {"state": "Closed"})
    assert "no request: the mapping's 'when' says no" in paraph("repair", "1")


def test_what_is_not_there_is_told(case, paraph):
    assert "did you mean 'repair'" in paraph("repare", "1", code=1)
    assert "source has no record case/99" in paraph("repair", "99", code=1)
    assert "did you mean 'completed'" in paraph("repair", "1", "--event", "complete", code=2)
    assert "--workspace must be one of: alice" in paraph("repair", "1", "--workspace", "x", code=2)
    case.upstream.fault("unreachable")
    assert "not reached: the upstream cannot be reached; try again" in paraph("repair", "1", code=1)
    case.upstream.password = "changed"
    assert "credentials were refused" in paraph("repair", "1", code=1)
    change(case.simulated.config / "mappings" / "repair.yaml", "expires_after", "expire_after")
    assert "did you mean 'expires_after'" in paraph("repair", "1", code=2)


def test_a_record_that_does_not_fit_ends_there_and_lists_stand_below(case, paraph):
    case.upstream.put("case", "9", {"state": "New", "name": "Alice", "mobile": "07", "what": "x"})
    told = paraph("repair", "9", code=1)
    assert "(bad_number)" in told
    assert "The record does not fit: the request would fail at once" in told
    assert "invite" not in told
    assert "after completed" not in told
    assert "after failed" in told


def test_it_says_when_new_requests_begin_with_another_version(case, paraph):
    assert "note: new" not in paraph("repair", "1")
    change(case.simulated.config / "mappings" / "repair.yaml", "Repair of", "Mending of")
    assert "note: new requests begin with " in paraph("repair", "1")
    assert "the file has changed since" in paraph("repair", "1")
