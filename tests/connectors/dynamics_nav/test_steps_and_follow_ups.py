"""Job lines on an order in NAV: their steps are moved there, and what was declined is copied to a
new offer when somebody asks for it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from hub.services.follow_ups import follow_up
from hub.services.lists import Lists
from tests import simulated_house
from tests.connectors.dynamics_nav.test_in_the_hub import _MAPPING
from tests.services.one_case import OneCase

ORDER = "VO1001"
ROWS = """\
      - {to: step,     from: item.Step}
    steps:
      - {step: found, name: Found}
      - {step: priced, name: Priced}
      - {step: offered, name: Offered}
      - {step: decided, name: Decided}
  recipient:
"""
BACK = """\
back:
  line_offered: [LINE]
  line_withdrawn: [LINE]
  line_accepted: [LINE]
  line_declined: [LINE]
""".replace(
    "LINE",
    """{update: [{to: lines, expr: '[{"Line_No": $number(line.id), "Step": line.step_name}]'}]}""",
)
ON_CALL = """\
on_call:
  copy_to_offer:
    - create:
        in: erp
        table: offer_of_order
        rows:
          - {to: orderNo, from: record.No}
          - {to: lineNos, expr: '$join(lines[decision = "declined"].id, "|")'}
          - {to: Your_Reference, expr: '"Declined on " & record.No'}
examples:
"""
MAKE = {"call": {"codeunit": "SigningHub", "procedure": "CopyToQuote", "arguments": {
    "orderNo": "{field.orderNo}", "lineNos": "{field.lineNos}", "externalId": "{reference}",
}}}  # fmt: skip
TABLES = {
    "sales_order": {"preset": "sales_order"},
    "offer_of_order": {"preset": "sales_quote", "make": MAKE},
}


@pytest.fixture
def case(site, tmp_path, monkeypatch):
    site.fresh()
    written = simulated_house.write_files

    def write(folder, *given):
        config = written(folder, *given)
        text = _MAPPING.replace("  recipient:\n", ROWS, 1).replace("examples:\n", ON_CALL, 1)
        text = text.replace("back:\n", BACK, 1).replace('"Step": "Decided",', "")
        (config / "mappings" / "repair.yaml").write_text(text, encoding="utf-8")
        workspace = config / "workspaces" / "alice.yaml"
        text = workspace.read_text(encoding="utf-8")
        settings = {**site.sandbox.settings(), "tables": TABLES}
        settings["record_link"] = "https://nav.example.com/{table}/{id}"
        erp = json.dumps({"plugin": "dynamics_nav", "settings": settings})
        text = text.replace("instances:\n", f"instances:\n  erp: {erp}\n")
        workspace.write_text(text, encoding="utf-8")
        return config

    monkeypatch.setattr(simulated_house, "write_files", write)
    case = OneCase(tmp_path)
    yield case
    case.simulated.close()


def steps(site):
    company = site.sandbox.company
    order = company.get("Sales_Header", ("Order", ORDER))
    return [one.values["Step"] for one in company.lines_of(order) if one.values["Job_Line"]]


def test_steps_are_moved_in_the_order_and_declined_lines_become_an_offer(site, case):
    company = site.sandbox.company
    assert steps(site) == ["Offered", "Priced", "Offered", "Found"]
    case.trigger(ORDER)
    case.work()
    case.pass_time(timedelta(minutes=1))
    assert steps(site) == ["Offered", "Offered", "Offered", "Found"]
    workspace = case.core.workspace_ids["alice"]
    listed = Lists(case.core, workspace).lines(order=ORDER)
    assert listed["counts"] == {"offered": 3, "found": 1}
    assert {one["record_url"] for one in listed["items"]} == {
        f"https://nav.example.com/sales_order/{ORDER}"
    }
    case.approve(case.begin(case.link()))
    for _ in range(4):
        case.pass_time(timedelta(minutes=2))
    assert steps(site) == ["Decided", "Decided", "Decided", "Found"]
    declined = [one["line"] for one in Lists(case.core, workspace).sales("declined")["items"]]
    before = len(company.all("Sales_Header"))
    follow_up(case.core, workspace, case.request().id, "copy_to_offer", door="test")
    case.pass_time(timedelta(minutes=1))
    assert len(company.all("Sales_Header")) == before + 1
    told = follow_up(case.core, workspace, case.request().id, "copy_to_offer", door="test")
    (made,) = told["records"]
    offer = company.get("Sales_Header", ("Quote", made["id"]))
    assert offer.values["Your_Reference"] == f"Declined on {ORDER}"
    order = company.get("Sales_Header", ("Order", ORDER))
    rows = [one.values for one in company.lines_of(order)]
    texts = {str(one["Line_No"]): one["Description"] for one in rows}
    assert [one.values["Description"] for one in company.lines_of(offer)] == [
        texts[line] for line in sorted(declined)
    ]
    assert made["url"] == f"https://nav.example.com/offer_of_order/{made['id']}"
    case.pass_time(timedelta(minutes=1))
    assert len(company.all("Sales_Header")) == before + 1
