"""A part of the hub itself does not work: what needs it is done later, nobody else is blamed for
it, and health says what it is."""

from __future__ import annotations

from hub.app import create_app
from hub.contracts.records import Attach, RecordRef
from hub.engine.retry import UNEXPECTED
from hub.kernel.errors import Retryable
from hub.sandbox.ports import calm_port
from hub.services import health
from hub.services.paper_sources import INSPECTION_AWAY
from hub.storage.blobs import AWAY, Blobs
from hub.storage.models import Instance
from tests.services.documents.made import pdf
from tests.services.paper_case import RECORD

FILE = "\n    - {key: plan, title: Plan, attachment: {from: plan}}"
NUMBERS = [str(number) for number in range(10, 16)]  # more than open a breaker
S3 = """
blobs:
  s3: {bucket: paraph, endpoint: "http://127.0.0.1:PORT", access_key: alice, secret_key: "a secret"}
"""


def ask(case):
    """Requests for records whose plan is a file of the upstream's own."""
    for number in NUMBERS:
        case.upstream.put("offer", number, {**RECORD, "plan": "plan.pdf"})
        operation = Attach(RecordRef("offer", number), "plan.pdf", "application/pdf", pdf())
        case.upstream.apply(operation, f"plan {number}", "", 1.0, adopt=False)
        case.send(number)


def check_nobody_is_blamed(case):
    """No breaker counts anything; no instance looks ill."""
    for row in case.rows(Instance):
        assert (row.key, row.failures, row.breaker_until) == (row.key, 0, None)


def waiting(case, code):
    """All wait, and health says for what."""
    states = [(one.state, one.error_code) for one in case.deliveries("prepare")]
    assert states == [("retry", code)] * len(NUMBERS)
    (told,) = health.sync(case.core)
    assert (told.status, told.own_troubles) == ("waiting", {code: len(NUMBERS)})
    metrics = create_app(case.house).test_client().get("/metrics").text
    assert f'paraph_own_troubles{{code="{code}",workspace="alice"}} 6.0' in metrics
    return case.deliveries("prepare")[0].error_detail


def check_all_goes_on(case):
    case.later(hours=1)
    assert {one.state for one in case.deliveries("prepare")} == {"delivered"}
    assert case.request().state == "sent"
    (told,) = health.sync(case.core)
    assert told.own_troubles == {}


def test_an_object_store_that_refuses_connections_is_not_the_upstreams_fault(papers, tmp_path):
    case = papers(documents=FILE, settings=S3.replace("PORT", str(calm_port())))
    ask(case)
    check_nobody_is_blamed(case)
    assert "object store" in waiting(case, AWAY)
    vars(case.core.workshop)["_blobs"] = Blobs(tmp_path / "there again", case.core.vault)
    check_all_goes_on(case)


def test_a_process_for_documents_that_cannot_be_had_is_not_the_upstreams_fault(papers, monkeypatch):
    def none(*given):
        raise Retryable("no process for documents can be started (Too many open files)")

    case = papers(documents=FILE)
    with monkeypatch.context() as patched:
        patched.setattr(case.core.workshop.inspector, "inspect_pdf", none)
        ask(case)
        check_nobody_is_blamed(case)
        said = waiting(case, INSPECTION_AWAY)
    assert said == "plan: no process for documents can be started (Too many open files)"
    check_all_goes_on(case)


def test_a_bug_of_ours_while_looking_is_neither_the_upstreams_fault_nor_the_papers(
    papers, monkeypatch
):
    def broken(*given):
        raise RuntimeError("personal words of a document")

    case = papers(documents=FILE)
    monkeypatch.setattr(case.core.workshop.inspector, "inspect_pdf", broken)
    ask(case)
    check_nobody_is_blamed(case)
    assert {one.state for one in case.deliveries("prepare")} == {"retry"}
    for _ in range(10):
        case.later(hours=1)
    check_nobody_is_blamed(case)
    given_up = case.deliveries("prepare")[0]
    assert (given_up.state, given_up.error_code) == ("gave_up", UNEXPECTED)
    assert given_up.error_detail.startswith("RuntimeError in ")
    assert (case.request().state, case.request().reason) == ("failed", "system_refused")
    told = case.upstream.records("offer")[NUMBERS[-1]]
    assert (told["state"], "personal" in told["reason"]) == ("Failed", False)


def test_a_store_that_is_down_when_the_signed_pdf_is_attached_closes_no_door_upstream(
    offer, monkeypatch
):
    offer.sign("alice")
    offer.look("bob")
    offer.give("bob", offer.begin("bob"))
    blobs = offer.core.workshop.blobs
    with monkeypatch.context() as patched:
        sound = type(blobs).get

        def down_once_it_is_made(self, workspace_id, sha256):
            if offer.proofs():
                patched.setattr(self, "_store", _Refusing(), raising=True)
            return sound(self, workspace_id, sha256)

        patched.setattr(type(blobs), "get", down_once_it_is_made)
        for _ in range(8):
            offer.later(minutes=10)
        check_nobody_is_blamed(offer)
        owed = [one for one in offer.deliveries("step") if one.error_code == AWAY]
        assert [one.destination for one in owed] == ["source"]
        assert owed[0].attempts > 5
        assert offer.files() == {}
    offer.later(hours=2)
    assert set(offer.files()) == {"pdf", "zip"}


class _Refusing:
    """Refuses connections."""

    def get(self, path):
        raise OSError(111, "Connection refused")
