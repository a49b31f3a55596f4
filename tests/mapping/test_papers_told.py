"""People, papers and signing in examples, explanations, mutations, and in what is recorded."""

from __future__ import annotations

from typing import Any

import pytest

from hub.mapping.examples import MOMENT, run_examples
from hub.mapping.explain import explain_plan, own_words
from hub.mapping.fields_read import Kind, fields_read
from hub.mapping.loader import compile_mapping
from hub.mapping.made_up import MadeUp
from hub.mapping.mutations import unmissed
from hub.services.flattened import flat_plan
from hub.services.new_requests import plan_data, recipient_rows
from tests.mapping.samples import HEAD

TEXT = (
    HEAD
    + """\
request:
  kind: offer
  provider: canvas
  channels: sms
  expires_after: 14d
  recipients:
    - {key: owner, rows: [{to: name, from: owner}]}
    - {key: partner, turn: 2, when: partner, rows: [{to: name, from: partner}]}
    - {key: boss, role: copy, rows: [{to: name, value: Charlie}]}
  documents:
    - key: offer
      title: Offer {{ number }}
      file_name: o-{{ number }}
      template: offer
      rows: [{to: number, from: number}, {to: intro, from: intro, default: Welcome}]
    - {key: plan, title: Plan, attachment: {from: plan}, when: plan}
  attachments:
    - {key: photo, for_each: photos, title: P, url: {from: item.url}, must_view: {from: item.must}}
    - {key: map, title: Map, base64: {from: map}, must_view: true}
  signing: {methods: [typed], consent: "Yes to {{ number }}", receipt: true}
examples:
"""
)
RECORD: dict[str, Any] = {
    "number": "O-1", "owner": "Alice", "partner": "Bob", "plan": "p.pdf", "map": "bWFw",
    "photos": [{"url": "https://a.example/1.jpg", "must": True}],
}  # fmt: skip
SHOWS_ALL = f"""\
  - name: all
    given: {{record: {RECORD!r}}}
    expect:
      recipients:
        - {{key: owner, name: Alice}}
        - {{turn: 2, name: Bob}}
        - {{name: Charlie, role: copy}}
      documents:
        - {{file_name: o-O-1.pdf, source: {{values: {{number: O-1, intro: Welcome}}}}}}
        - {{source: {{file: p.pdf}}}}
      attachments: [{{key: photo-1, must_view: true}}, {{must_view: true}}]
      signing: {{methods: [typed], consent: {{"": Yes to O-1}}, receipt: true}}
  - name: less
    given: {{record: {{number: O-2, owner: Alice}}}}
    expect: {{recipients: [{{}}, {{}}], documents: [{{}}]}}
""".replace("'", '"').replace("True", "true")


def test_examples_that_show_everything_pass_and_miss_everything() -> None:
    mapping = compile_mapping(TEXT + SHOWS_ALL, "sample.yaml")
    assert [str(result) for result in run_examples(mapping) if not result.passed] == []
    assert [str(problem) for problem in unmissed(mapping)] == []


@pytest.mark.parametrize(
    ("gone", "left", "row"),
    [
        ("turn: 2, name: Bob", "name: Bob", "request.recipients[partner].turn"),
        (", role: copy", "", ""),  # without it the order is another
        ("name: Charlie, ", "", ""),  # the only row must stay, so that it is not looked at alone
        (", intro: Welcome", "", "request.documents[offer].rows[intro]"),
        ("file_name: o-O-1.pdf, ", "", "request.documents[offer].file_name"),
        ("recipients: [{}, {}], ", "", "request.recipients[partner].when"),
        ("key: photo-1, must_view: true", "key: photo-1", "request.attachments[photo].must_view"),
        (", receipt: true", "", "request.signing.receipt"),
        ("methods: [typed], ", "", "request.signing.methods"),
    ],
)
def test_what_no_example_shows_is_told(gone: str, left: str, row: str) -> None:
    assert gone in SHOWS_ALL
    mapping = compile_mapping(TEXT + SHOWS_ALL.replace(gone, left), "sample.yaml")
    assert [problem.row for problem in unmissed(mapping)] == ([row] if row else [])


