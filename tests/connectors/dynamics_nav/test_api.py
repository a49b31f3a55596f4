"""The API surface: ETags, pages, lines one by one, two-step attachments, codeunits by OData."""

from __future__ import annotations

import pytest
from werkzeug import Response

from hub.contracts.records import Create, Note, RecordRef, Update
from hub.kernel.errors import (
    ConfigurationError,
    MalformedAnswer,
    NotFound,
    OutcomeUnknown,
    RecordLocked,
    Refused,
    Retryable,
)
from tests.connectors.dynamics_nav.canned_api import COMPANY, LINE, NAME, QUOTE, ROOT, error, quote

REF = RecordRef("quote", QUOTE)
ONE = f"salesQuotes({QUOTE})"


def test_a_record_comes_with_its_lines_as_plain_json(api):
    api.on(f"GET {ONE}", quote())
    record = api.connector().fetch(REF)
    assert record.version == 'W/"1"'
    assert record.fields["totalAmountIncludingTax"] == "251.25"
    assert record.fields["documentDate"] is None
    assert record.fields["lines"] == [
        {"id": LINE, "sequence": 10000, "description": "Hand brake", "quantity": 2,
         "unitPrice": "100.5", "Key": 'W/"l1"'}
    ]  # fmt: skip
    assert api.sent(f"GET {ONE}")[0].args.to_dict() == {"$expand": "salesQuoteLines"}


def test_the_company_is_found_by_its_name_once_and_case_counts(api):
    api.on(f"GET {ONE}", quote())
    connector = api.connector()
    connector.fetch(REF)
    connector.fetch(REF)
    assert len(api.sent("GET /BC/api/v2.0/companies")) == 1
    with pytest.raises(ConfigurationError, match="case counts"):
        api.connector(company=NAME.lower()).fetch(REF)
    api.connector(company=COMPANY.upper()).fetch(REF)
    assert len(api.sent("GET /BC/api/v2.0/companies")) == 2


def test_only_what_differs_is_patched_with_the_etag_that_was_read(api):
    api.on(f"GET {ONE}", quote())
    api.on(f"PATCH {ONE}", quote('W/"2"'))
    fields = {"externalDocumentNumber": "H-1", "customerNumber": "K1", "documentDate": "2026-03-02"}
    api.connector().apply(Update(REF, fields), "key")
    assert api.bodies(f"PATCH {ONE}") == [
        {"externalDocumentNumber": "H-1", "documentDate": "2026-03-02"}
    ]
    assert api.sent(f"PATCH {ONE}")[0].headers["If-Match"] == 'W/"1"'


@pytest.mark.parametrize(
    "stale",
    [error("Request_EntityChanged", status=409), (412, {}), error("BadRequest_InvalidToken")],
)
def test_a_stale_etag_is_read_again(api, stale):
    api.on(f"GET {ONE}", quote(), quote('W/"2"', customerNumber="K2"))
    api.on(f"PATCH {ONE}", stale, quote('W/"3"'))
    api.connector().apply(Update(REF, {"currencyCode": "EUR"}), "key")
    assert [one.headers["If-Match"] for one in api.sent(f"PATCH {ONE}")] == ['W/"1"', 'W/"2"']
    assert api.bodies(f"PATCH {ONE}")[1] == {"currencyCode": "EUR"}
    api.on(f"PATCH {ONE}", stale)
    with pytest.raises(RecordLocked):
        api.connector().apply(Update(REF, {"currencyCode": "EUR"}), "key")
    assert len(api.sent(f"PATCH {ONE}")) == 5


def test_what_stands_in_the_record_does_not_come_back_in_an_error(api):
    api.on(f"GET {ONE}", quote(customerName="Alice Åkesson"))
    api.on(f"PATCH {ONE}", error("Application_DialogException", "Alice Åkesson must pay H-1."))
    with pytest.raises(Refused) as caught:
        api.connector().apply(Update(REF, {"externalDocumentNumber": "H-1"}), "key")
    assert caught.value.detail.endswith("must pay •••.")
    assert "Alice" not in caught.value.detail


def test_lines_are_written_one_by_one_by_their_own_etags(api):
    api.on(f"GET {ONE}", quote())
    api.on(f"PATCH salesQuoteLines({LINE})", {})
    api.on("POST salesQuoteLines", (201, {"id": LINE}))
    wanted = [{"sequence": 10000, "unitPrice": "99.90"}, {"description": "Oil", "quantity": "1.5"}]
    api.connector().apply(Update(REF, {"lines": wanted}), "key")
    (changed,) = api.sent(f"PATCH salesQuoteLines({LINE})")
    assert changed.headers["If-Match"] == 'W/"l1"'
    assert api.bodies(f"PATCH salesQuoteLines({LINE})") == [{"unitPrice": 99.9}]
    assert api.bodies("POST salesQuoteLines") == [
        {"documentId": QUOTE, "description": "Oil", "quantity": 1.5}
    ]
    assert api.sent(f"PATCH {ONE}") == []


