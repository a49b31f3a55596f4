"""Instances must be able to do what the mapping wants of them, and examples must show it."""

from __future__ import annotations

import pytest

from hub.contracts.capabilities import Capability as C
from hub.contracts.manifest import PluginKind
from hub.mapping.lint import Problem, lint
from hub.mapping.loader import compile_mapping
from tests.mapping.samples import EXAMPLES, sample
from tests.mapping.test_lint import FORMS, GOOD, INSTANCES, SIGNS, Info, compiled, found

LINES = "  lines: {for_each: state, currency: SEK, rows: [{to: text, from: item.text}]}\n"
PROVIDER = [
    (frozenset({C.POLL, C.EVIDENCE}), "", "a signature needs 'interactive' or 'hosted'"),
    (SIGNS - {C.POLL}, "", "knowing how it ended needs 'poll' or 'hook'"),
    (SIGNS - {C.EVIDENCE}, "", "proving a signature needs 'evidence'"),
    (
        SIGNS - {C.INTERACTIVE} | {C.HOSTED},
        "",
        "request.form: 'form' needs 'interactive', which 'bankid' cannot do",
    ),
    (SIGNS - {C.INTERACTIVE} | {C.HOSTED}, "", "'bankid' keeps what is signed itself; add"),
]


def with_provider(
    capabilities: frozenset[C], extra: str = "", request: str = GOOD
) -> list[Problem]:
    provider = Info(PluginKind.PROVIDER, capabilities)
    return found(extra, request=request, instances={**INSTANCES, "bankid": provider})


@pytest.mark.parametrize(("capabilities", "more", "told"), PROVIDER)
def test_a_provider_must_be_able_to_sign(capabilities: frozenset[C], more: str, told: str) -> None:
    lines = [str(each) for each in with_provider(capabilities, request=GOOD + more)]
    assert any(told in line for line in lines), lines


def test_a_provider_that_keeps_the_document_itself_may_be_used_with_lines_and_reminders() -> None:
    hosted = {C.HOSTED, C.POLL, C.HOOK, C.EVIDENCE, C.CANCEL}
    paper = "  documents: [{key: offer, title: Offer, url: {from: state}}]\n"
    request = GOOD.replace("  form: repair_intake\n", paper) + LINES + "  reminders: {after: 24h}\n"
    back = "back: {completed: [{update: [{to: state, from: signature.name}]}]}\n"
    problems = with_provider(frozenset(hosted), back, request=request)
    assert not [one for one in problems if one.severity == "error"], problems


def test_who_signed_is_known_only_where_the_provider_tells() -> None:
    back = "back: {completed: [{update: [{to: state, from: signature.name}]}]}\n"
    nobody = SIGNS - {C.IDENTITY}
    (problem,) = with_provider(nobody, back)
    told = "signature.name needs 'identity' or 'canvas' or 'hosted', which 'bankid'"
    assert told in str(problem)
    assert with_provider(nobody | {C.CANVAS}, back) == []
    assert with_provider(SIGNS, back) == []


def test_one_named_person_needs_a_provider_that_can_tell_people_apart() -> None:
    request = GOOD.replace("  form:", "    - {to: national_id, from: state}\n  form:")
    assert with_provider(SIGNS, request=request) == []
    (problem,) = with_provider(SIGNS - {C.IDENTITY, C.ENFORCES_PERSON}, request=request)
    assert "letting only one person sign needs 'enforces_person' or 'identity'" in str(problem)


def test_a_provider_that_is_followed_by_another_should_be_able_to_withdraw() -> None:
    provider = Info(PluginKind.PROVIDER, SIGNS - {C.CANCEL})
    instances = {**INSTANCES, "bankid": provider, "drawn": provider}
    request = GOOD.replace("provider: bankid", "provider: [bankid, drawn]")
    (problem,) = found(request=request, instances=instances)
    assert problem.severity == "warning"
    assert "before the next provider takes over needs 'cancel'" in problem.message


