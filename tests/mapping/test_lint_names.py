"""Names that lead nowhere: fields of the source, answers, what is known of the outcome, fields and
tables of other systems, values that nobody sets."""

from __future__ import annotations

import pytest

from hub.mapping.known import KnownTables
from hub.mapping.lint import Problem, lint
from hub.mapping.loader import compile_mapping
from hub.mapping.surroundings import Surroundings
from tests.mapping.samples import HEAD, REQUEST, sample
from tests.mapping.test_lint import FIELDS, FORMS, GOOD, INSTANCES, found

REGISTER = KnownTables({"customer": ["name", "mobile"], "invoice": None}, complete=True)
UPSTREAM = KnownTables({"service_case": FIELDS}, renew="paraph discover agiloft {table}")


def checked(extra: str, *, head: str = HEAD, request: str = GOOD) -> list[Problem]:
    instances = {**INSTANCES, "register": INSTANCES["agiloft"]}
    mapping = compile_mapping(sample(extra, head=head, request=request), "sample.yaml")
    problems = lint(
        mapping,
        instances=instances,
        forms=FORMS,
        texts=("signature",),
        tables={"register": REGISTER, "agiloft": UPSTREAM},
    )
    return [problem for problem in problems if "no example shows" not in problem.message]


IN_REQUEST = [
    ("when: stat = 1\n", "", "when: unknown field of the source 'stat'; did you mean 'state'?"),
    ("when: $exists($$.mobil)\n", "", "unknown field of the source 'mobil'"),
    ("", "  title: 'For {{ mobil }}'\n", "request.title: unknown field of the source 'mobil'"),
    ("", "  title: {en: 'For {{ record.mobil }}'}\n", "unknown field of the source 'mobil'"),
    ("", "  number: {from: numer}\n", "request.number.from: unknown field of the source 'numer'"),
    ("", "  language: {from: langage}\n", "request.language.from: unknown field of the source"),
    (
        "",
        "  prefill: [{to: name, expr: 'customer_nam & mobile'}]\n",
        "request.prefill[name].expr: unknown field of the source 'customer_nam'",
    ),
    (
        "",
        "  lines: {for_each: rows, currency: SEK, rows: [{to: text, from: item.text}]}\n",
        "request.lines.for_each: unknown field of the source 'rows'",
    ),
    (
        "",
        "  lines: {for_each: state, currency: SEK, rows: [{to: text, from: itm.text}]}\n",
        "request.lines.rows[text].from: unknown field of the source 'itm'",
    ),
]


@pytest.mark.parametrize(("extra", "request_part", "told"), IN_REQUEST)
def test_the_request_reads_fields_of_the_source(extra: str, request_part: str, told: str) -> None:
    lines = [str(problem) for problem in found(extra, request=GOOD + request_part)]
    assert any(told in line for line in lines), lines
    assert len(lines) == 1


IN_STEPS = [
    ("expr: 'form.nmae & form.mobile'", "unknown form field 'nmae'; did you mean 'name'?"),
    ("expr: 'record.stat'", "unknown name below 'record' 'stat'; did you mean 'state'?"),
    ("expr: 'state'", "unknown name 'state'; did you mean 'record.state'?"),
    ("expr: 'fom.name'", "unknown name 'fom'; did you mean 'form'?"),
    ("from: request.titel", "unknown name below 'request' 'titel'; did you mean 'title'?"),
    ("from: recipient.national_id", "unknown name below 'recipient' 'national_id'"),
    ("from: signature.signed_at", "unknown name below 'signature' 'signed_at'"),
    ("expr: '$sum(lines.prise)'", "unknown name below 'lines' 'prise'; did you mean 'price'?"),
]


@pytest.mark.parametrize(("row", "told"), IN_STEPS)
def test_steps_read_what_happened(row: str, told: str) -> None:
    (problem,) = found(f"back: {{failed: [{{update: [{{to: state, {row}}}]}}]}}\n")
    assert told in str(problem)


