"""Settings that do not fit together, presets, captions, polling by versions, links."""

from __future__ import annotations

import pytest

from connectors.dynamics_nav.connector import DynamicsNavConnector
from connectors.dynamics_nav.presets import tables_of
from connectors.dynamics_nav.settings import DynamicsNavSettings
from hub.contracts.plugin import PluginContext
from hub.contracts.records import RecordRef, Update
from hub.contracts.settings import load_settings
from hub.kernel.errors import ConfigurationError, NotFound, Refused, Retryable
from tests.connectors.dynamics_nav.canned import plain, quote_answer
from tests.connectors.dynamics_nav.driver import SoapDriver
from tests.connectors.dynamics_nav.wsdls import page_wsdl, record

REF = RecordRef("quote", "VQ1")
LEAST = {
    "server": "https://nav.example.com:7047/NAV",
    "company": "CRONUS",
    "username": "NORDIC\\paraph",
    "password": "sandbox-password",
}
NONE = quote_answer("ReadMultiple", "<ReadMultiple_Result/>")


def settings(**changes) -> DynamicsNavSettings:
    return load_settings(DynamicsNavSettings, {**LEAST, **changes}, "nav")


def listed(*rows):
    inner = "".join(record("SalesQuote", one) for one in rows)
    return quote_answer("ReadMultiple", f"<ReadMultiple_Result>{inner}</ReadMultiple_Result>")


def row(number, version):
    return {"Key": f"28;AAA=6;{version};", "No": number, "Document_Date": "2026-03-02"}


def test_the_least_gives_the_three_presets():
    tables = tables_of(settings())
    assert {name: one.service for name, one in tables.items()} == {
        "customer": "Customer", "sales_quote": "SalesQuote", "sales_order": "SalesOrder"
    }  # fmt: skip
    assert {name: one.entity for name, one in tables_of(settings(surface="api")).items()} == {
        "customer": "customers", "sales_quote": "salesQuotes", "sales_order": "salesOrders"
    }  # fmt: skip


def test_a_table_changes_its_preset_where_it_says_so():
    given = {"offer": {"preset": "sales_quote", "service": "Offert", "lines": {"part": "Rader"}}}
    (offer,) = tables_of(settings(tables=given)).values()
    assert (offer.service, offer.lines.part, offer.external_id_field) == (
        "Offert", "Rader", "Paraph_Key"
    )  # fmt: skip


def test_declared_tables_hold_fields_where_they_are_declared():
    given = {
        "quote": {"preset": "sales_quote", "fields": {"No": "text"}},
        "order": {"preset": "sales_order"},
    }
    declared = DynamicsNavConnector.declared_tables(settings(tables=given))
    assert declared == {"quote": {"No", "lines"}, "order": None}
    api = DynamicsNavConnector.declared_tables(settings(surface="api"))
    assert api == {"customer": None, "sales_quote": None, "sales_order": None}


FIND = {"filters": {"A": "{id}"}}
CALL = {"codeunit": "U", "procedure": "P"}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"password": ""}, "password"),
        ({"auth": "basic", "username": "a:b"}, "username"),
        ({"auth": "basic", "password": ""}, "password"),
        ({"auth": "oauth2"}, "token_url"),
        ({"server": "https://nav.example.com/NAV?x"}, "server"),
        ({"server": "https://nav.example.com/NAV/WS/"}, "server"),
        ({"odata_server": "https://nav.example.com/NAV/ODataV4"}, "odata_server"),
        ({"tables": {"t": {"entity": "x"}}}, "tables.t.service"),
        ({"surface": "api", "tables": {"t": {"service": "x"}}}, "tables.t.entity"),
        ({"tables": {"t": {"service": "x", "note": {}}}}, "tables.t.note.field"),
        ({"tables": {"t": {"service": "x", "attach": {"entity": "a"}}}}, "tables.t.attach.call"),
        (
            {"surface": "api", "tables": {"t": {"entity": "x", "attach": {"entity": "a"}}}},
            "tables.t.attach.parent_type",
        ),
        ({"tables": {"t": {"service": "x", "files": {}}}}, "tables.t.files.call"),
        (
            {"tables": {"t": {"service": "x", "note": {"call": CALL, "find": FIND}}}},
            "tables.t.note.find.service",
        ),
        (
            {"tables": {"t": {"service": "x", "note": {"call": CALL, "find": {"service": "s"}}}}},
            "tables.t.note.find.filters",
        ),
    ],
)
def test_what_does_not_fit_together_is_told_at_its_place(changes, place):
    with pytest.raises(ConfigurationError) as caught:
        DynamicsNavConnector(settings(**changes), PluginContext("nav"))
    assert [one for one in caught.value.problems if one.startswith(f"nav.{place}: ")]
    assert "sandbox-password" not in str(caught.value)


