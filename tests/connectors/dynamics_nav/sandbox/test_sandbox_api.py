"""API v2.0 and the customer's own API pages: records by id, actions, files in two steps."""

from __future__ import annotations

import pytest

from tests.connectors.dynamics_nav.sandbox.sandbox_site import Nav

PDF = b"%PDF-1.7\n" + bytes(range(256))
ANY = {"If-Match": "*"}


def found(nav: Nav, entity_set: str, number: str, root: str = "") -> dict:
    name = "no" if root else "number"
    query = {"$filter": f"{name} eq '{number}'"}
    (row,) = nav.get(f"{root or nav.api}/{entity_set}", params=query)["value"]
    return row


def code(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_companies_are_listed_with_their_ids(nav):
    listed = nav.get(f"{nav.url}/api/v2.0/companies")["value"]
    assert [one["name"] for one in listed] == ["Verkstad & Maskin i Åre AB", "CRONUS Sverige AB"]
    other = f"{nav.url}/api/v2.0/companies({listed[1]['id']})/customers"
    assert [row["displayName"] for row in nav.get(other)["value"]] == ["Demokund ett"]
    unknown = nav.session.get(f"{nav.url}/api/v2.0/companies({'0' * 36})/customers")
    assert code(unknown) == (404, "Internal_CompanyNotFound")


def test_records_have_the_vendors_names(nav):
    customer = found(nav, "customers", "K10020")
    assert (customer["displayName"], customer["blocked"]) == ("Fjällsport & Fritid AB", " ")
    assert found(nav, "customers", "K10040")["blocked"] == "All"
    quote = found(nav, "salesQuotes", "VQ1003")
    assert (quote["status"], quote["totalAmountExcludingTax"]) == ("Sent", 4307)
    assert quote["validUntilDate"] == "0001-01-01"
    assert found(nav, "salesOrders", "VO1001")["status"] == "Draft"
    assert nav.get(f"{nav.api}/salesQuotes({quote['id']})")["number"] == "VQ1003"


def test_lines_hang_on_their_document(nav):
    quote = found(nav, "salesQuotes", "VQ1001")
    address = f"{nav.api}/salesQuotes({quote['id']})"
    below = nav.get(f"{address}/salesQuoteLines")["value"]
    assert [(line["sequence"], line["unitPrice"]) for line in below][:2] == [
        (10000, 349),
        (20000, 129),
    ]
    assert {line["documentId"] for line in below} == {quote["id"]}
    expanded = nav.get(address, params={"$expand": "salesQuoteLines"})["salesQuoteLines"]
    assert expanded == below
    line = f"{nav.api}/salesQuoteLines({below[0]['id']})"
    etag = {"If-Match": nav.get(line)["@odata.etag"]}
    changed = nav.session.patch(line, json={"quantity": 3}, headers=etag)
    assert changed.json()["amountExcludingTax"] == 1047


def test_a_quote_is_made_with_its_lines_in_one_call(nav):
    lines = [{"lineType": "Item", "lineObjectNumber": "KNIV-48", "quantity": 2}]
    made = nav.session.post(
        f"{nav.api}/salesQuotes?$expand=salesQuoteLines",
        json={"customerNumber": "K10010", "salesQuoteLines": lines},
    )
    assert made.status_code == 201
    body = made.json()
    assert (body["number"], body["totalAmountExcludingTax"]) == ("VQ1101", 698)
    assert body["salesQuoteLines"][0]["description"] == "Kniv 48 cm"
    more = {"lineType": "_blank_", "description": "Text", "quantity": 1, "documentId": body["id"]}
    for address in (f"salesQuotes({body['id']})/salesQuoteLines", "salesQuoteLines"):
        assert nav.session.post(f"{nav.api}/{address}", json=more).status_code == 201
    lonely = {**more, "documentId": found(nav, "salesOrders", "VO1001")["id"]}
    assert nav.session.post(f"{nav.api}/salesQuoteLines", json=lonely).status_code == 405
    changed = nav.session.patch(
        f"{nav.api}/salesQuotes({body['id']})", json={"salesQuoteLines": lines}, headers=ANY
    )
    assert code(changed) == (400, "BadRequest")


@pytest.mark.parametrize(
    ("number", "status", "word"),
    [
        ("VQ1001", 204, ""),
        ("VQ1004", 404, "Internal_RecordNotFound"),
        ("VQ1005", 400, "Application_DialogException"),
        ("VQ1006", 400, "Application_DialogException"),
    ],
)
def test_sending_a_quote_releases_it_or_says_why_not(nav, number, status, word):
    quote = found(nav, "salesQuotes", number)
    answer = nav.session.post(f"{nav.api}/salesQuotes({quote['id']})/Microsoft.NAV.send")
    assert answer.status_code == status
    assert not word or code(answer) == (status, word)
    assert found(nav, "salesQuotes", number)["status"] == ("Draft" if word else "Sent")


def test_a_quote_becomes_an_order_or_an_invoice(nav):
    for number, action in (("VQ1001", "makeOrder"), ("VQ1003", "makeInvoice")):
        quote = found(nav, "salesQuotes", number)
        answer = nav.session.post(f"{nav.api}/salesQuotes({quote['id']})/Microsoft.NAV.{action}")
        assert (answer.status_code, answer.content) == (204, b"")
        assert nav.session.get(f"{nav.api}/salesQuotes({quote['id']})").status_code == 404
    assert found(nav, "salesOrders", "VO1101")["customerNumber"] == "K10010"


def test_an_order_is_shipped_and_invoiced(nav):
    order = found(nav, "salesOrders", "VO1001")
    address = f"{nav.api}/salesOrders({order['id']})/Microsoft.NAV.shipAndInvoice"
    assert nav.session.post(address).status_code == 204
    job = nav.soap("JobLine").Read("Order", "VO1001", 20000)
    assert job.Quantity_Invoiced == 1
    assert nav.session.post(address.replace("shipAndInvoice", "send")).status_code == 404


@pytest.mark.parametrize("entity_set", ["attachments", "documentAttachments"])
def test_a_file_is_made_empty_and_then_filled(nav, entity_set):
    quote = found(nav, "salesQuotes", "VQ1001")
    parent = {"parentId": quote["id"], "parentType": "Sales Quote"}
    address = f"{nav.api}/{entity_set}"
    made = nav.session.post(address, json={**parent, "fileName": "signerad.pdf"})
    assert (made.status_code, made.json()["byteSize"]) == (201, 0)
    link = made.json()["attachmentContent@odata.mediaReadLink"]
    assert link == f"{address}({made.json()['id']})/attachmentContent"
    kind = {"Content-Type": "application/pdf"}
    assert code(nav.session.patch(link, data=PDF, headers=kind))[0] == 400  # without If-Match
    etag = {"If-Match": made.json()["@odata.etag"]}
    filled = nav.session.patch(link, data=PDF, headers={**kind, **etag})
    assert filled.status_code == 204
    assert code(nav.session.patch(link, data=b"", headers=etag)) == (409, "Request_EntityChanged")
    assert nav.session.get(link).content == PDF
    listed = nav.get(address, params={"$filter": f"parentId eq {quote['id']}"})["value"]
    assert [(one["fileName"], one["byteSize"]) for one in listed][1] == ("signerad.pdf", len(PDF))
    assert nav.session.delete(f"{address}({made.json()['id']})", headers=ANY).status_code == 204
    assert nav.session.get(link).status_code == 404


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"parentType": "Journal"}, 400),
        ({"parentId": "0" * 36}, 404),
        ({"parentType": "Sales Order"}, 404),
        ({"fileName": ""}, 400),
        ({"attachmentContent": "JVBERi0="}, 400),
    ],
)
def test_a_file_that_does_not_fit_is_refused(nav, changes, status):
    quote = found(nav, "salesQuotes", "VQ1001")
    good = {"parentId": quote["id"], "parentType": "Sales Quote", "fileName": "a.pdf"}
    answer = nav.session.post(f"{nav.api}/documentAttachments", json={**good, **changes})
    assert answer.status_code == status


