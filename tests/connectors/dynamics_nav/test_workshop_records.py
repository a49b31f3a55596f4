"""What a workshop's records need, against the simulator: job lines, refusals, procedures."""

from __future__ import annotations

import pytest
from werkzeug import Response

from hub.contracts.plugin import RawHook
from hub.contracts.records import Create, Note, RecordRef, Update
from hub.kernel.errors import ConfigurationError, NotFound, OutcomeUnknown, Retryable, Unfit
from hub.toolkit.gate import Fault
from tests.connectors.dynamics_nav.driver import SoapDriver, SwedishDriver
from tests.connectors.dynamics_nav.driver_api import ApiDriver
from tests.contracts.connector_driver import HOOK_SECRET, STARTED

QUOTE = RecordRef("quote", "VQ1002")
ORDERS = {
    "quote": {"preset": "sales_quote"},
    "order": {"preset": "sales_order"},
    "customer": {"preset": "customer"},
    "job_line": {"service": "JobLine"},
}


@pytest.fixture
def soap(site):
    return SoapDriver(site)


@pytest.mark.parametrize("made", [SoapDriver, SwedishDriver])
@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (Update(RecordRef("quote", "VQ1003"), {"Your_Reference": "x"}), "document_released"),
        (Create("quote", {"Sell_to_Customer_No": "K10040"}), "customer_blocked"),
        (Update(QUOTE, {"Currency_Code": "XAU"}), "no_exchange_rate"),
    ],
)
def test_what_its_users_must_mend_is_told_in_their_language(site, made, operation, code):
    connector = made(site).make_instance()
    with pytest.raises(Unfit) as caught:
        connector.apply(operation, "key-1")
    assert caught.value.code == code
    assert caught.value.words["sv"]


def test_an_invoiced_line_is_told_as_one(soap):
    order, line = next(
        (line.values["Document_No"], line.values["Line_No"])
        for line in soap.sandbox.company.all("Sales_Line")
        if line.values["Quantity_Invoiced"]
    )
    connector = soap.make_instance(tables=ORDERS)
    fields = {"lines": [{"Line_No": line, "Quantity": 99}]}
    with pytest.raises(Unfit) as caught:
        connector.apply(Update(RecordRef("order", order), fields), "key-1")
    assert caught.value.code == "line_invoiced"


def test_job_lines_are_a_table_of_their_own(soap):
    connector = soap.make_instance(tables=ORDERS)
    line = next(
        line for line in soap.sandbox.company.all("Sales_Line") if line.values.get("Job_Line")
    )
    number = line.values["Line_No"]
    ref = RecordRef("job_line", f"Order,{line.values['Document_No']},{number}")
    connector.apply(Update(ref, {"Step": "Decided", "Decision": "Declined"}), "key-1")
    assert connector.read_back(ref, ["Step", "Decision"]) == {
        "Step": "Decided", "Decision": "Declined"
    }  # fmt: skip
    order = connector.fetch(RecordRef("order", str(line.values["Document_No"])))
    steps = {one["Line_No"]: one["Step"] for one in order.fields["lines"]}
    assert steps[number] == "Decided"
    with pytest.raises(NotFound):
        connector.fetch(RecordRef("job_line", f"Order,{line.values['Document_No']},77"))


def test_customers_are_found_instead_of_made_again(soap):
    connector = soap.make_instance(tables=ORDERS)
    new = Create("customer", {"Name": "Bob", "E_Mail": "elsa.lindqvist@example.com"}, ("E_Mail",))
    assert connector.apply(new, "key-1").ref == RecordRef("customer", "K10010")
    made = connector.apply(Create("customer", {"Name": "Bob O'Hara"}, ("Name",)), "key-2")
    assert made.created
    connector.apply(Note(made.ref, "A new customer"), "key-3")


def test_what_changes_is_polled_page_by_page(soap):
    connector = soap.make_instance(page_size=1)
    seen = list(connector.changes("quote", None))
    assert len(seen) == soap.count("quote")
    soap.touch("VQ1001")
    soap.touch("VQ1003")
    again = list(connector.changes("quote", seen[-1][1]))
    assert [ref.id for ref, _ in again] == ["VQ1001", "VQ1003"]


def test_a_fault_in_the_middle_of_a_long_list_is_tried_again_whole(soap):
    connector = soap.make_instance(page_size=1)
    soap.sandbox.gate.add(Fault("500", "read"))
    with pytest.raises(Retryable):
        list(connector.changes("quote", None))
    assert list(connector.changes("quote", None))


