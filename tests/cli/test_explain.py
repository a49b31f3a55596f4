"""``paraph explain``: what it prints, and what it says of an id that is none."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from hub.cli import cli
from tests.services.one_case import OneCase


@pytest.fixture
def case(tmp_path):
    made = OneCase(tmp_path)
    made.invite()
    yield made
    made.simulated.close()


@pytest.fixture
def paraph(case):
    def run(*arguments, code=0):
        config = str(case.simulated.config)
        result = CliRunner().invoke(cli, ["explain", *arguments, "--config", config])
        assert result.exit_code == code, result.output
        return result.output

    return run


def test_a_delivery_is_explained_line_by_line_and_masked(case, paraph):
    (message,) = case.deliveries("message")
    told = paraph(message.id)
    assert told.startswith("message invite to sms: delivered\n")
    assert "request.recipient.mobile (from mobile)" in told
    assert "  convert e164:SE → +••• (12 characters)" in told
    assert "Alice" not in told
    assert "+46701740605" in paraph(message.id, "--reveal")


def test_a_step_says_what_it_does_and_json_has_the_same(case, paraph):
    (step,) = case.deliveries("step")
    assert "update case/1" in paraph(step.id)
    told = json.loads(paraph(step.id, "--format", "json"))
    assert told["does"] == {"update": "case/1", "fields": {"state": "Sent"}}
    assert "mappings/repair.yaml:" in told["rows"][0]["where"]


def test_it_works_with_faulty_files(case, paraph):
    for name in ("mappings/repair.yaml", "workspaces/alice.yaml"):
        (case.simulated.config / name).write_text("mapping: [", encoding="utf-8")
    (step,) = case.deliveries("step")
    assert "mapping repair, version" in paraph(step.id)


def test_an_unknown_id_is_told(paraph):
    assert "there is no delivery with this id: nope" in paraph("nope", code=1)


def test_one_that_was_given_up_tells_why(case, paraph):
    (message,) = case.deliveries("message")
    with case.core.db.write() as session:
        row = session.get_one(type(message), message.id)
        row.state, row.error_code, row.error_detail = "gave_up", "refused", "the number is barred"
    told = paraph(message.id).splitlines()
    assert told[0] == "message invite to sms: gave_up (refused)"
    assert "error: the number is barred" in told
