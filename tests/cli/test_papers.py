"""``paraph clear``, ``paraph evidence`` and ``paraph in-person``."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from hub.cli import cli
from tests.services.paper_case import PaperCase

NEVER = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
def case(tmp_path):
    with capture_logs():
        made = PaperCase(tmp_path, f"sqlite:///{tmp_path}/paraph.db")
        made.send()
        yield made
        made.close()


@pytest.fixture
def paraph(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*arguments, code=0):
        result = CliRunner().invoke(cli, [*arguments, "--config", str(case.config)])
        assert result.exit_code == code, result.output
        return result.output

    return run


def signed(case):
    case.sign("alice")
    case.sign("bob")
    case.work()


def test_a_proof_becomes_a_file_that_verify_takes(case, paraph, tmp_path):
    request = case.request().id
    assert "nothing is sealed: the request is sent" in paraph("evidence", request, code=1)
    signed(case)
    assert "Offer-O-1-proof.zip" in paraph("evidence", request)
    assert "is there already" in paraph("evidence", request, code=1)
    paraph("evidence", request, "--pdf", "--out", "signed.pdf")
    root = next(tmp_path.glob("data/**/root.pem"))
    for name in ("Offer-O-1-proof.zip", "signed.pdf"):
        checked = CliRunner().invoke(cli, ["verify", name, "--trust", str(root)])
        assert checked.exit_code == 0, checked.output
    assert "no proof number 7" in paraph("evidence", request, "--number", "7", code=1)
    assert "no request" in paraph("evidence", NEVER, code=1)


def test_an_acceptance_is_taken_back_with_a_reason(case, paraph):
    request = case.request().id
    paraph("clear", request, code=2)
    assert "nothing is signed" in paraph("clear", request, "--reason", "wrong", code=1)
    signed(case)
    assert "say why" in paraph("clear", request, "--reason", " ", code=1)
    told = paraph("clear", request, "--reason", "wrong", "--recipient", "carol", code=1)
    assert "there are: alice, bob" in told
    assert "taken back" in paraph("clear", request, "--reason", "wrong", "--recipient", "bob")
    assert case.request().state == "sent"
    assert case.acceptances()[1].cleared == {"by": "operator", "reason": "wrong"}
    paraph("evidence", request, code=1)
    paraph("evidence", request, "--number", "1")


def test_a_link_for_the_tablet_is_printed(case, paraph):
    url = paraph("in-person", case.request().id).strip()
    assert case.desk.view(url.rpartition("/")[2]).papers.in_person
    early = paraph("in-person", case.request().id, "--recipient", "bob", code=1)
    assert "not this recipient's turn" in early
