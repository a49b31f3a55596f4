"""Bundles: same case, same bytes; any program opens them; erasure leaves them valid."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pypdfium2
import pytest

from hub.contracts.evidence import EvidencePart
from hub.kernel.crypto import sha256_hex
from hub.services.evidence import members as shapes
from hub.services.evidence.building import build, unsealed_pdf
from hub.services.evidence.case import Unprovable
from hub.services.evidence.verifying import verify
from tests.services.evidence import cases
from tests.services.evidence.authority import Sealed, authority


def unsealed(pdf: bytes) -> Sealed:
    return Sealed(pdf, "none")


def test_the_same_case_gives_the_same_bytes():
    one, two = (build(cases.offer_case(), unsealed) for _ in range(2))
    assert one.content == two.content


def test_any_zip_program_opens_it_with_plain_permissions_and_times():
    bundle = build(cases.offer_case(), authority().seal)
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
        assert archive.testzip() is None
        entries = archive.infolist()
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
        assert archive.read("signed.pdf") == bundle.pdf
        assert archive.read("manifest.json") == bundle.manifest
        listed = [one["name"] for one in json.loads(bundle.manifest)["members"]]
        assert archive.namelist() == ["manifest.json", "openings.json", *listed, "signed.pdf"]


def test_it_holds_what_was_shown_and_what_each_person_did():
    case = cases.offer_case()
    with zipfile.ZipFile(io.BytesIO(build(case, unsealed).content)) as archive:
        shown = json.loads(archive.read("shown.json"))
        pages = shown["documents"][0]["pages"]
        assert [page["sha256"] for page in pages] == [
            sha256_hex(archive.read(page["image"])) for page in pages
        ]
        assert archive.read("documents/1.pdf") == case.documents[0].content
        assert archive.read("people/1/ink.json") == cases.INK
        assert archive.read("people/2/bankid-signature.xml") == b"<Signature/>"
        assert json.loads(archive.read("people/3/person.json"))["signature"] is None
        assert shown["consents"][0]["text"].startswith("I have read")
        assert shown["totals"]["gross"] == "5250.00"
        assert [line["decision"] for line in shown["lines"]] == ["accepted", "declined"]


def test_the_pdf_has_all_pages_and_the_files_that_the_seal_covers():
    case = cases.offer_case(documents=(cases.document(2), cases.document(3, "plan", "Plan")))
    bundle = build(case, authority().seal)
    with pypdfium2.PdfDocument(bundle.pdf) as pdf:
        assert len(pdf) > 5
        names = {
            pdf.get_attachment(n).get_name(): bytes(pdf.get_attachment(n).get_data())
            for n in range(pdf.count_attachments())
        }
    assert names.keys() == {"manifest.json", "shown.json", "events.json"}
    assert names["manifest.json"] == bundle.manifest


def test_an_erased_case_still_holds_and_says_what_is_gone():
    verdict = verify(build(cases.erased(cases.offer_case()), authority().seal).content,
                     authority().check)  # fmt: skip
    assert verdict.ok
    assert verdict.erased == ("3 mobile", "6 name", "7 email", "8 name", "8 national_id")


def test_erasing_from_a_bundle_needs_no_new_seal():
    case = cases.offer_case()
    before, after = (build(one, unsealed) for one in (case, cases.erased(case)))
    assert before.pdf == after.pdf
    assert before.manifest == after.manifest


def test_a_case_without_documents_or_lines_has_its_certificate():
    case = cases.offer_case(documents=(), attachments=(), lines=(), totals=None, answers=())
    assert verify(build(case, authority().seal).content, authority().check).ok


@pytest.mark.parametrize(
    "name", ["../evil", "person.json", "a b", "UPPER", "a\\b", "", "a/../b", ".hidden"]
)
def test_a_part_of_a_bad_name_is_refused(name):
    person = cases.people()[0]
    assert person.signature
    parts = (EvidencePart(name, "text/plain", b"x"),)
    spoilt = replace(person, signature=replace(person.signature, parts=parts))
    with pytest.raises(Unprovable):
        build(cases.offer_case(people=(spoilt,)), unsealed)


def test_a_history_that_does_not_fit_is_refused():
    events = cases.history()
    for spoilt in ((), events[1:], (*events[:3], replace(events[3], kind="signed"), *events[4:])):
        with pytest.raises(Unprovable):
            build(cases.offer_case(events=spoilt), unsealed)


@pytest.mark.parametrize("value", [1e-7, 1e300, 1 << 70, {1, 2}])
def test_what_other_programs_would_write_otherwise_is_refused(value):
    person = cases.people()[0]
    assert person.signature
    spoilt = replace(person, signature=replace(person.signature, consent=value))
    with pytest.raises(Unprovable):
        build(cases.offer_case(people=(spoilt,)), unsealed)


def test_amounts_are_written_without_an_exponent():
    assert shapes.plain(Decimal("1E+3")) == "1000"
    assert shapes.plain(Decimal("0.10")) == "0.10"


def test_the_certificate_follows_the_case_and_not_the_clock():
    case = cases.offer_case()
    members = shapes.members_of(case)
    manifest = shapes.manifest_of(case, members)
    later = replace(case.request, completed_at=case.request.completed_at + timedelta(seconds=1))
    assert unsealed_pdf(case, members, manifest) == unsealed_pdf(case, members, manifest)
    assert unsealed_pdf(case, members, manifest) != unsealed_pdf(
        replace(case, request=later), members, manifest
    )
