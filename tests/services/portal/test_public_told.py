"""Where a public link is told to its sender, and what its reader may not take along."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from sqlalchemy import select

from hub.contracts.requests import RequestState
from hub.services import proofs
from hub.services.access import READ, create_key
from hub.services.explaining import Explaining
from hub.services.office import Office
from hub.storage.models import Delivery, Request
from tests.services.portal.portal_case import HOST
from tests.services.portal.public_links import SECRET, SHARED, link_of


def test_the_api_and_the_records_page_tell_the_link_and_no_password(portal):
    request = portal.share(**SHARED)
    link, core = HOST + link_of(portal, request), portal.core
    key = create_key(core.db, core.clock, core.workspace_ids["alice"], "erp", READ)
    told = portal.app.test_client().get(
        f"/api/v1/requests/{request}", headers={"Authorization": f"Bearer {key}"}, base_url=HOST
    )
    assert told.json["public_link"] == link
    button = core.links.record_button_template("alice", "source", "check", "offer", "1")
    page = portal.browser().get(button.removeprefix(core.links.public_url))
    assert f'href="{link}"' in page.text
    assert SECRET not in told.text + page.text


def test_a_record_that_is_not_public_tells_no_link(portal):
    portal.share()
    button = portal.core.links.record_button_template("alice", "source", "check", "offer", "1")
    page = portal.browser().get(button.removeprefix(portal.core.links.public_url))
    assert page.status_code == 200
    assert "/o/" not in page.text


def test_a_workspace_without_a_portal_tells_no_address_that_leads_nowhere(portal):
    request = portal.share(**SHARED)
    link = link_of(portal, request)
    portal.core.workspaces["alice"] = replace(portal.core.workspaces["alice"], portal=None)
    assert link_of(portal, request) == ""
    assert portal.browser().get(link).status_code == 404


def test_what_an_operator_has_explained_tells_no_password(portal):
    portal.share(**SHARED)
    core = portal.core
    office = Office(core.db, core.clock, core.workspace_ids)
    with core.db.read() as session:
        ids = session.scalars(select(Delivery.id)).all()
    explaining = Explaining(office, core.workspace_ids["alice"])
    told = [str(explaining.delivery(one, reveal=True)) for one in ids]
    assert len(told) > 2
    assert SECRET not in "".join(told)


def test_the_reader_takes_the_signed_pdf_along_and_not_the_proof(portal, monkeypatch):
    request = portal.share(**SHARED)
    browser, alice = portal.browser(), portal.signed_in()
    place = browser.give(link_of(portal, request), SECRET).location
    own = alice.open(request).location
    made = SimpleNamespace(pdf_sha256="0" * 64, bundle_sha256="1" * 64, number=1)
    monkeypatch.setattr(proofs, "of_now", lambda *_: made)
    with portal.core.db.write() as session:
        row = session.get_one(Request, request)
        row.state, row.signature = RequestState.COMPLETED, {"name": "Alice"}
    assert alice.get(f"{own}/files").json == {"files": ["signed", "proof"]}
    assert browser.get(f"{place}/files").json == {"files": ["signed"]}
    assert browser.get(f"{place}/file/proof").status_code == 404
    page = browser.get(place).text
    assert "What happens next" in alice.get(own).text
    assert "What happens next" not in page
    assert "/file/proof" not in page
