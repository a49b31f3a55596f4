"""A signature is never lost for want of a seal: it is committed, the upstream hears of it, and the
proof comes when the time-stamp authority or the clock is well again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from hub.kernel.clock import ManualClock
from hub.services import dossier, health
from hub.services.evidence.seals import checker, installation_trust
from hub.services.evidence.verifying import verify
from hub.services.replay_deliveries import DeliveryReplays
from hub.services.replays import Order
from hub.storage.models import Attempt, Delivery, DocumentPage
from hub.worker import FAULTY_SETTINGS, begun

ALICE = """
    - {key: alice, turn: 1, rows: [{to: name, value: Alice Andersson}, {to: mobile, value: "+46701740605"}]}"""  # noqa: E501
STAMPED = """\
seal:
  level: B-T
  timestamp_url: {timestamp_url}
  timestamp_roots: {timestamp_roots}
  when_unavailable: {when}
"""


@pytest.fixture
def signed(papers, stamps):
    """Makes a case whose authority has a fault, and has Alice sign."""

    def make(fault, when="error"):
        settings = STAMPED.format(**stamps.settings, when=when)
        # the sandbox's authority takes the machine's time
        case = papers(people=ALICE, settings=settings, clock=ManualClock(datetime.now(UTC)))
        stamps.authority.switches.switch_on(fault)
        case.send()
        case.sign("alice")
        return case

    return make


def owed(case):
    return case.deliveries("evidence")[0]


def level_of(case):
    check = checker(installation_trust(case.core.settings))
    verdict = verify(case.blob(case.proofs()[0].bundle_sha256), check)
    assert verdict.ok, verdict
    return verdict.level


@pytest.mark.parametrize(
    ("fault", "code"),
    [("unavailable", "timestamp_unavailable"), ("wrong_clock", "timestamp_clock")],
)
def test_the_signature_counts_at_once_and_the_proof_comes_later(signed, stamps, fault, code):
    case = signed(fault)
    assert case.request().state == "completed"
    assert [one.kind for one in case.acceptances()] == ["signed"]
    assert (case.record()["state"], case.files(), case.proofs()) == ("Signed", {}, [])
    failures = [one.code for one in case.rows(Attempt) if one.delivery_id == owed(case).id]
    assert (owed(case).state, set(failures)) == ("retry", {code})
    assert "signed documents wait for their seal" in health.ready(case.core)[1]
    stamps.authority.reset()
    case.later(seconds=60)
    assert (owed(case).state, case.proofs()[0].level, level_of(case)) == ("delivered", "B-T", "B-T")
    assert set(case.files()) == {"pdf", "zip"}
    assert "seal" not in health.ready(case.core)[1]


def test_a_downgrade_is_told_in_the_report_and_over_the_api(signed):
    case = signed("unavailable", when="downgrade")
    proof = case.proofs()[0]
    assert (proof.level, level_of(case)) == ("B-B", "B-B")
    assert (proof.report["wanted"], proof.report["missing"]) == ("B-T", "timestamp_unavailable")
    told = dossier.dossier(case.core, case.workspace, case.request().id)["evidence"]
    assert (told["level"], told["downgraded"]) == ("B-B", True)


def test_a_proof_that_was_given_up_can_be_replayed(signed, stamps):
    case = signed("unavailable")
    with case.core.db.write() as session:
        ended = {"state": "gave_up", "finished_at": case.clock.now()}
        session.execute(update(Delivery).where(Delivery.kind == "evidence").values(**ended))
    stamps.authority.reset()
    replays = DeliveryReplays(case.core, case.workspace)
    counted = replays.begin({"kind": "evidence"}, Order("Alice", rate=100))
    assert counted.verdicts["replay"] == 1
    case.later(seconds=5)
    assert (owed(case).state, len(case.proofs())) == ("delivered", 1)
    assert set(case.files()) == {"pdf", "zip"}


@pytest.mark.parametrize("lost", ["gone", "spoiled"])
def test_a_proof_waits_for_a_backup_of_a_file_that_is_lost(papers, lost):
    case = papers(people=ALICE)
    case.send()
    (image,) = {one.sha256 for one in case.rows(DocumentPage)}
    content, blobs = case.blob(image), case.core.workshop.blobs
    file = case.config.parent / "data" / "blobs" / case.workspace / image[:2] / image
    case.look("alice")
    order = case.begin("alice")
    assert file.exists(), sorted(case.config.parent.rglob("*"))
    file.unlink() if lost == "gone" else file.write_bytes(file.read_bytes()[:-9] + b"otherwise")
    case.give("alice", order)
    case.work()
    assert (case.request().state, case.record()["state"]) == ("completed", "Signed")
    failures = {one.code for one in case.rows(Attempt) if one.delivery_id == owed(case).id}
    assert (owed(case).state, failures, case.proofs()) == ("retry", {"paper_lost"}, [])
    (told,) = health.sync(case.core)
    assert (told.status, told.proofs_failing) == ("waiting", 1)
    assert told.own_troubles == {"paper_lost": 1}
    assert "bring it back from a backup" in health.ready(case.core)[1]
    case.later(hours=60)
    assert owed(case).state == "retry"
    blobs.put(case.workspace, content)
    case.later(hours=2)
    assert (owed(case).state, len(case.proofs())) == ("delivered", 1)
    assert set(case.files()) == {"pdf", "zip"}
    (told,) = health.sync(case.core)
    assert (told.status, told.proofs_failing) == ("unknown", 0)  # nothing is left to wait for


@pytest.mark.parametrize(
    "wrong",
    [
        "seal: {level: B-T, timestamp_url: 'http://127.0.0.1:9/', timestamp_roots: [/no/root.pem]}",
        "seal: {trust_roots: [/no/root.pem]}",
        "seal: {pem: {key: /no/root.pem, certificate: /no/seal.pem}}",
    ],
)
def test_certificates_that_cannot_be_read_keep_the_hub_from_starting(papers, capsys, wrong):
    case = papers(settings=wrong + "\n")
    with pytest.raises(SystemExit) as raised:
        begun(case.config)
    assert raised.value.code == FAULTY_SETTINGS
    assert "/no/root.pem: cannot be read: No such file" in capsys.readouterr().err