def test_the_printed_document_is_reached_by_its_link(nav):
    quote = found(nav, "salesQuotes", "VQ1001")
    body = nav.get(f"{nav.api}/salesQuotes({quote['id']})/pdfDocument")
    link = body["pdfDocumentContent@odata.mediaReadLink"]
    swedish = nav.session.get(link)
    assert swedish.headers["Content-Type"] == "application/pdf"
    assert b"Offert VQ1001" in swedish.content
    assert b"Quote VQ1001" in nav.session.get(link, headers={"Accept-Language": "en-US"}).content


def test_own_api_pages_carry_every_field(nav):
    order = found(nav, "orders", "VO1001", nav.own)
    assert (order["registrationMark"], order["digitalStatus"]) == ("SN-4711-0032", " ")
    address = f"{nav.own}/orders({order['id']})"
    sent = {"digitalStatus": "Sent", "paraphKey": "key-1"}
    headers = {"If-Match": order["@odata.etag"]}
    changed = nav.session.patch(address, json=sent, headers=headers)
    assert (changed.status_code, changed.json()["digitalStatus"]) == (200, "Sent")
    assert nav.session.patch(address, json=sent, headers=headers).status_code == 409
    lines = nav.get(address, params={"$expand": "lines"})["lines"]
    assert [line["step"] for line in lines][1:3] == ["Offered", "Priced"]
    line = f"{address}/lines({lines[1]['id']})"
    decided = {"step": "Decided", "decision": "Accepted", "decidedAt": "2026-03-02T08:00:00Z"}
    answer = nav.session.patch(line, json=decided, headers={"If-Match": lines[1]["@odata.etag"]})
    assert answer.json()["decidedAt"] == "2026-03-02T08:00:00.000Z"
    jobs = nav.get(f"{nav.own}/jobLines", params={"$filter": "documentNo eq 'VO1001'"})["value"]
    assert [job["decision"] for job in jobs] == ["Accepted", " ", " ", " "]


