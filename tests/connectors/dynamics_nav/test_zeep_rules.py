"""Section 12 of the fact sheet: each trap of zeep and NAV's SOAP, by its number there."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from connectors.dynamics_nav.wsdl_cache import WsdlCache
from hub.contracts.records import RecordRef, Update
from hub.kernel.clock import ManualClock
from hub.kernel.errors import AuthenticationFailed, Refused, Retryable
from tests.connectors.dynamics_nav.canned import plain, quote_answer
from tests.connectors.dynamics_nav.wsdls import QUOTE, elements, page_wsdl, record
from tests.contracts.connector_driver import STARTED

REF = RecordRef("quote", "VQ1")
ROW = {"Key": "28;AAA=6;1;", "No": "VQ1"}
GOOD = quote_answer("Read", record("SalesQuote", ROW))
WRITTEN = quote_answer("Update", record("SalesQuote", ROW))
NONE = quote_answer("ReadMultiple", "<ReadMultiple_Result/>")


def read(nav, inner_fields, inner="", **changes):
    nav.on("SalesQuote.Read", quote_answer("Read", record("SalesQuote", inner_fields, inner)))
    return nav.connector(**changes).fetch(REF)


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


def test_3_a_disk_that_neither_takes_nor_gives_back_is_no_reason_to_fail(tmp_path):
    cache = WsdlCache(str(tmp_path), 1, ManualClock(STARTED))
    cache.put("https://nav.example.com/a", b"<a/>")
    (kept,) = tmp_path.iterdir()
    kept.unlink()
    kept.mkdir()  # stands in the way
    cache.drop("https://nav.example.com/a")
    assert cache.get("https://nav.example.com/a") is None
    cache.put("https://nav.example.com/a", b"<b/>")
    assert cache.get("https://nav.example.com/a") == b"<b/>"
    assert list(tmp_path.iterdir()) == [kept]  # no pieces are left


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
