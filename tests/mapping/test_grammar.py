"""What a person can write wrong in a mapping file, and that each line of the answer helps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.kernel.errors import ConfigurationError
from hub.mapping.loader import compile_mapping, load_folder, load_mapping
from tests.mapping.samples import EXAMPLES, HEAD, REQUEST, compiled, sample


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        compile_mapping(text, "sample.yaml")
    assert caught.value.problems, "an error without a line helps nobody"
    for line in caught.value.problems:
        assert re.match(r"sample\.yaml:\d+:\d+: .+: .+; .+", line), line
    return list(caught.value.problems)


def test_a_good_mapping_has_no_problems() -> None:
    mapping = compiled()
    assert mapping.key == "sample"
    assert mapping.triggers == {"button"}
    assert mapping.providers == ("bankid",)
    assert len(mapping.sha256) == 64


# what is replaced in the good file, by what, and what the answer is
WRONG = [
    ("trigger:", "triger:", "3:1: triger: unknown key 'triger'; did you mean 'trigger'?"),
    ("button", "buton", "3:11: trigger[1]: unknown trigger 'buton'; did you mean 'button'?"),
    (
        "connector:",
        "conector:",
        "source.conector: unknown key 'conector'; did you mean 'connector'",
    ),
    ("14d", "14 days", "request.expires_after: is no duration; write for example 90s, 30m, 24h"),
    ("14d", "0d", "is no duration"),
    ("provider: bankid", "provider: [bankid, bankid]", "'bankid' is named twice; remove one"),
    ("channels: sms", "channels: {a: sms}", "must be one entry or a list of them; start each"),
    ("channels: sms", "channels: [sms, mail, sms]", "'sms' is named twice; remove one"),
    ("from: customer_name", "from: a, map: {x: [y]}", "must be a text, not a list; correct it"),
    ("from: customer_name", "from: a, default: [y]", "must be a text, not a list or a block"),
    ("kind: information_request", "kind: Information Request", "is no key; use lower-case"),
    ("to: name", "to: nmae", "unknown recipient field 'nmae'; did you mean 'name'?"),
    ("from: customer_name", "from: customer..name", "is not a path; write names joined by dots"),
    ("from: customer_name", "frm: customer_name", "unknown key 'frm'; did you mean 'from'?"),
    ("from: customer_name", "from: a, value: b", "has from and value; give exactly one of"),
    ("from: customer_name", "default: x", "has no source; give exactly one of"),
    ("from: customer_name", "value: x, required: true", "is never missing; remove default"),
    ("from: customer_name", "expr: '1 +'", "not valid JSONata at character 3"),
    ("from: customer_name", "expr: '$eval(1)'", "$eval is not available here"),
    ("from: customer_name", "from: a, convert: e165:SE", "unknown converter 'e165'; did you mean"),
    (
        "from: customer_name",
        "from: a, convert: e164",
        "not complete or has too much; write 'e164:SE'",
    ),
    ("from: customer_name", "from: a, convert: 'trim:1'", "write 'trim'"),
    ("from: customer_name", "from: a, convert: 'e164:SWE'", "'SWE' is no country"),
    ("from: customer_name", "from: a, convert: 'truncate:0'", "'0' is no count"),
    ("from: customer_name", "from: a, direction: boht", "unknown direction 'boht'; did you mean"),
    ("from: customer_name", "from: a, required: maybe", "must be yes or no; write true or false"),
    ("from: customer_name", "from: [a]", "must be a text; quote it"),
    ("provider: bankid", "provider: [bankid, 5]", "request.provider[2]: must be a text"),
    ("provider: bankid\n  ", "", "request.provider: is missing; add it"),
    ("mapping: sample", "mapping:", "mapping: has no value; give it one or remove the key"),
    ("kind: information_request", f"kind: {'k' * 41}", "must have 1 to 40 characters"),
    ("kind:", "language: Svenska\n  kind:", "'Svenska' is no code of a language; write for"),
    ("kind:", "language: {from: a, default: x1}\n  kind:", "'x1' is no code of a language"),
    (
        "kind:",
        "lines: {for_each: a, currency: kr, rows: [{to: text, from: item}]}\n  kind:",
        "'kr' is no currency; write its three letters, such as SEK",
    ),
    ("expect: {recipient: {name: Alice}}", "expect: {skipped: true, title: x}", "stands alone"),
    (
        "record: {customer",
        "records: {a: 7}, record: {customer",
        "given.records.a: must be a block, or a list of them; write",
    ),
    (
        "record: {customer",
        "records: {a: [{}, 7]}, record: {customer",
        "must be a block, or a list of them; write {id: C-1}",
    ),
    ("kind:", "documents: [a]\n  kind:", "must be a block of keys"),
    (
        "source: {connector: agiloft, table: service_case}",
        "source: agiloft",
        "must be a block of keys",
    ),
]


@pytest.mark.parametrize(("good", "bad", "answer"), WRONG)
def test_a_fault_is_told_with_its_place_and_the_way_out(good: str, bad: str, answer: str) -> None:
    text = sample()
    assert good in text
    assert any(answer in line for line in faults(text.replace(good, bad, 1)))


LATER = """\
records:
  c: {in: r, rows: [{to: a, from: records.d.id}]}
  d: {in: r, rows: [{to: a, value: 1}]}