def test_a_fault_inside_a_table_is_told_with_its_help():
    with pytest.raises(ConfigurationError) as caught:
        settings(tables={"t": {"servise": "x"}})
    assert "tables.t.servise" in caught.value.problems[0]
    assert "did you mean 'service'" in caught.value.problems[0]


def test_fields_may_be_named_by_their_captions(nav):
    there = {"Key": "k", "No": "VQ1", "N_x00BA__Linha": "7"}
    nav.on("SalesQuote.Read", quote_answer("Read", record("SalesQuote", there)))
    nav.on("SalesQuote.Update", quote_answer("Update", record("SalesQuote", there)))
    connector = nav.connector()
    connector.apply(Update(REF, {"Sell-to Customer No.": "K2", "Nº Linha": 8}), "key")
    assert plain(nav.sent("SalesQuote.Update")[0])["SalesQuote"] == {
        "Key": "k", "Sell_to_Customer_No": "K2", "N_x00BA__Linha": "8"
    }  # fmt: skip
    assert connector.read_back(REF, ["Nº Linha", "Nothing"]) == {"Nº Linha": "7", "Nothing": None}


def test_ids_are_written_in_one_way(nav, api):
    assert nav.connector().canonical(RecordRef("quote", " vq1 ")) == REF
    composite = RecordRef("quote", "Order,vo1,1")
    assert nav.connector().canonical(composite) == composite
    assert api.connector().canonical(RecordRef("quote", "ABC")).id == "abc"


def test_without_a_field_of_changes_versions_are_compared(nav):
    tables = {"quote": {"preset": "sales_quote", "changes": {"filters": {"Status": "Open"}}}}
    connector = nav.connector(tables=tables)
    nav.on("SalesQuote.ReadMultiple", listed(row("VQ1", 1), row("VQ2", 1)), NONE)
    first = list(connector.changes("quote", None))
    assert [ref.id for ref, _ in first] == ["VQ1", "VQ2"]
    assert plain(nav.sent("SalesQuote.ReadMultiple")[0])["filter"] == {
        "Field": "Status", "Criteria": "Open"
    }  # fmt: skip
    cursor = first[-1][1]
    nav.on("SalesQuote.ReadMultiple", listed(row("VQ1", 1), row("VQ2", 2), row("VQ3", 1)), NONE)
    again = list(connector.changes("quote", cursor))
    assert [ref.id for ref, _ in again] == ["VQ2", "VQ3"]
    nav.on("SalesQuote.ReadMultiple", listed(row("VQ1", 1), row("VQ3", 1)), NONE)
    assert list(connector.changes("quote", again[-1][1])) == []


def test_too_many_rows_to_compare_are_told_with_what_to_set(nav):
    tables = {"quote": {"preset": "sales_quote", "changes": {"most": 1}}}
    nav.on("SalesQuote.ReadMultiple", listed(row("VQ1", 1), row("VQ2", 1)), NONE)
    with pytest.raises(Refused, match=r"changes\.filters"):
        list(nav.connector(tables=tables).changes("quote", None))


def test_a_date_marks_all_changes_of_its_day(nav):
    tables = {"quote": {"preset": "sales_quote", "changes": {"field": "Document_Date"}}}
    connector = nav.connector(tables=tables, date_format="%d-%m-%y")
    nav.on("SalesQuote.ReadMultiple", listed(row("VQ1", 1), row("VQ2", 1)), NONE)
    cursor = list(connector.changes("quote", None))[-1][1]
    nav.on("SalesQuote.ReadMultiple", listed(row("VQ1", 1), row("VQ2", 2)), NONE)
    assert [ref.id for ref, _ in connector.changes("quote", cursor)] == ["VQ2"]
    assert plain(nav.sent("SalesQuote.ReadMultiple")[-2])["filter"]["Criteria"] == "02-03-26.."


def test_changes_go_on_from_the_last_mark_seen(nav):
    tables = {"quote": {"preset": "sales_quote", "changes": {"field": "Document_Date"}}}
    connector = nav.connector(tables=tables)
    older = {**row("VQ2", 1), "Document_Date": "2026-03-01"}
    nav.on("SalesQuote.ReadMultiple", listed(row("VQ1", 1), older), NONE)
    found = list(connector.changes("quote", None))
    assert [ref.id for ref, _ in found] == ["VQ2", "VQ1"]
    nav.on("SalesQuote.ReadMultiple", listed(row("VQ1", 1), row("VQ3", 1), older), NONE)
    assert [ref.id for ref, _ in connector.changes("quote", found[0][1])] == ["VQ1", "VQ3"]
    nav.on("SalesQuote.ReadMultiple", listed(row("VQ1", 1), row("VQ3", 1), older), NONE)
    assert [ref.id for ref, _ in connector.changes("quote", found[1][1])] == ["VQ3"]
    assert plain(nav.sent("SalesQuote.ReadMultiple")[-2])["filter"]["Criteria"] == "2026-03-02.."
    assert "VQ2" not in found[1][1]


