"""Page services of the simulator, as zeep and a hand-written message meet them."""

from __future__ import annotations

import pytest
import zeep
from zeep.exceptions import Fault

from tests.connectors.dynamics_nav.sandbox.sandbox_site import numbers

LINE = {"Type": "Item", "No": "KNIV-48", "Quantity": 2}


def refusal(call, *given, **named) -> str:
    with pytest.raises(Fault) as caught:
        call(*given, **named)
    return caught.value.code.rpartition(".")[2]


def test_the_service_list_names_every_page_and_codeunit(nav):
    listed = nav.session.get(f"{nav.url}/WS/Services").text
    for name in ("Page/SalesQuote", "Page/JobLine", "Codeunit/SigningHub", "WS/SystemService"):
        assert f'{name}"' in listed


def test_names_in_the_wsdl_are_the_vendors(nav):
    client = nav.client("SalesQuote")
    service = client.wsdl.services["SalesQuote_Service"]
    port = service.ports["SalesQuote_Port"]
    assert port.binding.name.localname == "SalesQuote_Binding"
    namespace = "urn:microsoft-dynamics-schemas/page/salesquote"
    assert port.binding.name.namespace == namespace
    operation = port.binding._operations["ReadMultiple"]
    assert operation.soapaction == f"{namespace}:ReadMultiple"
    assert [name for name, _ in operation.input.body.type.elements] == [
        "filter", "bookmarkKey", "setSize"
    ]  # fmt: skip
    record = client.get_type(f"{{{namespace}}}SalesQuote")
    assert record.elements[0][0] == "Key"
    assert all(element.min_occurs == 0 for _, element in record.elements)


def test_what_a_page_does_not_allow_is_no_operation_of_it(nav):
    offered = {
        service: set(
            nav.client(service)
            .wsdl.services[f"{service}_Service"]
            .ports[f"{service}_Port"]
            .binding._operations
        )
        for service in ("RecordNote", "JobLine", "SalesOrder")
    }
    assert not offered["RecordNote"] & {"Create", "Update", "Delete"}
    assert "Update" in offered["JobLine"]
    assert not offered["JobLine"] & {"Create", "Delete"}
    assert "Delete_SalesLines" in offered["SalesOrder"]


def test_a_codeunit_without_procedures_has_an_empty_port(nav):
    text = nav.session.get(nav.address("EmptyUnit")).text
    assert '<portType name="EmptyUnit_Port"/>' in text
    assert 'targetNamespace="urn:microsoft-dynamics-schemas/codeunit/EmptyUnit"' in text


def test_a_record_is_read_with_its_lines(nav):
    order = nav.soap("SalesOrder").Read(No="VO1001")
    assert order.Sell_to_Customer_Name == "Elsa Lindqvist"
    assert [line.Step for line in order.SalesLines.Sales_Order_Line] == [
        "_blank_", "Offered", "Priced", "Offered", "Found"
    ]  # fmt: skip
    assert nav.soap("SalesOrder").Read(No="VO9999") is None


def test_the_argument_of_read_is_a_filter(nav):
    assert nav.soap("SalesOrder").Read(No="VO100*").No == "VO1001"
    assert nav.soap("SalesOrder").Read(No="'VO100*'") is None
    line = nav.soap("JobLine").Read("Order", "VO1003", 20000)
    assert (line.Description, line.Sell_to_Customer_No) == ("Byt drivrem", "K10030")


def test_a_record_id_leads_there_and_back(nav):
    key = nav.soap("Customer").Read(No="K10020").Key
    assert nav.soap("Customer").GetRecIdFromKey(key) == "Customer: K10020"
    assert nav.soap("Customer").ReadByRecId("Customer: K10020").Name == "Fjällsport & Fritid AB"
    assert nav.soap("Customer").ReadByRecId("Customer: K99") is None


