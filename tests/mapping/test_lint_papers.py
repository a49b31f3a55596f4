"""What surrounds a mapping must be able to do what its papers, people and signing need; the names
that they read must be there."""

from __future__ import annotations

from typing import Any

import pytest

from hub.contracts.capabilities import Capability as C
from hub.contracts.manifest import PluginKind
from hub.kernel.errors import ConfigurationError
from hub.mapping.coverage import coverage_problems
from hub.mapping.known import Around
from hub.mapping.loader import compile_mapping
from tests.mapping.samples import sample
from tests.mapping.test_lint import CONNECTOR, FORMS, GOOD, INSTANCES, SIGNS, Info, compiled, found

CANVAS = Info(PluginKind.PROVIDER, SIGNS | {C.CANVAS})
FILES = Info(PluginKind.CONNECTOR, CONNECTOR.capabilities | {C.FILES, C.READ_BACK, C.ATTACH})
ABLE: dict[str, Any] = {**INSTANCES, "bankid": CANVAS, "agiloft": FILES}
PAPERS = """\
  documents:
    - {key: plan, title: "Plan {{ state }}", attachment: {from: state}, when: state = "x"}
  attachments:
    - key: photo
      for_each: state
      title: Photo {{ item.what }}
      url: {from: item.url}
      must_view: {from: item.must}
  signing: {methods: [drawn], code: sms, consent: "I accept {{ state }}"}
"""
PEOPLE = """\
request:
  kind: offer
  provider: bankid
  channels: sms
  expires_after: 14d
  recipients:
    - {key: owner, rows: [{to: name, from: customer_name}, {to: mobile, from: mobile}]}
    - {key: partner, turn: 2, rows: [{to: name, value: Bob}, {to: mobile, from: mobile}]}
"""


def lines(extra: str = "", *, request: str = GOOD, instances: dict[str, Any] = ABLE) -> list[str]:
    return [str(problem) for problem in found(extra, request=request, instances=instances)]


def test_a_mapping_with_papers_fits_where_everything_is_able() -> None:
    assert lines(request=GOOD + PAPERS) == []
    assert lines(request=PEOPLE + PAPERS) == []


@pytest.mark.parametrize(
    ("instance", "info", "told"),
    [
        (
            "agiloft",
            CONNECTOR,
            (
                "request.documents[plan].attachment: a file of the record needs 'files', which "
                "'agiloft' cannot do; use url or base64"
            ),
        ),
        (
            "bankid",
            Info(PluginKind.PROVIDER, SIGNS),
            "request.signing.methods: 'methods' needs 'canvas', which 'bankid' cannot do",
        ),
        (
            "sms",
            Info(PluginKind.CHANNEL, frozenset({C.EMAIL})),
            "request.signing.code: no channel of the workspace can do 'sms'; add one",
        ),
    ],
)
def test_an_instance_that_is_not_able_is_told(instance: str, info: Info, told: str) -> None:
    said = lines(request=GOOD + PAPERS, instances={**ABLE, instance: info})
    assert any(told in line for line in said), said


def test_one_of_several_providers_may_have_the_canvas() -> None:
    request = (GOOD + PAPERS).replace("provider: bankid", "provider: [bankid, drawn]")
    instances = {**ABLE, "bankid": INSTANCES["bankid"], "drawn": CANVAS}
    assert lines(request=request, instances=instances) == []


OPTIONAL = """\
  lines:
    for_each: state
    currency: {value: SEK}
    rows: [{to: id, from: item.id}, {to: optional, value: true}]
"""


@pytest.mark.parametrize(("turn", "told"), [(1, True), (2, False), (3, False)])
def test_an_approver_before_everybody_leaves_nobody_a_line_to_tick(turn: int, told: bool) -> None:
    signs = (
        "{key: owner, turn: 2, rows: [{to: name, from: customer_name}, {to: mobile, from: mobile}]}"
    )
    request = PEOPLE.replace(
        "{key: partner, turn: 2", f"{{key: partner, role: approver, turn: {turn}"
    )
    request = request.replace(request.splitlines()[6].strip()[2:], signs)
    said = [one for one in lines(request=request + OPTIONAL) if "optional line" in one]
    assert bool(said) is told, said
    assert all("warning" in one and "recipients[partner]" in one for one in said)
    assert not [one for one in lines(request=request) if "optional line" in one]


