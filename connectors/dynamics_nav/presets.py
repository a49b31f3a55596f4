"""Tables as a workshop usually publishes them, for both surfaces; all of it can be set
otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.dynamics_nav.settings import SOAP, DynamicsNavSettings
from connectors.dynamics_nav.tables import PRESETS, Lines, Table, filled
from connectors.dynamics_nav.values import DATE, DECIMAL, INTEGER
from connectors.dynamics_nav.ways import Attachments, Call, Changes, Files, Find, Notes

_OWN_FIELD = "Paraph_Key"
_UNIT = "SigningHub"
_KINDS = {"customer": "Customer", "sales_quote": "Quote", "sales_order": "Order"}
_SERVICES = {"customer": "Customer", "sales_quote": "SalesQuote", "sales_order": "SalesOrder"}
_ROWS = {"sales_quote": "Sales_Quote_Line", "sales_order": "Sales_Order_Line"}
_ENTITIES = {"customer": "customers", "sales_quote": "salesQuotes", "sales_order": "salesOrders"}
_LINE_SETS = {"sales_quote": "salesQuoteLines", "sales_order": "salesOrderLines"}
_PARENTS = {"customer": "Customer", "sales_quote": "Sales Quote", "sales_order": "Sales Order"}
_AMOUNTS = (
    "discountAmount",
    "totalAmountExcludingTax",
    "totalAmountIncludingTax",
    "totalTaxAmount",
    "quantity",
    "unitPrice",
    "discountPercent",
    "taxPercent",
    "amountIncludingTax",
    "creditLimit",
    "balanceDue",
)
_DATES = (
    "documentDate",
    "dueDate",
    "orderDate",
    "requestedDeliveryDate",
    "postingDate",
    "validUntilDate",
    "acceptedDate",
    "shipmentDate",
)


def tables_of(settings: DynamicsNavSettings) -> dict[str, Table]:
    """Every table of the settings, complete for their surface; without any, the three presets."""
    given = settings.tables or {name: Table(preset=name) for name in PRESETS}
    return {
        name: filled(table, preset(table.preset, settings.surface)) for name, table in given.items()
    }


def preset(name: str, surface: str) -> Mapping[str, Any]:
    """What a preset says for a surface; nothing for a table without one."""
    if not name:
        return {}
    return _soap(name) if surface == SOAP else _api(name)


def _soap(name: str) -> dict[str, Any]:
    rows = _ROWS.get(name)
    return {
        "service": _SERVICES[name],
        "number": "No",
        "external_id_field": _OWN_FIELD,
        "lines": Lines(part="SalesLines", row=rows) if rows else None,
        "changes": Changes(field="Last_Modified_Date_Time"),
        "note": _note(name),
        "attach": Attachments(
            call=_call(
                name,
                "AttachFile",
                fileName="{file_name}",
                contentType="{content_type}",
                fileContent="{content}",
                mustView="false",
                externalId="{reference}",
            ),
            find=Find(service="DocumentAttachment", filters={"External_Id": "{reference}"}),
        ),
        "files": Files(
            find=Find(service="DocumentAttachment", filters={"ID": "{file}", "No": "{number}"}),
            call=Call(
                codeunit=_UNIT, procedure="GetFile", arguments={"attachmentId": "{found.ID}"}
            ),
            content="fileContent",
            name="File_Name",
        ),
    }


def _api(name: str) -> dict[str, Any]:
    lines = _LINE_SETS.get(name)
    kinds = dict.fromkeys(_AMOUNTS, DECIMAL) | dict.fromkeys(_DATES, DATE)
    return {
        "entity": _ENTITIES[name],
        "number": "number",
        "external_id_field": "externalDocumentNumber" if lines else "",
        "lines": Lines(part=lines, key="sequence", entity=lines, parent="documentId")
        if lines
        else None,
        "changes": Changes(field="lastModifiedDateTime"),
        "note": _note(name),
        "attach": Attachments(entity="documentAttachments", parent_type=_PARENTS[name]),
        "files": Files(entity="documentAttachments"),
        "kinds": {**kinds, "sequence": INTEGER},
    }


def _note(name: str) -> Notes:
    return Notes(
        call=_call(name, "AddNote", noteText="{text}", externalId="{reference}"),
        find=Find(
            service="RecordNote",
            entity="ODataV4/RecordNote",
            filters={"External_Id": "{reference}"},
        ),
    )


def _call(name: str, procedure: str, **more: str) -> Call:
    about = {"documentType": _KINDS[name], "documentNo": "{number}"}
    return Call(codeunit=_UNIT, procedure=procedure, arguments={**about, **more})
