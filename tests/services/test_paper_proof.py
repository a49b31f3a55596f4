"""What the proof of a real case holds: ties to the very bytes that were shown, and nothing that is
not so."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pypdfium2

from hub.kernel.crypto import canonical_json, sha256_hex
from hub.services import dossier, in_person
from hub.services.order_data import task_of
from hub.storage.models import Document, RequestEvent, SigningOrder
from tests.services.evidence.cases import offer_pdf
from tests.services.paper_case import CLIENT, PEOPLE, PERSON, encoded
from tests.services.paper_texts import OFFER

TWO_PAGES = f'\n    - {{key: paper, title: Paper, base64: {{value: "{encoded(offer_pdf())}"}}}}'
BOSS = """
    - {key: boss, role: approver, turn: 1, rows: [{to: name, value: Boss}, {to: mobile, value: "+46701740601"}]}
    - {key: alice, turn: 2, rows: [{to: name, value: Alice}, {to: mobile, value: "+46701740605"}]}
    - {key: carol, role: copy, rows: [{to: name, value: Carol}, {to: email, value: carol@example.com}]}"""  # noqa: E501


ATTACHED = """\
  attachments:
    - {key: photo, title: Photo, file_name: photo.png, base64: {from: photo}, must_view: true}
"""


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


def without_papers(papers, back=""):
    """An offer of lines alone, which Alice signs."""
    alice = PEOPLE.splitlines()[1]
    return papers(
        people="\n" + alice,
        more={
            f"  documents: {OFFER}\n": "",
            ATTACHED: "",
            "    - attach: evidence\n": f"    - attach: evidence\n{back}",
        },
    )


def test_a_step_after_the_seal_reads_the_proof_of_an_offer_without_papers(papers):
    sealed = '  sealed: [{note: "{{ evidence.level }} {{ evidence.sha256 }}"}]\n'
    case = without_papers(papers, sealed)
    case.send()
    case.sign("alice")
    case.work()
    (proof,) = case.proofs()
    assert f"{proof.level} {proof.pdf_sha256}" in notes(case)
    assert bundle(case)["shown.json"]


def test_looks_at_an_offer_of_lines_alone_are_counted(papers):
    viewed = '  viewed: [{note: "looked at: {{ views.count }}"}]\n'
    case = without_papers(papers, viewed)
    case.send()
    token = case.token("alice")
    case.desk.opened(token, CLIENT)
    case.work()
    case.later(hours=2)
    case.desk.opened(token, CLIENT)
    case.work()
    assert case.events().count("viewed") == 2
    assert notes(case) == ["looked at: 1", "looked at: 2"]


def test_a_late_step_tells_what_had_been_counted_at_its_event(papers):
    viewed = '  viewed: [{note: "looked at: {{ views.count }}"}]\n'
    case = without_papers(papers, viewed)
    case.send()
    token = case.token("alice")
    case.desk.opened(token, CLIENT)
    case.clock.advance(timedelta(hours=2))
    case.desk.opened(token, CLIENT)  # before the first step was tried
    case.work()
    assert notes(case) == ["looked at: 1", "looked at: 2"]


def test_a_sheet_names_the_signer_as_its_customer_not_who_approves_first(papers):
    case = papers(people=BOSS)
    case.send()
    (document,) = case.rows(Document)
    with pypdfium2.PdfDocument(case.blob(document.sha256)) as made:
        text = made[0].get_textpage().get_text_bounded()
    assert "Alice" in text
    assert "Boss" not in text


def test_the_requests_page_lists_what_was_written_back_after_the_proof_was_made(offer):
    offer.sign("alice")
    offer.sign("bob")
    offer.work()
    told = dossier.dossier(offer.core, offer.workspace, offer.request().id)["receipts"]
    kinds = {(one["kind"], one["target"], one["status"]) for one in told}
    assert ("step:back.completed.0", "source", "delivered") in kinds, kinds
    assert {one["kind"].partition(":")[0] for one in told} == {"message", "step", "notice"}


def notes(case):
    return case.upstream.notes(case.upstream.put("offer", "1", {}))