def test_a_channel_that_reaches_nobody_is_refused() -> None:
    instances = {**INSTANCES, "sms": Info(PluginKind.CHANNEL, frozenset({C.REPORTS}))}
    (problem,) = found(instances=instances)
    assert "request.channels: 'sms' cannot do 'sms'" in str(problem)


def test_without_a_channel_that_reports_few_are_known_to_be_unreachable() -> None:
    back = "back: {unreachable: [{update: [{to: state, value: 1}]}]}\n"
    (problem,) = found(back)
    assert (problem.row, problem.severity) == ("back.unreachable", "warning")
    assert "name a channel that can do 'reports'" in problem.fix
    tells = Info(PluginKind.CHANNEL, frozenset({C.SMS, C.REPORTS}))
    assert found(back, instances={**INSTANCES, "sms": tells}) == []


def test_a_source_that_calls_nobody_waits_in_vain_for_a_webhook() -> None:
    silent = Info(PluginKind.CONNECTOR, INSTANCES["agiloft"].capabilities - {C.HOOK})
    mapping = compile_mapping(sample(request=GOOD).replace("[button]", "[webhook]"), "s.yaml")
    given = {"forms": FORMS, "texts": ()}
    (problem,) = lint(mapping, instances={**INSTANCES, "agiloft": silent}, **given)  # type: ignore[arg-type]
    assert (problem.row, problem.severity) == ("trigger", "warning")
    assert lint(mapping, instances=INSTANCES, **given) == []  # type: ignore[arg-type]


def test_what_is_written_must_be_readable_again() -> None:
    blind = Info(PluginKind.CONNECTOR, frozenset({C.UPDATE}))
    update = "{in: blind, table: t, id: {value: 1}, rows: [{to: a, value: 1}]}"
    extra = f"then: {{failed: [{{update: {update}}}]}}\n"
    (problem,) = found(extra, instances={**INSTANCES, "blind": blind})
    assert "then.failed[1].update.in: reading back what is written needs" in str(problem)


STEPS = """\
records: {c: {in: agiloft, rows: [{to: a, value: 1}]}}
back: {failed: [{update: [{to: state, value: 1}]}]}
then: {expired: [{create: {in: agiloft, table: t, rows: [{to: a, value: 1}]}}]}
"""
GIVEN = "record: {customer_name: Alice}"


def not_shown(*examples: str) -> list[str]:
    text = sample(STEPS, request=GOOD)
    if examples:
        text = text.replace(EXAMPLES, "examples:\n" + "".join(f"  - {each}\n" for each in examples))
    given = {"instances": INSTANCES, "forms": FORMS, "texts": ()}
    problems = lint(compile_mapping(text, "sample.yaml"), **given)  # type: ignore[arg-type]
    assert {problem.severity for problem in problems} <= {"warning"}
    return [problem.row for problem in problems]


def test_an_event_that_no_example_shows_is_a_warning() -> None:
    assert not_shown() == ["records", "back.failed", "then.expired"]
    (problem,) = [
        each
        for each in lint(compiled(STEPS), instances=INSTANCES, forms=FORMS, texts=())
        if each.row == "back.failed"
    ]
    assert problem.message == "no example shows what happens after 'failed'"
    assert problem.fix == "add one with given: {event: failed, …} and expect: {back: …}"


def test_an_example_shows_the_event_whose_part_it_expects() -> None:
    failed = f"{{name: f, given: {{event: failed, {GIVEN}}}, expect: {{back: []}}}}"
    expired = f"{{name: e, given: {{event: expired, {GIVEN}}}, expect: {{then: []}}}}"
    made = f"{{name: c, given: {{{GIVEN}}}, expect: {{records: {{}}}}}}"
    assert not_shown(failed, expired, made) == []
    assert not_shown(failed, made) == ["then.expired"]
    error = "{error: {rule: then.expired.0}}"
    problem = f"{{name: e, given: {{event: expired, {GIVEN}}}, expect: {error}}}"
    assert not_shown(failed, made, problem) == []
    elsewhere = f"{{name: e, given: {{event: expired, {GIVEN}}}, expect: {{back: []}}}}"
    assert not_shown(failed, made, elsewhere) == ["then.expired"]
