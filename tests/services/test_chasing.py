"""The sender asks once more by hand, and sees what nobody has opened."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.app import create_app
from hub.contracts.requests import ClientContext
from hub.kernel.errors import NotFound, Refused, Retryable
from hub.services.chasing import AGAIN, chase, unopened
from tests.services.paper_texts import PEOPLE

CLIENT = ClientContext("192.0.2.7")


@pytest.fixture
def sent(case):
    """A request whose customer has got the link."""
    case.invite()
    return case


def test_a_chase_leaves_at_once_with_the_same_link_and_is_told(sent):
    assert _chase(sent) == 1
    sent.work()
    assert len(sent.texts()) == 2
    assert sent.link() in sent.texts()[1]
    assert sent.events().count("chased") == 1
    assert [one.step for one in sent.deliveries("message")] == ["invite", "chase.1"]


def test_the_reminders_go_on_as_if_nothing_had_happened(sent):
    sent.pass_time(timedelta(hours=1))
    _chase(sent)
    sent.pass_time(timedelta(days=6), timedelta(hours=6))
    assert [one.step for one in sent.deliveries("message")] == [
        "invite", "chase.1", "reminder.1", "reminder.2", "reminder.3",
    ]  # fmt: skip


def test_a_second_click_is_told_and_later_it_is_a_second_chase(sent):
    _chase(sent)
    with pytest.raises(Refused) as error:
        _chase(sent)
    assert error.value.code == "chased_just_now"
    sent.pass_time(AGAIN)
    _chase(sent)
    sent.work()
    assert sent.events().count("chased") == 2


def test_at_night_it_leaves_too_since_somebody_pressed_the_button(sent):
    sent.simulated.clock.advance(timedelta(hours=11))  # 23:00
    _chase(sent)
    sent.work()
    assert sent.events().count("chased") == 1


def test_what_is_over_is_chased_no_more(sent):
    sent.cases.decline(sent.link(), "no", CLIENT)
    with pytest.raises(Refused) as error:
        _chase(sent)
    assert error.value.code == "request_over"


def test_a_chase_that_waits_for_its_gateway_is_dropped_with_the_end(sent, monkeypatch):
    def away(*_):
        raise Retryable("it does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(sent.gateway, "take", away)
        _chase(sent)
        sent.work()
    sent.cases.decline(sent.link(), "no", CLIENT)
    sent.pass_time(timedelta(hours=1))
    assert sent.events().count("chased") == 0


def test_one_of_several_is_chased_by_name_when_it_is_their_turn(papers):
    case = papers(people=PEOPLE)
    case.send()
    request = case.request().id
    with pytest.raises(Refused) as error:
        chase(case.core, case.workspace, request, "bob")
    assert error.value.code == "nobody_waited_for"
    with pytest.raises(NotFound):
        chase(case.core, case.workspace, request, "carol")
    case.sign("alice")
    assert chase(case.core, case.workspace, request) == 1
    case.work()
    assert [one.to for one in case.messages()][-1] == "+46701740606"


def test_another_workspace_chases_nobody(sent):
    with pytest.raises(NotFound):
        chase(sent.core, "0" * 36, sent.request().id)


def test_the_list_shows_what_was_sent_long_ago_and_not_opened_oldest_first(case):
    for number in ("1", "2", "3"):
        case.upstream.put("case", number, case.upstream.records("case")["1"])
        case.trigger(number)
        case.work()
        case.simulated.clock.advance(timedelta(days=1))
    case.cases.opened(case.core.links.customer_token(case.requests()[1].recipients[0].id), CLIENT)
    found = _unopened(case, 1)
    assert [one["record"]["id"] for one in found["items"]] == ["1", "3"]
    assert [one["days_since_sent"] for one in found["items"]] == [3, 1]
    assert [one["record"]["id"] for one in _unopened(case, 2)["items"]] == ["1"]
    _chase(case, case.requests()[0].id)
    (first, _) = _unopened(case, 1)["items"]
    assert (first["chased"], bool(first["chased_at"])) == (1, True)


def test_the_api_lists_and_chases(sent):
    client = create_app(sent.simulated.house).test_client()
    headers = {"Authorization": f"Bearer {sent.simulated.keys['alice']}"}
    listed = client.get("/api/v1/lists/unopened?days=0", headers=headers).json
    (item,) = listed["items"]
    answer = client.post(f"/api/v1/requests/{item['id']}/chase", json={}, headers=headers)
    assert (answer.status_code, answer.json) == (202, {"messages": 1})
    again = client.post(f"/api/v1/requests/{item['id']}/chase", json={}, headers=headers)
    assert (again.status_code, again.json["code"]) == (422, "chased_just_now")
    assert client.get("/api/v1/lists/unopened?days=-1", headers=headers).status_code == 422
    assert client.post("/api/v1/requests/x/chase", json={}, headers=headers).status_code == 404


def _chase(case, request_id=None):
    workspace = case.core.workspace_ids["alice"]
    return chase(case.core, workspace, request_id or case.request().id)


def _unopened(case, days):
    return unopened(case.core, case.core.workspace_ids["alice"], days)
