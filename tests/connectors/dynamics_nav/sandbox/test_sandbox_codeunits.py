"""The simulator's codeunit: notes, files, orders from quotes, and what stops a sending."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from zeep.exceptions import Fault

from tests.connectors.dynamics_nav.sandbox.sandbox_site import Nav, numbers

SENT_AT = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
PDF = b"%PDF-1.7\n" + bytes(range(256))


@pytest.fixture
def hub(nav):
    return nav.soap("SigningHub")


def refused(call, *given) -> str:
    with pytest.raises(Fault) as caught:
        call(*given)
    return caught.value.code.rpartition(".")[2]


def listed(nav: Nav, service: str, field: str, criteria: str):
    asked = [{"Field": field, "Criteria": criteria}]
    return nav.soap(service).ReadMultiple(filter=asked, setSize=0) or []


def test_a_note_hangs_on_its_record_and_is_found_by_its_reference(nav, hub):
    assert hub.AddNote("Order", "VO1001", "Signerad av Elsa.\nRad två", "key-1") == 1
    assert hub.AddNote("Customer", "K10010", "Ringde", "key-2") == 2
    (note,) = listed(nav, "RecordNote", "External_Id", "'key-1'")
    assert (note.Table_ID, note.Document_Type, note.No) == (36, "Order", "VO1001")
    assert (note.Kind, note.Text) == ("Note", "Signerad av Elsa.\nRad två")


def test_the_same_note_again_is_a_second_one(nav, hub):
    for _ in range(2):
        hub.AddNote("Order", "VO1001", "Dubbel", "key-1")
    assert len(listed(nav, "RecordNote", "External_Id", "key-1")) == 2


def test_a_line_of_a_chat_keeps_its_author_and_moment(nav, hub):
    at = SENT_AT
    hub.AddChatLine("Quote", "VQ1001", "Elsa Lindqvist", "Hej!", at, "m-1")
    (line,) = listed(nav, "RecordNote", "Kind", "Chat")
    assert (line.Author, line.Text, line.Created_At) == ("Elsa Lindqvist", "Hej!", at)


def test_a_file_comes_back_as_it_was(nav, hub):
    encoded = base64.b64encode(PDF).decode()
    made = hub.AttachFile(
        "Quote", "VQ1001", "signerad åäö.pdf", "application/pdf", encoded, False, "f-1"
    )
    got = hub.GetFile(made, "", "", "")
    assert got.return_value is True
    assert (got.fileName, got.contentType) == ("signerad åäö.pdf", "application/pdf")
    assert base64.b64decode(got.fileContent) == PDF
    (row,) = listed(nav, "DocumentAttachment", "External_Id", "f-1")
    assert (row.ID, row.Size, row.File_Extension) == (made, len(PDF), "pdf")
    assert hub.DeleteFile(made) is True
    assert hub.GetFile(made, "", "", "").return_value is False


def test_files_of_the_seed_say_what_must_be_seen(nav):
    files = listed(nav, "DocumentAttachment", "No", "VO1001")
    assert [(file.File_Name, file.Must_View) for file in files] == [
        ("sprucken-kapa.png", True), ("kniv.png", False)
    ]  # fmt: skip


REFUSED = {
    "unknown order": ("AddNote", ("Order", "VO9", "x", ""), "NavCSideRecordNotFoundException"),
    "unknown kind": ("AddNote", ("Invoice", "1", "x", ""), "NavNCLDialogException"),
    "no base64": (
        "AttachFile", ("Order", "VO1001", "a", "b", "%%%", False, ""), "NavNCLDialogException",
    ),
    "unknown line": (
        "SetLineDecision", ("Order", "VO1001", 7, "Decided", "Accepted", SENT_AT),
        "NavCSideRecordNotFoundException",
    ),
    "unknown status": (
        "SetDigitalStatus", ("Order", "VO1001", "Lost", "", "", ""), "NavNCLEvaluateException",
    ),
    "a status for a customer": (
        "SetDigitalStatus", ("Customer", "K10010", "Sent", "", "", ""), "NavNCLDialogException",
    ),
    "an invoiced line": ("CopyToQuote", ("VO1002", "20000", ""), "NavTestFieldException"),
    "no line numbers": ("CopyToQuote", ("VO1001", "all", ""), "NavNCLDialogException"),
    "a dialog": ("PrintDocument", ("Order", "VO1001"), "NavNCLCallbackNotAllowedException"),
}  # fmt: skip


@pytest.mark.parametrize("case", list(REFUSED))
def test_what_cannot_be_done_is_a_fault(hub, case):
    procedure, given, kind = REFUSED[case]
    assert refused(lambda: hub[procedure](*given)) == kind


def test_the_digital_status_is_set_on_a_released_document(nav, hub):
    assert hub.SetDigitalStatus("Order", "VO1003", "Seen", "", "d-7", "https://p.example/d-7")
    order = nav.soap("SalesOrder").Read(No="VO1003")
    assert (order.Digital_Status, order.Digital_Portal_Link) == ("Seen", "https://p.example/d-7")
    assert order.Digital_Updated_At == nav.clock.now().replace(microsecond=0)
    line = nav.soap("JobLine").Read("Order", "VO1003", 20000)
    assert (line.Digital_Status, line.Digital_Portal_Link) == ("Seen", "https://p.example/d-7")


def test_a_decision_per_line_is_set_with_its_step(nav, hub):
    at = SENT_AT
    assert hub.SetLineDecision("Order", "VO1003", 20000, "Decided", "Declined", at)
    line = nav.soap("JobLine").Read("Order", "VO1003", 20000)
    assert (line.Step, line.Decision, line.Decided_At) == ("Decided", "Declined", at)
    invoiced = ("Order", "VO1002", 20000, "Decided", "Accepted", at)
    assert refused(hub.SetLineDecision, *invoiced) == "NavTestFieldException"


def test_a_quote_becomes_an_order_with_its_lines_and_files(nav, hub):
    hub.AddNote("Quote", "VQ1001", "Ja, tack", "n")
    number = hub.MakeOrder("VQ1001")
    order = nav.soap("SalesOrder").Read(No=number)
    assert (order.Quote_No, order.Sell_to_Customer_No, order.Amount) == ("VQ1001", "K10010", 2937)
    assert len(order.SalesLines.Sales_Order_Line) == 4
    assert nav.soap("SalesQuote").Read(No="VQ1001") is None
    assert [f.File_Name for f in listed(nav, "DocumentAttachment", "No", number)] == [
        "grasklippare.png"
    ]
    assert [n.Text for n in listed(nav, "RecordNote", "No", number)] == ["Ja, tack"]
    assert refused(lambda: hub.MakeOrder("VQ1001")) == "NavCSideRecordNotFoundException"
    assert refused(lambda: hub.MakeOrder("VQ1005")) == "NavNCLDialogException"
    assert refused(lambda: hub.MakeOrder("VQ1004")) == "NavCSideRecordNotFoundException"


def test_declined_lines_are_copied_to_a_new_quote(nav, hub):
    number = hub.CopyToQuote("VO1001", "20000|40000", "copy-1")
    quote = nav.soap("SalesQuote").Read(No=number)
    assert (quote.Copied_from_Order_No, quote.Sell_to_Customer_No) == ("VO1001", "K10010")
    copied = quote.SalesLines.Sales_Quote_Line
    assert [line.Description for line in copied] == ["Byt kniv", "Laga sprucken kåpa"]
    assert [line.Line_Amount for line in copied] == [349, 1335]
    assert numbers(listed(nav, "SalesQuote", "Paraph_Key", "'copy-1'")) == [number]


def test_releasing_and_opening_again(nav, hub):
    assert hub.ReleaseQuote("VQ1001") is True
    assert nav.soap("SalesQuote").Read(No="VQ1001").Status == "Released"
    assert hub.ReopenQuote("VQ1001") is True
    assert nav.soap("SalesQuote").Read(No="VQ1001").Status == "Open"
    assert hub.ReleaseOrder("VO1001") is True
    assert hub.ReopenOrder("VO1001") is True


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("VQ1004", "NavCSideRecordNotFoundException"),  # a currency without a rate
        ("VQ1005", "NavNCLDialogException"),  # a blocked customer
        ("VQ1006", "NavNCLDialogException"),  # no lines
    ],
)
def test_what_would_stop_a_sending_is_told_before_it(hub, number, kind):
    assert hub.CheckDocument("Quote", "VQ1001") is True
    assert refused(lambda: hub.CheckDocument("Quote", number)) == kind


def test_an_offered_line_that_is_invoiced_stops_a_sending(hub):
    assert hub.CheckDocument("Order", "VO1001") is True
    assert refused(lambda: hub.CheckDocument("Order", "VO1002")) == "NavTestFieldException"
    assert refused(lambda: hub.CheckDocument("Order", "VO1004")) == "NavNCLDialogException"
    assert hub.CheckDocument("Customer", "K10010") is True
    assert refused(lambda: hub.CheckDocument("Customer", "K10040")) == "NavNCLDialogException"


def test_the_erps_own_print_is_a_pdf(hub):
    printed = hub.GetDocumentPdf("Order", "VO1001", "", "")
    assert printed.fileName == "VO1001.pdf"
    assert base64.b64decode(printed.fileContent).startswith(b"%PDF-1.7")