def test_a_subscription_tells_of_changes_until_it_ends_and_is_renewed(site, httpserver):
    driver = ApiDriver(site)
    connector = driver.make_instance()
    readings = []

    def receive(request):
        raw = RawHook(
            request.method, request.url, {}, request.args.to_dict(), request.get_data(),
            "127.0.0.1", STARTED,
        )  # fmt: skip
        readings.append(connector.read_hook(raw))
        answer = readings[-1].answer
        return Response(answer.body, answer.status, dict(answer.headers))

    httpserver.expect_request(f"/hooks/{HOOK_SECRET}").respond_with_handler(receive)
    url = httpserver.url_for(f"/hooks/{HOOK_SECRET}")
    assert "made" in connector.register_hook(url, "quote", [], "")
    assert "renewed" in connector.register_hook(url, "quote", [], "")
    del readings[:]
    driver.touch()
    driver.sandbox.webhooks.run_due(everything=True)
    assert [reading.references for reading in readings] == [(driver.seed_record(),)]


UNIT = "SigningHub"
ABOUT = {"documentType": "Order", "documentNo": "{number}"}
STATUS = {
    "fields": ["Digital_Status", "Digital_Document_Id"],
    "call": {
        "codeunit": UNIT,
        "procedure": "SetDigitalStatus",
        "arguments": {
            **ABOUT,
            "status": "{field.Digital_Status}",
            "documentId": "{field.Digital_Document_Id}",
        },
    },
}
DECISION = {
    "fields": ["Step", "Decision", "Decided_At"],
    "call": {
        "codeunit": UNIT,
        "procedure": "SetLineDecision",
        "arguments": {
            **ABOUT,
            "lineNo": "{line.Line_No}",
            "step": "{field.Step}",
            "decision": "{field.Decision}",
            "decidedAt": "{field.Decided_At}",
        },
    },
}


def test_fields_of_a_released_document_go_through_procedures(soap):
    soap.sandbox.modes.set("released_refuses_all", True)
    lines = {"part": "SalesLines", "row": "Sales_Order_Line"}
    plain = {"order": {"preset": "sales_order", "lines": lines}}
    through = {"order": {**plain["order"], "lines": {**lines, "through": [DECISION]},
                         "through": [STATUS]}}  # fmt: skip
    line = next(one for one in soap.sandbox.company.all("Sales_Line") if one.values["Job_Line"])
    order, number = str(line.values["Document_No"]), line.values["Line_No"]
    soap.release(order)
    ref = RecordRef("order", order)
    wanted = {
        "Digital_Status": "Signed",
        "Digital_Document_Id": "doc-7",
        "lines": [{"Line_No": number, "Step": "Decided", "Decision": "Accepted",
                   "Decided_At": "2026-03-02T10:00:00Z"}],
    }  # fmt: skip
    with pytest.raises(Unfit) as caught:
        soap.make_instance(tables=plain).apply(Update(ref, wanted), "key-1")
    assert caught.value.code == "document_released"
    connector = soap.make_instance(tables=through)
    assert not connector.apply(Update(ref, wanted), "key-1").repeated
    read = connector.read_back(ref, list(wanted))
    assert all(connector.same(name, value, read[name]) for name, value in wanted.items())
    assert connector.apply(Update(ref, wanted), "key-1", uncertain=True).repeated


def test_a_record_that_is_not_fit_to_be_sent_says_why_before_anything_is_sent(soap):
    arguments = {"documentType": "Quote", "documentNo": "{number}"}
    check = {"codeunit": UNIT, "procedure": "CheckDocument", "arguments": arguments}
    connector = soap.make_instance(tables={"quote": {"preset": "sales_quote", "check": check}})
    assert connector.fetch(QUOTE).fields["unfit"] is None
    unfit = connector.fetch(RecordRef("quote", "VQ1004")).fields["unfit"]
    assert unfit["code"] == "no_exchange_rate"
    assert unfit["text"]["sv"].startswith("Valutan saknar")
    soap.fault("503", "SigningHub.CheckDocument")
    with pytest.raises(Retryable):
        connector.fetch(QUOTE)