@pytest.mark.parametrize(
    ("expect", "line"),
    [
        ("recipients: [{}, {name: Eva}, {}]", "from: partner}]"),
        ("recipients: [{}, {turn: 3}, {}]", "key: partner"),
        ("documents: [{source: {values: {intro: x}}}, {}]", "to: intro"),
        ("documents: [{title: x}, {}]", "title: Offer"),
        ("documents: [{}, {source: {file: x}}]", "attachment: {from: plan}"),
        ("attachments: [{must_view: false}, {}]", "key: photo"),
        ("attachments: [{}, {title: x}]", "key: map"),
        ("signing: {receipt: false}", "receipt: true"),
        ("error: {rule: request.documents.offer.number}", "to: number"),
    ],
)
def test_a_difference_names_the_line_that_gave_the_value(expect: str, line: str) -> None:
    record = str(RECORD).replace("'", '"').replace("True", "true")
    example = f"  - {{name: n, given: {{record: {record}}}, expect: {{{expect}}}}}\n"
    text = TEXT + example
    (result,) = run_examples(compile_mapping(text, "sample.yaml"))
    (told,) = [str(problem) for problem in result.problems]
    numbers = [n for n, one in enumerate(text.splitlines(), 1) if line in one]
    assert any(f"correct the row in line {number}," in told for number in numbers), told


def test_each_value_is_explained() -> None:
    mapping = compile_mapping(TEXT + SHOWS_ALL, "sample.yaml")
    plan, rows = explain_plan(mapping, RECORD, MOMENT)
    assert plan is not None
    found = {row.rule: row.value for row in rows}
    assert found["request.recipients.partner.name"] == "Bob"
    assert found["request.recipients.boss.name"] == "Charlie"
    assert found["request.documents.offer.intro"] == "Welcome"
    assert found["request.documents.offer.title"] == "Offer O-1"
    assert found["request.documents.offer.file_name"] == "o-O-1.pdf"
    assert found["request.documents.plan.attachment"] == "p.pdf"
    assert found["request.attachments.photo[1].url"] == "https://a.example/1.jpg"
    assert found["request.attachments.photo[1].must_view"] is True
    assert found["request.attachments.map.base64"] == "bWFw"
    assert {"Charlie", "Welcome"} <= own_words(mapping)
    explained = {row.rule: row.path for row in rows}
    assert explained["request.documents.offer.intro"] == ("request", "documents", 0, "rows", 1)


def test_a_plan_as_data_has_everything() -> None:
    plan = compile_mapping(TEXT + SHOWS_ALL, "sample.yaml").plan(RECORD, now=MOMENT)
    data = plan_data(plan)
    assert [one["key"] for one in data["documents"]] == ["offer", "plan"]
    assert [one["must_view"] for one in data["attachments"]] == [True, True]
    assert data["signing"]["consent"] == {"": "Yes to O-1"}
    rows = recipient_rows("w", "r", data)
    assert [(row["key"], row["role"], row["turn"]) for row in rows] == [
        ("owner", "signer", 1), ("partner", "signer", 2), ("boss", "copy", 1),
    ]  # fmt: skip
    flat = flat_plan(plan)
    assert flat["request.recipients.partner.turn"] == 2
    assert flat["request.documents.plan.source"] == {"kind": "attachment", "file": "p.pdf"}


def test_what_is_recorded_is_made_up_and_comes_out_alike() -> None:
    mapping = compile_mapping(TEXT + SHOWS_ALL, "sample.yaml")
    known = fields_read(mapping, None)
    assert known.kind("photos.url") is Kind.ADDRESS_OF_FILE
    assert known.kind("map") is Kind.CONTENT
    assert known.kind("partner") is Kind.NAME
    assert known.roots is not None
    assert {"owner", "partner", "number", "intro", "plan", "photos", "map"} <= known.roots
    made = MadeUp(known, MOMENT).record({**RECORD, "owner": "Olga", "unread": "Olga's"})
    assert "Olga" not in str(made)
    assert "a.example" not in str(made)
    real, other = (mapping.plan(one, now=MOMENT) for one in (RECORD, made))
    assert real is not None
    assert other is not None
    assert other.problems == real.problems == ()
    assert [one.key for one in other.attachments] == [one.key for one in real.attachments]
