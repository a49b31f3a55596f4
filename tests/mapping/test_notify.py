"""Who of the sender's is told of what, by which way and when."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from hub.kernel.errors import ConfigurationError
from hub.mapping.notify import NotifyPlan, offered
from tests.mapping.samples import HEAD, NOW, compiled
from tests.mapping.test_share import REQUEST

BOTH = "email: {from: mail}, mobile: {from: mobile}"


def planned(keys: str, **record: Any) -> NotifyPlan:
    plan = compiled(head=HEAD, request=f"{REQUEST}  notify: {{{keys}}}\n").plan(record, now=NOW)
    assert plan is not None
    assert plan.problems == ()
    assert plan.notify is not None
    return plan.notify


def test_each_event_may_have_a_way_of_its_own() -> None:
    keys = f"{BOTH}, about: [viewed, completed, declined], ways: {{completed: sms, viewed: digest}}"
    plan = planned(keys, mail="bob@example.com", mobile="+46701740699")
    assert offered(plan.data()) == {"viewed": "digest", "completed": "sms", "declined": "email"}


def test_a_digest_collects_what_goes_by_mail() -> None:
    keys = f"{BOTH}, about: [viewed, completed, declined], digest: daily, ways: {{declined: email}}"
    plan = planned(keys)
    assert plan.digest == "08:00"
    assert offered(plan.data()) == {"viewed": "digest", "completed": "digest", "declined": "email"}
    by_sms = planned(f"{BOTH}, by: sms, about: [viewed], digest: '07:30'")
    assert (by_sms.digest, offered(by_sms.data())) == ("07:30", {"viewed": "sms"})


def test_quiet_hours_are_kept_as_they_are_read() -> None:
    plan = planned('email: {from: mail}, about: [viewed], quiet: "19:00-07:00"')
    assert plan.quiet == (time(19), time(7))
    assert plan.data()["quiet"] == ["19:00", "07:00"]


def test_what_a_former_version_has_kept_is_read() -> None:
    kept = {"email": "bob@example.com", "mobile": "", "about": ["viewed"], "by": "email"}
    assert offered(kept) == {"viewed": "email"}
    assert offered({}) == {}


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("email: {from: a}, about: [viewed], digest: weekly", "is no time of day"),
        ("email: {from: a}, about: [viewed], digest: '25:00'", "is no time of day"),
        ("email: {from: a}, about: [viewed], digest: 7", "is no time of day"),
        ("email: {from: a}, about: [viewed], quiet: '7-8'", "21:00-08:00"),
        ("email: {from: a}, about: [viewed], ways: {viewd: sms}", "did you mean 'viewed'"),
        ("email: {from: a}, about: [viewed], ways: {viewed: smss}", "did you mean 'sms'"),
        ("email: {from: a}, about: [viewed], ways: {viewed: sms}", "news by sms need 'mobile'"),
        (
            "mobile: {from: a}, by: sms, about: [viewed], ways: {viewed: digest}",
            "news by e-mail need 'email'",
        ),
        ("mobile: {from: a}, about: [viewed]", "news by email need 'email'"),
    ],
)
def test_what_does_not_fit_is_told_with_how_to_mend_it(keys: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        compiled(head=HEAD, request=f"{REQUEST}  notify: {{{keys}}}\n")
    assert said in "\n".join(error.value.problems)
