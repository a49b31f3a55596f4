"""Whichever commit fails of an offer that two people sign on the canvas, before it took place or
after: once the hub runs again, everything ends as if nothing had happened. One version of each
paper, one signature of each, one proof, one receipt for each, one write-back.

``PARAPH_EVERY_COMMIT=1`` tries each one; without it a part of them is tried.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hub.services.evidence.seals import checker, trusting
from hub.services.evidence.verifying import verify
from hub.services.history import verify_chain
from hub.services.views import CaseClosed, NotReady
from hub.storage.models import Attachment, Document, DocumentPage, Request, RequestEvent
from tests.conftest import MIGRATED
from tests.services.failing_commits import CommitFailed, Commits
from tests.services.paper_case import CLIENT, PaperCase
from tests.services.test_failing_commits import ALL, MEMORY, WAYS

pytestmark = pytest.mark.timeout(0 if ALL else 300)
SECOND = timedelta(seconds=1)
# store → of how many commits one is tried; each way begins with another one
EVERY = {"sqlite": 12, "postgresql": 30}
ENDED = ("delivered", "cancelled")
NUMBERS = {"alice": "+46701740605", "bob": "+46701740606"}


@pytest.fixture(params=sorted(EVERY))
def place(request):
    """Makes cases, each on an empty database."""
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    folder, made = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None)), []

    def case():
        mine = folder / str(len(made))
        mine.mkdir()
        url = f"sqlite:///{mine}/paraph.db"
        made.append(1)
        return PaperCase(mine, server.create(server.fresh_name(), MIGRATED) if server else url)

    with capture_logs():
        yield case, EVERY[request.param]
    shutil.rmtree(folder)


@pytest.mark.parametrize(("first", "took_place", "dies"), WAYS)
def test_whichever_commit_fails_two_signatures_end_the_same(place, first, took_place, dies):
    case, every = place
    total = run(case(), Commits())
    assert total > 20
    for number in range(1 if ALL else first * 2, total + 1, 1 if ALL else every):
        commits = Commits(number, took_place=took_place, dies=dies)
        run(case(), commits)
        assert commits.failed, f"commit {number} was not reached"


def run(case, commits):
    """The whole story with the failure somewhere in it; how many commits there were."""
    commits.watch(case.core.db)
    try:
        with suppress(*([Exception] if commits.dies else [])):
            story(case, commits)
        if commits.failed and commits.dies:
            case.close()
            case.open()
            story(case, commits)
        check(case, commits)
    finally:
        case.close()
    return commits.count


def story(case, commits):
    """People do their part; who sees an error tries again. The hub does the rest."""
    if not case.rows(Request):
        again(commits, case.send)
    for _ in range(40):
        again(commits, case.work)
        if case.rows(Request) and case.request().state == "completed" and not unfinished(case):
            return
        for who in NUMBERS:
            if not case.messages(NUMBERS[who]):
                continue  # who has no link signs nothing
            with suppress(CaseClosed, NotReady):  # it is on its way already
                if case.desk.view(case.token(who)).papers.act == "sign":
                    again(commits, lambda who=who: sign(case, who))
        case.clock.advance(20 * SECOND)
    raise AssertionError(f"{case.request().state}: {unfinished(case)}")


def again(commits, act):
    """``act``, and once more when it meets the failed commit."""
    try:
        act()
    except (CommitFailed, RuntimeError):
        if not commits.failed or commits.dies:
            raise
        act()


def sign(case, who):
    """Open, look, draw, hand in."""
    case.desk.opened(case.token(who), CLIENT)
    case.look(who)
    case.give(who, case.begin(who))


def unfinished(case):
    """What is still owed, or was given up."""
    kinds = ("message", "notice", "step", "prepare", "evidence", "intake")
    owed = [one for kind in kinds for one in case.deliveries(kind)]
    return [f"{one.step} {one.state}" for one in owed if one.state not in ENDED]


def check(case, commits):
    """The end that everything must come to."""
    where = f"commit {commits.fails} of {commits.count}"
    (request,) = case.rows(Request)
    assert request.state == "completed", where
    papers = [len(case.rows(one)) for one in (Document, DocumentPage, Attachment)]
    assert papers == [1, 1, 1], where
    assert [one.current for one in case.acceptances()] == [True, True], where
    assert len({str(one.shown) for one in case.acceptances()}) == 1, where
    (proof,) = case.proofs()
    files = case.files()
    assert files["pdf"].content == case.blob(proof.pdf_sha256), where
    assert files["zip"].content == case.blob(proof.bundle_sha256), where
    roots = trusting([next(case.config.parent.glob("data/**/root.pem"))])
    assert verify(files["zip"].content, checker(roots)).ok, where
    to = sorted(one.to for one in case.messages())
    assert to == ["+46701740605", "+46701740606", "alice@example.com", "bob@example.com"], where
    assert len(case.upstream.records("order")) == 1, where
    assert (case.record()["state"], case.record()["signed_by"]) == ("Signed", "Bob"), where
    events = case.rows(RequestEvent)
    assert verify_chain(events) is None, where
    kinds = [one.kind for one in events]
    once = ("started", "prepared", "completed", "sealed", "line_accepted", "line_declined")
    assert [kinds.count(kind) for kind in once] == [1] * len(once), f"{where}: {kinds}"
    assert kinds.count("opened") == 2, f"{where}: {kinds}"
    # whose message was sent, but not settled before they had signed, is not told as invited
    assert kinds.count("invited") <= 2, f"{where}: {kinds}"
    assert kinds.count("signed") == 2, f"{where}: {kinds}"
