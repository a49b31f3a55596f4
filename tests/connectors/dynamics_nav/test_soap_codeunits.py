"""What codeunits do over SOAP: notes and files, and how it is seen that they did."""

from __future__ import annotations

from base64 import b64encode

import pytest

from hub.contracts.records import Attach, Create, Note, RecordRef
from hub.kernel.errors import OutcomeUnknown, Refused, TooLarge, Unsupported
from tests.connectors.dynamics_nav.canned import plain, quote_answer
from tests.connectors.dynamics_nav.wsdls import (
    answer,
    elements,
    fault,
    page_wsdl,
    record,
    unit_wsdl,
)

REF = RecordRef("quote", "VQ1")
TEXT = "xsd:string"
UNIT = unit_wsdl(
    "SigningHub",
    {
        "AddNote": (
            dict.fromkeys(("documentType", "documentNo", "noteText", "externalId"), TEXT),
            {"return_value": "xsd:int"},
        ),
        "AttachFile": (
            {
                **dict.fromkeys(("documentType", "documentNo", "fileName", "contentType"), TEXT),
                "fileContent": TEXT, "mustView": "xsd:boolean", "externalId": TEXT,
            },
            {"return_value": "xsd:int"},
        ),
        "GetFile": (
            {"attachmentId": "xsd:int", "fileName": TEXT, "contentType": TEXT,
             "fileContent": TEXT},
            {"return_value": "xsd:boolean", "fileName": TEXT, "contentType": TEXT,
             "fileContent": TEXT},
        ),
    },
)  # fmt: skip
LISTED = {"Key": TEXT, "External_Id": TEXT, "ID": "xsd:int", "No": TEXT, "File_Name": TEXT}


def row(version=1, inner="", **fields):
    given = {"Key": f"28;AAA=6;{version};", "No": "VQ1", **fields}
    return record("SalesQuote", given, inner)


def got(version=1, inner="", **fields):
    return quote_answer("Read", row(version, inner, **fields))


def rows_of(service, *rows):
    inner = "".join(record(service, one) for one in rows)
    return answer(service, "ReadMultiple", f"<ReadMultiple_Result>{inner}</ReadMultiple_Result>")


@pytest.fixture
def unit(nav):
    nav.wsdls["SigningHub"] = UNIT
    for name in ("RecordNote", "DocumentAttachment"):
        nav.wsdls[name] = page_wsdl(name, LISTED, lines=None, keys=("ID",))
    return nav


def test_a_note_goes_to_the_codeunit_once(unit):
    unit.on("RecordNote.ReadMultiple", rows_of("RecordNote"))
    unit.on(
        "SigningHub.AddNote",
        answer("SigningHub", "AddNote", "<return_value>7</return_value>", unit=True),
    )
    connector = unit.connector()
    assert not connector.apply(Note(REF, "Signed by Alice\n"), "key").repeated
    sent = plain(unit.sent("SigningHub.AddNote")[0])
    assert (sent["documentType"], sent["documentNo"], sent["noteText"]) == (
        "Quote", "VQ1", "Signed by Alice"
    )  # fmt: skip
    found = {"Key": "k", "External_Id": sent["externalId"], "ID": "7"}
    unit.on("RecordNote.ReadMultiple", rows_of("RecordNote", found))
    assert connector.apply(Note(REF, "Signed by Alice\n"), "key").repeated
    assert len(unit.sent("SigningHub.AddNote")) == 1
    assert plain(unit.sent("RecordNote.ReadMultiple")[-1])["filter"] == {
        "Field": "External_Id", "Criteria": sent["externalId"]
    }  # fmt: skip