@pytest.mark.parametrize(
    "path",
    ["nothing", "salesQuotes(x)/nothing", "salesQuotes(x)", "attachments(x)", "customers(x)/lines"],
)
def test_an_address_that_leads_nowhere_is_a_404(nav, path):
    assert nav.session.get(f"{nav.api}/{path}").status_code == 404


def test_the_metadata_tells_properties_and_types(nav):
    for address, name, words in (
        (f"{nav.url}/api/v2.0/$metadata", "salesQuotes", ("validUntilDate", "Edm.Date")),
        (f"{nav.url}/ODataV4/$metadata", "SalesOrder", ("Digital_Status", "Edm.String")),
        (f"{nav.url}/api/paraph/workshop/v1.0/$metadata", "jobLines", ("lineNo", "Edm.Int32")),
    ):
        text = nav.session.get(address).text
        assert f'<EntityType Name="{name}">' in text
        assert '<Property Name="{}" Type="{}"/>'.format(*words) in text


def batch(nav: Nav, *calls: dict, **headers: str) -> list[dict]:
    sent = [{"id": str(n), **call} for n, call in enumerate(calls)]
    address = f"{nav.url}/api/v2.0/$batch"
    answer = nav.session.post(address, json={"requests": sent}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["responses"]


def test_a_batch_does_each_call_by_itself(nav):
    root = f"companies({nav.sandbox.company.id})"
    made = {"method": "POST", "url": f"{root}/customers", "body": {"displayName": "Alice"}}
    wrong = {"method": "GET", "url": f"{root}/nothing"}
    query = "?$filter=number%20eq%20'K10010'"
    read = {"method": "GET", "url": f"{root}/customers{query}"}
    answers = batch(nav, made, wrong, read)
    assert [(one["id"], one["status"]) for one in answers] == [("0", 201), ("1", 404), ("2", 200)]
    assert answers[2]["body"]["value"][0]["displayName"] == "Elsa Lindqvist"
    assert len(nav.sandbox.company.rows["Customer"]) == 6


def test_a_batch_of_one_piece_is_undone_when_one_call_is_refused(nav):
    root = f"companies({nav.sandbox.company.id})"
    made = {"method": "POST", "url": f"{root}/customers", "body": {"displayName": "Alice"}}
    twin = {"method": "POST", "url": f"{root}/customers", "body": {"number": "K10010"}}
    (refused,) = batch(nav, made, twin, Isolation="snapshot")
    assert (refused["id"], refused["status"]) == ("1", 400)
    assert len(nav.sandbox.company.rows["Customer"]) == 5
    assert len(batch(nav, made, made, Isolation="snapshot")) == 2
    assert len(nav.sandbox.company.rows["Customer"]) == 7


def test_a_batch_that_is_none_is_refused(nav):
    for body in ({}, {"requests": 5}, {"requests": [{"url": "companies"}] * 101}):
        answer = nav.session.post(f"{nav.url}/api/v2.0/$batch", json=body)
        assert answer.status_code == 400
