"""Another provider takes over before the customer has acted, behind the same link (F5)."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from sqlalchemy import event, select

from hub.kernel.errors import Retryable
from hub.services.hosted import moving, rows, surveying
from hub.services.views import CaseClosed
from hub.storage.models import HostedAgreement, Instance
from tests.services.paper_case import CLIENT
from tests.services.paper_texts import PEOPLE

# Calls that place an agreement, in their order; an outage begins with each of them.
STEPS = (
    "upload", "upload_attachment", "create", "status", "fields", "add_field", "seal", "recipients",
)  # fmt: skip


def outage(site, operation="any"):
    """Nothing, or nothing of this kind, is answered any more."""
    site.fault(f"{operation}.error_500", 100_000)


def over(site):
    site.control("DELETE", "faults")


def wait(case, minutes):
    for _ in range(minutes):
        case.later(minutes=1)


@pytest.mark.parametrize("step", STEPS)
def test_an_outage_at_any_step_of_placing_moves_it_on_and_takes_back_what_was_there(hosted, step):
    case = hosted(two=True, provider="[there, other, canvas]")
    outage(case.site, step)
    case.send()
    wait(case, 25)
    assert case.request().provider == "other"
    first, second = case.agreements()
    assert (first.current, second.current) == (None, True)
    assert second.status == rows.STANDING
    assert case.events().count("moved") == 1
    over(case.site)
    wait(case, 130)
    assert first.reference == "" or _status(case, first) == "recalled"
    assert not [one for one in case.site.control("GET", "documents") if _open(one)]
    _sign(case)
    _exactly_one(case)


def test_an_outage_after_the_invitation_moves_it_on_behind_the_same_link(hosted):
    case = hosted(two=True, provider="[there, other]")
    first, token = case.place(), case.token("alice")
    outage(case.site)
    wait(case, 60)
    assert case.request().provider == "other"
    assert case.token("alice") == token
    second = case.agreement()
    assert case.desk.view(token).address == rows.placed_of(second).links["alice"]
    assert len([one for one in case.messages() if one.to == "+46701740605"]) == 1
    over(case.site)
    wait(case, 130)
    assert _status(case, first) == "recalled"
    _sign(case)
    _exactly_one(case)


def test_who_signed_at_the_former_one_is_refused_and_recorded_and_signs_once(hosted):
    case = hosted(two=True, provider="[there, other]")
    first = case.place()
    outage(case.site)
    case.act("alice", "view_attachment", attachment="Photo")
    assert case.act("alice", "sign")  # the hub cannot know
    wait(case, 60)
    assert case.request().provider == "other"
    over(case.site)
    wait(case, 130)
    assert case.events().count("late") == 1
    assert case.acceptances() == []
    assert case.record()["state"] == "Late"
    _sign(case)
    names = _exactly_one(case)
    assert {"people/1/agreement-1.json", "people/1/agreement-2.json"} <= set(names)
    assert first.number == 1


def test_one_of_two_who_signs_at_the_former_one_is_recorded_although_its_word_stays(hosted):
    case = hosted(two=True, provider="[there, other]", people=PEOPLE)
    first = case.place()
    outage(case.site)
    wait(case, 60)
    assert case.request().provider == "other"
    over(case.site)
    outage(case.site, "delete")  # it stays there for now
    case.act("alice", "open", first)
    case.act("alice", "view_attachment", first, attachment="Photo")
    _survey(case, first)
    assert case.events().count("late") == 0
    before = _status(case, first)
    assert case.act("alice", "sign", first)
    assert _status(case, first) == before
    for _ in range(2):
        _survey(case, first)
        assert case.events().count("late") == 1
    assert case.acceptances() == []


def test_one_of_two_who_signed_there_is_read_before_it_is_taken_back(hosted):
    case = hosted(two=True, provider="[there, other]", people=PEOPLE)
    first = case.place()
    outage(case.site)
    case.act("alice", "view_attachment", first, attachment="Photo")
    assert case.act("alice", "sign", first)  # the hub cannot know
    wait(case, 60)
    assert case.request().provider == "other"
    over(case.site)
    wait(case, 130)
    assert _status(case, first) == "recalled"
    assert case.events().count("late") == 1
    assert case.acceptances() == []


def test_what_has_nowhere_to_go_is_not_read_each_minute_of_an_outage(hosted):
    case = hosted(provider="there")
    case.place()
    outage(case.site)
    wait(case, 20)
    statements = []

    def note(connection, cursor, statement, *_):
        statements.append(statement)

    with case.core.db.read() as session:
        instance = session.scalar(select(Instance).where(Instance.key == "there"))
        assert instance.failing_since is not None
        event.listen(case.core.db.engine, "before_cursor_execute", note)
        assert moving.move_waiting(case.core, session, instance) == 0
    assert len(statements) == 1
    assert "request.plan" not in statements[0]


@pytest.mark.parametrize("times", [2, 4])
def test_a_create_that_fails_several_times_is_made_once_when_it_works(hosted, times):
    case = hosted(provider="there")
    case.site.fault("create.error_500", times)
    case.send()
    wait(case, 9)
    assert case.agreement().status == rows.STANDING
    assert len(case.site.control("GET", "documents")) == 1


def test_both_answer_late_and_one_counts(hosted):
    case = hosted(two=True, provider="[there, other]")
    first = case.place()
    outage(case.site)
    wait(case, 60)
    second = case.agreement()
    for row in (first, second):
        case.act("alice", "view_attachment", row, attachment="Photo")
        assert case.act("alice", "sign", row)
    over(case.site)
    wait(case, 130)
    assert case.events().count("late") == 1
    _exactly_one(case)


def test_the_hub_itself_stands_in(hosted):
    case = hosted(provider="[there, canvas]")
    outage(case.site)
    case.send()
    wait(case, 25)
    assert case.request().provider == "canvas"
    assert not case.desk.view(case.token("alice")).elsewhere
    case.sign("alice")
    assert case.request().state == "completed"
    bundle = case.files()["zip"].content
    assert case.verdict(bundle).ok
    assert "people/1/agreement-1.json" in zipfile.ZipFile(io.BytesIO(bundle)).namelist()


def test_once_somebody_has_signed_it_stays_where_it_is(hosted):
    case = hosted(two=True, provider="[there, other]", people=PEOPLE)
    case.place()
    case.act("alice", "view_attachment", attachment="Photo")
    case.act("alice", "sign")
    case.look_again()
    outage(case.site)
    wait(case, 120)
    assert case.request().provider == "there"
    assert case.events().count("moved") == 0
    over(case.site)
    wait(case, 70)
    case.act("bob", "view_attachment", attachment="Photo")
    assert case.act("bob", "sign")
    case.look_again()
    assert case.request().state == "completed"


def test_wrong_credentials_are_mended_and_not_run_away_from(hosted):
    case = hosted(two=True, provider="[there, other]")
    case.site.control("POST", "password", {"password": "another"})
    case.site.control("POST", "tokens/revoke")
    case.send()
    wait(case, 60)
    assert case.request().provider == "there"
    assert case.agreement().status == rows.PLACING


def test_a_short_outage_moves_nothing(hosted):
    case = hosted(two=True, provider="[there, other]")
    outage(case.site)
    case.send()
    wait(case, 6)
    over(case.site)
    wait(case, 30)
    assert case.request().provider == "there"
    assert case.agreement().status == rows.STANDING


def test_the_mapping_says_how_long_a_provider_may_be_away(hosted):
    case = hosted(two=True, provider="[there, other]\n  failover_after: 2m")
    outage(case.site)
    case.send()
    wait(case, 6)
    assert case.request().provider == "other"


def test_a_way_of_signing_here_that_is_away_is_replaced_at_once(hosted, monkeypatch):
    case = hosted(provider="[canvas, there]")
    case.send()
    case.look("alice")

    def away(*_):
        raise Retryable("it does not answer")

    provider = case.core.registry.provider(case.core.instance(case.workspace, "canvas"))
    monkeypatch.setattr(provider, "begin", away)
    with pytest.raises(CaseClosed):
        case.desk.begin_signing(case.token("alice"), "this_device", "s", CLIENT, "en")
    for _ in range(12):
        case.later(seconds=5)
    assert case.request().provider == "there"
    assert case.desk.view(case.token("alice")).address
    _sign(case)
    _exactly_one(case)


def _sign(case):
    case.act("alice", "view_attachment", attachment="Photo")
    assert case.act("alice", "sign")
    case.look_again()


def _survey(case, row):
    with case.core.db.write() as session:
        surveying.owe_survey(case.core, session, session.get_one(HostedAgreement, row.id))
    wait(case, 5)


def _exactly_one(case):
    """One binding signature, and its proof; the names in it."""
    assert case.request().state == "completed"
    assert [one.kind for one in case.acceptances() if one.current] == ["signed"]
    assert case.events().count("signed") == 1
    assert len(case.proofs()) == 1
    content = case.files()["zip"].content
    assert case.verdict(content).ok
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        holds = [
            json.loads(bundle.read(name))["holds"]
            for name in bundle.namelist()
            if "/agreement-" in name
        ]
        assert holds.count(True) == 1
        return bundle.namelist()


def _status(case, row):
    return case.sites[row.provider].control("GET", f"documents/{row.reference}")["status"]


def _open(document):
    return document["status"] not in ("recalled", "draft", "signed")
