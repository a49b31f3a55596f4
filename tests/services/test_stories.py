"""The shipped mappings of the stories whose own connectors are still to come, played through a
house on simulated systems: from the record to what stands in it at the end."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from hub.contracts.records import RecordRef
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.services.views import Look
from tests.mapping.samples import ROOT
from tests.services.one_case import CLIENT

SECONDS = timedelta(seconds=3)
STORIES = ("portal_offer", "service_protocol", "crm_quote")
SYSTEMS = ("fieldservice", "suite", "crm")


def settle_in(case, world):
    """All three mappings in the workspace, each with the instances that it names."""
    config = Path(case.simulated.config)
    for name in STORIES:
        shutil.copy(ROOT / "mappings" / f"{name}.yaml", config / "mappings")
    offer = config / "mappings" / "portal_offer.yaml"  # the simulated desk has no canvas
    drawn = offer.read_text("utf-8").replace("    methods: [typed]\n", "")
    offer.write_text(drawn.replace("methods: [typed], ", ""), "utf-8")
    shutil.copytree(ROOT / "mappings" / "shared", config / "mappings" / "shared")
    path = config / "workspaces" / "alice.yaml"
    text = path.read_text(encoding="utf-8")
    upstreams = [
        f"  {key}: {{plugin: connector:simulated, settings: {{upstream: {world}, adopt: true}}}}\n"
        for key in SYSTEMS
    ]
    desks = [
        f"  {key}: {{plugin: provider:simulated, settings: {{desk: {world}}}}}\n"
        for key in ("hosted", "canvas")
    ]
    mail = f"  mail: {{plugin: channel:simulated, settings: {{gateway: {world}}}}}\n"
    text = text.replace("instances:\n", "instances:\n" + "".join([*upstreams, *desks, mail]), 1)
    text = text.replace("mappings: [repair]", f"mappings: [repair, {', '.join(STORIES)}]")
    words = 'texts:\n  email_invite: {en: "{{ sender }} {{ link }}"}\n'
    words += '  email_reminder: {en: "{{ sender }} {{ link }}"}\n'
    words += '  email_invite_subject: {en: "{{ title }}"}\n'
    words += '  email_reminder_subject: {en: "{{ title }}"}\n'
    words = "webhook_secrets: {planning: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz}\n" + words
    path.write_text(text.replace("texts:\n", words, 1), encoding="utf-8")
    case.simulated.house.reload()


@pytest.fixture
def stories(case):
    settle_in(case, f"{case.simulated.world}-alice")
    return case


def asked(case, mapping, table, record):
    """The record is there and somebody presses the button; the customer's link."""
    case.upstream.put(table, "7", record)
    workspace = case.core.workspace_ids["alice"]
    accept(case.core, Trigger(workspace, mapping, "7", "api", body='{"id": "7"}'))
    case.work()
    request = case.request()
    assert request.state == "sent", (request.reason, request.reason_detail)
    token = case.link()
    case.cases.opened(token, CLIENT)
    case.work()
    return token


def signed(case, token):
    for one in case.cases.view(token).papers.documents:
        for page in one.pages:
            case.cases.page_image(token, one.key, one.version, page.number, Look(CLIENT))
    case.approve(case.begin(token))
    case.pass_time(SECONDS)
    assert case.request().state == "completed"
    states = {(one.step, one.state) for one in case.deliveries() if one.state != "delivered"}
    assert states == set(), "everything that was owed has arrived"


def test_a_shared_offer_is_accepted(stories):
    contact = {"name": "Alice Andersen", "email": "alice@example.com", "phone": "20 12 34 56"}
    record = {"number": "T-1", "project_id": "P", "project_name": "Pumpe", "share": True}
    token = asked(stories, "portal_offer", "offer", {**record, "contact": contact})
    assert stories.upstream.records("offer")["7"]["portal_status"] == "Opened"
    signed(stories, token)
    offer = stories.upstream.records("offer")["7"]
    assert (offer["status"], offer["accepted_by"]) == ("Accepted", "Alice Andersson")
    (task,) = stories.upstream.records("task").values()
    assert task["due"] == "2026-03-09"


def test_a_service_sheet_is_signed_and_the_service_begins(stories, receiver):
    stories.upstream.put("service", "S-1", {"state": "new"})
    person = {"last_name": "Andrei", "email": "alice@example.com", "phone": "0712 345 678"}
    record = {"type": "service_sheet", "number": "FS-1", "service_id": "S-1", "customer": person}
    record["planning_url"] = receiver.url()
    signed(stories, asked(stories, "service_protocol", "protocol", record))
    assert stories.upstream.records("protocol")["7"]["closed"] is True
    assert stories.upstream.records("service")["S-1"] == {"state": "active"}
    (call,) = receiver.calls
    assert (call.content["protocol"], call.content["type"]) == ("FS-1", "service_sheet")
    stories.core.receivers.close()


def test_a_quote_becomes_an_order_of_what_was_ticked(stories):
    record = {
        "reference": "D-1",
        "state": "draft",
        "account_id": 5,
        "owner_email": "bob@example.com",
        "accounting_email": "compta@example.com",
        "contact": {"full_name": "Alice", "email": "a@example.com", "mobile": "06 12 34 56 78"},
        "products": [
            {"id": "p1", "name": "Pompe", "unit_price": "100"},
            {"id": "p2", "name": "Tuyau", "unit_price": "20", "optional": True},
            {"id": "p3", "name": "Joint", "unit_price": "5", "optional": True},
        ],
    }
    token = asked(stories, "crm_quote", "quote", record)
    stories.cases.choose_lines(token, ["p3"])
    stories.cases.remark(token, "Livraison avant mars ?", CLIENT)
    stories.work()
    signed(stories, token)
    quote = stories.upstream.records("quote")["7"]
    assert (quote["state"], quote["chosen"]) == ("accepted", "Pompe, Joint")
    assert (quote["total"], quote["views"]) == ("126.00", 1)
    ref = RecordRef("quote", "7")
    viewed, remark = stories.upstream.notes(ref)
    assert viewed.endswith(" · Alice a consulté le devis (1)")
    assert remark == "Alice: Livraison avant mars ?"
    assert [one.file_name for one in stories.upstream.files(ref)] == [
        f"signed-{stories.request().number}.pdf"
    ]
    products = [line["product"] for line in stories.upstream.records("order_line").values()]
    assert products == ["p1", "p3"]


def test_a_record_that_does_not_fit_fails_where_its_user_sees_it(stories):
    stories.upstream.put("quote", "7", {"reference": "D-2", "state": "draft", "contact": "Alice"})
    workspace = stories.core.workspace_ids["alice"]
    accept(stories.core, Trigger(workspace, "crm_quote", "7", "api", body='{"id": "7"}'))
    stories.work()
    assert stories.request().state == "failed"
    assert "contact.full_name" in stories.upstream.records("quote")["7"]["refused_reason"]
