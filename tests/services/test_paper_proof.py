"""What the proof of a real case holds: ties to the very bytes that were shown, and nothing that is
not so."""

from __future__ import annotations

import io
import json
import zipfile

import pypdfium2

from hub.kernel.crypto import canonical_json, sha256_hex
from hub.services import in_person
from hub.services.order_data import task_of
from hub.storage.models import RequestEvent, SigningOrder
from tests.services.evidence.cases import offer_pdf
from tests.services.paper_case import CLIENT, PERSON, encoded

TWO_PAGES = f'\n    - {{key: paper, title: Paper, base64: {{value: "{encoded(offer_pdf())}"}}}}'
BOSS = """
    - {key: boss, role: approver, turn: 1, rows: [{to: name, value: Boss}, {to: mobile, value: "+46701740601"}]}
    - {key: alice, turn: 2, rows: [{to: name, value: Alice}, {to: mobile, value: "+46701740605"}]}
    - {key: carol, role: copy, rows: [{to: name, value: Carol}, {to: email, value: carol@example.com}]}"""  # noqa: E501


def bundle(case):
    """The members of the newest proof, which holds."""
    content = case.blob(case.proofs()[-1].bundle_sha256)
    verdict = case.verdict(content)
    assert verdict.ok, verdict
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def printed(members):
    """The text of the sealed PDF, in one line: boxes may part long words."""
    with pypdfium2.PdfDocument(members["signed.pdf"]) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return " ".join(" ".join(pages).split())


def person(members, number):
    return json.loads(members[f"people/{number}/person.json"])


def test_what_is_signed_holds_the_hash_of_the_very_pages_that_were_handed_out(papers):
    case = papers(documents=TWO_PAGES)
    case.send()
    token = case.token("alice")
    images = [case.desk.page_image(token, "paper", 1, n, PERSON).content for n in (1, 2)]
    case.desk.attachment(token, "photo", PERSON, original=False)
    order = case.begin("alice")
    (row,) = case.rows(SigningOrder)
    shown = row.task["shown"]
    hashes = [sha256_hex(image) for image in images]
    assert len(set(hashes)) == 2
    assert [one["pages"] for one in shown["documents"]] == [hashes]
    assert [one["decision"] for one in shown["lines"]] == ["accepted", "declined"]
    hidden = task_of(row).hidden_data.decode()
    assert hidden.endswith(f";shown-sha256={sha256_hex(canonical_json(shown))}")
    case.give("alice", order)
    case.work()
    case.sign("bob")
    members = bundle(case)
    assert [members[f"documents/1/page-{n}.webp"] for n in (1, 2)] == images
    signature = person(members, 1)["signature"]
    assert signature["binding"] == hidden
    assert members["people/1/hidden.bin"].decode() == hidden
    assert f"text-sha256={sha256_hex(members['people/1/signed-text.txt'])};" in hidden
    assert signature["shown"] == shown


def test_a_national_id_that_nobody_gave_is_nowhere_in_the_proof(offer):
    offer.sign("alice")
    offer.sign("bob")
    members = bundle(offer)
    text = printed(members)
    assert "Alice" in text
    assert "National id" not in text
    assert "•••" not in text
    assert [person(members, n)["signature"]["national_id"] for n in (1, 2)] == ["", ""]
    told = [one for one in offer.rows(RequestEvent) if one.kind == "signed"]
    assert [sorted(one.personal) for one in told] == [["name"], ["name"]]


def test_what_was_signed_on_the_senders_device_says_so(papers):
    case = papers(people=BOSS)
    case.send()
    tablet = link_of_tablet(case)
    case.desk.opened(tablet, CLIENT)
    look(case, tablet)
    case.desk.approve(tablet, CLIENT)
    case.work()
    tablet = link_of_tablet(case)
    case.desk.opened(tablet, CLIENT)
    look(case, tablet)
    order = case.desk.begin_signing(tablet, "this_device", "tablet", CLIENT, "en").order_id
    answer = {"method": "typed", "name": "Alice", "consent": True}
    case.desk.sign_here(tablet, order, "tablet", answer, CLIENT, "en")
    case.work()
    told = [(one.kind, one.data.get("in_person")) for one in case.rows(RequestEvent)]
    assert [one for one in told if one[0] in ("opened", "signing", "signed", "approved")] == [
        ("opened", True), ("approved", True), ("opened", True), ("signing", True),
        ("signed", True),
    ]  # fmt: skip
    members = bundle(case)
    assert [person(members, n)["signature"]["in_person"] for n in (1, 2)] == [True, True]
    assert printed(members).count("the sender’s own, in person") == 2


def test_what_was_signed_on_the_customers_own_device_does_not_speak_of_another(offer):
    offer.sign("alice")
    offer.sign("bob")
    members = bundle(offer)
    assert person(members, 1)["signature"]["in_person"] is False
    assert "the sender’s own" not in printed(members)
    assert [one for one in offer.rows(RequestEvent) if "in_person" in one.data] == []


def test_who_only_gets_a_copy_does_not_stand_among_those_who_signed(papers):
    case = papers(people=BOSS)
    case.send()
    case.look("boss")
    case.desk.approve(case.token("boss"), CLIENT)
    case.work()
    case.sign("alice")
    text = printed(bundle(case))
    assert "Carol" in text
    assert "Who signed" not in text
    assert " People Boss Approver " in text


def link_of_tablet(case):
    return in_person.link(case.core, case.workspace, case.request().id).rpartition("/")[2]


def look(case, token):
    for one in case.desk.view(token).papers.documents:
        for page in one.pages:
            case.desk.page_image(token, one.key, one.version, page.number, PERSON)
    case.desk.attachment(token, "photo", PERSON, original=False)
