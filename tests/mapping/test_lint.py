"""Cross checks: what a mapping refers to must be there and able to do it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from hub.contracts.capabilities import Capability as C
from hub.contracts.manifest import PluginKind
from hub.kernel.errors import ConfigurationError
from hub.mapping.lint import Problem, lint
from hub.mapping.loader import activate, compile_mapping, load_forms
from tests.mapping.samples import EXAMPLES, REQUEST, ROOT, compiled, sample


@dataclass(frozen=True)
class Info:
    kind: PluginKind
    capabilities: frozenset[C]


CONNECTOR = Info(PluginKind.CONNECTOR, frozenset({C.FETCH, C.CREATE, C.UPDATE, C.NOTE, C.HOOK}))
SIGNS = frozenset({C.INTERACTIVE, C.POLL, C.EVIDENCE, C.IDENTITY, C.ENFORCES_PERSON, C.CANCEL})
INSTANCES = {
    "agiloft": CONNECTOR,
    "reader": Info(PluginKind.CONNECTOR, frozenset({C.FETCH})),
    "bankid": Info(PluginKind.PROVIDER, SIGNS),
    "sms": Info(PluginKind.CHANNEL, frozenset({C.SMS})),
    "mail": Info(PluginKind.CHANNEL, frozenset({C.EMAIL})),
}
FORMS = load_forms(ROOT / "config" / "forms")
FIELDS = ("customer_name", "mobile", "state")
GOOD = REQUEST + "    - {to: mobile, from: mobile}\n  form: repair_intake\n"


def found(extra: str = "", *, request: str = GOOD, **changed: object) -> list[Problem]:
    """What lint says, without the warnings that no example shows an event."""
    given: dict[str, object] = {
        "instances": INSTANCES,
        "forms": FORMS,
        "texts": ("signature",),
        "source_fields": FIELDS,
    }
    problems = lint(compiled(extra, request=request), **{**given, **changed})  # type: ignore[arg-type]
    return [problem for problem in problems if "no example shows" not in problem.message]


def test_what_is_shared_where_there_is_no_portal_is_a_warning() -> None:
    request = GOOD + "  share: {with: contact}\n"
    assert found(request=request) == []
    (problem,) = found(request=request, portal=False, workspace="alice.yaml")
    assert (problem.severity, problem.row) == ("warning", "request.share")
    assert problem.message == "there is no portal to show it"
    assert problem.fix == "add portal: {region: …} to alice.yaml"


def test_a_mapping_that_fits_has_no_problems() -> None:
    assert (
        found("records: {c: {in: agiloft, rows: [{to: a, from: form.name}], note: signature}}\n")
        == []
    )


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        (
            "provider: bankid",
            "provider: banikd",
            "unknown instance 'banikd'; did you mean 'bankid'?",
        ),
        ("provider: bankid", "provider: sms", "'sms' is a channel; name a provider here"),
        ("channels: sms", "channels: [sms, post]", "unknown instance 'post'"),
        (
            "form: repair_intake",
            "form: repair_intaek",
            "unknown form 'repair_intaek'; did you mean",
        ),
        ("form: repair_intake", "prefill: [{to: a, from: mobile}]", "needs a form; add 'form'"),
        (
            "from: mobile",
            "from: mobil",
            "unknown field of the source 'mobil'; did you mean 'mobile'?",
        ),
        ("from: mobile", "from: record.mobil", "unknown field of the source 'mobil'"),
        ("to: mobile", "to: email", "'sms' needs 'mobile'; add a row with to: mobile"),
        ("channels: sms", "channels: mail", "'mail' needs 'email'; add a row with to: email"),
    ],
)
def test_a_wrong_reference_in_the_request_is_told(good: str, bad: str, told: str) -> None:
    assert good in GOOD
    lines = [str(problem) for problem in found(request=GOOD.replace(good, bad))]
    assert any(told in line for line in lines), lines


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ("carries_on: erp\n", "unknown instance 'erp'"),
        ("records: {c: {in: reader, rows: [{to: a, value: 1}]}}\n", "'reader' cannot do 'create'"),
        (
            "records: {c: {in: bankid, rows: [{to: a, value: 1}]}}\n",
            "'bankid' is a provider; name a connector",
        ),
        (
            "records: {c: {in: agiloft, rows: [{to: a, value: 1}], note: signatur}}\n",
            "unknown text 'signatur'",
        ),
        (
            "records: {c: {in: agiloft, rows: [{to: a, from: form.nmae}]}}\n",
            "unknown form field 'nmae'; did you mean 'name'?",
        ),
        (
            "back: {failed: [{update: [{to: stat, value: 1}]}]}\n",
            "unknown field of the source 'stat'; did you mean 'state'?",
        ),
        (
            "back: {failed: [{update: [{to: state, from: outcome.reson}]}]}\n",
            "unknown name below 'outcome' 'reson'",
        ),
        (
            "back: {failed: [{update: [{to: state, from: record.stat}]}]}\n",
            "unknown name below 'record' 'stat'",
        ),
        (
            "back: {completed: [{attach: evidence}]}\n",
            "'agiloft' cannot do 'attach'",
        ),
        (
            "then: {failed: [{create: {in: erp, table: t, rows: [{to: a, value: 1}]}}]}\n",
            "unknown instance 'erp'",
        ),
    ],
)
def test_a_wrong_reference_in_a_step_is_told(extra: str, told: str) -> None:
    lines = [str(problem) for problem in found(extra)]
    assert any(told in line for line in lines), lines


def test_a_problem_reads_like_a_compilers_line() -> None:
    (problem,) = found("back:\n  failed:\n    - update:\n        - {to: stat, value: 1}\n")
    assert str(problem) == (
        "sample.yaml:16:12: back.failed[1].update[stat].to: "
        "unknown field of the source 'stat'; did you mean 'state'?"
    )
    assert (problem.line, problem.severity) == (16, "error")


def test_paths_into_an_unknown_source_are_not_judged() -> None:
    assert found(request=GOOD.replace("from: mobile", "from: mobil"), source_fields=None) == []


def test_prefill_goes_to_fields_of_the_form() -> None:
    (problem,) = found(request=GOOD + "  prefill: [{to: nmae, from: mobile}]\n")
    assert "unknown form field 'nmae'; did you mean 'name'?" in str(problem)


BOTH_WRONG = [
    ("value: x", "needs 'from'"),
    ("expr: mobile", "needs 'from'"),
    ("from: a.b", "name it without dots"),
    ("from: mobile, convert: [trim, lower]", "'lower' loses something"),
    ("from: mobile, convert: 'truncate:3'", "'truncate:3' loses something"),
    ("from: mobile, convert: 'last_digits:4'", "'last_digits:4' loses something"),
    ("from: mobile, convert: date", "'date' loses something"),
    ("from: mobile, convert: [decimal, int]", "too many converters"),
    ("from: mobile, convert: int, map: {1: a}", "too many converters"),
    ("from: mobile, map: {a: x, b: x}", "two keys of 'map' have the same value"),
    ("from: mobile, map: {a: x}, default: x", "would overwrite unknown choices"),
]


@pytest.mark.parametrize(("row", "told"), BOTH_WRONG)
def test_a_row_that_cannot_be_turned_round_is_refused(row: str, told: str) -> None:
    prefill = f"  prefill: [{{to: name, {row}, direction: both}}]\n"
    lines = [
        str(problem)
        for problem in found("back: {completed: [{update: both}]}\n", request=GOOD + prefill)
    ]
    assert any(told in line for line in lines), lines


def test_an_answer_that_is_written_nowhere_is_a_warning() -> None:
    prefill = "  prefill: [{to: name, from: mobile, direction: both}]\n"
    (problem,) = found(request=GOOD + prefill)
    assert problem.severity == "warning"
    assert "add {update: both} to 'back'" in str(problem)


def test_a_mapping_without_examples_is_refused() -> None:
    mapping = compile_mapping(sample(request=GOOD).replace(EXAMPLES, ""), "sample.yaml")
    (problem,) = lint(mapping, instances=INSTANCES, forms=FORMS, texts=())
    assert "has no example; add at least one" in str(problem)


def test_a_failing_example_refuses_activation() -> None:
    mapping = compiled(request=GOOD)
    assert activate(mapping, instances=INSTANCES, forms=FORMS, texts=()) is mapping
    wrong = compile_mapping(sample(request=GOOD).replace("{name: Alice}", "{name: Bob}"), "s.yaml")
    with pytest.raises(ConfigurationError) as caught:
        activate(wrong, instances=INSTANCES, forms=FORMS, texts=())
    (line,) = caught.value.problems
    assert line.startswith("s.yaml:14:")
    assert "expected 'Bob', got 'Alice'" in line


def test_a_lint_error_refuses_activation() -> None:
    with pytest.raises(ConfigurationError, match="cannot be activated"):
        activate(compiled(request=GOOD), instances={}, forms=FORMS, texts=())
