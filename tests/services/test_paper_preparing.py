"""Documents and attachments are fetched, made, looked at and kept before anybody is invited."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from pytest_httpserver import HTTPServer
from werkzeug import Response

from hub.contracts.records import Attach, RecordRef
from hub.kernel.errors import NotFound, Refused
from hub.services import preparing
from hub.services.replay_deliveries import DeliveryReplays
from hub.services.replays import Order
from hub.services.views import CaseClosed, NotReady
from hub.storage.models import (
    Attachment,
    Blob,
    Document,
    DocumentPage,
    Instance,
    SigningOrder,
)
from tests.services.documents.made import encrypted, pdf
from tests.services.paper_case import PERSON, RECORD, encoded, picture

FOUR = """
    - {key: offer, title: Offer, template: offer, rows: [{to: intro, from: intro}]}
    - {key: plan, title: Plan, attachment: {from: plan}}
    - {key: terms, title: Terms, url: {from: terms}}
    - {key: extra, title: Extra, base64: {from: extra}}"""
ONE = """
    - {key: paper, title: Paper, url: {from: url}, when: url != ""}
    - {key: paper2, title: Paper, base64: {from: pdf}, when: pdf != ""}
    - {key: paper3, title: Paper, attachment: {from: file}, when: file != ""}"""
NEVER = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
def server():
    with HTTPServer("127.0.0.1", 0) as made:
        yield made


@pytest.fixture
def serve(server):
    """Have the server answer so at a path, one after the other; the last answer stays."""

    def serve(*given, path="/paper.pdf"):
        answers = [one if isinstance(one, Response) else Response(one) for one in given]
        server.expect_request(path).respond_with_handler(
            lambda request: answers.pop(0) if len(answers) > 1 else answers[0]
        )
        return server.url_for(path)

    return serve


def put_file(case, name, content):
    operation = Attach(RecordRef("offer", "1"), name, "application/pdf", content)
    case.upstream.apply(operation, name + str(len(content)), "", 1.0, adopt=False)


def test_each_source_gives_its_bytes_and_page_images_that_are_kept(papers, serve):
    case = papers(documents=FOUR)
    own, theirs, sent = pdf(count=2), pdf(count=3), pdf(count=1)
    put_file(case, "plan.pdf", own)
    more = {"plan": "plan.pdf", "terms": serve(theirs), "extra": encoded(sent)}
    case.upstream.put("offer", "1", more)
    case.send()
    documents = {one.key: one for one in case.rows(Document)}
    assert [(one.source, one.pages) for one in documents.values()] == [
        ("template", 1), ("attachment", 2), ("url", 3), ("base64", 1),
    ]  # fmt: skip
    assert case.blob(documents["plan"].sha256) == own
    assert case.blob(documents["terms"].sha256) == theirs
    assert case.blob(documents["extra"].sha256) == sent
    pages = case.rows(DocumentPage)
    assert len(pages) == 7
    for page in pages:
        image = Image.open(io.BytesIO(case.blob(page.sha256)))
        assert (image.format, image.size) == ("WEBP", (page.width, page.height))
    (photo,) = case.rows(Attachment)
    assert (photo.file_name, photo.must_view) == ("photo.png", True)
    assert case.blob(photo.sha256) == picture()
    named = {one.sha256 for one in (*documents.values(), *pages, photo)} | {photo.shown_sha256}
    assert {one.sha256 for one in case.rows(Blob)} == named
    assert case.events()[:3] == ["started", "prepared", "invited"]


def test_what_cannot_be_taken_ends_the_request_in_words_and_nobody_is_invited(papers, serve):
    case = papers(documents=ONE)
    bad = {
        "not_pdf": ({"pdf": encoded(picture())}, "not a PDF"),
        "encrypted": ({"pdf": encoded(encrypted())}, "locked"),
        "too_many_pages": ({"pdf": encoded(pdf(count=6))}, "6 pages; 5 are allowed"),
        "too_large": ({"url": serve(b"%PDF-1.7" + bytes(2_100_000), path="/large")}, "2 MB"),
        "private_address": ({"url": "http://10.0.0.1/a.pdf"}, "private"),
        "file_refused": ({"url": serve(Response("", 404), path="/gone")}, "404"),
        "not_found": ({"file": "nothing.pdf"}, "no such file"),
    }
    for number, (code, (more, word)) in enumerate(bad.items(), start=10):
        empty = {"url": "", "pdf": "", "file": ""}
        case.upstream.put("offer", str(number), {**RECORD, **empty, **more})
        case.send(str(number))
        request = case.request()
        assert (request.source_id, request.state) == (str(number), "failed"), code
        assert request.reason == "bad_document", code
        told = case.upstream.records("offer")[str(number)]
        assert told["state"] == "Failed"
        assert told["reason"].startswith("paper"), told["reason"]
        assert word in told["reason"], code
        delivery = case.deliveries("prepare")[-1]
        assert (delivery.state, delivery.error_code) == ("gave_up", code)
    assert case.messages() == []
    assert case.rows(Document) == []


def test_a_server_that_is_down_is_asked_again(papers, serve):
    case = papers(documents=ONE)
    url = serve(Response("", 503), pdf())
    case.upstream.put("offer", "1", {"url": url, "pdf": "", "file": ""})
    case.send()
    assert (case.request().state, case.messages()) == ("preparing", [])
    case.later(minutes=10)
    assert case.request().state == "sent"


def test_a_server_that_is_down_is_not_counted_against_the_upstream(papers, serve):
    case = papers(documents=ONE)
    url = serve(Response("", 503))
    for number in range(10, 16):
        case.upstream.put("offer", str(number), {**RECORD, "url": url, "pdf": "", "file": ""})
        case.send(str(number))
    (source,) = [one for one in case.rows(Instance) if one.key == "source"]
    assert (source.failures, source.breaker_until) == (0, None)
    states = {(one.state, one.error_code) for one in case.deliveries("prepare")}
    assert states == {("retry", "paper_away")}


@pytest.fixture
def changing(papers, serve):
    """A case whose document lies at an address and has changed since; and its second version."""
    case = papers(documents=ONE)
    first, second = pdf(count=1), pdf(count=2)
    case.upstream.put("offer", "1", {"url": serve(first, second), "pdf": "", "file": ""})
    case.send()
    return case


def test_a_document_that_is_read_again_is_a_new_version_and_must_be_looked_at_again(changing):
    case = changing
    case.look("alice")
    order = case.begin("alice")
    preparing.read_again(case.core, case.workspace, case.request().id)
    case.work()
    versions = [(one.version, one.current, one.pages) for one in case.rows(Document)]
    assert versions == [(1, None, 1), (2, True, 2)]
    assert case.unseen("alice") == ["paper:1", "paper:2"]
    with pytest.raises(NotReady):
        case.begin("alice")
    assert case.give("alice", order).status == "failed"
    # the former version can be looked at, and counts for nothing
    case.desk.page_image(case.token("alice"), "paper", 1, 1, PERSON)
    assert case.unseen("alice") == ["paper:1", "paper:2"]
    case.sign("alice")
    case.sign("bob")
    assert case.request().state == "completed"
    assert case.events().count("prepared") == 2
    with pytest.raises(Refused, match="over"):
        preparing.read_again(case.core, case.workspace, case.request().id)


def test_what_has_not_changed_is_no_new_version(offer):
    preparing.read_again(offer.core, offer.workspace, offer.request().id)
    offer.work()
    assert [one.version for one in offer.rows(Document)] == [1]
    assert offer.events().count("prepared") == 1


def test_nothing_is_read_again_once_somebody_has_signed(changing):
    case = changing
    preparing.read_again(case.core, case.workspace, case.request().id)
    case.look("alice")
    case.give("alice", case.begin("alice"))  # the hub has the signature before the new version
    case.work()
    assert [one.version for one in case.rows(Document)] == [1]
    with pytest.raises(Refused) as refused:
        preparing.read_again(case.core, case.workspace, case.request().id)
    assert refused.value.code == "signed_already"
    with pytest.raises(NotFound):
        preparing.read_again(case.core, case.workspace, NEVER)
    with pytest.raises(CaseClosed):
        case.desk.choose_lines(case.token("alice"), [])


def test_a_replay_of_what_is_done_changes_nothing(offer):
    offer.sign("alice")
    offer.sign("bob")
    offer.work()
    proofs, events = offer.proofs(), offer.events()
    replays = DeliveryReplays(offer.core, offer.workspace)
    for kind in ("prepare", "evidence", "notice"):
        done = {"kind": kind, "state": "delivered"}
        assert replays.begin(done, Order("Alice", force=True))
    offer.work()
    assert [one.bundle_sha256 for one in offer.proofs()] == [one.bundle_sha256 for one in proofs]
    assert [one.version for one in offer.rows(Document)] == [1]
    assert offer.events() == events
    assert {one.state for one in offer.deliveries("evidence")} == {"delivered"}
    assert {one.state for one in offer.deliveries("prepare")} == {"cancelled"}


def test_another_picture_ends_what_would_sign_the_former_one(offer):
    offer.look("alice")
    order = offer.begin("alice")
    offer.upstream.put("offer", "1", {"photo": encoded(picture("blue"))})
    preparing.read_again(offer.core, offer.workspace, offer.request().id)
    offer.work()
    assert [one.version for one in offer.rows(Document)] == [1]
    assert [one.code for one in offer.rows(SigningOrder)] == ["documents_changed"]
    assert offer.unseen("alice") == ["photo"]
    assert offer.give("alice", order).status == "failed"
    assert offer.acceptances() == []
