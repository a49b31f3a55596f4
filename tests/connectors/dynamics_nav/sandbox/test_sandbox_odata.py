"""OData V4 over the same store: entity sets, filters, paging, etags, actions."""

from __future__ import annotations

import pytest

ORDER = "SalesOrder(Document_Type='Order',No='VO1001')"


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_a_collection_has_context_value_and_etags(nav):
    body = nav.get(f"{nav.odata}/SalesQuote")
    assert body["@odata.context"].endswith("$metadata#SalesQuote")
    first = body["value"][0]
    assert first["@odata.etag"].startswith('W/"')
    assert (first["Document_Type"], first["No"], first["Amount"]) == ("Quote", "VQ1001", 2937)


@pytest.mark.parametrize("place", ["path", "guid", "query", "query_guid", "missing"])
def test_the_company_is_named_in_several_ways(nav, place):
    company = nav.sandbox.company
    where = {
        "path": (f"{nav.odata}/Customer('K10010')", {}),
        "guid": (f"{nav.url}/ODataV4/Company(Id={company.id})/Customer('K10010')", {}),
        "query": (f"{nav.url}/ODataV4/Customer('K10010')", {"company": company.name}),
        "query_guid": (f"{nav.url}/ODataV4/Customer('K10010')", {"company": company.id}),
        "missing": (f"{nav.url}/ODataV4/Customer('K10010')", {}),
    }
    address, query = where[place]
    name = "Demokund ett" if place == "missing" else "Elsa Lindqvist"
    assert nav.get(address, params=query)["Name"] == name


def test_an_unknown_company_is_told(nav):
    wrong = nav.session.get(f"{nav.url}/ODataV4/Company('Nowhere')/Customer")
    assert code(wrong) == (404, "Internal_CompanyNotFound")


def test_keys_are_those_of_the_table(nav):
    assert nav.get(f"{nav.odata}/{ORDER}")["Sell_to_Customer_No"] == "K10010"
    line = nav.get(
        f"{nav.odata}/SalesOrderSalesLines(Document_Type='Order',Document_No='VO1001',Line_No=20000)"
    )
    assert (line["Step"], line["Type"], line["Decision"]) == ("Offered", "Item", " ")
    for wrong in ("SalesOrder('VO1001')", "SalesOrder(Document_Type='Order',No='VO9')", "Nope"):
        assert nav.session.get(f"{nav.odata}/{wrong}").status_code == 404


def test_lines_are_reached_from_their_document(nav):
    below = nav.get(f"{nav.odata}/{ORDER}/SalesOrderSalesLines")["value"]
    inside = nav.get(f"{nav.odata}/{ORDER}", params={"$expand": "SalesOrderSalesLines"})
    assert [line["Line_No"] for line in below] == [10000, 20000, 30000, 40000, 50000]
    assert inside["SalesOrderSalesLines"] == below
    all_lines = nav.get(f"{nav.odata}/SalesOrderSalesLines")["value"]
    assert {line["Document_No"] for line in all_lines} == {"VO1001", "VO1002", "VO1003"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("No eq 'VQ1002'", ["VQ1002"]),
        ("No ge 'VQ1005' and No ne 'VQ1006'", ["VQ1005"]),
        ("(No eq 'VQ1001' or No eq 'VQ1003') and Amount gt 3000", ["VQ1003"]),
        ("startswith(Sell_to_Customer_Name,'Elsa')", ["VQ1001", "VQ1004"]),
        ("endswith(Sell_to_Customer_Name,'AB') and contains(Object_Description,'Snö')", ["VQ1002"]),
        ("Document_Date lt 2026-02-24", ["VQ1003"]),
        ("Status eq 'Released'", ["VQ1003"]),
        ("Last_Modified_Date_Time gt 2030-01-01T00:00:00Z", []),
    ],
)
def test_a_filter_finds_what_it_says(nav, text, found):
    rows = nav.get(f"{nav.odata}/SalesQuote", params={"$filter": text})["value"]
    assert [row["No"] for row in rows] == found


