"""Writing over SOAP: stale Keys, creates that are never repeated blindly, lines, notes, files."""

from __future__ import annotations

import pytest

from connectors.dynamics_nav.keys import reference
from hub.contracts.records import Create, RecordRef, Update
from hub.kernel.errors import (
    NotFound,
    OutcomeUnknown,
    RecordLocked,
    Refused,
    Unfit,
)
from tests.connectors.dynamics_nav.canned import plain, quote_answer
from tests.connectors.dynamics_nav.wsdls import (
    LINE,
    elements,
    fault,
    page_wsdl,
    record,
)

REF = RecordRef("quote", "VQ1")
BROKER = "a:Microsoft.Dynamics.Nav.Service.WebServices.ServiceBrokerException"
STALE = (500, fault(BROKER, 'Other user has modified "Sales Quote" "No.=CONST(VQ1)"'))
NONE = quote_answer("ReadMultiple", "<ReadMultiple_Result/>")
LINE_OF_OTHERS = (
    "<SalesLines><Sales_Quote_Line><Key>l1</Key><Type>Item</Type><No>9</No>"
    "<Line_No>10000</Line_No></Sales_Quote_Line></SalesLines>"
)


def row(version=1, inner="", **fields):
    given = {"Key": f"28;AAA=6;{version};", "No": "VQ1", **fields}
    return record("SalesQuote", given, inner)


def got(version=1, inner="", **fields):
    return quote_answer("Read", row(version, inner, **fields))


def listed(*rows):
    return quote_answer(
        "ReadMultiple", f"<ReadMultiple_Result>{''.join(rows)}</ReadMultiple_Result>"
    )


def is_updated(word):
    return quote_answer("IsUpdated", f"<IsUpdated_Result>{word}</IsUpdated_Result>")


def test_a_stale_key_is_read_again_and_only_our_fields_are_applied(nav):
    nav.on("SalesQuote.Read", got(1, Your_Reference="old"), got(2, Sell_to_Customer_Name="Bob"))
    nav.on("SalesQuote.Update", STALE, quote_answer("Update", row(3)))
    nav.on("SalesQuote.IsUpdated", is_updated("true"))
    receipt = nav.connector().apply(Update(REF, {"Your_Reference": "ours"}), "key")
    assert not receipt.repeated
    assert [plain(one)["SalesQuote"] for one in nav.sent("SalesQuote.Update")] == [
        {"Key": "28;AAA=6;1;", "Your_Reference": "ours"},
        {"Key": "28;AAA=6;2;", "Your_Reference": "ours"},
    ]


def test_a_record_that_keeps_changing_is_given_up_after_three_tries(nav):
    nav.on("SalesQuote.Read", got())
    nav.on("SalesQuote.Update", STALE)
    nav.on("SalesQuote.IsUpdated", is_updated("true"))
    with pytest.raises(RecordLocked) as caught:
        nav.connector(lock_retry_after=45).apply(Update(REF, {"Your_Reference": "x"}), "key")
    assert (len(nav.sent("SalesQuote.Update")), caught.value.retry_after) == (3, 45.0)


def test_a_record_that_somebody_locks_is_tried_again_later(nav):
    nav.on("SalesQuote.Read", got())
    nav.on("SalesQuote.Update", (500, fault("NavCSideLockTimeoutException", "It is locked.")))
    with pytest.raises(RecordLocked) as caught:
        nav.connector(lock_retry_after=45).apply(Update(REF, {"Your_Reference": "x"}), "key")
    assert caught.value.retry_after == 45.0


def test_a_fault_of_that_class_about_a_record_that_has_not_changed_is_a_refusal(nav):
    nav.on("SalesQuote.Read", got())
    nav.on("SalesQuote.Update", (500, fault(BROKER, "Nagot annat")))
    nav.on("SalesQuote.IsUpdated", is_updated("false"))
    with pytest.raises(Refused, match="Nagot annat"):
        nav.connector().apply(Update(REF, {"Your_Reference": "x"}), "key")
    assert len(nav.sent("SalesQuote.Update")) == 1


