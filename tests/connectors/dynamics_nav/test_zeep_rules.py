"""Section 12 of the fact sheet: each trap of zeep and NAV's SOAP, by its number there."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from lxml import etree
from structlog.testing import capture_logs
from werkzeug import Response

from connectors.dynamics_nav.client_soap import SoapClient
from hub.contracts.records import Create, RecordRef, Update
from hub.kernel.errors import AuthenticationFailed, OutcomeUnknown, Refused, Retryable
from tests.connectors.dynamics_nav.canned import plain, quote_answer
from tests.connectors.dynamics_nav.wsdls import QUOTE, elements, fault, page_wsdl, record

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


def test_1_a_call_that_takes_too_long_is_given_up(nav):
    hold = threading.Event()

    def slow(body):
        hold.wait(5)
        return GOOD

    nav.on("SalesQuote.Read", slow)
    with pytest.raises(Retryable):
        nav.connector(timeout=0.3).fetch(REF)
    hold.set()


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (401, AuthenticationFailed, "authentication_failed"),
        (404, Refused, "unknown_service"),
        (405, Retryable, "surface_off"),
        (503, Retryable, "unavailable"),
    ],
)
def test_2_a_wsdl_that_cannot_be_loaded_is_one_of_our_errors(nav, status, kind, code):
    nav.server.clear()
    nav.server.expect_request(nav.any_path).respond_with_data(status=status)
    with pytest.raises(kind) as caught:
        nav.connector().fetch(REF)
    assert caught.value.code == code


def test_3_a_wsdl_is_kept_on_disk_without_credentials(nav, tmp_path):
    nav.on("SalesQuote.Read", GOOD)
    cache = {"wsdl_cache": str(tmp_path / "wsdl")}
    nav.connector(**cache).fetch(REF)
    nav.connector(**cache).fetch(REF)
    assert nav.loads == ["SalesQuote"]
    (file,) = (tmp_path / "wsdl").iterdir()
    assert file.read_bytes() == page_wsdl()
    assert file.stat().st_mode & 0o077 == 0
    assert "paraph" not in file.name


def test_3_an_old_wsdl_is_read_again(nav):
    nav.on("SalesQuote.Read", GOOD)
    connector = nav.connector(wsdl_hours=12)
    connector.fetch(REF)
    connector.context.clock.advance(timedelta(hours=13))
    ThreadPoolExecutor(1).submit(connector.fetch, REF).result()  # a thread without a client yet
    assert len(nav.loads) == 2


def test_3_a_wsdl_that_an_answer_does_not_fit_is_dropped(nav, tmp_path):
    bad = quote_answer("Read", record("SalesQuote", {**ROW, "Amount": "1,5"}))
    nav.on("SalesQuote.Read", bad, GOOD)
    connector = nav.connector(wsdl_cache=str(tmp_path))
    with pytest.raises(Retryable):
        connector.fetch(REF)
    assert list(tmp_path.iterdir()) == []
    connector.fetch(REF)
    assert len(nav.loads) == 2


def test_4_an_unknown_element_hides_no_known_one_and_raises_the_alarm_once(nav):
    inner = "<Ny_Kolumn>x</Ny_Kolumn><Your_Reference>later</Your_Reference>"
    nav.on("SalesQuote.Read", quote_answer("Read", record("SalesQuote", ROW, inner)))
    connector = nav.connector()
    with capture_logs() as logs:
        first, second = connector.fetch(REF), connector.fetch(REF)
    assert first.fields["Your_Reference"] == second.fields["Your_Reference"] == "later"
    assert [(one["event"], one["service"], one["fields"]) for one in logs] == [
        ("dynamics_nav_schema_changed", "SalesQuote", ["Ny_Kolumn"])
    ]
    assert len(nav.loads) == 2
    nav.on("SalesQuote.ReadMultiple", NONE)
    assert "Ny_Kolumn" in "".join(connector.probe().warnings)


def test_4_a_new_column_is_read_once_the_wsdl_has_it(nav):
    row = quote_answer("Read", record("SalesQuote", ROW, "<Ny_Kolumn>x</Ny_Kolumn>"))
    nav.on("SalesQuote.Read", row)
    connector = nav.connector()
    assert "Ny_Kolumn" not in connector.fetch(REF).fields
    nav.wsdls["SalesQuote"] = page_wsdl(fields={**QUOTE, "Ny_Kolumn": "xsd:string"})
    assert connector.fetch(REF).fields["Ny_Kolumn"] == "x"


def test_5_elements_in_another_order_are_read(nav):
    got = read(nav, {"Your_Reference": "late", "No": "VQ1", "Status": "Open", "Key": "k"})
    assert (got.fields["Your_Reference"], got.fields["Status"], got.version) == (
        "late",
        "Open",
        "k",
    )


@pytest.mark.parametrize("required", [True, False])
def test_6_a_list_without_filter_sends_none(nav, required):
    nav.wsdls["SalesQuote"] = page_wsdl(filter_required=required)
    nav.on("SalesQuote.ReadMultiple", NONE)
    assert list(nav.connector().changes("quote", None)) == []
    assert "filter" not in plain(nav.sent("SalesQuote.ReadMultiple")[0])


def test_7_the_first_page_has_no_bookmark_and_every_page_a_size(nav):
    rows = record("SalesQuote", {**ROW, "Last_Modified_Date_Time": "2026-03-02T09:00:00Z"})
    page = quote_answer("ReadMultiple", f"<ReadMultiple_Result>{rows}</ReadMultiple_Result>")
    nav.on("SalesQuote.ReadMultiple", page, NONE)
    assert [ref for ref, _ in nav.connector(page_size=1).changes("quote", None)] == [REF]
    first, second = (plain(body) for body in nav.sent("SalesQuote.ReadMultiple"))
    assert first == {"setSize": "1"}
    assert second == {"bookmarkKey": ROW["Key"], "setSize": "1"}


@pytest.mark.parametrize("inner", ["", "<ReadMultiple_Result/>"])
def test_8_an_empty_list_may_be_missing_altogether(nav, inner):
    nav.on("SalesQuote.ReadMultiple", quote_answer("ReadMultiple", inner))
    assert list(nav.connector().changes("quote", None)) == []


def test_8_lines_come_and_go_inside_their_part(nav):
    line = elements({"Key": "l1", "Description": "Hand brake", "Line_No": "10000"})
    part = f"<SalesLines><Sales_Quote_Line>{line}</Sales_Quote_Line></SalesLines>"
    nav.on("SalesQuote.Read", quote_answer("Read", record("SalesQuote", ROW, part)))
    nav.on("SalesQuote.Update", WRITTEN)
    connector = nav.connector()
    (found,) = connector.fetch(REF).fields["lines"]
    assert (found["Key"], found["Line_No"]) == ("l1", 10000)
    connector.apply(Update(REF, {"lines": [{"Line_No": 10000, "Decision": "Accepted"}]}), "key")
    assert plain(nav.sent("SalesQuote.Update")[0])["SalesQuote"] == {
        "Key": ROW["Key"],
        "SalesLines": {"Sales_Quote_Line": {"Key": "l1", "Decision": "Accepted"}},
    }


def test_9_only_changed_fields_go_back_and_empty_ones_clear(nav):
    there = {**ROW, "Sell_to_Customer_Name": "Alice", "Your_Reference": "old", "Posted": "true"}
    nav.on("SalesQuote.Read", quote_answer("Read", record("SalesQuote", there)))
    nav.on("SalesQuote.Update", WRITTEN)
    fields = {"Your_Reference": None, "Posted": False, "Sell_to_Customer_Name": "Alice"}
    nav.connector().apply(Update(REF, {**fields, "Amount": 0}), "key")
    assert plain(nav.sent("SalesQuote.Update")[0])["SalesQuote"] == {
        "Key": ROW["Key"], "Amount": "0", "Your_Reference": "", "Posted": "false"
    }  # fmt: skip


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
