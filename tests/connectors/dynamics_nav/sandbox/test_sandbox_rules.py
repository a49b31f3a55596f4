"""The simulator's business rules: what entering a field does, and what it refuses."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from zeep.exceptions import Fault

from tests.connectors.dynamics_nav.sandbox.sandbox_site import Nav, numbers


def refused(call, *given, **named) -> tuple[str, str]:
    with pytest.raises(Fault) as caught:
        call(*given, **named)
    return caught.value.code.rpartition(".")[2], caught.value.message


def update(nav: Nav, service: str, number: str, **fields):
    found = nav.soap(service).Read(No=number)
    return nav.soap(service).Update(**{service: {"Key": found.Key, **fields}})


def lines(nav: Nav, number: str):
    return nav.soap("SalesOrder").Read(No=number).SalesLines.Sales_Order_Line


def test_a_released_document_refuses_edits_but_not_the_fields_about_signing(nav):
    kind, text = refused(lambda: update(nav, "SalesOrder", "VO1003", Your_Reference="X"))
    assert kind == "NavTestFieldException"
    assert text.startswith("Status must be equal to 'Open' in Sales Header")
    assert update(nav, "SalesOrder", "VO1003", Digital_Status="Sent").Digital_Status == "Sent"
    line = lines(nav, "VO1003")[1]
    job = nav.soap("JobLine").Read("Order", "VO1003", line.Line_No)
    decided = nav.soap("JobLine").Update(
        JobLine={"Key": job.Key, "Step": "Decided", "Decision": "Accepted"}
    )
    assert decided.Decision == "Accepted"
    sent = {"SalesLines": {"Sales_Order_Line": [{"Description": "Mer"}]}}
    assert refused(lambda: update(nav, "SalesOrder", "VO1003", **sent))[0] == kind


def test_a_strict_server_refuses_those_too(nav):
    nav.sandbox.modes.released_refuses_all = True
    kind, _ = refused(update, nav, "SalesOrder", "VO1003", Digital_Status="Sent")
    assert kind == "NavTestFieldException"
    hub = nav.soap("SigningHub")
    assert hub.SetDigitalStatus("Order", "VO1003", "Sent", "", "d-1", "https://p.example/d-1")
    assert nav.soap("SalesOrder").Read(No="VO1003").Digital_Document_Id == "d-1"


def test_a_blocked_customer_gets_no_new_document(nav):
    given = {"Sell_to_Customer_No": "K10040"}
    kind, text = refused(nav.soap("SalesQuote").Create, SalesQuote=given)
    assert (kind, "K10040" in text) == ("NavNCLDialogException", True)
    assert len(nav.soap("SalesQuote").ReadMultiple(filter=[], setSize=0)) == 6


def test_a_currency_needs_a_rate(nav):
    kind, text = refused(lambda: update(nav, "SalesQuote", "VQ1001", Currency_Code="XAU"))
    assert kind == "NavCSideRecordNotFoundException"
    assert "Currency Exchange Rate" in text
    changed = update(nav, "SalesQuote", "VQ1001", Currency_Code="eur")
    assert (changed.Currency_Code, changed.Currency_Factor) == ("EUR", Decimal("11.25"))
    seeded = nav.soap("SalesQuote").Read(No="VQ1004")
    assert (seeded.Currency_Code, seeded.Currency_Factor) == ("XAU", 0)


def test_an_invoiced_line_is_left_alone(nav):
    line = lines(nav, "VO1002")[1]
    assert line.Quantity_Invoiced == 2
    job = nav.soap("JobLine").Read("Order", "VO1002", line.Line_No)
    changed = {"SalesLines": {"Sales_Order_Line": [{"Key": line.Key, "Quantity": 3}]}}
    kind, text = refused(lambda: update(nav, "SalesOrder", "VO1002", **changed))
    assert kind == "NavTestFieldException"
    assert text.startswith("Quantity Invoiced must be equal to '0' in Sales Line")
    assert job.Quantity_Invoiced == 2
    decide = {"Key": job.Key, "Step": "Decided", "Decision": "Accepted"}
    assert refused(lambda: nav.soap("JobLine").Update(JobLine=decide))[0] == kind


def test_an_unknown_customer_or_item_is_no_relation(nav):
    kind, _ = refused(update, nav, "SalesQuote", "VQ1001", Sell_to_Customer_No="K9")
    assert kind == "NavCSideValidateTableRelationException"
    sent = {"SalesLines": {"Sales_Quote_Line": [{"Type": "Item", "No": "NOPE"}]}}
    assert refused(update, nav, "SalesQuote", "VQ1001", **sent)[0] == kind


def test_triggers_run_in_the_order_of_the_page(nav):
    made = nav.soap("SalesQuote").Create(
        SalesQuote={"Sell_to_Customer_No": "K10010", "Sell_to_Contact": "Alice"}
    )
    assert (made.Sell_to_Contact, made.Sell_to_Phone_No) == ("Alice", "070-174 06 05")


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("Your_Reference", "x" * 36, "NavNCLStringLengthExceededException"),
        ("Digital_Status", "Gone", "NavNCLEvaluateException"),
        ("Status", "Released", "ServiceBrokerException"),
    ],
)
def test_values_that_do_not_fit_are_refused(nav, field, value, kind):
    assert refused(lambda: update(nav, "SalesQuote", "VQ1001", **{field: value}))[0] == kind


@pytest.mark.parametrize("kept", ["Amount", "Last_Modified_Date_Time", "Status"])
def test_what_was_read_may_be_sent_back(nav, kept):
    read = nav.soap("SalesQuote").Read(No="VQ1001")
    assert update(nav, "SalesQuote", "VQ1001", **{kept: read[kept]}).No == "VQ1001"


def test_codes_are_kept_in_upper_case(nav):
    changed = update(nav, "SalesQuote", "VQ1001", External_Document_No=" env-1 ")
    assert changed.External_Document_No == "ENV-1"


def test_a_swedish_server_says_it_in_swedish_with_the_same_code(nav):
    nav.sandbox.modes.language = "sv"
    answer = nav.post(
        "SalesOrder",
        '<Delete xmlns="NS"><Key>nonsense</Key></Delete>',
        "Delete",
    )
    assert 'xml:lang="sv-SE"' in answer.text
    kind, text = refused(lambda: update(nav, "SalesOrder", "VO1003", Your_Reference="X"))
    assert kind == "NavTestFieldException"
    assert "Nuvarande värde är 'Släppt'" in text


def test_a_fault_may_come_without_detail(nav):
    message = '<Delete xmlns="NS"><Key>nonsense</Key></Delete>'
    assert "<detail>" in nav.post("SalesOrder", message, "Delete").text
    nav.sandbox.modes.fault_detail = False
    assert "<detail>" not in nav.post("SalesOrder", message, "Delete").text


def test_a_failed_call_changes_nothing(nav):
    before = nav.soap("SalesQuote").Read(No="VQ1001")
    sent = {"SalesLines": {"Sales_Quote_Line": [{"Description": "A"}, {"Type": "Item", "No": "X"}]}}
    refused(lambda: update(nav, "SalesQuote", "VQ1001", Your_Reference="R", **sent))
    assert nav.soap("SalesQuote").Read(No="VQ1001").Key == before.Key
    refused(lambda: nav.soap("SalesQuote").Create(
        SalesQuote={"Sell_to_Customer_No": "K10010", **sent}))  # fmt: skip
    made = nav.soap("SalesQuote").Create(SalesQuote={"Sell_to_Customer_No": "K10010"})
    assert made.No == "VQ1101"


def test_a_document_takes_its_lines_along_when_it_goes(nav):
    orders = nav.soap("SalesOrder")
    assert orders.Delete(orders.Read(No="VO1001").Key)
    assert nav.soap("JobLine").ReadMultiple(
        filter=[{"Field": "Document_No", "Criteria": "VO1001"}], setSize=0
    ) is None  # fmt: skip
    invoiced = orders.Read(No="VO1002").Key
    assert refused(lambda: orders.Delete(invoiced))[0] == "NavTestFieldException"
    assert numbers(orders.ReadMultiple(filter=[], setSize=0)) == ["VO1002", "VO1003", "VO1004"]


def test_what_changed_last_can_be_filtered(nav):
    since = nav.clock.now().isoformat().replace("+00:00", "Z")
    nav.clock.advance(timedelta(seconds=5))
    update(nav, "SalesQuote", "VQ1002", Your_Reference="Ny")
    line = nav.soap("JobLine").Read("Order", "VO1001", 20000)
    nav.soap("JobLine").Update(JobLine={"Key": line.Key, "Step": "Decided"})
    later = [{"Field": "Last_Modified_Date_Time", "Criteria": f">{since}"}]
    assert numbers(nav.soap("SalesQuote").ReadMultiple(filter=later, setSize=0)) == ["VQ1002"]
    assert numbers(nav.soap("SalesOrder").ReadMultiple(filter=later, setSize=0)) == ["VO1001"]
