"""An order with job lines at each of the four steps, and the mapping that offers them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from hub.storage.models import JobLine
from tests.services.one_case import OneCase
from tests.services.test_step_events import rewrite
from tests.simulated_house import RECORD

LINES = """\
  number: {from: no}
  lines:
    for_each: jobs
    currency: SEK
    rows:
      - {to: id, from: item.no}
      - {to: text, from: item.text}
      - {to: price, from: item.price}
      - {to: quantity, from: item.count, default: 1}
      - {to: optional, value: true}
      - {to: step, from: item.step}
    steps:
      - {step: found, name: Hittad}
      - {step: priced, name: Prissatt}
      - {step: offered, name: Offererad}
      - {step: decided, name: Beslutad}
  recipient:
"""
FOLLOW = """\
then:
  line_offered: [{note: {in: source, table: case, id: {value: "1"}, text: SAID}}]
  line_withdrawn: [{note: {in: source, table: case, id: {value: "1"}, text: SAID}}]
  line_accepted: [{note: {in: source, table: case, id: {value: "1"}, text: SAID}}]
  line_declined: [{note: {in: source, table: case, id: {value: "1"}, text: SAID}}]
examples:
""".replace("SAID", '"{{ line.id }} {{ line.step }} {{ line.step_name }} {{ line.decision }}"')
JOBS: list[dict[str, Any]] = [
    {"no": "1", "text": "Knife", "price": "349.00", "step": "Prissatt"},
    {"no": "2", "text": "Crack", "step": "Hittad"},
    {"no": "3", "text": "Work", "price": "890", "count": "1.5", "step": "Prissatt"},
    {"no": "4", "text": "Oil", "price": "99", "step": "Beslutad"},
]


def order(case: OneCase, jobs: list[dict[str, Any]] | None = None, **more: Any) -> None:
    """The record upstream."""
    case.upstream.put("case", "1", {**RECORD, "no": "SO-1", "jobs": jobs or JOBS, **more})


def write_mapping(case: OneCase) -> None:
    """The mapping of the house, with lines that have steps."""
    rewrite(case, ("  recipient:\n", LINES), ("examples:\n", FOLLOW))


def lines(case: OneCase) -> dict[str, JobLine]:
    """All job lines as stored, by their ids."""
    with case.core.db.read() as session:
        rows = session.scalars(select(JobLine).order_by(JobLine.line_id))
        return {one.line_id: one for one in rows}


def steps(case: OneCase) -> dict[str, str]:
    """Where each line is."""
    return {line: one.step for line, one in lines(case).items()}
