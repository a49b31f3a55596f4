"""Documents and attachments of a request: where they come from, and records that do not fit."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from hub.contracts.papers import LARGEST_BASE64, MOST_ATTACHMENTS
from hub.kernel.errors import ConfigurationError
from hub.mapping.paper_sources import content_of
from hub.mapping.people import Unfit
from hub.mapping.plan import RequestPlan
from tests.mapping.samples import NOW, REQUEST, compiled

OFFER = "{key: offer, title: Offer, template: offer, rows: [{to: number, from: number}]}"
PDF = b64encode(b"%PDF-1.7 and so on").decode()


def planned(part: str, record: dict[str, Any]) -> RequestPlan:
    plan = compiled(request=REQUEST + part).plan({"customer_name": "Alice", **record}, now=NOW)
    assert plan is not None
    return plan


def documents(entry: str, **record: Any) -> list[dict[str, Any]]:
    plan = planned(f"  documents:\n    - {entry}\n", record)
    assert plan.problems == ()
    return [one.data() for one in plan.documents]


def told(part: str, entry: str, **record: Any) -> list[tuple[str, str]]:
    """The rules of what does not fit, and how."""
    plan = planned(f"  {part}:\n    - {entry}\n", record)
    return [(problem.rule, problem.code) for problem in plan.problems]


def test_a_document_is_made_by_the_hub_from_rows() -> None:
    entry = """\
key: offer
      title: {sv: "Offert {{ number }}", en: "Offer {{ number }}"}
      file_name: "offer {{ number }}"
      template: offer
      rows:
        - {to: number, from: number}
        - {to: intro, from: intro}
        - {to: customer_name, from: nobody}
        - {to: facts, from: facts}
"""
    facts = {"label": "Wood", "value": 7}
    (found,) = documents(entry, number=14, intro=" One\r\ntwo ", facts=facts)
    assert found == {
        "key": "offer",
        "title": "Offer 14",
        "file_name": "offer 14.pdf",
        "source": {
            "kind": "template",
            "template": "offer",
            "values": {
                "number": "14",
                "intro": "One\ntwo",
                "facts": [{"label": "Wood", "value": "7"}],
            },
        },
    }


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("attachment: {from: it}", {"id": 7}, {"kind": "attachment", "file": {"id": 7}}),
        ("attachment: {from: it}", "a.pdf", {"kind": "attachment", "file": "a.pdf"}),
        ("url: {from: it}", " https://x.example/a?b=1 ", {"kind": "url",
                                                          "url": "https://x.example/a?b=1"}),
        ("base64: {from: it}", f"{PDF[:8]}\n{PDF[8:]}", {"kind": "base64", "content": PDF}),
        ("url: {value: 'https://x.example/terms.pdf'}", 0, {"kind": "url",
                                                           "url": "https://x.example/terms.pdf"}),
    ],
)  # fmt: skip
def test_a_document_comes_from_the_record_or_an_address(
    source: str, value: Any, expected: dict[str, Any]
) -> None:
    (found,) = documents(f"{{key: plan, title: Plan, {source}}}", it=value)
    assert found["source"] == expected
    assert found["file_name"] == "plan.pdf"


@pytest.mark.parametrize(
    ("source", "value", "code"),
    [
        ("attachment", None, "missing"),
        ("attachment", [], "missing"),
        ("attachment", True, "bad_value"),
        ("url", "", "missing"),
        ("url", "ftp://x.example/a", "bad_value"),
        ("url", "file:///etc/passwd", "bad_value"),
        ("url", "javascript:alert(1)", "bad_value"),
        ("url", "https://", "bad_value"),
        ("url", "https://alice:secret@x.example/", "bad_value"),
        ("url", "https://x.example:port/", "bad_value"),
        ("url", "https://x.example/a b", "bad_value"),
        ("url", "https://x.example/" + "a" * 2000, "bad_value"),
        ("url", ["https://x.example/"], "bad_value"),
        ("base64", "no base64!", "bad_value"),
        ("base64", "abc", "bad_value"),
        ("base64", {"content": PDF}, "bad_value"),
        ("base64", 12, "bad_value"),
    ],
)
def test_a_source_that_does_not_fit_is_a_problem_of_the_record(
    source: str, value: Any, code: str
) -> None:
    entry = f"{{key: plan, title: Plan, {source}: {{from: it}}}}"
    assert told("documents", entry, it=value) == [(f"request.documents.plan.{source}", code)]
    missing = [] if code == "missing" else [(f"request.attachments.plan.{source}", code)]
    assert told("attachments", entry, it=value) == missing


def test_base64_may_have_so_many_bytes_and_no_more() -> None:
    content_of(b64encode(bytes(LARGEST_BASE64)).decode())
    for size in (LARGEST_BASE64 + 1, 3 * LARGEST_BASE64):
        with pytest.raises(Unfit, match="larger than 10 MB"):
            content_of(b64encode(bytes(size)).decode())
    with pytest.raises(Unfit, match="empty file"):
        content_of("  ")


def test_a_document_is_left_out_where_its_condition_says_no() -> None:
    entry = "{key: plan, title: Plan, attachment: {from: it}, when: it}"
    assert documents(entry) == []
    assert len(documents(entry, it="a.pdf")) == 1
    broken = entry.replace("when: it", "when: '$number(it) > 1'")
    assert told("documents", broken, it="x") == [
        ("request.documents.plan.when", "expression_failed")
    ]


def test_there_is_an_attachment_for_each_entry_of_a_list() -> None:
    entry = """\
