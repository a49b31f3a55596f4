"""Fragments that mappings share: pasted in place, told of by their own file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.kernel.errors import ConfigurationError
from hub.mapping.compiled import CompiledMapping
from hub.mapping.loader import compile_mapping, load_mapping
from hub.mapping.surroundings import Surroundings
from tests.mapping.samples import HEAD, NOW, sample

CONTACT = """\
fragment: contact
entries:
  - {to: name, from: customer_name}
  - {to: email, from: customer_email, convert: trim}
"""
BEGIN = "request:\n  kind: k\n  provider: bankid\n  channels: sms\n  expires_after: 14d\n"
ASKS = (
    BEGIN
    + """\
  recipient:
    - {include: contact}
    - {to: mobile, from: customer_mobile}
"""
)


def with_shared(request: str = ASKS, **fragments: str) -> CompiledMapping:
    return compile_mapping(sample(request=request), "sample.yaml", Surroundings(fragments))


def problems(request: str = ASKS, **fragments: str) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        with_shared(request, **fragments)
    return list(raised.value.problems)


def test_the_entries_stand_where_they_were_included() -> None:
    mapping = with_shared(contact=CONTACT)
    assert [row.to for row in mapping.request.recipient] == ["name", "email", "mobile"]
    plan = mapping.plan({"customer_name": "Alice", "customer_email": " a@example.com "}, now=NOW)
    assert plan is not None
    assert plan.recipients[0].email == "a@example.com"


def test_fragments_may_include_fragments() -> None:
    outer = "fragment: contact\nentries: [{include: inner}, {to: email, value: a@example.com}]\n"
    inner = "fragment: inner\nentries: [{to: name, from: customer_name}]\n"
    mapping = with_shared(contact=outer, inner=inner)
    assert [row.to for row in mapping.request.recipient] == ["name", "email", "mobile"]
    assert set(mapping.document.fragments) == {"contact", "inner"}


def test_a_fault_is_told_with_the_fragments_file_and_line() -> None:
    faulty = CONTACT.replace("convert: trim", "convert: trimm")
    (problem,) = problems(contact=faulty)
    assert problem.startswith("shared/contact.yaml:4:")
    assert "request.recipient[email].convert" in problem
    assert "did you mean 'trim'?" in problem


def test_what_follows_an_include_keeps_its_own_place() -> None:
    asks = ASKS.replace("from: customer_mobile", "form: customer_mobile")
    first, *_ = problems(asks, contact=CONTACT)
    line = (HEAD + asks).splitlines().index("    - {to: mobile, form: customer_mobile}") + 1
    assert first.startswith(f"sample.yaml:{line}:")


@pytest.mark.parametrize(
    ("request_", "fragments", "told"),
    [
        (ASKS, {}, "unknown fragment 'contact'; write it to shared/contact.yaml"),
        (ASKS, {"contacts": CONTACT}, "unknown fragment 'contact'; did you mean 'contacts'?"),
        (ASKS, {"contact": "entries: [1]\n"}, "fragment: must be 'contact'; as the file is called"),
        (ASKS, {"contact": "fragment: contact\n"}, "entries: must be a list"),
        (ASKS, {"contact": CONTACT + "more: 1\n"}, "more: unknown key 'more'"),
        (ASKS, {"contact": "fragment: [contact\n"}, "shared/contact.yaml:2:1: YAML:"),
        (
            ASKS.replace("{include: contact}", "{include: contact, to: name}"),
            {"contact": CONTACT},
            "include: stands beside other keys; give it an entry of its own",
        ),
        (
            ASKS.replace("{include: contact}", "{include: [contact]}"),
            {"contact": CONTACT},
            "unknown fragment '['contact']'",
        ),
        (
            ASKS,
            {"contact": "fragment: contact\nentries: [{include: contact}]\n"},
            "shared/contact.yaml:2:12: entries[1].include: 'contact' includes itself",
        ),
    ],
)
def test_an_include_that_leads_nowhere(request_: str, fragments: dict[str, str], told: str) -> None:
    found = problems(request_, **fragments)
    assert any(told in each for each in found), found


def test_include_outside_of_a_list_is_no_key() -> None:
    found = problems(BEGIN + "  include: contact\n  recipient: [{to: name, from: a}]\n")
    assert any("unknown key 'include'" in each for each in found), found


def test_include_is_a_field_like_any_other_in_the_record_of_an_example() -> None:
    text = sample().replace(
        "record: {customer_name: Alice}",
        "record: {customer_name: Alice, options: [{include: true, sku: X}, {include: y}]}",
    )
    mapping = compile_mapping(text, "sample.yaml")
    record = mapping.examples[0]["given"]["record"]
    assert record["options"] == [{"include": True, "sku": "X"}, {"include": "y"}]


def test_fragments_cannot_multiply_without_end() -> None:
    doubling = {}
    for n in range(6):
        many = ", ".join([f"{{include: f{n + 1}}}"] * 200)
        doubling[f"f{n}"] = f"fragment: f{n}\nentries: [{many}]\n"
    last = "fragment: f6\nentries: [{to: name, value: a}]\n"
    found = problems(ASKS.replace("contact", "f0"), **doubling, f6=last)
    assert any("is more than may be included" in each for each in found)


def test_the_version_changes_with_its_fragments() -> None:
    one, other = with_shared(contact=CONTACT), with_shared(contact=CONTACT.replace("trim", "lower"))
    unused = with_shared(contact=CONTACT, unused="anything")
    assert one.sha256 != other.sha256
    assert one.sha256 == unused.sha256
    assert one.text == other.text


def test_fragments_are_read_from_the_folder_beside_the_mapping(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "contact.yaml").write_text(CONTACT, encoding="utf-8")
    path = tmp_path / "sample.yaml"
    path.write_text(sample(request=ASKS), encoding="utf-8")
    assert len(load_mapping(path).request.recipient) == 3
    (tmp_path / "shared" / "contact.yaml").write_bytes(b"\xff")
    with pytest.raises(ConfigurationError, match="contact"):
        load_mapping(path)
