"""Steps of lines in a mapping: which lines are offered, what events tell, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hub.kernel.errors import ConfigurationError
from hub.mapping.line_steps import USUAL, LineSteps, told
from hub.mapping.loader import compile_mapping
from hub.mapping.people import Unfit

NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
TEXT = """\
mapping: sale
source: {connector: erp, table: order}
trigger: [api]
request:
  kind: additional_sale
  provider: canvas
  channels: sms
  expires_after: 14d
  number: {from: no}
  lines:
    for_each: jobs
    currency: SEK
    rows:
      - {to: id, from: item.no}
      - {to: price, from: item.price, convert: decimal, required: true}
      - {to: step, from: item.step}
STEPS  recipient: [{to: name, value: Alice}, {to: mobile, value: "+46701740605"}]
BACK"""


def listed(*steps):
    pairs = [one if isinstance(one, tuple) else (one, "") for one in steps]
    named = [f"step: {key}" + (f", name: {name}" if name else "") for key, name in pairs]
    return "[" + ", ".join(f"{{{one}}}" for one in named) + "]"


def compiled(steps="", back=""):
    text = TEXT.replace("STEPS", f"    steps: {steps}\n" if steps else "").replace("BACK", back)
    return compile_mapping(text, "sale.yaml")


def jobs(*steps):
    return {"no": "SO-1", "jobs": [{"no": n, "price": 10, "step": s} for n, s in enumerate(steps)]}


def offered(mapping, *steps):
    plan = mapping.plan(jobs(*steps), now=NOW)
    assert plan.problems == ()
    return [(one.id, one.step) for one in plan.lines]


def test_lines_are_offered_from_the_step_before_and_once_more_from_offered():
    found = offered(compiled(), "found", "priced", "offered", "decided", None)
    assert found == [("1", "priced"), ("2", "offered")]


def test_steps_and_their_names_are_the_workshops_own():
    names = {"seen": "Sedd", "checked": "Kollad", "priced": "Prissatt", "offered": "Ute",
             "called": "Ringd", "decided": "Klar"}  # fmt: skip
    own = listed(*names.items())
    mapping = compiled(own)
    found = offered(mapping, "Kollad", "Prissatt", "Ute", "Ringd", "Klar", "priced")
    assert found == [("1", "priced"), ("2", "offered"), ("5", "priced")]
    steps = mapping.request.line_steps
    assert told(steps, "line_withdrawn") == {"step": "priced", "step_name": "Prissatt"}
    assert told(steps, "line_offered") == {"step": "offered", "step_name": "Ute"}
    assert told(steps, "line_declined") == {"step": "decided", "step_name": "Klar"}
    assert told(steps, "completed") == {}
    assert told(None, "line_declined") == {}


def test_every_line_is_read_also_one_without_a_price():
    record = {"no": "SO-1", "jobs": [{"no": 7, "step": "found"}, {"no": 8, "price": "1,5"}]}
    read = compiled().request.read_lines(record, NOW)
    assert (read.number, read.currency) == ("SO-1", "SEK")
    assert [(one.id, one.step, one.price) for one in read.lines] == [
        ("7", "found", None), ("8", "found", Decimal("1.5")),
    ]  # fmt: skip


def test_a_line_that_may_be_offered_needs_its_price():
    plan = compiled().plan({"no": "1", "jobs": [{"no": 7, "step": "priced"}]}, now=NOW)
    assert [one.rule for one in plan.problems] == ["request.lines[1].price"]


def test_lines_without_a_row_for_it_have_no_steps():
    without = TEXT.replace("      - {to: step, from: item.step}\n", "")
    mapping = compile_mapping(without.replace("STEPS", "").replace("BACK", ""), "sale.yaml")
    assert mapping.request.read_lines(jobs("found"), NOW) is None
    assert "step" not in mapping.plan(jobs("found"), now=NOW).lines[0].data()


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (listed("found", "offered"), "lack 'decided'"),
        (listed("offered", "decided"), "must have one before 'offered'"),
        (listed("found", "decided", "offered"), "'decided' after it"),
        (listed(("found", "a"), ("offered", "a"), "decided"), "two of them have the same name"),
        (listed(("found", "offered"), ("offered", "b"), "decided"), "have the same name"),
        (listed("found", "found", "offered", "decided"), "have the same name"),
        ("[{step: Found}]", "is no key"),
        ("[{name: Found}]", "step"),
        ("[{step: found, nam: Found}]", "unknown key 'nam'"),
        ("[]", "must be a list of 1 to 20 steps"),
        ("{found: a}", "must be a list of 1 to 20 steps"),
    ],
)
def test_steps_that_cannot_be_are_refused(steps, said):
    with pytest.raises(ConfigurationError, match=said):
        compiled(steps)


def test_events_that_never_happen_are_told():
    back = "back: {line_offered: [{update: [{to: a, value: b}]}]}\n"
    compiled(back=back)
    without = TEXT.replace("      - {to: step, from: item.step}\n", "").replace("STEPS", "")
    with pytest.raises(ConfigurationError, match="never happens: lines have no step"):
        compile_mapping(without.replace("BACK", back), "sale.yaml")
    stray = without.replace("    rows:\n", "    steps: [{step: a}]\n    rows:\n")
    with pytest.raises(ConfigurationError, match="needs a row 'step'"):
        compile_mapping(stray.replace("BACK", ""), "sale.yaml")


def test_a_step_is_read_by_either_word():
    steps = LineSteps({"found": "Hittad", "offered": "Ute", "decided": "Klar"})
    assert [steps.read(one) for one in ("Ute", "offered", " Klar ", "", None)] == [
        "offered", "offered", "decided", "found", "found",
    ]  # fmt: skip
    with pytest.raises(Unfit, match="Hittad, Ute, Klar"):
        steps.read("priced")
    assert USUAL.rank("gone") == 0