def test_pages_of_a_list_follow_the_bookmark(nav):
    quotes = nav.soap("SalesQuote")
    first = quotes.ReadMultiple(filter=zeep.xsd.SkipValue, setSize=4)
    rest = quotes.ReadMultiple(filter=zeep.xsd.SkipValue, bookmarkKey=first[-1].Key, setSize=4)
    assert numbers(first) + numbers(rest) == [f"VQ100{n}" for n in range(1, 7)]
    end = quotes.ReadMultiple(filter=zeep.xsd.SkipValue, bookmarkKey=rest[-1].Key, setSize=4)
    assert end is None


def test_a_negative_size_reads_backwards(nav):
    quotes = nav.soap("SalesQuote")
    last = quotes.ReadMultiple(filter=zeep.xsd.SkipValue, setSize=-2)
    assert numbers(last) == ["VQ1006", "VQ1005"]
    before = quotes.ReadMultiple(filter=zeep.xsd.SkipValue, bookmarkKey=last[-1].Key, setSize=-1)
    assert numbers(before) == ["VQ1004"]


def test_a_bookmark_works_after_its_record_is_gone(nav):
    quotes = nav.soap("SalesQuote")
    first = quotes.ReadMultiple(filter=zeep.xsd.SkipValue, setSize=2)
    assert quotes.Delete(first[-1].Key) is True
    rest = quotes.ReadMultiple(filter=zeep.xsd.SkipValue, bookmarkKey=first[-1].Key, setSize=2)
    assert numbers(rest) == ["VQ1003", "VQ1004"]


def test_filters_are_anded_and_unknown_fields_refused(nav):
    orders = nav.soap("SalesOrder")
    both = [
        {"Field": "No", "Criteria": "VO1001|VO1002"},
        {"Field": "Salesperson_Code", "Criteria": "bob"},
    ]
    assert numbers(orders.ReadMultiple(filter=both, setSize=0)) == ["VO1001"]
    # zeep would refuse a field that the WSDL does not have only in a strict type
    assert refusal(
        lambda: orders.ReadMultiple(filter=[{"Field": "Nope", "Criteria": "1"}], setSize=0)
    ) == "NavFilterException"  # fmt: skip


@pytest.mark.parametrize(("mode", "inner"), [("inner", True), ("missing", False)])
def test_an_empty_list_comes_in_both_shapes(nav, mode, inner):
    nav.sandbox.modes.empty_result = mode
    message = (
        '<ReadMultiple xmlns="NS"><filter><Field>No</Field><Criteria>X</Criteria></filter>'
        "<setSize>0</setSize></ReadMultiple>"
    )
    text = nav.post("SalesQuote", message, "ReadMultiple").text
    assert ("<ReadMultiple_Result/>" in text) is inner
    assert "<Soap:Envelope" in text


def test_a_new_quote_gets_number_name_prices_and_todays_date(nav):
    made = nav.soap("SalesQuote").Create(
        SalesQuote={
            "Sell_to_Customer_No": "K10020",
            "SalesLines": {"Sales_Quote_Line": [LINE, {**LINE, "Description": "Slipad kniv"}]},
        }
    )
    assert (made.No, made.Sell_to_Customer_Name) == ("VQ1101", "Fjällsport & Fritid AB")
    assert made.Document_Date == nav.clock.now().date()
    lines = made.SalesLines.Sales_Quote_Line
    assert [line.Line_No for line in lines] == [10000, 20000]
    assert (lines[0].Unit_Price, lines[0].Line_Amount) == (349, 698)
    assert lines[1].Description == "Slipad kniv"
    assert (made.Amount, made.Amount_Including_VAT) == (1396, 1745)