def test_a_procedure_that_loses_against_somebody_is_called_again(unit):
    broker = "Microsoft.Dynamics.Nav.Service.WebServices.ServiceBrokerException"
    lost = (500, fault(broker, 'Other user has modified "Note"'))
    unit.on("RecordNote.ReadMultiple", rows_of("RecordNote"))
    good = answer("SigningHub", "AddNote", "<return_value>7</return_value>", unit=True)
    unit.on("SigningHub.AddNote", lost, lost, good)
    unit.connector().apply(Note(REF, "x"), "key")
    assert len(unit.sent("SigningHub.AddNote")) == 3
    unit.on("SigningHub.AddNote", lost)
    with pytest.raises(Refused) as caught:
        unit.connector().apply(Note(REF, "x"), "key")
    assert caught.value.code == "changed_meanwhile"
    assert len(unit.sent("SigningHub.AddNote")) == 6


def test_so_is_one_that_attaches_or_makes_something(unit):
    broker = "Microsoft.Dynamics.Nav.Service.WebServices.ServiceBrokerException"
    lost = (500, fault(broker, 'Other user has modified "Quote"'))
    done = "<return_value>7</return_value>"
    unit.on("DocumentAttachment.ReadMultiple", rows_of("DocumentAttachment"))
    unit.on("SigningHub.AttachFile", lost, answer("SigningHub", "AttachFile", done, unit=True))
    assert not unit.connector().apply(Attach(REF, "a.pdf", "application/pdf", b"x"), "k").repeated
    unit.on("SigningHub.AddNote", lost, answer("SigningHub", "AddNote", done, unit=True))
    made = {"Key": "28;AAA=6;1;", "No": "7"}
    unit.on("SalesQuote.ReadMultiple", rows_of("SalesQuote"), rows_of("SalesQuote", made))
    call = {"codeunit": "SigningHub", "procedure": "AddNote",
            "arguments": {"noteText": "{field.No}", "externalId": "{reference}"}}  # fmt: skip
    tables = {"quote": {"preset": "sales_quote", "make": {"call": call}}}
    receipt = unit.connector(tables=tables).apply(Create("quote", {"No": "VQ1"}), "key")
    assert receipt.ref == RecordRef("quote", "7")


def test_what_a_check_does_not_find_is_something_that_the_record_needs(unit):
    """The record itself was read a moment ago."""
    broker = "Microsoft.Dynamics.Nav.Service.WebServices.ServiceBrokerException"
    lost = fault(broker, 'Other user has modified "Sales Header"')
    gone = fault("NavCSideRecordNotFoundException", "The Payment Terms does not exist.")
    unit.on("SalesQuote.Read", got())
    unit.on("SigningHub.AddNote", (500, lost), (500, gone))
    check = {"codeunit": "SigningHub", "procedure": "AddNote", "arguments": {}}
    tables = {"quote": {"preset": "sales_quote", "check": check}}
    unfit = unit.connector(tables=tables).fetch(REF).fields["unfit"]
    assert unfit["code"] == "not_found"
    assert "Payment Terms" in unfit["text"]["en"]


def test_rows_are_not_searched_by_nothing(unit):
    """An empty filter would find the files that hang on no record."""
    files = {"service": "DocumentAttachment", "filters": {"No": "{number}"}}
    table = {"preset": "sales_quote", "number": "Your_Reference", "lists": {"files": files}}
    unit.on("SalesQuote.Read", got())
    with pytest.raises(Refused, match="number"):
        unit.connector(tables={"quote": table}).fetch(REF)
    assert unit.sent("DocumentAttachment.ReadMultiple") == []


def test_a_note_that_nothing_lists_stays_unknown(unit):
    call = {"codeunit": "SigningHub", "procedure": "AddNote", "arguments": {"noteText": "{text}"}}
    tables = {"quote": {"preset": "sales_quote", "note": {"call": call}}}
    with pytest.raises(OutcomeUnknown, match=r"note\.find"):
        unit.connector(tables=tables).apply(Note(REF, "x"), "key", uncertain=True)