@pytest.mark.parametrize(
    "text",
    [
        "No eq VQ1001",
        "Nope eq 1",
        "No like 'x'",
        "No eq 'a' or Status eq 'Open'",  # or over two fields
        "No in ('VQ1001')",  # only with a newer schema version
        "lines/any(l:l/No eq '1')",
        "No eq 'VQ1001",
        "startswith(Amount,'1')",
    ],
)
def test_a_filter_that_the_real_server_refuses_is_refused(nav, text):
    answer = nav.session.get(f"{nav.odata}/SalesQuote", params={"$filter": text})
    assert answer.status_code == 400


def test_a_newer_schema_version_allows_more(nav):
    newer = {"$schemaversion": "2.1"}
    for text in ("No in ('VQ1001','VQ1002')", "No eq 'VQ1001' or Amount eq 2195"):
        rows = nav.get(f"{nav.odata}/SalesQuote", params={**newer, "$filter": text})["value"]
        assert [row["No"] for row in rows] == ["VQ1001", "VQ1002"]


@pytest.mark.parametrize("order", [None, "No desc"])
def test_pages_are_followed_by_their_link(nav, order):
    address = f"{nav.odata}/SalesQuote?$select=No" + (f"&$orderby={order}" if order else "")
    headers, pages = {"Prefer": "odata.maxpagesize=4"}, []
    while address:
        body = nav.get(address, headers=headers)
        pages.append([row["No"] for row in body["value"]])
        address = body.get("@odata.nextLink", "")
    expected = [f"VQ100{n}" for n in range(1, 7)]
    assert [len(page) for page in pages] == [4, 2]
    assert [number for page in pages for number in page] == (expected[::-1] if order else expected)


def test_the_server_has_a_page_size_of_its_own(nav):
    nav.sandbox.modes.odata_page_size = 2
    body = nav.get(f"{nav.odata}/SalesQuote", headers={"Prefer": "odata.maxpagesize=100"})
    assert (len(body["value"]), "@odata.nextLink" in body) == (2, True)
    assert len(nav.get(f"{nav.odata}/SalesQuote?$top=1&$skip=1")["value"]) == 1
    assert nav.get(f"{nav.odata}/SalesQuote?$count=true")["@odata.count"] == 6


def test_a_record_is_made_changed_and_deleted(nav):
    made = nav.session.post(f"{nav.odata}/SalesQuote", json={"Sell_to_Customer_No": "K10010"})
    assert (made.status_code, made.json()["No"]) == (201, "VQ1101")
    address = f"{nav.odata}/SalesQuote(Document_Type='Quote',No='VQ1101')"
    etag = {"If-Match": made.json()["@odata.etag"]}
    changed = nav.session.patch(address, json={"Your_Reference": "R"}, headers=etag)
    assert (changed.status_code, changed.json()["Your_Reference"]) == (200, "R")
    assert changed.json()["@odata.etag"] != etag["If-Match"]
    gone = nav.session.delete(address, headers={"If-Match": "*"})
    assert gone.status_code == 204
    assert nav.session.get(address).status_code == 404


@pytest.mark.parametrize("status", [409, 412])
def test_a_stale_etag_is_told_and_changes_nothing(nav, status):
    nav.sandbox.modes.stale_status = status
    address, etag = f"{nav.odata}/{ORDER}", nav.get(f"{nav.odata}/{ORDER}")["@odata.etag"]
    nav.session.patch(address, json={"Your_Reference": "A"}, headers={"If-Match": etag})
    late = nav.session.patch(address, json={"Your_Reference": "B"}, headers={"If-Match": etag})
    assert code(late) == (status, "Request_EntityChanged")
    assert "CorrelationId" in late.json()["error"]["message"]
    assert nav.get(address)["Your_Reference"] == "A"


@pytest.mark.parametrize(
    ("etag", "word"),
    [(None, "BadRequest_RequiredParamNotProvided"), ('W/"x"', "BadRequest_InvalidToken"),
     ("5", "BadRequest_InvalidToken")],
)  # fmt: skip
def test_a_change_needs_a_good_etag(nav, etag, word):
    headers = {"If-Match": etag} if etag else {}
    answer = nav.session.patch(f"{nav.odata}/{ORDER}", json={}, headers=headers)
    assert code(answer) == (400, word)