"""
FAILED_NEEDS = """\
back: {failed: [{update: [{to: a, from: records.c.id}]}]}
records: {c: {in: r, rows: [{to: a, value: 1}]}}
"""
EXTRA_WRONG = [
    ("records: {c: {in: r, rows: []}}\n", "records.c.rows: is empty; write at least one"),
    ("records: {c: {rows: [{to: a, value: 1}]}}\n", "records.c.in: is missing"),
    ("records: {C C: {in: r, rows: [{to: a, value: 1}]}}\n", "'C C' is no key"),
    (
        "records: {c: {in: r, match: [b], rows: [{to: bb, value: 1}]}}\n",
        "no row gives; did you mean",
    ),
    (
        "records: {c: {in: r, rows: [{to: a, from: fomr.x}]}}\n",
        "unknown name 'fomr'; did you mean 'form'",
    ),
    (
        "records: {c: {in: r, rows: [{to: a, value: 1}], note: 'x {{ nme }}'}}\n",
        "unknown name 'nme'",
    ),
    ("records: {c: {in: r, rows: [{to: a, from: records.d.id}]}}\n", "unknown record 'd'"),
    (
        LATER,
        "needs record 'd', which is made later; move 'd' up",
    ),
    ("back: {completed: [{note: ' '}]}\n", "back.completed[1].note: is empty; write a text"),
    (
        "back: {completed: [{update: [{to: a, value: 1}, both]}]}\n",
        "'both' must be the first entry; move it up",
    ),
    (
        "back: {completed: [{update: [{to: a, value: 1}, {to: a, value: 2}]}]}\n",
        "back.completed[1].update[a]: 'a' is given twice, first in line",
    ),
    (
        "records: {c: {in: r, rows: [{to: a, value: 1}, {to: a, value: 2}]}}\n",
        "records.c.rows[a]: 'a' is given twice, first in line",
    ),
    ("back: {complete: [{note: x y}]}\n", "unknown event 'complete'; did you mean 'completed'?"),
    ("back: {sent: [{note: x y}]}\n", "unknown event 'sent'"),
    ("back: {completed: [{update: []}]}\n", "must be a list of rows; or write the word both"),
    ("back: {completed: [{update: [{to: a}]}]}\n", "back.completed[1].update[a]: has no source"),
    ("back: {completed: [{email: x}]}\n", "email: must be a block of keys"),
    (
        "back: {completed: [{email: {to: bob, subject: a b, text: a b}}]}\n",
        "'bob' is no e-mail address; write one, assigned, or a block with from",
    ),
    (
        "back: {completed: [{email: {to: assigned, subject: a b, text: '{{ who }}'}}]}\n",
        "unknown name 'who'",
    ),
    (
        "back: {declined: [{email: {to: assigned, subject: a, text: b, attach: signed}}]}\n",
        "'signed' is only there when completed",
    ),
    ("back: {completed: [{attach: report}]}\n", "unknown attachment 'report'"),
    ("back: {completed: [{note: a b, update: both}]}\n", "must hold one action"),
    (
        FAILED_NEEDS,
        "only made when completed",
    ),
    ("then: {completed: [{webhook: {url: x, secrets: a}}]}\n", "did you mean 'secret'?"),
    (
        "then: {completed: [{webhook: {url: 'ftp://a', secret: a, rows: [{to: a, value: 1}]}}]}\n",
        "'ftp://a' is no address; begin it with https://",
    ),
    (
        "then: {completed: [{update: {in: r, table: t, rows: [{to: a, value: 1}]}}]}\n",
        "update.id: is missing",
    ),
    ("when: 'status ='\n", "when: the expression is not valid JSONata"),
]


@pytest.mark.parametrize(("extra", "answer"), EXTRA_WRONG)
def test_faults_in_records_and_steps_are_told(extra: str, answer: str) -> None:
    assert any(answer in line for line in faults(sample(extra)))


def test_more_than_three_reminders_are_an_error() -> None:
    reminders = "  reminders: {after: 24h, limit: 4}\n"
    line = next(iter(faults(sample(reminders))))
    assert "4 reminders are not allowed; write 0 to 3" in line


@pytest.mark.parametrize("quiet", ["21-08", "25:00-08:00", "21:00", "21:00-21:00", 5])
def test_quiet_hours_are_a_span(quiet: object) -> None:
    line = next(iter(faults(sample(f'  reminders: {{after: 24h, quiet: "{quiet}"}}\n'))))
    assert "is no span of hours" in line


@pytest.mark.parametrize("step", ["7", "text", "[update]"])
def test_a_step_that_is_no_block_is_told_with_its_place(step: str) -> None:
    (line,) = faults(sample(f"back: {{completed: [{step}]}}\n"))
    assert "back.completed[1]: must be a block of keys" in line


def test_all_faults_of_a_file_are_told_at_once_and_in_order() -> None:
    text = sample("bakc: {}\n").replace("button", "buton").replace("14d", "soon")
    lines = faults(text.replace("to: name", "to: nmae"))
    assert len(lines) == 4
    places = [tuple(map(int, line.split(":")[1:3])) for line in lines]
    assert places == sorted(places)


def test_what_is_given_twice_is_told_at_the_second_place() -> None:
    rows = "    - {to: name, from: a}\n    - {to: name, from: b}"
    assert faults(sample().replace("    - {to: name, from: customer_name}", rows)) == [
        (
            "sample.yaml:11:7: request.recipient[name]: 'name' is given twice, first in line 10; "
            "remove one of them"
        )
    ]


def test_a_key_that_is_misspelt_is_not_told_as_missing_too() -> None:
    (line,) = faults(sample().replace("expires_after", "expire_after"))
    assert "unknown key 'expire_after'; did you mean 'expires_after'?" in line


def test_the_place_is_that_of_the_key_in_the_file() -> None:
    text = HEAD + REQUEST + "    - {to: email, from: a, convert: [trim, upcase]}\n" + EXAMPLES
    (line,) = faults(text)
    assert line.startswith("sample.yaml:11:44: request.recipient[email].convert[2]: unknown conv")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("a: [1\nb: 2", "YAML"),
        ("mapping: a\nmapping: b", "2:1: mapping: stands here twice; remove one of them"),
        ("a: &x 1\nb: 2", "anchors are not allowed; remove &x"),
        ("a: &x 1\nb: *x", "anchors and very deep nesting are not allowed; write it out"),
        ("a: !!python/object/apply:os.system [x]", "is not allowed; remove it"),
        ("a: !thing x", "the tag !thing is not allowed; remove it"),
        ("- 1", "must be keys with values; write"),
        ("a: " + "[" * 200 + "]" * 200, "nesting"),
        ("a: '" + "x" * 300_000 + "'", "larger than"),
        ("a: \x00", "YAML"),
    ],
)
def test_text_that_is_no_plain_yaml_is_refused_with_its_place(text: str, answer: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        compile_mapping(text, "sample.yaml")
    assert any(answer in line for line in caught.value.problems), caught.value.problems
    assert all(re.match(r"sample\.yaml:\d+:\d+: ", line) for line in caught.value.problems)


def test_an_empty_file_says_what_is_missing() -> None:
    assert any("mapping: is missing" in line for line in faults(""))


def test_a_folder_is_loaded_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "sample.yaml").write_text(sample())
    assert list(load_folder(tmp_path)) == ["sample"]
    (tmp_path / "other.yaml").write_text(sample())
    (tmp_path / "third.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError) as caught:
        load_folder(tmp_path)
    assert "rename the file to sample.yaml" in caught.value.problems[0]
    assert "is not UTF-8 text" in caught.value.problems[1]


def test_a_file_that_is_not_there_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_mapping(tmp_path / "none.yaml")


def test_the_hash_is_that_of_the_text() -> None:
    assert compiled().sha256 == compiled().sha256
    assert compiled().sha256 != compiled("carries_on: upstream\n").sha256
