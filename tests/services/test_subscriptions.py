"""Subscriptions: what becomes of secrets, targets and what is owed when they change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug import Response

from hub.engine import conditions
from hub.kernel.errors import NotFound, Refused
from hub.services.house import open_house
from hub.services.subscriptions import MOST_SECRETS, Subscriptions
from hub.storage.models import Instance
from hub.toolkit.guard import TargetRefused
from tests.services.one_case import CLIENT
from tests.services.test_webhooks import HOUR, MINUTE, STORY, line_of, webhooks


def test_a_disabled_subscription_keeps_what_was_owed_until_it_is_enabled(case, mine, receiver):
    shown, _, _ = mine.create(receiver.url())
    receiver.will_answer(503)
    case.invite()
    mine.change(shown["id"], {"enabled": False})
    case.cases.decline(case.link(), "", CLIENT)
    case.pass_time(HOUR, step=10 * MINUTE)
    assert len(receiver.events) == 1
    with pytest.raises(Refused, match="enable it first"):
        mine.test(shown["id"])
    mine.change(shown["id"], {"enabled": True})
    case.work()
    assert receiver.kinds == ["started", *STORY[:3]]


def test_both_secrets_sign_during_the_overlap_and_only_the_new_one_afterwards(case, mine, receiver):
    shown, old, _ = mine.create(receiver.url(), ["declined"])
    new = mine.rotate(shown["id"])
    assert len(mine.one(shown["id"])["former_secrets_end"]) == 1
    for wait, good, bad in (
        (timedelta(), [old, new], []),
        (timedelta(hours=23, minutes=59), [old, new], []),
        (MINUTE, [new], [old]),
    ):
        case.simulated.clock.advance(wait)
        mine.test(shown["id"])
        case.work()
        call = receiver.calls[-1]
        assert call.kind == "webhook.test"
        assert all(call.is_signed_with(secret) for secret in good)
        assert not any(call.is_signed_with(secret) for secret in bad)
    assert mine.one(shown["id"])["former_secrets_end"] == []


def test_a_rotation_without_overlap_ends_every_former_secret_at_once(case, mine, receiver):
    shown, first, _ = mine.create(receiver.url())
    second = mine.rotate(shown["id"], timedelta(days=7))
    third = mine.rotate(shown["id"], timedelta())
    mine.test(shown["id"])
    case.work()
    signed = [receiver.calls[-1].is_signed_with(one) for one in (first, second, third)]
    assert signed == [False, False, True]


def test_only_so_many_secrets_sign_side_by_side(mine, receiver):
    shown, _, _ = mine.create(receiver.url())
    for _ in range(MOST_SECRETS - 1):
        mine.rotate(shown["id"])
    with pytest.raises(Refused, match="overlap_hours"):
        mine.rotate(shown["id"])


def test_a_deleted_subscription_is_owed_nothing_any_more(case, mine, receiver):
    shown, _, _ = mine.create(receiver.url())
    receiver.will_answer(503)
    case.invite()
    mine.delete(shown["id"])
    case.pass_time(HOUR, step=10 * MINUTE)
    assert {one.state for one in webhooks(case)} == {"cancelled"}
    assert len(receiver.events) == 1
    with case.core.db.read() as session:
        keys = session.scalars(select(Instance.key)).all()
    assert shown["destination"] not in keys
    with pytest.raises(NotFound):
        mine.one(shown["id"])


def test_one_deleted_while_it_is_being_delivered_comes_to_rest(case, mine, receiver, monkeypatch):
    shown, _, _ = mine.create(receiver.url(), ["started"])
    real = case.core.receivers.post

    def slow(*given):
        mine.delete(shown["id"])
        return real(*given)

    monkeypatch.setattr(case.core.receivers, "post", slow)
    case.trigger()
    case.work()
    assert [one.state for one in webhooks(case)] == ["cancelled"]


def test_another_process_sees_a_new_subscription_at_once(case, mine, receiver):
    case.invite()
    other = open_house(case.simulated.config, clock=case.simulated.clock)
    theirs = Subscriptions(other.core, other.core.workspace_ids["alice"])
    theirs.create(receiver.url(), ["declined"])
    other.core.receivers.close()
    other.core.registry.close()
    other.core.db.close()
    case.cases.decline(case.link(), "", CLIENT)
    case.work()
    assert receiver.kinds == ["declined"]


def test_a_target_is_tried_when_it_is_saved(mine, receiver):
    receiver.will_answer(401)
    _, _, tried = mine.create(receiver.url())
    assert (tried.status, tried.problem) == (401, None), "it does not know its secret yet"
    receiver.will_answer(Response("", 302, {"Location": receiver.url()}))
    with pytest.raises(TargetRefused, match="302") as caught:
        mine.create(receiver.url())
    assert caught.value.code == "redirected"
    receiver.will_answer(410)
    with pytest.raises(TargetRefused, match="410"):
        mine.create(receiver.url())
    _, _, tried = mine.create("http://127.0.0.1:1/")
    assert tried.status is None
    assert "cannot be reached" in tried.problem
    assert len(mine.all()) == 2
    assert [call.kind for call in receiver.calls] == ["webhook.test"] * 3


def test_a_new_address_is_tried_too_and_what_waited_goes_there(case, mine, receiver):
    shown, secret, _ = mine.create("http://127.0.0.1:1/", ["started"])
    case.trigger()
    case.work()
    receiver.will_answer(Response("", 301, {"Location": receiver.url()}))
    with pytest.raises(TargetRefused):
        mine.change(shown["id"], {"url": receiver.url()})
    changed, tried = mine.change(shown["id"], {"url": receiver.url()})
    assert (changed["url"], tried.status) == (receiver.url(), 200)
    case.work()
    assert receiver.kinds == ["started"]
    assert receiver.events[0].is_signed_with(secret)


def test_one_that_the_engine_has_paused_is_shown_as_disabled_and_can_be_enabled(
    case, mine, receiver
):
    shown, _, _ = mine.create(receiver.url(), ["started"])
    place = (case.core.workspace_ids["alice"], shown["destination"])
    with case.core.db.write() as session:
        conditions.pause(session, place, "failing_for_days", "since Monday", case.core.now())
    case.trigger()
    case.work()
    told = mine.one(shown["id"])
    assert (told["enabled"], told["disabled"]["code"]) == (False, "failing_for_days")
    assert "since Monday" in line_of(case, shown).mend
    assert [one.state for one in webhooks(case)] == ["pending"], "what is owed waits"
    with pytest.raises(Refused, match="enable it first"):
        mine.test(shown["id"])
    assert mine.change(shown["id"], {"enabled": True})[0]["enabled"]
    case.work()
    assert receiver.kinds == ["started"]