def test_a_code_needs_an_address_of_each_signer() -> None:
    request = PEOPLE.replace(", {to: mobile, from: mobile}]}\n    - {key: partner", ""
                             "]}\n    - {key: partner") + PAPERS  # fmt: skip
    said = lines(request=request)
    path = "request.recipients[owner].rows"
    assert any(f"{path}: a code by sms needs 'mobile'; add a row" in line for line in said), said
    assert any(f"{path}: 'sms' needs 'mobile'; add a row" in line for line in said)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{{ state }}", "{{ stat }}", "title: unknown field of the source 'stat'; did you mean"),
        ("attachment: {from: state}", "attachment: {from: stat}", "attachment.from: unknown field"),
        ('when: state = "x"', 'when: stat = "x"', "when: unknown field of the source 'stat'"),
        ("for_each: state", "for_each: stat", "for_each: unknown field"),
        ("accept {{ state", "accept {{ stat", "signing.consent: unknown field"),
        ("url: {from: item.url}", "url: {expr: '$uppercas(item.url)'}", "unknown function"),
        ("url: {from: item.url}", "url: {from: itm.url}", "unknown field of the source 'itm'"),
    ],
)
def test_a_name_that_leads_nowhere_is_told(old: str, new: str, told: str) -> None:
    assert old in PAPERS
    said = lines(request=GOOD + PAPERS.replace(old, new, 1))
    assert any(told in line for line in said), said


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("recipients.owner.name", ""),
        ("recipients.owner.signed_at", ""),
        ("signatures.partner.at", ""),
        ("signature.method", ""),
        ("recipients.onwer.name", "unknown person below 'recipients' 'onwer'; did you mean"),
        ("recipients.owner.nmae", "unknown name below 'recipients.owner' 'nmae'; did you mean"),
        ("signatures.boss.at", "unknown person below 'signatures' 'boss'"),
        ("signatures.owner.att", "unknown name below 'signatures.owner' 'att'"),
    ],
)
def test_what_happened_is_read_by_peoples_keys(path: str, told: str) -> None:
    back = f"back: {{completed: [{{update: [{{to: state, from: {path}}}]}}]}}\n"
    said = lines(back, request=PEOPLE)
    assert any(told in line for line in said) if told else said == []


def test_of_one_signer_the_key_is_signer() -> None:
    back = "back: {completed: [{update: [{to: state, from: signatures.signer.at}]}]}\n"
    assert lines(back) == []


def test_who_signed_is_known_only_where_somebody_tells() -> None:
    back = "back: {completed: [{update: [{to: state, from: signatures.owner.name}]}]}\n"
    nobody = Info(PluginKind.PROVIDER, SIGNS - {C.IDENTITY})
    (told,) = lines(back, request=PEOPLE, instances={**ABLE, "bankid": nobody})
    assert "signatures.owner.name needs 'identity' or 'canvas' or 'hosted', which 'bankid'" in told


@pytest.mark.parametrize("what", ["signed", "evidence"])
def test_what_is_sealed_is_there_when_completed(what: str) -> None:
    assert lines(f"back: {{completed: [{{attach: {what}}}]}}\n") == []
    with pytest.raises(ConfigurationError, match="is only there when completed; move it"):
        compiled(f"back: {{signed: [{{attach: {what}}}]}}\n")
    then = f"{{in: erp, table: t, id: {{value: 1}}, file: {what}}}"
    (told,) = lines(
        f"then: {{completed: [{{attach: {then}}}]}}\n", instances={**ABLE, "erp": CONNECTOR}
    )
    assert "then.completed[1].attach.in: 'erp' cannot do 'attach'" in told


def test_papers_and_people_that_no_example_shows_are_told() -> None:
    mapping = compile_mapping(sample(request=PEOPLE + PAPERS), "sample.yaml")
    around = Around(mapping, ABLE, FORMS, ())
    assert [problem.message for problem in coverage_problems(around)] == [
        f"no example shows the {part}" for part in ("recipients", "documents", "attachments")
    ]


@pytest.mark.parametrize(
    ("person", "signing", "told"),
    [
        ("{key: boss, role: copy, rows: [{to: name, value: Bob}]}", "", "a copy goes to no"),
        ("{key: boss, role: copy, rows: [{to: email, value: b@example.com}]}", "", "a copy goes"),
        ("{key: boss, role: copy, rows: [{to: mobile, from: mobile}]}", "", ""),
        ("{key: boss, role: viewer, rows: [{to: mobile, from: mobile}]}", "receipt", ""),
        ("{key: boss, role: approver, rows: [{to: name, value: Bob}]}", "receipt", "the receipt"),
        ("{key: boss, role: approver, rows: [{to: name, value: Bob}]}", "", ""),
    ],
)
def test_who_gets_what_was_signed_has_an_address_for_it(
    person: str, signing: str, told: str
) -> None:
    request = f"{PEOPLE}    - {person}\n  signing: {{{signing and 'receipt: true'}}}\n"
    by_sms = {key: one for key, one in ABLE.items() if C.EMAIL not in one.capabilities}
    said = [one for one in lines(request=request, instances=by_sms) if "goes to no address" in one]
    assert (f"warning: {told}" in said[0]) if told else said == [], said


def test_nobody_invites_a_copy_so_that_it_needs_no_address_of_the_channel() -> None:
    copy = (
        "{key: boss, role: copy, rows: [{to: name, value: Bob}, {to: email, value: b@example.com}]}"
    )
    mail = Info(PluginKind.CHANNEL, frozenset({C.EMAIL}))
    assert lines(request=f"{PEOPLE}    - {copy}\n", instances={**ABLE, "mail": mail}) == []
