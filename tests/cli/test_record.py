"""``paraph record``: what it prints, its status, and that the file is as it was when refused."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from hub.cli import cli
from tests.services.one_case import OneCase
from tests.services.trying import change


@pytest.fixture
def case(tmp_path):
    made = OneCase(tmp_path)
    yield made
    made.simulated.close()


@pytest.fixture
def file(case):
    return case.simulated.config / "mappings" / "repair.yaml"


@pytest.fixture
def paraph(case):
    def run(*arguments, code=0):
        config = str(case.simulated.config)
        result = CliRunner().invoke(cli, [*arguments, "--config", config])
        assert result.exit_code == code, result.output
        return result.output

    return run


def test_an_example_is_added_and_lint_is_content(paraph, file):
    told = paraph("record", "repair", "1", "--event", "completed", "--name", "the whole way")
    line = next(
        number for number, text in enumerate(file.read_text().splitlines(), 1)
        if "the whole way" in text
    )  # fmt: skip
    assert told == f"{file}:{line}: example 'the whole way' was added and passes.\n"
    assert "error" not in paraph("lint")


def test_an_older_example_that_fails_is_told_with_status_1(paraph, file):
    change(file, "recipient: {name: Alice,", "recipient: {name: Bob,")
    assert "example 'a case'" in paraph("record", "repair", "1", code=1)


def test_what_is_refused_leaves_the_file_as_it_was(paraph, file):
    before = file.read_bytes()
    assert "no record case/99" in paraph("record", "repair", "99", code=1)
    assert "already" in paraph("record", "repair", "1", "--name", "a case", code=2)
    assert "did you mean 'repair'" in paraph("record", "repare", "1", code=1)
    assert file.read_bytes() == before