def test_a_page_without_is_updated_is_read_to_see_whether_it_changed(nav):
    nav.wsdls["SalesQuote"] = page_wsdl(operations=("Read", "ReadMultiple", "Update"))
    nav.on("SalesQuote.Read", got(1), got(2))
    nav.on("SalesQuote.Update", STALE, quote_answer("Update", row(3)))
    nav.connector().apply(Update(REF, {"Your_Reference": "x"}), "key")
    assert len(nav.sent("SalesQuote.Update")) == 2


def test_a_record_that_was_deleted_meanwhile_is_not_found(nav):
    nav.on("SalesQuote.Read", got())
    nav.on("SalesQuote.Update", STALE)
    gone = fault("NavCSideRecordNotFoundException", "The Sales Header does not exist.")
    nav.on("SalesQuote.IsUpdated", (500, gone))
    with pytest.raises(NotFound):
        nav.connector().apply(Update(REF, {"Your_Reference": "x"}), "key")


def test_a_page_that_allows_no_changes_says_what_to_look_at(nav):
    nav.wsdls["SalesQuote"] = page_wsdl(operations=("Read", "ReadMultiple"))
    nav.on("SalesQuote.Read", got())
    with pytest.raises(Refused, match="ModifyAllowed") as caught:
        nav.connector().apply(Update(REF, {"Your_Reference": "x"}), "key")
    assert caught.value.code == "not_offered"


def test_a_released_document_is_refused_with_words_for_its_users(nav):
    nav.on("SalesQuote.Read", got())
    text = "Status måste vara lika med 'Öppen'. Nuvarande värde är 'Släppt'."
    nav.on("SalesQuote.Update", (500, fault("NavTestFieldException", text, "sv-SE")))
    with pytest.raises(Unfit) as caught:
        nav.connector().apply(Update(REF, {"Your_Reference": "Alice"}), "key")
    assert caught.value.code == "document_released"
    assert caught.value.words["sv"].startswith("Dokumentet är släppt")


def test_a_line_without_its_key_is_not_written_as_a_new_one(nav):
    line = elements({"Description": "Oil", "Line_No": "10000"})
    part = f"<SalesLines><Sales_Quote_Line>{line}</Sales_Quote_Line></SalesLines>"
    nav.on("SalesQuote.Read", got(1, part))
    with pytest.raises(Refused, match="no Key"):
        nav.connector().apply(Update(REF, {"lines": [{"Line_No": 10000, "Decision": "x"}]}), "key")
    assert nav.sent("SalesQuote.Update") == []


def test_a_new_column_of_the_lines_is_written_once_the_wsdl_has_it(nav):
    line = elements({"Key": "l1", "Line_No": "10000"})
    part = f"<SalesLines><Sales_Quote_Line>{line}</Sales_Quote_Line></SalesLines>"
    nav.on("SalesQuote.Read", got(1, part))
    nav.on("SalesQuote.Update", quote_answer("Update", row(2)))
    connector, wanted = nav.connector(), {"lines": [{"Line_No": 10000, "Step": "Priced"}]}
    with pytest.raises(Refused, match="no field Step"):
        connector.apply(Update(REF, wanted), "key")
    nav.wsdls["SalesQuote"] = page_wsdl(lines={**LINE, "Step": "xsd:string"})
    connector.apply(Update(REF, wanted), "key")
    assert len(nav.sent("SalesQuote.Update")) == 1


def test_what_was_sent_does_not_come_back_in_an_error(nav):
    nav.on("SalesQuote.Read", got())
    text = "The value Alice Åkesson is not allowed."
    nav.on("SalesQuote.Update", (500, fault("NavNCLDialogException", text)))
    with pytest.raises(Refused) as caught:
        nav.connector().apply(Update(REF, {"Sell_to_Customer_Name": "Alice Åkesson"}), "key")
    assert "Alice" not in caught.value.detail


