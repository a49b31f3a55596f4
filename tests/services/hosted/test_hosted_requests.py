"""A request at a hosted provider from the first step to the proof, and how it ends otherwise."""

from __future__ import annotations

import io
import json
import zipfile

from hub.services.hosted import rows


def test_it_is_placed_signed_there_and_proven_here(hosted):
    case = hosted()
    row = case.place()
    assert row.status == rows.STANDING
    assert case.record()["reference"] == row.reference
    assert row.reference in case.record()["url"]
    assert [one.to for one in case.messages()] == ["+46701740605"]
    view = case.desk.view(case.token("alice"))
    assert view.elsewhere
    assert view.address == rows.placed_of(row).links["alice"]
    assert case.act("alice", "view_attachment", attachment="Photo")
    assert case.act("alice", "sign")
    case.look_again()
    assert case.request().state == "completed"
    assert case.record()["state"] == "Signed"
    assert case.record()["signed_by"] == "Alice Andersson"
    assert len(case.proofs()) == 1
    files = case.files()
    assert files["pdf"].content == case.blob(case.agreements()[0].signed_sha256)
    verdict = case.verdict(files["zip"].content)
    assert verdict.ok, verdict
    with zipfile.ZipFile(io.BytesIO(files["zip"].content)) as bundle:
        names = bundle.namelist()
        told = json.loads(bundle.read("people/1/person.json"))
    assert "people/1/provider-signed.pdf" in names
    assert "people/1/agreement-1.json" in names
    assert told["signature"]["method"] == "hosted"
    assert told["signature"]["scheme"] == "GetAccept"
    assert case.site.violations() == []