key: photo
      for_each: photos
      title: "Photo {{ position }}: {{ item.what }}"
      attachment: {from: item.file}
      must_view: {from: item.must, convert: bool}
      file_name: "{{ item.what }}.jpg"
"""
    photos = [
        {"what": "roof/top", "file": 1, "must": "yes"},
        {"what": "door", "file": 2},
        {"what": "none"},
    ]
    plan = planned(f"  attachments:\n    - {entry}", {"photos": photos})
    assert plan.problems == ()
    assert [one.data() for one in plan.attachments] == [
        {"key": "photo-1", "title": "Photo 1: roof/top", "file_name": "roof-top.jpg",
         "must_view": True, "source": {"kind": "attachment", "file": 1}},
        {"key": "photo-2", "title": "Photo 2: door", "file_name": "door.jpg",
         "must_view": False, "source": {"kind": "attachment", "file": 2}},
    ]  # fmt: skip
    single = planned(f"  attachments:\n    - {entry}", {"photos": photos[0]})
    assert [one.key for one in single.attachments] == ["photo-1"]
    assert planned(f"  attachments:\n    - {entry}", {}).attachments == ()


def test_entries_that_do_not_fit_are_told_with_their_number() -> None:
    entry = (
        "{key: p, for_each: photos, title: P, url: {from: item.url}, must_view: {from: item.must}}"
    )
    good = {"url": "https://x.example/a.jpg"}
    photos = [good, "b.jpg", {"url": "b.jpg"}, {**good, "must": "perhaps"}]
    assert told("attachments", entry, photos=photos) == [
        ("request.attachments.p[2]", "bad_value"),
        ("request.attachments.p[3].url", "bad_value"),
        ("request.attachments.p[4].must_view", "bad_value"),
    ]
    many = [good] * (MOST_ATTACHMENTS + 1)
    assert told("attachments", entry, photos=many) == [
        ("request.attachments.p.for_each", "bad_value")
    ]


def test_all_attachments_together_may_be_so_many() -> None:
    part = "  attachments:\n" + "".join(
        f"    - {{key: p{n}, for_each: photos, title: P, url: {{from: item.url}}}}\n" for n in "12"
    )
    photos = [{"url": "https://x.example/a.jpg"}] * (MOST_ATTACHMENTS // 2)
    assert len(planned(part, {"photos": photos}).attachments) == MOST_ATTACHMENTS
    plan = planned(part, {"photos": [*photos, photos[0]]})
    assert [(one.rule, one.code) for one in plan.problems] == [("request.attachments", "bad_value")]
    assert plan.attachments == ()


@pytest.mark.parametrize(
    ("facts", "good"),
    [
        ([{"label": "a", "value": "b"}], True),
        ({"label": "a", "value": 1}, True),
        ("oak", False),
        ([{"label": "a"}], False),
        ([{"label": "a", "value": {}}], False),
        ([{"label": "a", "value": "b"}] * 61, False),
    ],
)
def test_facts_are_a_list_of_labels_and_values(facts: Any, good: bool) -> None:
    entry = "{key: o, title: O, template: offer, rows: [{to: facts, from: facts}]}"
    rule = ("request.documents.o.facts", "bad_value")
    assert told("documents", entry, facts=facts) == ([] if good else [rule])


@pytest.mark.parametrize("value", [["a"], {"a": 1}, True, "x" * 501, "a\x00b"])
def test_a_field_of_a_template_is_a_text(value: Any) -> None:
    assert told("documents", OFFER, number=value) == [
        ("request.documents.offer.number", "bad_value")
    ]


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("documents: [{key: a, title: A}]", "has no source; give exactly one of template, attach"),
        (
            "documents: [{key: a, title: A, url: {from: b}, base64: {from: b}}]",
            "has url and base64; give exactly one of",
        ),
        ("documents: [{key: a, title: A, tempalte: offer}]", "did you mean 'template'?"),
        (
            "documents: [{key: a, title: A, template: ofer, rows: [{to: number, from: a}]}]",
            "unknown template 'ofer'; did you mean 'offer'?",
        ),
        (
            "documents: [{key: a, title: A, template: offer, rows: [{to: nubmer, from: a}]}]",
            (
                "request.documents[a].rows[nubmer].to: unknown template field 'nubmer'; did you "
                "mean 'number'?"
            ),
        ),
        (
            "documents: [{key: a, title: A, template: offer}]",
            "request.documents[a].rows: is missing; say what stands on the document",
        ),
        (
            "documents: [{key: a, title: A, url: {from: b}, rows: [{to: number, from: a}]}]",
            "are for a template only; remove them",
        ),
        ("documents: [{key: a, url: {from: b}}]", "request.documents[a].title: is missing"),
        (f"documents: [{OFFER}, {OFFER}]", "'offer' stands here twice; rename one of them"),
        ("documents: []", "must have 1 to 10 entries"),
        (
            "attachments: [{key: a, title: A, template: offer}]",
            "unknown key 'template'; use one of: attachment",
        ),
        (
            "attachments: [{key: a, title: A, url: {from: b}, must_view: perhaps}]",
            "must be yes or no; write true, false or where it is read",
        ),
        (
            "attachments: [{key: a, title: A, url: {value: terms.pdf}}]",
            "request.attachments[a].url.value: is no address",
        ),
        (
            "attachments: [{key: a, title: A, url: {from: b, map: {x: y}}}]",
            "request.attachments[a].url.map.x: is no address",
        ),
        (f"attachments: [{{key: {'a' * 38}, title: A, url: {{from: b}}}}]", "1 to 37 characters"),
        (
            "documents: [{key: a, title: '{{ a | shout }}', url: {from: b}}]",
            "unknown filter 'shout'",
        ),
        (
            (
                "documents: [{key: o, title: O, template: offer, rows: [{to: terms, from: a}, "
                "{to: terms, from: b}]}]"
            ),
            "'terms' is given twice",
        ),
        (
            "attachments: [{key: a, title: '{{ values.x }}', url: {from: b}}]",
            "unknown value 'x'",
        ),
    ],
)
def test_a_fault_is_told_with_its_place_and_the_way_out(part: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        compiled(request=f"{REQUEST}  {part}\n")
    lines = [line.replace("[1]", "[a]") for line in caught.value.problems]
    assert any(message in line for line in lines), caught.value.problems
    assert all(line.startswith("sample.yaml:11:") for line in caught.value.problems)