def test_lines_may_live_below_their_document(api):
    route = "api/contoso/workshop/v1.0"
    there = f"/BC/{route}/companies({COMPANY})/quotes({QUOTE})"
    tables = {"quote": {
        "entity": f"{route}/quotes",
        "lines": {"part": "lines", "key": "lineNo"},
    }}  # fmt: skip
    line = {"@odata.etag": 'W/"l"', "id": LINE, "lineNo": 10000, "decision": ""}
    api.on(f"GET {there}", {"id": QUOTE, "@odata.etag": 'W/"1"', "lines": [line]})
    api.on(f"PATCH {there}/lines({LINE})", {})
    api.on(f"POST {there}/lines", (201, {}))
    wanted = [{"lineNo": 10000, "decision": "Accepted"}, {"description": "Oil"}]
    api.connector(tables=tables).apply(Update(REF, {"lines": wanted}), "key")
    assert api.bodies(f"PATCH {there}/lines({LINE})") == [{"decision": "Accepted"}]
    assert api.bodies(f"POST {there}/lines") == [{"description": "Oil"}]


def test_a_number_that_json_would_change_is_refused(api):
    api.on(f"GET {ONE}", quote())
    wanted = [{"sequence": 10000, "unitPrice": "0.12345678901234567890"}]
    with pytest.raises(Refused, match="unitPrice"):
        api.connector().apply(Update(REF, {"lines": wanted}), "key")


def test_a_list_is_read_page_by_page_and_only_from_our_server(api):
    more = api.server.url_for(f"{ROOT}/salesQuotes?$skiptoken=2")
    first = {"value": [quote()], "@odata.nextLink": more}
    api.on("GET salesQuotes", first, {"value": [quote(id=LINE)]})
    found = [ref.id for ref, _ in api.connector(page_size=1).changes("quote", None)]
    assert found == [QUOTE, LINE]
    assert api.sent("GET salesQuotes")[0].headers["Prefer"] == "odata.maxpagesize=1"
    api.on("GET salesQuotes", {"value": [quote()], "@odata.nextLink": "https://evil.example/x"})
    with pytest.raises(MalformedAnswer, match="another host"):
        list(api.connector().changes("quote", None))


def test_changes_are_asked_for_from_the_last_mark_on(api):
    api.on("GET salesQuotes", {"value": [quote()]})
    connector = api.connector()
    ((ref, cursor),) = connector.changes("quote", None)
    assert ref == REF
    assert list(connector.changes("quote", cursor)) == []
    asked = api.sent("GET salesQuotes")[1].args["$filter"]
    assert asked == "lastModifiedDateTime ge 2026-03-02T09:00:00.123Z"
    api.on("GET salesQuotes", {"value": [quote('W/"2"')]})
    assert [ref for ref, _ in connector.changes("quote", cursor)] == [REF]


def test_values_to_search_for_are_quoted(api):
    api.on("GET salesQuotes", {"value": []})
    api.on("POST salesQuotes", (201, quote()))
    new = Create("quote", {"customerName": "Bob's"}, ("customerName",))
    receipt = api.connector().apply(new, "key")
    assert (receipt.ref, receipt.created) == (REF, True)
    asked = [one.args["$filter"] for one in api.sent("GET salesQuotes")]
    assert asked[-1] == "customerName eq 'Bob''s'"
    assert asked[0] == f"externalDocumentNumber eq '{_mark(api)}'"


def test_a_create_is_looked_up_by_our_reference(api):
    api.on("GET salesQuotes", {"value": []})
    api.on("POST salesQuotes", (500, {}))
    connector, new = api.connector(), Create("quote", {"customerNumber": "K1"})
    with pytest.raises(OutcomeUnknown):
        connector.apply(new, "key")
    api.on("GET salesQuotes", {"value": [quote(externalDocumentNumber=_mark(api))]})
    again = connector.apply(new, "key", uncertain=True)
    assert (again.ref, again.repeated, len(api.sent("POST salesQuotes"))) == (REF, True, 1)


@pytest.mark.parametrize("status", [404, 502])
def test_a_page_says_nothing_about_a_record(api, status):
    page = Response("<html><body>no</body></html>", status, content_type="text/html")
    api.on(f"GET {ONE}", page)
    with pytest.raises(Retryable):
        api.connector().fetch(REF)
    api.on(f"GET {ONE}", error("Internal_RecordNotFound", status=404))
    with pytest.raises(NotFound):
        api.connector().fetch(REF)


@pytest.mark.parametrize("record_id", ["VQ1", f"{QUOTE})/lines(", "..", ""])
def test_what_is_no_id_is_not_asked_for(api, record_id):
    with pytest.raises(NotFound):
        api.connector().fetch(RecordRef("quote", record_id))
    assert api.requests == []