def test_notes_and_conditions_read_what_happened() -> None:
    note = '{note: "{{ form.nmae }}", when: outcome.reson = 1}'
    lines = [str(problem) for problem in found(f"back: {{failed: [{note}]}}\n")]
    assert len(lines) == 2
    assert "back.failed[1].note: unknown form field 'nmae'" in lines[0]
    assert "back.failed[1].when: unknown name below 'outcome' 'reson'" in lines[1]


def test_answers_without_a_form_are_never_given() -> None:
    request = GOOD.replace("  form: repair_intake\n", "")
    (problem,) = found("back: {failed: [{note: '{{ form.name }}'}]}\n", request=request)
    assert "'form.name' is never answered; add 'form' to the request" in str(problem)


THEN_UPDATE = """\
then:
  failed:
    - update: {in: register, table: customer, id: {value: 1}, rows: [{to: mobil, value: 1}]}
"""
IN_OTHER_SYSTEMS = [
    (
        "records: {customer: {in: register, rows: [{to: nmae, value: 1}]}}\n",
        "records.customer.rows[nmae].to: unknown field of 'register' customer 'nmae'; did you mean",
    ),
    (
        "records: {custmer: {in: register, rows: [{to: name, value: 1}]}}\n",
        "unknown table of 'register' 'custmer'; did you mean 'customer'?",
    ),
    (
        "then: {failed: [{create: {in: register, table: custmer, rows: [{to: a, value: 1}]}}]}\n",
        "then.failed[1].create.table: unknown table of 'register' 'custmer'",
    ),
    (
        THEN_UPDATE,
        "then.failed[1].update.rows[mobil].to: unknown field of 'register' customer 'mobil'",
    ),
]


@pytest.mark.parametrize(("extra", "told"), IN_OTHER_SYSTEMS)
def test_what_is_written_elsewhere_is_known_there(extra: str, told: str) -> None:
    (problem,) = checked(extra)
    assert told in str(problem)


def test_a_table_without_known_fields_takes_any() -> None:
    assert checked("records: {invoice: {in: register, rows: [{to: any, value: 1}]}}\n") == []


def test_a_name_that_was_discovered_says_how_to_read_anew() -> None:
    (problem,) = checked("", request=GOOD.replace("from: mobile", "from: mobil"))
    assert problem.fix == "did you mean 'mobile'? (or: paraph discover agiloft service_case)"


@pytest.mark.parametrize(
    ("table", "severity", "told"),
    [
        ("service_cas", "error", "unknown table of 'agiloft' 'service_cas'; did you mean"),
        ("invoice", "warning", "names are not checked; paraph discover agiloft invoice"),
    ],
)
def test_a_table_beside_discovered_ones_is_told(table: str, severity: str, told: str) -> None:
    (problem,) = checked("", head=HEAD.replace("service_case", table))
    assert problem.severity == severity
    assert told in str(problem)


def test_a_value_that_nobody_sets_is_told_with_the_place_to_set_it() -> None:
    text = sample("values: {depot: , series: R}\n", request=GOOD)
    given = {"instances": INSTANCES, "forms": FORMS, "texts": (), "workspace": "config/w/main.yaml"}
    mapping = compile_mapping(text, "sample.yaml")
    (problem,) = lint(mapping, **given)  # type: ignore[arg-type]
    assert str(problem).endswith(
        "values.depot: nobody sets 'depot'; write 'values: {depot: …}' to config/w/main.yaml, "
        "or a value for all workspaces here"
    )
    around = Surroundings(values={"depot": "Uppsala"})
    assert lint(compile_mapping(text, "sample.yaml", around), **given) == []  # type: ignore[arg-type]


def test_a_fault_in_a_fragment_is_told_in_its_file() -> None:
    fragment = "fragment: people\nentries:\n  - {to: mobile, from: mobil}\n"
    request = REQUEST + "    - include: people\n"
    around = Surroundings({"people": fragment}, {}, "mappings/shared")
    mapping = compile_mapping(sample(request=request), "sample.yaml", around)
    (problem,) = lint(mapping, instances=INSTANCES, forms=FORMS, texts=(), source_fields=FIELDS)
    place = (problem.file, problem.line, problem.column)
    assert place == ("mappings/shared/people.yaml", 3, 18)
    assert "unknown field of the source 'mobil'" in problem.message