@pytest.mark.parametrize("cursor", ["x", "[]", '["m"]', '["m", {"a": 1}]', '{"a": {}}'])
def test_a_cursor_of_somebody_else_is_refused(nav, cursor):
    with pytest.raises(Refused):
        list(nav.connector().changes("quote", cursor))


def test_a_page_that_repeats_itself_ends_the_list(nav):
    nav.on("SalesQuote.ReadMultiple", listed(row("VQ1", 1)))
    with pytest.raises(Exception, match="again and again"):
        list(nav.connector().changes("quote", None))


def test_the_probe_warns_of_what_pages_lack_and_names_what_is_missing(nav):
    nav.wsdls["SalesQuote"] = page_wsdl(
        fields={"Key": "xsd:string", "No": "xsd:string"},
        lines=None,
        operations=("Read", "ReadMultiple"),
    )
    nav.on("SalesQuote.ReadMultiple", NONE)
    warnings = "\n".join(nav.connector().probe().warnings)
    for word in ("Create", "Update", "Paraph_Key", "SalesLines", "Last_Modified_Date_Time"):
        assert word in warnings
    for word in ("SigningHub", "RecordNote", "DocumentAttachment"):
        assert f"is published as {word}" in warnings
    tables = {"quote": {"preset": "sales_quote", "service": "Offert"}}
    with pytest.raises(ConfigurationError, match=r"tables\.quote\.service"):
        nav.connector(tables=tables).probe()


def test_the_probe_finds_nothing_to_warn_of_at_a_server_that_has_all(site):
    (warning,) = SoapDriver(site).make_instance(tables={}).probe().warnings
    assert warning.startswith("server: ")


def test_a_code_is_the_same_in_capitals(nav):
    connector = nav.connector()
    assert connector.same("External_Document_No", "h-7å", "H-7Å")
    assert not connector.same("External_Document_No", "H-7", "h-7")
    assert not connector.same("External_Document_No", "h-7", "H-8")


def test_something_else_than_a_wsdl_is_told_so(nav):
    nav.wsdls["SalesQuote"] = b"<feed/>"
    with pytest.raises(Retryable) as caught:
        nav.connector().fetch(REF)
    assert caught.value.code == "wsdl_unreadable"


def test_fields_are_described_from_the_wsdl(nav):
    connector = nav.connector()
    assert {"No", "Status", "lines"} <= set(connector.describe("quote"))
    with pytest.raises(NotFound):
        connector.describe("nothing")


def test_a_link_names_the_record(nav):
    connector = nav.connector(record_link="https://nav.example.com/{table}?no={id}")
    assert connector.record_url(RecordRef("quote", "V/1")) == (
        "https://nav.example.com/quote?no=V%2F1"
    )
    assert nav.connector().record_url(REF) is None


def test_a_record_of_several_key_fields_is_read_by_all_of_them(nav):
    fields = {"Key": "xsd:string", "Document_Type": "tns:Status", "Document_No": "xsd:string",
              "Line_No": "xsd:int"}  # fmt: skip
    keys = ("Document_Type", "Document_No", "Line_No")
    nav.wsdls["JobLine"] = page_wsdl("JobLine", fields, lines=None, keys=keys)
    there = {"Key": "k", "Document_Type": "Order", "Document_No": "VO1", "Line_No": "10000"}
    inner = record("JobLine", there)
    wire = quote_answer("Read", inner).replace(b"page/salesquote", b"page/jobline")
    nav.on("JobLine.Read", wire)
    connector = nav.connector(tables={"job_line": {"service": "JobLine"}})
    found = connector.fetch(RecordRef("job_line", "Order,VO1,10000"))
    assert found.fields["Line_No"] == 10000
    assert plain(nav.sent("JobLine.Read")[0]) == {
        "Document_Type": "Order", "Document_No": "VO1", "Line_No": "10000"
    }  # fmt: skip
    for wrong in ("Order,VO1", "Order,VO1,x", "Order,VO1,10000,1"):
        with pytest.raises(NotFound):
            connector.fetch(RecordRef("job_line", wrong))