def test_what_stands_in_the_record_does_not_either(nav):
    nav.on("SalesQuote.Read", got(Sell_to_Customer_Name="Alice Åkesson", Status="Released"))
    text = "Alice Åkesson must not be Released."
    nav.on("SalesQuote.Update", (500, fault("NavNCLDialogException", text)))
    with pytest.raises(Refused) as caught:
        nav.connector().apply(Update(REF, {"Your_Reference": "x"}), "key")
    assert "Alice" not in caught.value.detail
    assert "Released" in caught.value.detail


def test_read_takes_a_filter_so_another_record_is_not_taken_for_ours(nav):
    nav.on("SalesQuote.Read", got())
    with pytest.raises(NotFound):
        nav.connector().fetch(RecordRef("quote", "VQ*"))
    assert plain(nav.sent("SalesQuote.Read")[0]) == {"No": "'VQ*'"}


def test_a_create_is_looked_up_by_our_reference_before_it_is_made(nav):
    nav.on("SalesQuote.ReadMultiple", NONE)
    nav.on("SalesQuote.Create", quote_answer("Create", row()))
    connector = nav.connector()
    new = Create("quote", {"Sell_to_Customer_No": "K1"})
    connector.apply(new, "key")
    mark = plain(nav.sent("SalesQuote.Create")[0])["SalesQuote"]["Paraph_Key"]
    nav.on("SalesQuote.ReadMultiple", listed(row(Paraph_Key=mark)), NONE)
    again = connector.apply(new, "key", uncertain=True)
    assert (again.ref, again.repeated, len(nav.sent("SalesQuote.Create"))) == (REF, True, 1)
    assert plain(nav.sent("SalesQuote.ReadMultiple")[-1])["filter"] == {
        "Field": "Paraph_Key", "Criteria": mark
    }  # fmt: skip


def test_the_same_create_again_is_the_same_record_even_when_nothing_was_uncertain(nav):
    mark = reference("key")
    nav.on("SalesQuote.ReadMultiple", listed(row(Paraph_Key=mark)), NONE)
    receipt = nav.connector().apply(Create("quote", {"Sell_to_Customer_No": "K1"}), "key")
    assert (receipt.ref, receipt.repeated) == (REF, True)
    assert nav.sent("SalesQuote.Create") == []


def test_a_create_whose_answer_got_lost_is_never_repeated_blindly(nav):
    without = dict.fromkeys(("Key", "No", "Your_Reference"), "xsd:string")
    nav.wsdls["SalesQuote"] = page_wsdl(fields=without)
    with pytest.raises(OutcomeUnknown, match="external_id_field"):
        nav.connector().apply(Create("quote", {"Your_Reference": "x"}), "key", uncertain=True)
    assert nav.sent("SalesQuote.Create") == []


def test_a_key_that_is_there_already_is_ours_when_our_reference_stands_in_it(nav):
    twin = fault("NavCSideDuplicateKeyException", "The Sales Header already exists.")
    nav.on("SalesQuote.Create", (500, twin))
    mark = {"Paraph_Key": "HUB-7"}
    nav.on("SalesQuote.ReadMultiple", listed(row(**mark)), NONE)
    connector = nav.connector()
    receipt = connector.apply(Create("quote", {"No": "VQ1", **mark}), "key")
    assert (receipt.ref, receipt.repeated) == (REF, True)
    nav.on("SalesQuote.ReadMultiple", NONE)
    with pytest.raises(Refused) as caught:
        connector.apply(Create("quote", {"No": "VQ1", **mark}), "key")
    assert caught.value.code == "duplicate"