def test_odata_pages_have_keys_of_several_fields(api):
    tables = {"lines": {
        "entity": "ODataV4/JobLine",
        "keys": ["Document_Type", "Document_No", "Line_No"],
        "kinds": {"Line_No": "integer"},
    }}  # fmt: skip
    key = "Document_Type='Order',Document_No='VO''1',Line_No=10000"
    path = f"/BC/ODataV4/Company('{NAME}')/JobLine({key})"
    row = {"@odata.etag": 'W/"1"', "Document_Type": "Order", "Document_No": "VO'1",
           "Line_No": 10000, "Step": "Priced"}  # fmt: skip
    api.on(f"GET {path}", row)
    api.on(f"PATCH {path}", row)
    connector, ref = api.connector(tables=tables), RecordRef("lines", "Order,VO'1,10000")
    assert connector.fetch(ref).fields["Step"] == "Priced"
    connector.apply(Update(ref, {"Step": "Offered"}), "key")
    assert api.bodies(f"PATCH {path}") == [{"Step": "Offered"}]


def test_codeunits_are_called_by_odata(api):
    api.on(f"GET {ONE}", quote())
    listing = f"/BC/ODataV4/Company('{NAME}')/RecordNote"
    api.on(f"GET {listing}", {"value": []})
    api.on("POST /BC/ODataV4/SigningHub_AddNote", {"value": 7})
    connector = api.connector()
    connector.apply(Note(REF, "Signed"), "key")
    (call,) = api.sent("POST /BC/ODataV4/SigningHub_AddNote")
    (body,) = api.bodies("POST /BC/ODataV4/SigningHub_AddNote")
    assert call.args.to_dict() == {"company": NAME}
    assert (body["documentType"], body["documentNo"], body["noteText"]) == (
        "Quote",
        "VQ1",
        "Signed",
    )
    api.on(f"GET {listing}", {"value": [{"External_Id": body["externalId"]}]})
    assert connector.apply(Note(REF, "Signed"), "key").repeated


def test_a_tenant_goes_along_with_every_call(api):
    api.on("GET salesQuotes", {"value": []})
    list(api.connector(tenant="north").changes("quote", None))
    assert [one.args["tenant"] for one in api.requests] == ["north", "north"]


EDMX = b"""<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">
<edmx:DataServices><Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="NAV">
<EntityType Name="salesQuote"><Property Name="id"/><Property Name="number"/>
<NavigationProperty Name="salesQuoteLines"/></EntityType><EntityContainer Name="C">%s
</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"""


def test_fields_are_described_from_the_metadata(api):
    entity_set = b'<EntitySet Name="salesQuotes" EntityType="NAV.salesQuote"/>'
    path = "GET /BC/api/v2.0/$metadata"
    api.on(path, Response(EDMX % entity_set), Response(EDMX % b""), Response(b"<"))
    connector = api.connector()
    assert connector.describe("quote") == ["id", "lines", "number"]
    with pytest.raises(NotFound, match="entity"):
        connector.describe("quote")
    with pytest.raises(MalformedAnswer):
        connector.describe("quote")
    with pytest.raises(NotFound):
        connector.describe("nothing")


def test_the_probe_names_a_wrong_entity_set(api):
    api.on("GET salesQuotes", {"value": []})
    result = api.connector().probe()
    assert result.facts["company"] == COMPANY
    api.on("GET salesQuotes", error("BadRequest_NotFound", status=404))
    with pytest.raises(ConfigurationError, match=r"tables\.quote\.entity"):
        api.connector().probe()
    api.on("GET salesQuotes", (405, {}))
    with pytest.raises(Retryable, match="switched off"):
        api.connector().probe()


def _mark(api):
    return api.bodies("POST salesQuotes")[0]["externalDocumentNumber"]


def test_moments_whose_last_zeros_are_left_out_are_in_the_order_of_time(api):
    """As texts ``10:15:30Z`` would come behind ``10:15:30.61Z``, and that behind ``30.617Z``."""
    ids = [f"b1b1b1b1-0000-4000-8000-00000000000{n}" for n in range(3)]
    marks = ["30Z", "30.61Z", "30.617Z"]
    rows = [
        {**quote(), "id": one, "lastModifiedDateTime": f"2026-03-02T10:15:{mark}"}
        for one, mark in zip(ids, marks, strict=True)
    ]
    api.on("GET salesQuotes", {"value": rows[:1]})
    connector = api.connector()
    ((_, cursor),) = connector.changes("quote", None)
    api.on("GET salesQuotes", {"value": rows[::-1]})
    found = list(connector.changes("quote", cursor))
    assert [ref.id for ref, _ in found] == ids[1:]
    assert list(connector.changes("quote", found[-1][1])) == []
