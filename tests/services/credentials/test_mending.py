"""New credentials are tried, then kept over the file's; every process takes them up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from hub.kernel.crypto import Vault
from hub.kernel.errors import AuthenticationFailed, Refused, Retryable
from hub.registry import InstanceKey
from hub.services import probes
from hub.services.credentials.fresh import pause_refused
from hub.services.credentials.mending import mend
from hub.storage.models import InstanceSecret
from tests.services.credentials.watched import FORMER, NEW

SMS = InstanceKey("alice", "sms")
pytestmark = pytest.mark.both_stores


def kept(watched):
    with watched.core.db.read() as session:
        return {row.name: row.value for row in session.scalars(select(InstanceSecret))}


def put_away(house):
    house.core.registry.close()
    house.core.workshop.close()
    house.core.db.close()


def mended_by_other(watched, other):
    watched.gateway.password = NEW
    mend(other.core, SMS, {"password": NEW}, by="cli:bob")


def mended(watched, value=NEW, **more):
    return mend(watched.core, SMS, {"password": value}, by="cli:alice", **more)


def test_what_was_owed_goes_out_once_and_in_order_as_soon_as_it_is_mended(watched):
    watched.held(5)
    assert watched.condition().paused == "authentication_failed"
    assert watched.texts() == []
    told = mended(watched)
    assert (told.good, [one.name for one in told.kept]) == (True, ["password"])
    watched.work()
    assert watched.condition().paused is None
    keys = [taken.key for taken in watched.gateway.taken()]
    waited = [row.key for row in watched.deliveries("message")]
    assert sorted(keys) == sorted(waited)
    assert len(keys) == 5


def test_wrong_values_change_nothing_and_say_what_the_other_side_says(watched):
    watched.held(1)
    with pytest.raises(Refused) as caught:
        mended(watched, "simulated-wrong")
    assert caught.value.code == "credentials_refused"
    assert "nothing was kept: the simulated gateway refused the password" in caught.value.detail
    assert kept(watched) == {}
    assert watched.condition().paused == "authentication_failed"


def test_what_cannot_be_tried_is_not_kept(watched):
    watched.held(1)
    watched.gateway.switches.switch_on("error_500", times=1)
    with pytest.raises(Retryable, match="could not be tried"):
        mended(watched)
    assert kept(watched) == {}


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ({"gateway": "elsewhere"}, "not_a_credential", "there are: password"),
        ({"pasword": "x"}, "not_a_credential", "did you mean 'password'"),
        ({}, "nothing_given", "there are: password"),
    ],
)
def test_only_what_belongs_to_signing_in_can_be_mended(watched, given, code, said):
    with pytest.raises(Refused) as caught:
        mend(watched.core, SMS, given, by="cli:alice")
    assert caught.value.code == code
    assert said in caught.value.detail


def test_kept_values_survive_a_restart_and_are_seen(watched):
    watched.held(1)
    mended(watched)
    watched.restart()
    watched.work()
    assert len(watched.texts()) == 1
    told = watched.condition().kept
    assert "1 value of this instance (password) is kept in the database since 2026-03-02" in told
    assert watched.condition("mail").kept is None


def test_what_the_file_gives_anew_counts_again(watched):
    watched.held(1)
    mended(watched)
    watched.gateway.password = "simulated-third"
    watched.change("workspaces/alice.yaml", (FORMER, "simulated-third"))
    assert watched.condition().kept is None
    watched.work()
    assert len(watched.texts()) == 1


def test_another_plugin_under_the_same_name_gets_nothing_of_it(watched):
    watched.held(1)
    mended(watched)
    one = watched.core.workspaces["alice"].instances["sms"]
    other = replace(one, plugin="channel:smtp")
    filed = {"alice": replace(watched.core.workspaces["alice"], instances={"sms": other})}
    over = watched.core.kept.over(filed, watched.core.workspace_ids)
    assert over["alice"].instances["sms"].settings["password"] == FORMER


def test_forgetting_goes_back_to_the_file_and_tells_what_that_comes_to(watched):
    watched.held(1)
    mended(watched)
    told = mend(watched.core, SMS, {}, by="cli:alice", forget=["password"])
    assert (told.good, told.kept) == (False, ())
    assert kept(watched) == {}
    assert watched.condition().paused == "authentication_failed"
    with pytest.raises(Refused, match="nothing is kept for 'password'"):
        mend(watched.core, SMS, {}, by="cli:alice", forget=["password"])


def test_another_process_takes_it_up_and_closes_nothing_under_way(watched):
    other = watched.other_process()
    try:
        former = other.core.registry.channel(SMS)
        watched.held(2)
        mended(watched)
        assert other.core.follow_kept() == (SMS,)
        assert other.core.registry.channel(SMS) is not former
        assert other.core.follow_kept() == ()
        other.engine.run_due()
        assert len(watched.texts()) == 2
    finally:
        put_away(other)


def test_a_process_that_has_not_heard_of_it_does_not_pause_it_again(watched):
    other = watched.other_process()
    try:
        other.core.registry.channel(SMS)  # made with the former password
        watched.held(2)
        mended(watched)
        other.engine.run_due()  # works with the former one, which is refused
        assert watched.condition().paused is None
        watched.pass_time(timedelta(minutes=1))
        assert len(watched.texts()) == 2
        codes = {row.error_code for row in watched.deliveries("message")}
        assert codes == {None}
    finally:
        put_away(other)


def test_timers_and_pages_of_a_process_that_has_not_heard_of_it_pause_nothing(watched):
    other, error = watched.other_process(), AuthenticationFailed("refused")
    place = (watched.core.workspace_ids["alice"], "sms")
    try:
        watched.simulated.clock.advance(timedelta(minutes=1))
        mended_by_other(watched, other)
        with watched.core.db.write() as session:
            pause_refused(watched.core, session, place, error, watched.core.clock.wall())
        assert watched.condition().paused is None
        watched.core.follow_kept()
        with watched.core.db.write() as session:
            pause_refused(watched.core, session, place, error, watched.core.clock.wall())
        assert watched.condition().paused == "authentication_failed"
    finally:
        put_away(other)


def test_a_call_of_a_timer_that_began_before_it_was_mended_pauses_nothing(watched):
    place, error = (watched.core.workspace_ids["alice"], "sms"), AuthenticationFailed("refused")
    began = watched.core.clock.wall()
    watched.held(1)
    watched.simulated.clock.advance(timedelta(minutes=1))
    mended(watched)
    with watched.core.db.write() as session:
        pause_refused(watched.core, session, place, error, began)
    assert watched.condition().paused is None


def test_a_probe_in_such_a_process_goes_with_the_new_values(watched):
    other = watched.other_process()
    try:
        watched.core.registry.channel(SMS)  # made with the former password
        mended_by_other(watched, other)
        assert probes.probe(watched.core, SMS) == (True, "reached the simulated gateway")
        assert watched.condition().paused is None
    finally:
        put_away(other)


def test_a_value_whose_secret_key_is_gone_leaves_the_files_in_force(watched):
    watched.held(1)
    mended(watched)
    core, spoiled = watched.core, Vault("another secret key, long enough too")
    with core.db.write() as session:
        sealed = spoiled.seal('"simulated-new"')
        session.execute(text("UPDATE instance_secret SET value = :v"), {"v": sealed})
    over = core.kept.over(core.workspaces, core.workspace_ids)
    assert over["alice"].instances["sms"].settings["password"] == FORMER
    assert any(entry["event"] == "kept credential not read" for entry in watched.logs)


def test_the_watch_of_each_process_takes_it_up(watched):
    other = watched.other_process()
    try:
        mended_by_other(watched, other)
        assert watched.condition().kept is None
        watched.simulated.house._follow()
        assert "(password) is kept" in watched.condition().kept
    finally:
        put_away(other)


def test_values_are_sealed_and_stand_in_no_answer_log_attempt_or_health(watched):
    watched.held(1)
    with pytest.raises(Refused) as caught:
        mended(watched, "simulated-wrong")
    told = mended(watched)
    watched.work()
    with watched.core.db.engine.connect() as connection:
        raw = str(connection.exec_driver_sql("SELECT * FROM instance_secret").all())
        attempts = str(connection.exec_driver_sql("SELECT * FROM attempt").all())
    seen = [
        raw, attempts, repr(told), str(caught.value), str(watched.logs),
        str(watched.condition()), str([one.text for one in watched.mails()]),
        str(watched.notes(2)),
    ]  # fmt: skip
    for secret in (FORMER, NEW, "simulated-wrong"):
        assert [text for text in seen if secret in text] == []