def test_a_declined_additional_sale_is_copied_to_an_offer_once(soap):
    copy = {"codeunit": UNIT, "procedure": "CopyToQuote", "arguments": {
        "orderNo": "{field.orderNo}", "lineNos": "{field.lineNos}", "externalId": "{reference}",
    }}  # fmt: skip
    connector = soap.make_instance(
        tables={"offer": {"preset": "sales_quote", "make": {"call": copy}}}
    )
    line = next(
        one for one in soap.sandbox.company.all("Sales_Line")
        if one.values["Job_Line"] and not one.values["Quantity_Invoiced"]
    )  # fmt: skip
    fields = {
        "orderNo": line.values["Document_No"],
        "lineNos": str(line.values["Line_No"]),
        "Your_Reference": "Follow up",
    }
    before = soap.count("quote")
    soap.fault("drop_after", "codeunit")
    with pytest.raises(OutcomeUnknown):
        connector.apply(Create("offer", fields), "key-1")
    receipt = connector.apply(Create("offer", fields), "key-1", uncertain=True)
    assert soap.count("quote") == before + 1
    found = connector.fetch(receipt.ref).fields
    assert found["Your_Reference"] == "Follow up"  # what the procedure is not told is owed still
    assert connector.apply(Create("offer", fields), "key-1").repeated
    assert [one["Description"] for one in found["lines"]] == [line.values["Description"]]
    other = connector.apply(Create("offer", fields), "key-2")
    assert connector.fetch(other.ref).fields["Your_Reference"] == "Follow up"
    assert soap.count("quote") == before + 2


def test_an_order_is_made_of_an_accepted_offer_once(soap):
    make = {"codeunit": UNIT, "procedure": "MakeOrder", "arguments": {
        "quoteNo": "{field.Quote_No}"
    }}  # fmt: skip
    tables = {"order": {"preset": "sales_order", "make": {"call": make}}}
    connector = soap.make_instance(tables=tables)
    new = Create("order", {"Quote_No": "VQ1002"}, ("Quote_No",))
    before = soap.count("order")
    first = connector.apply(new, "key-1")
    assert connector.fetch(first.ref).fields["Quote_No"] == "VQ1002"
    assert connector.apply(new, "key-1", uncertain=True).ref == first.ref
    assert soap.count("order") == before + 1


def test_a_procedure_that_does_not_keep_our_reference_is_not_called_twice_blindly(soap):
    make = {"codeunit": UNIT, "procedure": "MakeOrder", "arguments": {
        "quoteNo": "{field.Quote_No}"
    }}  # fmt: skip
    tables = {"order": {"preset": "sales_order", "make": {"call": make}}}
    before = soap.count("order")
    connector, new = soap.make_instance(tables=tables), Create("order", {"Quote_No": "VQ1002"})
    with pytest.raises(OutcomeUnknown, match="looked up"):
        connector.apply(new, "key-1", uncertain=True)
    assert soap.count("order") == before


def test_a_record_brings_the_lists_of_other_pages_along(soap):
    files = {"service": "DocumentAttachment", "filters": {"No": "{number}", "Table_ID": "36"}}
    order = {"preset": "sales_order", "lists": {"files": files}}
    connector = soap.make_instance(tables={"order": order})
    found = connector.fetch(RecordRef("order", "VO1001")).fields["files"]
    assert [(one["File_Name"], one["Must_View"]) for one in found] == [
        ("sprucken-kapa.png", True),
        ("kniv.png", False),
    ]
    assert connector.fetch(RecordRef("order", "VO1003")).fields["files"] == []
    assert "files" in connector.describe("order")


def test_a_long_list_comes_whole(soap):
    files = {"service": "DocumentAttachment", "filters": {"No": "{number}", "Table_ID": "36"}}
    order = {"preset": "sales_order", "lists": {"files": files}}
    connector = soap.make_instance(tables={"order": order}, page_size=50)
    nav = soap.sandbox
    document = nav.hub.record(nav.company, "Order", "VO1003")
    for number in range(60):
        nav.hub.attach(nav.company, document, f"{number}.png", "image/png", b"x")
    found = connector.fetch(RecordRef("order", "VO1003")).fields["files"]
    assert [one["File_Name"] for one in found] == [f"{number}.png" for number in range(60)]


def test_a_list_without_a_filter_is_refused(soap):
    order = {"preset": "sales_order", "lists": {"files": {"service": "DocumentAttachment"}}}
    with pytest.raises(ConfigurationError, match=r"tables\.order\.lists\.files\.filters"):
        soap.make_instance(tables={"order": order})
