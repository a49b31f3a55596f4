"""Mappings that are polled: nothing that the hub writes back may ask the customer again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.contracts.capabilities import Capability as C
from hub.mapping.lint import lint
from tests.mapping.samples import HEAD, compiled
from tests.mapping.test_lint import FIELDS, FORMS, GOOD, INSTANCES

POLLED = HEAD.replace("[button]", "[button, poll]")
WRITES = """\
back:
  {event}:
    - update: [{{to: state, {value}}}]
"""


def found(when, extra="", able=True):
    head = POLLED + (f"when: {when}\n" if when else "")
    mapping = compiled(extra, head=head, request=GOOD)
    given = {**mapping.examples[0], "given": {"record": {"state": "New", "customer_name": "Alice"}}}
    mapping = replace(mapping, examples=(given,))
    able_to = INSTANCES["agiloft"].capabilities | ({C.CHANGES} if able else set())
    instances = {**INSTANCES, "agiloft": replace(INSTANCES["agiloft"], capabilities=able_to)}
    problems = lint(mapping, instances=instances, forms=FORMS, texts=(), source_fields=FIELDS)
    return [str(one) for one in problems if "trigger" in str(one)]


def test_a_source_that_cannot_tell_what_changed_is_not_polled():
    (told,) = found('state = "New"', able=False)
    assert "trigger: 'poll' needs 'changes', which 'agiloft' cannot do" in told
    assert "remove 'poll'" in told


def test_without_when_each_change_would_ask_again():
    (told,) = found(None)
    assert "sample.yaml:3:" in told
    assert "add a 'when' that is true only of a record that is to be sent" in told


@pytest.mark.parametrize("event", ["completed", "declined", "expired", "failed", "cancelled"])
def test_a_record_that_still_fits_after_the_end_is_told(event):
    (told,) = found('state != "Closed"', WRITES.format(event=event, value="value: Signed"))
    assert f"after '{event}' an example's record still meets 'when'" in told


@pytest.mark.parametrize("event", ["completed", "failed"])
def test_a_record_that_fits_no_more_is_good(event):
    extra = WRITES.format(event=event, value="value: Signed")
    assert found('state = "New"', extra) == []
    assert found('record.state = "New"', extra) == []


def test_what_was_written_at_the_invitation_counts_at_the_end():
    extra = WRITES.format(event="invited", value="value: Sent")
    extra += "  declined:\n    - update: [{to: reason, value: No}]\n"
    assert found('state = "New"', extra) == []


def test_a_note_alone_changes_the_record_and_nothing_of_when():
    (told,) = found('state = "New"', "back:\n  completed:\n    - note: Signed\n")
    assert "after 'completed'" in told


def test_what_is_known_only_with_the_case_is_left_to_the_author():
    extra = WRITES.format(event="completed", value="from: outcome.reason")
    assert found('state != "Closed"', extra) == []
