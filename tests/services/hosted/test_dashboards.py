"""The dashboard of a provider's account: read once a minute, and in words where it cannot be."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from hub.app import create_app
from hub.contracts.agreements import Activity, AgreementState, Dashboard, Tally
from hub.engine.conditions import pause, resume
from hub.kernel.errors import AuthenticationFailed, Retryable, Unsupported
from hub.services.access import READ, create_key
from hub.services.dashboards import FAILED_FOR, FRESH, LATEST, Dashboards
from providers.getaccept.provider import GetAcceptProvider
from tests.services.hosted.hosted_case import HostedCase


@pytest.fixture
def account(hosted):
    return hosted()


@pytest.fixture
def read(monkeypatch):
    """What the provider gives, one after the other; how often it was asked."""
    asked, answers = [], []

    def dashboard(self, latest):
        asked.append(latest)
        given = answers[min(len(asked), len(answers)) - 1]
        if isinstance(given, Exception):
            raise given
        return given

    monkeypatch.setattr(GetAcceptProvider, "dashboard", dashboard)
    answers.append(
        Dashboard(
            (Tally(AgreementState.SENT, "sent", 3, "https://there.example/sent"),),
            (
                Activity(
                    "d1", "Offer", AgreementState.SENT, "sent", None, "https://there.example/d1"
                ),
            ),
            complete=False,
        )
    )
    return asked, answers


@pytest.fixture
def api(account):
    client, core = create_app(account.house).test_client(), account.core
    key = create_key(core.db, core.clock, account.workspace, "erp", READ)

    def call(instance="there"):
        headers = {"Authorization": f"Bearer {key}"}
        return client.get(f"/api/v1/instances/{instance}/dashboard", headers=headers)

    return call


def test_what_really_stands_at_the_account_is_counted(account: HostedCase, api):
    account.place()
    told = api().json
    assert sum(one["count"] for one in told["counts"]) == 1
    assert told["latest"][0]["reference"] == account.agreement().reference
    assert all(one["url"].startswith("http") for one in told["counts"])


def test_it_is_read_once_a_minute(account, api, read):
    asked, _ = read
    first = api()
    assert (first.status_code, first.json["complete"], asked) == (200, False, [LATEST])
    assert first.json["counts"] == [
        {"state": "sent", "word": "sent", "count": 3, "url": "https://there.example/sent"}
    ]
    assert api().json == first.json
    assert len(asked) == 1
    account.clock.advance(FRESH + timedelta(seconds=1))
    assert api().status_code == 200
    assert len(asked) == 2


def test_many_who_ask_at_once_cost_one_reading(account, monkeypatch):
    asked, go_on = [], threading.Event()

    def slow(self, latest):
        asked.append(latest)
        go_on.wait(10)
        return Dashboard((), ())

    monkeypatch.setattr(GetAcceptProvider, "dashboard", slow)
    dashboards = Dashboards(account.core)
    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(dashboards.of, account.workspace, "there") for _ in range(8)]
        go_on.set()
        assert {one.result()["instance"] for one in found} == {"there"}
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("error", "status"),
    [(Retryable("away"), 502), (Unsupported("none"), 409)],
)
def test_a_failure_is_told_and_not_asked_again_at_once(account, api, read, error, status):
    asked, answers = read
    answers.insert(0, error)
    answer = api()
    assert (answer.status_code, answer.json["code"]) == (status, error.code)
    assert api().status_code == status
    assert len(asked) == 1
    account.clock.advance(FAILED_FOR + timedelta(seconds=1))
    assert api().status_code == 200


def test_credentials_that_are_refused_pause_the_instance(account, api, read):
    read[1].insert(0, AuthenticationFailed("the password was changed"))
    assert api().status_code == 502
    account.clock.advance(FAILED_FOR + timedelta(seconds=1))
    answer = api()
    assert (answer.status_code, answer.json["code"]) == (409, "paused")
    assert "/health/sync" in answer.json["detail"]
    assert len(read[0]) == 1


def test_a_reading_that_was_refused_while_somebody_mended_it_pauses_nothing(
    account, api, monkeypatch
):
    place, core = (account.workspace, "there"), account.core

    def refused(self, latest):
        account.clock.advance(timedelta(seconds=1))
        with core.db.write() as session:
            pause(session, place, "authentication_failed", "x", core.clock.wall())
            resume(session, place, core.clock.wall())
        account.clock.advance(timedelta(seconds=1))
        raise AuthenticationFailed("the former password")

    monkeypatch.setattr(GetAcceptProvider, "dashboard", refused)
    assert [api().status_code, api().status_code] == [502, 502]
    account.clock.advance(FAILED_FOR + timedelta(seconds=1))
    monkeypatch.setattr(GetAcceptProvider, "dashboard", lambda self, latest: Dashboard((), ()))
    assert api().status_code == 200


def test_what_has_no_dashboard_says_so(account, api, read):
    answer = api("canvas")
    assert (answer.status_code, answer.json["code"]) == (409, "not_hosted")
    missing = api("nobody")
    assert (missing.status_code, missing.json["code"]) == (404, "unknown_instance")
    assert "there" in missing.json["detail"]


def test_a_paused_instance_is_not_asked(account, api, read):
    with account.core.db.write() as session:
        place = (account.workspace, "there")
        pause(session, place, "authentication_failed", "x", account.core.clock.wall())
    assert api().status_code == 409
    assert read[0] == []