def test_lines_of_a_new_document_follow_its_header_and_are_completed_later(nav):
    wanted = {"Sell_to_Customer_No": "K1", "lines": [
        {"Line_No": 70000, "Type": "Item", "No": "1000", "Quantity": 2},
        {"Type": "Item", "No": "1001", "Quantity": "1.0"},
    ]}  # fmt: skip
    nav.on("SalesQuote.ReadMultiple", NONE)
    nav.on("SalesQuote.Create", quote_answer("Create", row()))
    line = {"Key": "l1", "Type": "Item", "No": "1000", "Quantity": "2.0", "Line_No": "10000"}
    part = f"<SalesLines><Sales_Quote_Line>{elements(line)}</Sales_Quote_Line></SalesLines>"
    nav.on("SalesQuote.Read", got())
    nav.on("SalesQuote.Update", (503, b""), quote_answer("Update", row(2)))
    connector = nav.connector()
    with pytest.raises(OutcomeUnknown):
        connector.apply(Create("quote", wanted), "key")
    first = plain(nav.sent("SalesQuote.Update")[0])["SalesQuote"]["SalesLines"]
    assert [one["No"] for one in first["Sales_Quote_Line"]] == ["1000", "1001"]
    assert all("Line_No" not in one for one in first["Sales_Quote_Line"])
    mark = plain(nav.sent("SalesQuote.Create")[0])["SalesQuote"]["Paraph_Key"]
    nav.on("SalesQuote.ReadMultiple", listed(row(Paraph_Key=mark)), NONE)
    nav.on("SalesQuote.Read", got(2, part))
    connector.apply(Create("quote", wanted), "key", uncertain=True)
    second = plain(nav.sent("SalesQuote.Update")[1])["SalesQuote"]["SalesLines"]
    assert second == {"Sales_Quote_Line": {"Type": "Item", "No": "1001", "Quantity": "1.0"}}
    assert len(nav.sent("SalesQuote.Create")) == 1


def test_a_document_whose_lines_only_wait_is_not_made_again(nav):
    wanted = {"Paraph_Key": "HUB-7", "lines": [{"Type": "Item", "No": "1000"}]}
    nav.on("SalesQuote.Create", quote_answer("Create", row(Paraph_Key="HUB-7")))
    nav.on("SalesQuote.Read", (429, b""), got())
    nav.on("SalesQuote.Update", quote_answer("Update", row(2)))
    connector = nav.connector()
    with pytest.raises(OutcomeUnknown):  # not only "later": the header stands
        connector.apply(Create("quote", wanted), "key")
    nav.on("SalesQuote.ReadMultiple", listed(row(Paraph_Key="HUB-7")), NONE)
    assert connector.apply(Create("quote", wanted), "key", uncertain=True).ref == REF
    assert len(nav.sent("SalesQuote.Create")) == 1
    (update,) = nav.sent("SalesQuote.Update")
    assert plain(update)["SalesQuote"]["SalesLines"] == {
        "Sales_Quote_Line": {"Type": "Item", "No": "1000"}
    }


def test_a_refused_sign_in_behind_a_create_leaves_it_to_be_looked_up(nav):
    wanted = {"Paraph_Key": "HUB-7", "lines": [{"Type": "Item", "No": "1000"}]}
    nav.on("SalesQuote.Create", quote_answer("Create", row(Paraph_Key="HUB-7")))
    nav.on("SalesQuote.Read", (401, b""))
    with pytest.raises(OutcomeUnknown):
        nav.connector().apply(Create("quote", wanted), "key")


@pytest.mark.parametrize("lines", ["", LINE_OF_OTHERS])
def test_a_matched_record_gets_lines_only_where_it_has_none(nav, lines):
    wanted = {"Your_Reference": "x", "lines": [{"Type": "Item", "No": "1000"}]}
    nav.on("SalesQuote.ReadMultiple", NONE, listed(row(Your_Reference="x")), NONE)
    nav.on("SalesQuote.Read", got(1, lines, Your_Reference="x"))
    nav.on("SalesQuote.Update", quote_answer("Update", row(2)))
    receipt = nav.connector().apply(Create("quote", wanted, ("Your_Reference",)), "key")
    assert (receipt.ref, receipt.created) == (REF, False)
    assert receipt.detail == {"filled_in": [] if lines else ["lines"]}
    assert len(nav.sent("SalesQuote.Update")) == (0 if lines else 1)
