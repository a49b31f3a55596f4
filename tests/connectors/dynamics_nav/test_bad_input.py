"""What a workshop cannot send: a clear message on the record, in its users' language, before
anything leaves (issue 6, bad input)."""

from __future__ import annotations

import shutil

import pytest

from connectors.dynamics_nav.refusals import WORDS
from connectors.dynamics_nav.sandbox.desk import Entry
from hub.contracts.events import EventKind
from hub.contracts.records import RecordRef
from hub.kernel.errors import ConfigurationError
from hub.mapping.loader import load_mapping
from hub.storage.models import RequestEvent
from tests.connectors.dynamics_nav.driver_api import ApiDriver
from tests.connectors.dynamics_nav.workshop_case import ROOT, WorkshopCase

OFFER, ADDITIONAL = "workshop_offer", "workshop_additional_sale"
SENT = {EventKind.PLACED.value, EventKind.INVITED.value}


@pytest.fixture
def shop(site, tmp_path):
    site.fresh()
    case = WorkshopCase(tmp_path, site)
    yield case
    case.close()


def add_line(shop, kind, number, **fields):
    """Somebody enters a line."""
    page = shop.nav.store.objects.pages["SalesQuote" if kind == "Quote" else "SalesOrder"]
    row = shop.nav.company.get("Sales_Header", (kind, number))
    shop.nav.desk.add_line(shop.nav.company, page.parts["SalesLines"], row, Entry(fields))


def nobody_to_reach(shop):
    add_line(shop, "Order", "VO1004", Description="Ny kedja", Quantity="1", Unit_Price="289",
             Job_Line="true", Step="Priced")  # fmt: skip


def too_large(shop):
    row = shop.nav.hub.record(shop.nav.company, "Quote", "VQ1001")
    shop.nav.hub.attach(
        shop.nav.company, row, "film.mov", "video/quicktime", bytes(10_000_001), Chosen=True
    )


def as_it_is(shop):
    return None


@pytest.mark.parametrize(
    ("mapping", "number", "prepare", "told"),
    [
        (ADDITIONAL, "VO1004", nobody_to_reach, "Kunden har varken mobilnummer eller e-postadress"),
        (OFFER, "VQ1001", too_large, "För stor att skicka med (högst 10 MB): film.mov"),
        (OFFER, "VQ1006", as_it_is, "Dokumentet har inga rader"),
        (ADDITIONAL, "VO1002", as_it_is, "En rad är redan fakturerad"),
        (ADDITIONAL, "VO1003", as_it_is, "Dokumentet är släppt"),  # its customer speaks English
        (OFFER, "VQ1004", as_it_is, "Valutan saknar växelkurs"),
        (OFFER, "VQ1005", as_it_is, "Kunden är spärrad"),
        ("workshop_optional_sale", "VO1001", as_it_is, "Ingen rad är märkt som tillval"),
    ],
)
def test_the_record_says_why_nothing_was_sent(shop, mapping, number, prepare, told):
    prepare(shop)
    shop.send(mapping, number)
    record, request = shop.record(number), shop.request()
    assert (record["Digital_Status"], request.state) == ("Failed", "failed")
    assert record["Digital_Reason"].startswith(told)
    assert request.reason == "bad_record"
    assert not SENT & {one.kind for one in shop.rows(RequestEvent)}
    assert (shop.sent(), shop.agreements()) == ([], [])
    assert [one for one in shop.owed() if one.destination != "erp"] == []


def test_the_button_says_it_before_anything_happens(shop):
    page = shop.house.buttons.preview(OFFER, query_of(shop, OFFER, "VQ1005"))
    assert page.problem.startswith("Kunden är spärrad")
    assert shop.rows(RequestEvent) == []


def test_a_mended_record_is_sent_afterwards(shop):
    shop.send(OFFER, "VQ1005")
    customer = shop.nav.company.get("Customer", ("K10040",))
    with shop.nav.store.transaction():
        shop.nav.store.change(shop.nav.company, customer, {"Blocked": "_blank_"})
    shop.send(OFFER, "VQ1005")
    assert shop.request().state == "preparing"
    assert shop.record("VQ1005")["Digital_Status"] == "Draft"
    assert shop.record("VQ1005")["Digital_Reason"] == ""


def test_a_company_that_nav_does_not_know_is_told_to_whoever_set_it_up(site, tmp_path):
    site.fresh()
    shop = WorkshopCase(tmp_path, site, company="Verkstad & Maskin i Aare AB")
    shop.send(OFFER, "VQ1001")
    request = shop.request()
    assert (request.state, request.reason) == ("failed", "system_refused")
    assert "Customer" not in request.reason_detail
    assert shop.record("VQ1001")["Digital_Status"] == "_blank_"  # nobody knows where to write it
    assert shop.sent() == []
    where = shop.core.instance(shop.workspace, "erp")
    with pytest.raises(ConfigurationError, match=r"correct tables\.quote\.service or company"):
        shop.core.registry.connector(where).probe()
    shop.close()


def test_a_role_that_nobody_knows_never_comes_into_force(tmp_path):
    shutil.copytree(ROOT / "mappings", tmp_path / "mappings")
    path = tmp_path / "mappings" / "joinery_offer.yaml"
    text = path.read_text(encoding="utf-8").replace("role: copy", "role: copyist")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="unknown role 'copyist'; did you mean 'copy'"):
        load_mapping(path)


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        ("Quote", "VQ1004", "no_exchange_rate"),
        ("Quote", "VQ1005", "customer_blocked"),
        ("Quote", "VQ1006", "no_lines"),
        ("Order", "VO1002", "line_invoiced"),
    ],
)
def test_the_api_surface_says_the_same(site, kind, number, code):
    site.fresh()
    arguments = {"documentType": kind, "documentNo": "{number}"}
    check = {"codeunit": "SigningHub", "procedure": "CheckDocument", "arguments": arguments}
    table = {"preset": f"sales_{kind.lower()}", "check": check}
    connector = ApiDriver(site).make_instance(tables={"document": table})
    row = site.sandbox.company.get("Sales_Header", (kind, number))
    unfit = connector.fetch(RecordRef("document", row.id)).fields["unfit"]
    assert (unfit["code"], unfit["text"]["sv"]) == (code, WORDS[code]["sv"])
    connector.close()


def query_of(shop, mapping, number):
    """The query of a record's button."""
    key = shop.core.links.button_key("workshop", mapping)
    return {"w": "workshop", "k": key, "id": number}
