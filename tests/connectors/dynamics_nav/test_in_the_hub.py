"""An additional sale through the whole hub: read from NAV, signed, each job line decided there."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests import simulated_house
from tests.services.one_case import OneCase

_MAPPING = """\
mapping: repair
source: {connector: erp, table: sales_order}
trigger: [button]
request:
  kind: additional_sale
  title: "Order {{ No }}"
  number: {from: No}
  provider: signing
  channels: [sms]
  language: en
  expires_after: 14d
  lines:
    for_each: {expr: 'lines[Job_Line = true]'}
    currency: {from: Currency_Code, default: SEK}
    rows:
      - {to: id,       from: item.Line_No, required: true}
      - {to: text,     from: item.Description, required: true}
      - {to: quantity, from: item.Quantity, convert: decimal}
      - {to: price,    from: item.Unit_Price, convert: decimal}
      - {to: vat,      from: item.VAT_Percent, convert: decimal}
      - {to: optional, value: true}
      - {to: chosen,   expr: 'item.Line_No != 30000'}
  recipient:
    - {to: name,   from: Sell_to_Customer_Name, required: true}
    - {to: mobile, from: Sell_to_Phone_No, convert: ["e164:SE"], required: true}
back:
  invited: [{update: [{to: Digital_Status, value: Sent}]}]
  completed:
    - update:
        - {to: Digital_Status, value: Signed}
        - {to: Signed_At,      from: outcome.at}
        - {to: Accepted_Total, from: totals.gross}
        - to: lines
          expr: >-
            lines.{"Line_No": $number(id), "Step": "Decided",
                   "Decision": decision = "accepted" ? "Accepted" : "Declined"}
    - note: "Signed by {{ signature.name }}"
examples:
  - name: an order
    given:
      record: {No: VO1, Sell_to_Customer_Name: Alice, Sell_to_Phone_No: 070-174 06 05, lines: []}
    expect: {recipient: {name: Alice}}
"""


@pytest.fixture
def case(site, tmp_path, monkeypatch):
    site.fresh()
    written = simulated_house.write_files

    def write(folder, *given):
        config = written(folder, *given)
        (config / "mappings" / "repair.yaml").write_text(_MAPPING, encoding="utf-8")
        workspace = config / "workspaces" / "alice.yaml"
        text = workspace.read_text(encoding="utf-8")
        erp = json.dumps({"plugin": "dynamics_nav", "settings": dict(site.sandbox.settings())})
        text = text.replace("instances:\n", f"instances:\n  erp: {erp}\n")
        workspace.write_text(text, encoding="utf-8")
        return config

    monkeypatch.setattr(simulated_house, "write_files", write)
    case = OneCase(tmp_path)
    yield case
    case.simulated.close()


def test_job_lines_are_decided_where_they_stand(site, case):
    company = site.sandbox.company
    number = next(
        line.values["Document_No"]
        for line in company.all("Sales_Line")
        if line.values["Job_Line"] and line.values["Line_No"] == 30000
        and not line.values["Quantity_Invoiced"]
    )  # fmt: skip
    order = company.get("Sales_Header", ("Order", number))
    jobs = {line.values["Line_No"] for line in company.lines_of(order) if line.values["Job_Line"]}
    case.trigger(number)
    case.work()
    assert company.get(*_of(order)).values["Digital_Status"] == "Sent"
    case.approve(case.begin(case.link()))
    for _ in range(3):
        case.pass_time(timedelta(minutes=2))
    assert case.request().state == "completed"
    assert company.get(*_of(order)).values["Digital_Status"] == "Signed"
    lines = [line.values for line in company.lines_of(order)]
    assert {line["Line_No"]: line["Decision"] for line in lines if line["Step"] == "Decided"} == {
        number: "Declined" if number == 30000 else "Accepted" for number in jobs
    }
    (note,) = site.sandbox.hub.hanging(company, "Note", order)
    assert note.values["Text"] == "Signed by Alice Andersson"
    assert [one.state for one in case.deliveries("step")] == ["delivered"] * 3


def _of(row):
    return row.table.name, row.key
