"""What steps read of papers, people and the proof, after the events of papers."""

from __future__ import annotations

import pytest

from hub.services import preparing
from hub.services.clearing import clear
from tests.services.paper_case import CLIENT, PERSON

NOTES = """\
back:
  prepared: [{note: "prepared {{ documents[0].key }} {{ documents[0].pages }} {{ totals.gross }}"}]
  viewed:
    - note: "viewed {{ views.count }} {{ recipients.alice.state }} by {{ outcome.recipient }}"
  downloaded:
    - note: "downloaded {{ views.downloads }} {{ outcome.what }} by {{ outcome.recipient }}"
  remarked: [{note: "{{ outcome.recipient }}, {{ outcome.name }}, remarked: {{ remark.text }}"}]
  forwarded: [{note: "forwarded {{ recipients.alice.state }}"}]
  approved: [{note: "approved {{ recipients.boss.state }} by {{ outcome.recipient }}"}]
  signed:
    - note: |
        signed {{ outcome.recipient }} {{ signature.name }} {{ signature.method }}
        {{ signature.at_local }}
  sealed:
    - update: [{to: level, from: evidence.level}, {to: sha256, from: evidence.sha256}]
    - note: "sealed {{ signatures.alice.name }} {{ signatures.bob.name }}"
  cleared:
    - note: |
        cleared {{ outcome.recipient }} {{ recipients.bob.state }} {{ signatures.alice.name }}
        {{ outcome.reason }}
"""
PEOPLE = """
    - {key: boss, role: approver, rows: [{to: name, value: Boss}, {to: mobile, value: "+46701740601"}]}
    - {key: alice, turn: 2, rows: [{to: name, value: Alice}, {to: mobile, value: "+46701740605"}]}
    - {key: bob, turn: 3, rows: [{to: name, value: Bob}, {to: mobile, value: "+46701740606"}]}"""  # noqa: E501

DECLINED = """\
  declined: [{update: [{to: state, value: Declined}, {to: reason, from: outcome.reason_text}]}]
"""


@pytest.fixture
def case(papers):
    made = papers(people=PEOPLE, signing="{remarks: true}", more={"back:\n": NOTES})
    made.send()
    return made


def notes(case):
    case.work()
    return case.upstream.notes(case.upstream.put("offer", "1", {}))


def test_every_event_of_papers_can_be_written_back_with_what_was_known_then(case):
    for _ in range(2):
        case.desk.opened(case.token("boss"), CLIENT)
        case.later(hours=1)
    case.desk.download(case.token("boss"), "offer", PERSON)
    case.desk.remark(case.token("boss"), "Good.", CLIENT)
    case.look("boss")
    case.desk.approve(case.token("boss"), CLIENT)
    case.work()
    case.sign("alice")
    case.sign("bob", method="typed")
    told = [one for one in notes(case) if not one.startswith("Not")]
    assert told == [
        "prepared offer 1 1250.00",
        "viewed 1 waiting by boss",
        "viewed 2 waiting by boss",
        "downloaded 1 offer by boss",
        "boss, Boss, remarked: Good.",
        "approved approved by boss",
        "signed alice Alice drawn\n2026-03-02 14:00 CET",
        "signed bob Bob typed\n2026-03-02 14:00 CET",
        "sealed Alice Bob",
    ]
    (proof,) = case.proofs()
    assert (case.record()["level"], case.record()["sha256"]) == ("B-B", proof.pdf_sha256)
    clear(case.core, case.workspace, case.request().id, "api", "wrong", "bob")
    assert notes(case)[-1] == "cleared bob invited Alice\nwrong"


def test_papers_that_are_read_again_and_are_the_same_prepare_nothing(case):
    preparing.read_again(case.core, case.workspace, case.request().id)
    assert notes(case) == ["prepared offer 1 1250.00"]


def test_who_declined_is_told_and_why_everything_was_cleared_without_naming_somebody(papers):
    notes_of = """\
back:
  cleared: [{note: "[{{ outcome.recipient }}] {{ outcome.reason }}"}]
  declined: [{note: "declined by {{ outcome.recipient }}"}]
"""
    made = papers(signing="{}", more={"back:\n": notes_of, DECLINED: ""})
    made.send()
    made.sign("alice")
    clear(made.core, made.workspace, made.request().id, "api", "the wrong price")
    assert notes(made)[-1] == "[] the wrong price"
    made.desk.decline(made.token("alice"), "too dear", CLIENT)
    assert notes(made)[-1] == "declined by alice"


def test_what_waited_for_the_proof_goes_out_before_the_steps_of_sealed(papers):
    made = papers(more={"back:\n": "back:\n  sealed: [{note: It is sealed}]\n"})
    made.send()
    made.sign("alice")
    made.sign("bob")
    made.work()
    steps = {one.step: one.seq for one in made.deliveries("step")}
    attached = [
        seq for step, seq in steps.items() if step in ("back.completed.1", "back.completed.2")
    ]
    assert max(attached) < steps["back.sealed.0"]
