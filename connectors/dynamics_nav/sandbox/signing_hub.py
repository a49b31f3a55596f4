"""What the published codeunit does: the things that no page can do. Both surfaces call it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from connectors.dynamics_nav.sandbox import values
from connectors.dynamics_nav.sandbox.desk import Desk, Entry
from connectors.dynamics_nav.sandbox.errors import CALLBACK, DIALOG, NOT_FOUND, NavError
from connectors.dynamics_nav.sandbox.printed import printed
from connectors.dynamics_nav.sandbox.record_files import USER, RecordFiles, where
from connectors.dynamics_nav.sandbox.schema import Procedure
from connectors.dynamics_nav.sandbox.store import Company, Row
from connectors.dynamics_nav.sandbox.triggers import check_blocked, check_not_invoiced

# fields that a copied line takes along
_COPIED = ("Type", "No", "Description", "Description_2", "Quantity", "Unit_of_Measure",
           "Unit_Price", "Line_Discount_Percent", "VAT_Percent")  # fmt: skip
Arguments = Mapping[str, Any]


class SigningHub(RecordFiles):
    """``run`` calls one procedure; arguments have the procedure's types already."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.store)
        self._desk = desk
        self._pages = desk.store.objects.pages
        self._procedures: dict[str, Callable[[Company, Arguments], Any]] = {
            "AddNote": self._add_note,
            "AddChatLine": self._add_chat_line,
            "AttachFile": self._attach_file,
            "GetFile": self._get_file,
            "DeleteFile": self._delete_file,
            "SetDigitalStatus": self._set_digital_status,
            "SetLineDecision": self._set_line_decision,
            "MakeOrder": lambda company, given: self.make_order(company, given["quoteNo"]),
            "CopyToQuote": self._copy_to_quote,
            "ReleaseQuote": lambda c, given: self.release(c, "Quote", given["quoteNo"]),
            "ReopenQuote": lambda c, given: self.reopen(c, "Quote", given["quoteNo"]),
            "ReleaseOrder": lambda c, given: self.release(c, "Order", given["orderNo"]),
            "ReopenOrder": lambda c, given: self.reopen(c, "Order", given["orderNo"]),
            "CheckDocument": self._check_document,
            "GetDocumentPdf": self._document_pdf,
            "PrintDocument": self._print_document,
        }

    def run(
        self, company: Company, procedure: Procedure, given: Arguments
    ) -> tuple[Any, dict[str, Any]]:
        """The return value, and what ``var`` parameters hold afterwards."""
        with self._store.transaction():
            result = self._procedures[procedure.name](company, given)
        return result if procedure.var else (result, {})

    def make_order(self, company: Company, number: str) -> str:
        """An order from a quote, which is gone afterwards, as in the real system."""
        with self._store.transaction():
            quote = self.record(company, "Quote", number)
            self._check_customer(company, quote)
            self._desk.triggers.check_rate(quote.values)
            kept = {
                name: value
                for name, value in quote.values.items()
                if name not in ("Document_Type", "No", "Status", "Document_Kind", "Paraph_Key")
            }
            order = self._desk.create(company, self._pages["SalesOrder"], Entry())
            kept["Quote_No"] = number
            kept["Order_Date"] = self._store.clock.now().date()
            self._store.change(company, order, kept)
            for line in list(company.lines_of(quote)):
                moved = {**line.values, "Document_Type": "Order", "Document_No": order.key[1]}
                self._store.insert(company, line.table, moved)
                self._store.delete(company, line)
            self._move_files(company, quote, order)
            self._store.delete(company, quote)
            return str(order.key[1])

    def copy_to_quote(
        self, company: Company, number: str, line_numbers: list[int], key: str = ""
    ) -> str:
        """A new quote to the same customer with some lines of an order."""
        with self._store.transaction():
            order = self.record(company, "Order", number)
            lines = [self._line(company, "Order", number, at) for at in line_numbers]
            for line in lines:
                check_not_invoiced(line)
            head = {
                "Sell_to_Customer_No": order.values["Sell_to_Customer_No"],
                "Object_Description": order.values["Object_Description"],
                "Registration_Mark": order.values["Registration_Mark"],
                "Salesperson_Code": order.values["Salesperson_Code"],
                "Currency_Code": order.values["Currency_Code"],
                "Copied_from_Order_No": number,
                "Paraph_Key": key,
            }
            copies = [Entry({name: line.values[name] for name in _COPIED}) for line in lines]
            page = self._pages["SalesQuote"]
            quote = self._desk.create(company, page, Entry(head, {"SalesLines": copies}))
            return str(quote.key[1])

    def release(self, company: Company, kind: str, number: str) -> bool:
        """No more edits. A document without lines cannot be released."""
        self._check_document(company, {"documentType": kind, "documentNo": number})
        with self._store.transaction():
            row = self.record(company, kind, number)
            self._store.change(company, row, {"Status": "Released"})
        return True

    def reopen(self, company: Company, kind: str, number: str) -> bool:
        """Edits are possible again."""
        with self._store.transaction():
            row = self.record(company, kind, number)
            self._store.change(company, row, {"Status": "Open"})
        return True

    def _add_note(self, company: Company, given: Arguments) -> int:
        row = self.record(company, given["documentType"], given["documentNo"])
        note = self.note(
            company, row, Kind="Note", Author=USER, Text=given["noteText"],
            Created_At=self._store.clock.now(), External_Id=given["externalId"],
        )  # fmt: skip
        return int(note.key[0])

    def _add_chat_line(self, company: Company, given: Arguments) -> int:
        row = self.record(company, given["documentType"], given["documentNo"])
        note = self.note(
            company, row, Kind="Chat", Author=given["author"], Text=given["chatText"],
            Created_At=given["sentAt"], External_Id=given["externalId"],
        )  # fmt: skip
        return int(note.key[0])

    def _attach_file(self, company: Company, given: Arguments) -> int:
        row = self.record(company, given["documentType"], given["documentNo"])
        try:
            content = base64.b64decode(given["fileContent"], validate=True)
        except (binascii.Error, ValueError):
            raise NavError(DIALOG, "base64") from None
        file = self.attach(
            company, row, given["fileName"], given["contentType"], content,
            Must_View=given["mustView"], External_Id=given["externalId"],
        )  # fmt: skip
        return int(file.key[0])

    def _get_file(self, company: Company, given: Arguments) -> tuple[bool, dict[str, Any]]:
        file = company.get("Attachment", (given["attachmentId"],))
        if file is None:
            return False, {"fileName": "", "contentType": "", "fileContent": ""}
        return True, {
            "fileName": file.values["File_Name"],
            "contentType": file.values["Content_Type"],
            "fileContent": base64.b64encode(file.content).decode(),
        }

    def _delete_file(self, company: Company, given: Arguments) -> bool:
        file = company.get("Attachment", (given["attachmentId"],))
        if file is None:
            return False
        self._store.delete(company, file)
        return True

    def _set_digital_status(self, company: Company, given: Arguments) -> bool:
        row = self.record(company, given["documentType"], given["documentNo"])
        columns = row.table.fields
        if "Digital_Status" not in columns:
            raise NavError(DIALOG, "doc_type", value=given["documentType"])
        entered = {
            "Digital_Status": given["status"],
            "Digital_Reason": given["reason"],
            "Digital_Document_Id": given["documentId"],
            "Digital_Portal_Link": given["portalLink"],
            "Digital_Updated_At": self._store.clock.now(),
        }
        taken = {name: values.take(columns[name], value) for name, value in entered.items()}
        self._store.change(company, row, taken)
        return True

    def _set_line_decision(self, company: Company, given: Arguments) -> bool:
        line = self._line(company, given["documentType"], given["documentNo"], given["lineNo"])
        check_not_invoiced(line)
        entered = {"Step": "step", "Decision": "decision", "Decided_At": "decidedAt"}
        taken = {
            name: values.take(line.table.fields[name], given[source])
            for name, source in entered.items()
        }
        self._store.change(company, line, taken)
        return True

    def _copy_to_quote(self, company: Company, given: Arguments) -> str:
        pieces = [piece for piece in given["lineNos"].split("|") if piece.strip()]
        if not all(piece.strip().isdecimal() for piece in pieces):
            raise NavError(DIALOG, "value", value=given["lineNos"], field="lineNos")
        numbers = [int(piece) for piece in pieces]
        return self.copy_to_quote(company, given["orderNo"], numbers, given["externalId"])

    def _check_document(self, company: Company, given: Arguments) -> bool:
        """What would stop a document from being sent, told before it is."""
        row = self.record(company, given["documentType"], given["documentNo"])
        if row.table.name == "Customer":
            check_blocked(row)
            return True
        self._check_customer(company, row)
        self._desk.triggers.check_rate(row.values)
        lines = company.lines_of(row)
        if not lines:
            raise NavError(DIALOG, "no_lines", table=row.table.caption, key=row.words)
        for line in lines:
            if line.values["Step"] == "Offered":
                check_not_invoiced(line)
        return True

    def _document_pdf(self, company: Company, given: Arguments) -> tuple[bool, dict[str, Any]]:
        row = self.record(company, given["documentType"], given["documentNo"])
        if row.table.name != "Sales_Header":
            raise NavError(DIALOG, "doc_type", value=given["documentType"])
        content = printed(self._desk, company, row, "sv")
        name = f"{row.values['No']}.pdf"
        return True, {"fileName": name, "fileContent": base64.b64encode(content).decode()}

    def _print_document(self, company: Company, given: Arguments) -> bool:
        self.record(company, given["documentType"], given["documentNo"])
        raise NavError(CALLBACK, "callback")

    def _check_customer(self, company: Company, document: Row) -> None:
        customer = company.get("Customer", (document.values["Sell_to_Customer_No"],))
        if customer is None:
            raise NavError(
                DIALOG, "missing", field="Sell-to Customer No.", table=document.table.caption,
                key=document.words,
            )  # fmt: skip
        check_blocked(customer)

    def _line(self, company: Company, kind: str, number: str, at: int) -> Row:
        header = self.record(company, kind, number)
        table = self._store.objects.tables["Sales_Line"]
        row = company.get("Sales_Line", (*header.key, at))
        if row is None:
            gone = Row(table, dict(zip(table.key, (*header.key, at), strict=True)))
            raise NavError(NOT_FOUND, "gone", table=table.caption, key=gone.words)
        return row

    def _move_files(self, company: Company, quote: Row, order: Row) -> None:
        for table in ("Attachment", "Note"):
            for one in self.hanging(company, table, quote):
                self._store.change(company, one, where(order))