def test_a_write_gives_a_new_key_and_the_former_one_is_stale(nav):
    orders = nav.soap("SalesOrder")
    before = orders.Read(No="VO1001")
    after = orders.Update(SalesOrder={"Key": before.Key, "Your_Reference": "Ref 1"})
    assert after.Key != before.Key
    assert after.Object_Description == before.Object_Description
    with pytest.raises(Fault) as caught:
        orders.Update(SalesOrder={"Key": before.Key, "Your_Reference": "Ref 2"})
    assert caught.value.code.endswith("WebServices.ServiceBrokerException")
    assert caught.value.message == 'Other user has modified "Sales Order" "No=CONST(VO1001)"'
    assert orders.IsUpdated(before.Key) is True
    assert orders.IsUpdated(after.Key) is False


def test_the_key_of_a_document_goes_stale_when_a_line_changes(nav):
    header = nav.soap("SalesOrder").Read(No="VO1001")
    line = nav.soap("JobLine").Read("Order", "VO1001", 20000)
    nav.soap("JobLine").Update(JobLine={"Key": line.Key, "Step": "Decided"})
    assert nav.soap("SalesOrder").IsUpdated(header.Key) is True
    assert "10;SalesLines5;" in header.Key


def test_lines_with_a_key_change_those_without_are_added_the_rest_stays(nav):
    orders = nav.soap("SalesOrder")
    order = orders.Read(No="VO1001")
    line = order.SalesLines.Sales_Order_Line[2]
    sent = [{"Key": line.Key, "Step": "Offered"}, {"Description": "Nytt", "Quantity": 1}]
    after = orders.Update(
        SalesOrder={"Key": order.Key, "SalesLines": {"Sales_Order_Line": sent}}
    ).SalesLines.Sales_Order_Line
    assert [one.Line_No for one in after] == [10000, 20000, 30000, 40000, 50000, 60000]
    assert after[2].Step == "Offered"
    assert after[2].Unit_Price == line.Unit_Price
    assert after[5].Description == "Nytt"


def test_one_line_is_deleted_by_its_own_key(nav):
    orders = nav.soap("SalesOrder")
    line = orders.Read(No="VO1001").SalesLines.Sales_Order_Line[4]
    assert orders.Delete_SalesLines(line.Key) is True
    left = orders.Read(No="VO1001").SalesLines.Sales_Order_Line
    assert [one.Line_No for one in left] == [10000, 20000, 30000, 40000]
    assert refusal(lambda: orders.Delete_SalesLines(line.Key)) == "NavCSideRecordNotFoundException"


def test_a_removed_record_does_not_exist_any_more(nav):
    customers = nav.soap("Customer")
    made = customers.Create(Customer={"Name": "Charlie"})
    assert made.No == "K10060"
    assert customers.Delete(made.Key) is True
    for call in (
        lambda: customers.IsUpdated(made.Key),
        lambda: customers.Update(Customer={"Key": made.Key, "Name": "Bob"}),
        lambda: customers.Delete(made.Key),
    ):
        assert refusal(call) == "NavCSideRecordNotFoundException"
    assert customers.Create(Customer={"Name": "Bob"}).No == "K10070"  # no number twice


def test_a_number_that_is_taken_is_a_duplicate_key(nav):
    twin = {"No": "k10010", "Name": "X"}
    assert refusal(nav.soap("Customer").Create, Customer=twin) == "NavCSideDuplicateKeyException"


def test_several_records_are_made_or_none(nav):
    customers = nav.soap("Customer")
    good, twin = {"No": "K1", "Name": "Alice"}, {"No": "K10010", "Name": "Twin"}
    kind = refusal(customers.CreateMultiple, Customer_List={"Customer": [good, twin]})
    assert kind == "NavCSideDuplicateKeyException"
    assert customers.Read(No="K1") is None
    both = {"Customer": [good, {"Name": "Bob"}]}
    made = customers.CreateMultiple(Customer_List=both)
    assert [one.No for one in made] == ["K1", "K10060"]


def test_an_empty_element_clears_and_a_missing_one_leaves(nav):
    customers = nav.soap("Customer")
    before = customers.Read(No="K10020")
    after = customers.Update(Customer={"Key": before.Key, "Phone_No": "", "City": None})
    assert (after.Phone_No, after.City) == (None, "Åre")