def test_a_note_may_be_appended_to_a_field(nav):
    tables = {"quote": {"preset": "sales_quote", "note": {"field": "Your_Reference"}}}
    nav.on("SalesQuote.Read", got(Your_Reference="Called Bob"))
    nav.on("SalesQuote.Update", quote_answer("Update", row(2)))
    connector = nav.connector(tables=tables)
    connector.apply(Note(REF, "Signed"), "key")
    text = plain(nav.sent("SalesQuote.Update")[0])["SalesQuote"]["Your_Reference"]
    assert text.startswith("Called Bob\nSigned [P-")
    nav.on("SalesQuote.Read", got(Your_Reference=text))
    assert connector.apply(Note(REF, "Signed"), "key").repeated


def test_a_table_without_ways_takes_neither_notes_nor_files(nav):
    connector = nav.connector(tables={"quote": {"service": "SalesQuote"}})
    for operation in (Note(REF, "x"), Attach(REF, "a.pdf", "application/pdf", b"x")):
        with pytest.raises(Unsupported):
            connector.apply(operation, "key")
    with pytest.raises(Unsupported):
        connector.read_file(REF, "1", 10)
    with pytest.raises(Unsupported):
        list(connector.changes("quote", None))


def test_a_file_goes_to_the_codeunit_in_base64(unit):
    unit.on("DocumentAttachment.ReadMultiple", rows_of("DocumentAttachment"))
    unit.on(
        "SigningHub.AttachFile",
        answer("SigningHub", "AttachFile", "<return_value>3</return_value>", unit=True),
    )
    unit.connector().apply(Attach(REF, "signed åäö.pdf", "application/pdf", b"%PDF"), "key")
    sent = plain(unit.sent("SigningHub.AttachFile")[0])
    assert (sent["fileName"], sent["fileContent"], sent["mustView"]) == (
        "signed åäö.pdf", b64encode(b"%PDF").decode(), "false"
    )  # fmt: skip


def test_a_message_that_is_too_large_for_the_server_is_told_so(unit):
    unit.on("DocumentAttachment.ReadMultiple", rows_of("DocumentAttachment"))
    unit.on("SigningHub.AttachFile", (413, b""))
    with pytest.raises(TooLarge):
        unit.connector().apply(Attach(REF, "a.pdf", "application/pdf", b"x"), "key")


def test_a_file_is_read_from_what_var_parameters_bring_back(unit):
    there = {"Key": "k", "ID": "3", "No": "VQ1", "File_Name": "plan.pdf"}
    unit.on("DocumentAttachment.ReadMultiple", rows_of("DocumentAttachment", there))
    result = {"return_value": "true", "fileName": "plan.pdf", "contentType": "application/pdf",
              "fileContent": b64encode(b"%PDF").decode()}  # fmt: skip
    unit.on("SigningHub.GetFile", answer("SigningHub", "GetFile", elements(result), unit=True))
    file = unit.connector().read_file(REF, 3, 4)
    assert (file.name, file.media_type, file.content) == ("plan.pdf", "application/pdf", b"%PDF")
    assert plain(unit.sent("SigningHub.GetFile")[0])["attachmentId"] == "3"
    filters = plain(unit.sent("DocumentAttachment.ReadMultiple")[0])["filter"]
    assert [one["Criteria"] for one in filters] == ["3", "VQ1"]
    with pytest.raises(TooLarge):
        unit.connector().read_file(REF, 3, 3)


def test_a_codeunit_that_opens_a_dialog_or_lacks_a_procedure_is_told_so(unit):
    unit.on("RecordNote.ReadMultiple", rows_of("RecordNote"))
    dialog = fault("NavNCLCallbackNotAllowedException", "Microsoft Dynamics NAV wants to ask")
    unit.on("SigningHub.AddNote", (500, dialog))
    with pytest.raises(Refused) as caught:
        unit.connector().apply(Note(REF, "x"), "key")
    assert caught.value.code == "dialog_opened"
    unit.wsdls["SigningHub"] = unit_wsdl("SigningHub", {})
    with pytest.raises(Refused) as caught:
        unit.connector().apply(Note(REF, "x"), "key")
    assert caught.value.code == "not_offered"