def test_a_changed_line_makes_the_documents_etag_stale(nav):
    before = nav.get(f"{nav.odata}/{ORDER}")["@odata.etag"]
    keys = "Document_Type='Order',Document_No='VO1001',Line_No=30000"
    line = f"{nav.odata}/SalesOrderSalesLines({keys})"
    nav.session.patch(line, json={"Step": "Offered"}, headers={"If-Match": "*"})
    assert nav.get(f"{nav.odata}/{ORDER}")["@odata.etag"] != before


@pytest.mark.parametrize(
    ("path", "body", "status", "word"),
    [
        ("SalesQuote", {"Nope": 1}, 400, "BadRequest"),
        ("SalesQuote", [], 400, "BadRequest"),
        ("SalesQuote", {"Sell_to_Customer_No": "K9"}, 400, "Internal_InvalidTableRelation"),
        ("SalesQuote", {"Sell_to_Customer_No": "K10040"}, 400, "Application_DialogException"),
        ("SalesQuote", {"Your_Reference": "x" * 36}, 400, "Application_StringExceededLength"),
        ("SalesQuote", {"SalesQuoteSalesLines": [{}]}, 400, "BadRequest"),  # no deep insert here
        ("Customer", {"No": "K10010"}, 400, "Internal_EntityWithSameKeyExists"),
        ("RecordNote", {"Text": "x"}, 405, "BadRequest_MethodNotAllowed"),
        ("JobLine", {"Step": "Found"}, 405, "BadRequest_MethodNotAllowed"),
    ],
)
def test_refusals_carry_the_vendors_codes(nav, path, body, status, word):
    assert code(nav.session.post(f"{nav.odata}/{path}", json=body)) == (status, word)


def test_a_released_order_refuses_edits_here_too(nav):
    address = f"{nav.odata}/SalesOrder(Document_Type='Order',No='VO1003')"
    match = {"If-Match": "*"}
    refused = nav.session.patch(address, json={"Your_Reference": "X"}, headers=match)
    assert code(refused) == (400, "Application_FieldValidationException")
    free = nav.session.patch(address, json={"Digital_Status": "Sent"}, headers=match)
    assert free.json()["Digital_Status"] == "Sent"


def test_a_procedure_is_an_unbound_action(nav):
    company = {"company": nav.sandbox.company.name}
    given = {"documentType": "Order", "documentNo": "VO1001", "noteText": "Hej", "externalId": "k"}
    address = f"{nav.url}/ODataV4/SigningHub_AddNote"
    answer = nav.session.post(address, params=company, json=given)
    assert (answer.status_code, answer.json()["value"]) == (200, 1)
    found = nav.get(f"{nav.odata}/RecordNote", params={"$filter": "External_Id eq 'k'"})["value"]
    assert [note["Text"] for note in found] == ["Hej"]
    missing = nav.session.post(address, params=company, json={"documentType": "Order"})
    assert code(missing) == (400, "BadRequest")
    got = nav.session.post(f"{nav.odata}/SigningHub_GetFile", json={"attachmentId": 1}).json()
    assert (got["value"], got["fileName"]) == (True, "sprucken-kapa.png")
    assert nav.session.get(address, params=company).status_code == 405


def test_the_other_surface_sees_what_one_wrote(nav):
    nav.session.patch(
        f"{nav.odata}/{ORDER}", json={"Digital_Status": "Seen"}, headers={"If-Match": "*"}
    )
    order = nav.soap("SalesOrder").Read(No="VO1001")
    assert order.Digital_Status == "Seen"
    before = nav.get(f"{nav.odata}/{ORDER}")["@odata.etag"]
    nav.soap("SalesOrder").Update(SalesOrder={"Key": order.Key, "Digital_Status": "Signed"})
    assert nav.get(f"{nav.odata}/{ORDER}")["@odata.etag"] != before
