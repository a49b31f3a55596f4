"""The files of a workshop's hub: its settings, its instances, and how its two kinds of documents
are mapped at the simulated ERP."""

from __future__ import annotations

HUB = """\
environment: test
outgoing_networks: [127.0.0.0/8]
public_url: {public_url}
data_folder: {data}
database_url: {database}
"""
WORKSPACE = """\
name: Verkstad
email: office@example.com
sender: Verkstad
language: sv
zone: Europe/Stockholm
instances:
  erp: {erp}
  there: {there}
  post: {{plugin: channel:simulated, settings: {{gateway: {world}}}}}
mappings: [offer, sale]
texts:
  sms_invite: {{sv: "{{{{ sender }}}}: {{{{ title }}}} {{{{ link }}}}", en: "{{{{ sender }}}}: {{{{ title }}}} {{{{ link }}}}"}}
  sms_reminder: {{sv: "{{{{ sender }}}}, igen: {{{{ link }}}}", en: "{{{{ sender }}}}, again: {{{{ link }}}}"}}
  terms: {{sv: Det kostar det som står., en: It costs what it says.}}
  signed_text: {{sv: "{{{{ sender }}}} {{% for row in rows %}}{{{{ row[1] }}}} {{% endfor %}}{{{{ terms }}}}", en: "{{{{ sender }}}} {{% for row in rows %}}{{{{ row[1] }}}} {{% endfor %}}{{{{ terms }}}}"}}
"""  # noqa: E501 - a text of a file, line by line
_PHOTO = (
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGP4z8CAFWEXHbQSACj/P8Fu7N9hAAAAAElF"
    "TkSuQmCC"
)
_REQUEST = """\
trigger: [button]
request:
  kind: KIND
  title: "TITLE {{ No }}"
  number: {from: No}
  provider: there
  channels: [post]
  language: {from: Language_Code, map: {SVE: sv, ENU: en}, default: sv}
  expires_after: 2d
  documents:
    - {key: paper, title: "TITLE {{ No }}", template: offer, rows: [{to: intro, from: Object_Description}]}
  attachments:
    - {key: photo, title: Foto, file_name: foto.png, base64: {value: PHOTO}, must_view: true}
  lines:
    for_each:
      expr: >-
        LINES
    currency: {from: Currency_Code, default: SEK}
    rows:
      - {to: id,       from: item.Line_No, required: true}
      - {to: text,     from: item.Description, required: true}
      - {to: quantity, from: item.Quantity, convert: decimal}
      - to: price
        expr: >-
          $number(item.Unit_Price) * (100 - $number(item.Line_Discount_Percent)) / 100
      - {to: vat,      from: item.VAT_Percent, convert: decimal}
OPTIONAL
  recipients:
    - key: customer
      rows:
        - {to: name,   from: Sell_to_Contact, required: true}
        - {to: mobile, from: Sell_to_Phone_No, convert: ["e164:SE"], required: true}
        - {to: email,  from: Sell_to_E_Mail}
  signing: {receipt: true, remarks: true}
back:
  placed:
    - update: [{to: Digital_Document_Id, from: agreement.reference}]
  invited: [{update: [{to: Digital_Status, value: Sent}]}]
  opened: [{update: [{to: Digital_Status, value: Seen}]}]
  remarked: [{note: "Chat: {{ remark.text }}"}]
  completed:
    - update:
        - {to: Digital_Status, value: Signed}
        - {to: Signed_By,      from: signature.name}
        - {to: Accepted_Total, from: totals.gross}
        - to: lines
          expr: >-
            [lines.{"Line_No": $number(id), STEP"Decision": decision = "accepted" ? "Accepted" : "Declined"}]
    - note: "Signed by {{ signature.name }}"
    - attach: signed
    - attach: evidence
  declined:
    - update: [{to: Digital_Status, value: Declined}, {to: Digital_Reason, from: outcome.reason_text}]
    - note: "Declined"
  expired: [{update: [{to: Digital_Status, value: Expired}]}]
  failed: [{update: [{to: Digital_Status, value: Failed}, {to: Digital_Reason, from: outcome.reason_text}]}]
  cancelled: [{update: [{to: Digital_Status, value: Withdrawn}]}]
  late: [{note: "Late answer"}]
"""  # noqa: E501 - a text of a file, line by line
_COPY = """\
then:
  completed:
    - create:
        in: erp
        table: quote
        rows: [{to: Sell_to_Customer_No, from: record.Sell_to_Customer_No}, {to: Your_Reference, from: record.No}]
"""  # noqa: E501 - likewise
_EXAMPLE = """\
examples:
  - name: a document
    given:
      record:
        No: V1
        Object_Description: En sak
        Sell_to_Contact: Alice
        Sell_to_Phone_No: 070-174 06 05
        Sell_to_E_Mail: alice@example.com
        lines: [{Line_No: 10000, Description: Work, Quantity: 1, Unit_Price: 10, Line_Discount_Percent: 0, VAT_Percent: 25, Optional: false, Job_Line: true, Quantity_Invoiced: 0, Step: Offered}]
    expect: {recipients: [{name: Alice}]}
"""  # noqa: E501 - likewise


def _request(**words: str) -> str:
    text = _REQUEST
    for name, value in {"PHOTO": _PHOTO, **words}.items():
        text = text.replace(name, value)
    return text


OFFER = (
    "mapping: offer\nsource: {connector: erp, table: quote}\n"
    + _request(
        KIND="offer",
        TITLE="Offert",
        LINES="lines",
        OPTIONAL="      - {to: optional, from: item.Optional, convert: bool, default: false}",
        STEP="",
    )
    + _EXAMPLE
)
SALE = (
    "mapping: sale\nsource: {connector: erp, table: order}\n"
    + _request(
        KIND="additional_sale",
        TITLE="Tilläggsarbete",
        LINES="lines[Job_Line = true and $number(Quantity_Invoiced) = 0"
        ' and Step in ["Offered", "Priced"]]',
        OPTIONAL="      - {to: optional, value: true}\n"
        "      - {to: chosen, expr: 'item.Line_No != 20000'}",
        STEP='"Step": "Decided", ',
    )
    + _COPY
    + _EXAMPLE
)
