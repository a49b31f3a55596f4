"""Section 12 of the fact sheet, from 10 on: values, faults, illegal characters, threads."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from lxml import etree
from werkzeug import Response

from connectors.dynamics_nav.client_soap import SoapClient
from hub.contracts.records import Create, RecordRef, Update
from hub.kernel.errors import OutcomeUnknown, Refused, Retryable
from tests.connectors.dynamics_nav.canned import plain, quote_answer
from tests.connectors.dynamics_nav.wsdls import fault, record

REF = RecordRef("quote", "VQ1")
ROW = {"Key": "28;AAA=6;1;", "No": "VQ1"}
GOOD = quote_answer("Read", record("SalesQuote", ROW))
WRITTEN = quote_answer("Update", record("SalesQuote", ROW))
NONE = quote_answer("ReadMultiple", "<ReadMultiple_Result/>")


def read(nav, inner_fields, inner="", **changes):
    nav.on("SalesQuote.Read", quote_answer("Read", record("SalesQuote", inner_fields, inner)))
    return nav.connector(**changes).fetch(REF)


def updated(nav, fields):
    """What goes out for an update."""
    nav.on("SalesQuote.Read", GOOD)
    nav.on("SalesQuote.Update", WRITTEN)
    nav.connector().apply(Update(REF, fields), "key")
    return plain(nav.sent("SalesQuote.Update")[0])["SalesQuote"]


def test_10_an_unknown_option_is_refused_before_anything_is_sent(nav):
    nav.on("SalesQuote.Read", GOOD)
    with pytest.raises(Refused) as caught:
        nav.connector().apply(Update(REF, {"Status": "Signed"}), "key")
    assert caught.value.code == "bad_option"
    assert "Open, Released" in caught.value.detail
    assert nav.sent("SalesQuote.Update") == []


def test_10_blank_options_are_nothing_and_nothing_is_the_blank_option(nav):
    assert read(nav, {**ROW, "Shipping_Advice": "_blank_"}).fields["Shipping_Advice"] is None
    nav.on(
        "SalesQuote.Read",
        quote_answer("Read", record("SalesQuote", {**ROW, "Shipping_Advice": "Partial"})),
    )
    nav.on("SalesQuote.Update", WRITTEN)
    nav.connector().apply(Update(REF, {"Shipping_Advice": None, "Status": "Pending Approval"}), "k")
    sent = plain(nav.sent("SalesQuote.Update")[0])["SalesQuote"]
    assert (sent["Shipping_Advice"], sent["Status"]) == ("_blank_", "Pending_Approval")


def test_10_an_unknown_field_is_refused_after_the_wsdl_was_read_again(nav):
    nav.on("SalesQuote.Read", GOOD)
    with pytest.raises(Refused) as caught:
        nav.connector().apply(Update(REF, {"Nothing_Like_It": "x"}), "key")
    assert (caught.value.code, len(nav.loads)) == ("bad_field", 2)
    assert nav.sent("SalesQuote.Update") == []


def test_11_values_come_as_plain_json_and_exact(nav):
    got = read(
        nav,
        {
            **ROW, "Amount": "1234567890123.4500", "Document_Date": "0001-01-01",
            "Signed_At": "2026-03-02T10:00:00+02:00", "Last_Modified_Date_Time": "",
        },
    ).fields  # fmt: skip
    assert got["Amount"] == "1234567890123.4500"
    assert got["Document_Date"] is None
    assert got["Signed_At"] == "2026-03-02T08:00:00Z"
    assert got["Last_Modified_Date_Time"] is None
    assert read(nav, {**ROW, "Signed_At": "2026-03-02T10:00:00"}).fields["Signed_At"] == (
        "2026-03-02T10:00:00Z"
    )


def test_11_a_decimal_with_a_comma_is_no_answer(nav):
    with pytest.raises(Retryable) as caught:
        read(nav, {**ROW, "Amount": "1,5"})
    assert caught.value.code == "malformed_answer"


def test_11_dates_are_blanked_with_all_their_digits(nav):
    there = {**ROW, "Document_Date": "2026-03-02", "Signed_At": "2026-03-02T10:00:00Z"}
    nav.on("SalesQuote.Read", quote_answer("Read", record("SalesQuote", there)))
    nav.on("SalesQuote.Update", WRITTEN)
    nav.connector().apply(Update(REF, {"Document_Date": "", "Signed_At": None}), "key")
    sent = plain(nav.sent("SalesQuote.Update")[0])["SalesQuote"]
    assert (sent["Document_Date"], sent["Signed_At"]) == ("0001-01-01", "0001-01-01T00:00:00Z")


def test_12_a_business_fault_is_refused_in_the_vendors_words(nav):
    text = "You may not change this quote after noon."
    nav.on("SalesQuote.Read", GOOD)
    nav.on("SalesQuote.Update", (500, fault("NavNCLDialogException", text)))
    with pytest.raises(Refused, match="after noon"):
        nav.connector().apply(Update(REF, {"Your_Reference": "x"}), "key")


@pytest.mark.parametrize(
    "broken",
    [
        (500, b"<html><body>Runtime Error</body></html>"),
        (502, b"<proxy><error/></proxy>"),
        (500, b"<proxy><error/></proxy>"),
        (500, b""),
        (200, b"<!DOCTYPE html><html><body>Sign in</body></html>"),
        (200, b"not xml at all <"),
        (500, fault("s:InternalServiceFault", "The server was unable to process the request")),
        (408, b""),
        (503, b""),
        Response("<html></html>", 200, content_type="text/html"),
    ],
)
def test_12_what_is_no_fault_of_navs_leaves_a_write_unknown_and_a_read_to_be_repeated(nav, broken):
    nav.on("SalesQuote.Read", GOOD)
    nav.on("SalesQuote.Update", broken)
    connector = nav.connector()
    with pytest.raises(OutcomeUnknown):
        connector.apply(Update(REF, {"Your_Reference": "x"}), "key")
    nav.on("SalesQuote.Read", broken)
    with pytest.raises(Retryable) as caught:
        connector.fetch(REF)
    assert not isinstance(caught.value, OutcomeUnknown)


@pytest.mark.parametrize("illegal", [b"&#x1F;", b"\x1f"])
def test_13_characters_that_xml_forbids_do_not_spoil_the_answer(nav, illegal):
    good = quote_answer("Read", record("SalesQuote", {**ROW, "Sell_to_Customer_Name": "Al@ice"}))
    nav.on("SalesQuote.Read", good.replace(b"@", illegal))
    assert nav.connector().fetch(REF).fields["Sell_to_Customer_Name"] == "Alice"


def test_13_they_are_not_sent_either(nav):
    assert updated(nav, {"Your_Reference": "a\x1fb\x00c"})["Your_Reference"] == "abc"


def test_14_a_text_of_more_than_ten_megabytes_is_read(nav):
    long = "A" * 10_500_000
    assert read(nav, {**ROW, "Your_Reference": long}).fields["Your_Reference"] == long


def test_15_the_address_inside_the_wsdl_is_not_used(nav):
    assert b"nav.internal" in nav.wsdls["SalesQuote"]
    assert read(nav, ROW).ref == REF


def test_16_the_action_is_quoted_and_the_text_is_utf_8(nav):
    read(nav, ROW)
    headers = nav.requests[-1].headers
    assert headers["SOAPAction"] == '"urn:microsoft-dynamics-schemas/page/salesquote:Read"'
    assert headers["Content-Type"] == "text/xml; charset=utf-8"


def test_17_each_thread_has_a_client_of_its_own_from_one_wsdl(nav):
    nav.on("SalesQuote.Read", GOOD)
    connector = nav.connector()
    assert isinstance(connector._client, SoapClient)
    service, seen, meet = connector._client._page("quote"), set(), threading.Barrier(4)

    def fetched(_):
        meet.wait(10)
        connector.fetch(REF)
        seen.add(id(service._proxy()[1]))
        meet.wait(10)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fetched, range(4)))
    assert (len(seen), nav.loads) == (4, ["SalesQuote"])
    connector.fetch(REF)
    assert etree.QName(nav.sent("SalesQuote.Read")[-1]).localname == "Read"


def test_a_create_leaves_out_what_is_empty(nav):
    nav.on("SalesQuote.ReadMultiple", NONE)
    nav.on("SalesQuote.Create", quote_answer("Create", record("SalesQuote", ROW)))
    fields = {"Sell_to_Customer_No": "K1", "Your_Reference": None, "Document_Date": ""}
    receipt = nav.connector().apply(Create("quote", fields), "key")
    sent = plain(nav.sent("SalesQuote.Create")[0])["SalesQuote"]
    assert (receipt.ref, receipt.created) == (REF, True)
    assert sent.keys() == {"Sell_to_Customer_No", "Paraph_Key"}
