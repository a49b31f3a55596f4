"""``dry-run`` shows people, documents, attachments and how it is signed."""

from __future__ import annotations

from hub.cli.dry_run import request_lines, step_lines
from hub.contracts.channel import File
from hub.mapping.examples import MOMENT
from hub.mapping.loader import load_mapping
from hub.mapping.sendings import Email, Webhook
from hub.services.explaining import does
from hub.services.new_requests import plan_data
from tests.mapping.samples import ROOT


def test_an_offer_is_shown_with_its_papers_and_people() -> None:
    mapping = load_mapping(ROOT / "mappings" / "joinery_offer.yaml")
    record = mapping.examples[0]["given"]["record"]
    request = {**plan_data(mapping.plan(record, now=MOMENT)), "providers": []}
    shown = [line.strip() for line in request_lines(request)]
    for line in (
        "owner, signer in turn 1: Alice Andersson, +46701740605, alice@example.com",
        "partner, signer in turn 2: Bob Andersson, +46701740612, bob@example.com",
        "seller, copy: Charlie Dahl, +46701740623, charlie@example.com",
        "document offer: Offert O-2026-14 (O-2026-14.pdf), from template offer",
        "payment_terms = 20 dagar netto",
        "attachment drawing: Ritning, must be viewed, from attachment kitchen-plan.png",
        "attachment photo-2: Foto, from url https://example.com/b.jpg",
        "signing receipt = true",
    ):
        assert line in shown, shown


def test_one_signer_is_shown_as_ever_and_content_is_not_printed() -> None:
    mapping = load_mapping(ROOT / "mappings" / "crm_quote.yaml")
    record = mapping.examples[0]["given"]["record"]
    data = plan_data(mapping.plan(record, now=MOMENT))
    paper = {"key": "a", "title": "A", "file_name": "", "must_view": False}
    content = {**paper, "source": {"kind": "base64", "content": "bWFw"}}
    shown = list(request_lines({**data, "providers": [], "attachments": [content]}))
    assert "  to Alice Arnaud, +33612345678, alice@example.com" in shown
    assert "  attachment a: A, from base64 of 4 characters" in shown


def test_what_would_be_sent_is_shown_with_address_secret_and_body() -> None:
    mail = Email("a@example.com", "Done", "It is\ndone.", "en", (File("s.pdf", "", b""),))
    call = Webhook("https://erp.example.com/hook", "erp", {"id": 17})
    step = {"where": "f:1:1", "step": "then.completed.0", "instance": "x", "problem": None}
    shown = [
        line
        for one in (mail, call)
        for line in step_lines({**step, "does": does(one, reveal=True)})
    ]
    assert shown == [
        "  f:1:1: then.completed.0: email a@example.com, with s.pdf",
        "      | Done",
        "      | It is",
        "      | done.",
        "  f:1:1: then.completed.0: webhook https://erp.example.com/hook, signed with erp",
        "      id = 17",
    ]
