"""Some of the random requests of ``make fuzz``."""

from __future__ import annotations

from hub.kernel import passwords
from tests.portal_fuzz.strangers import Strangers


def test_nobody_sees_anothers_document(talking):
    strangers = Strangers(talking, seed=1)
    strangers.run(600)
    assert strangers.leaks == []
    assert strangers.answers[200] > 50
    assert strangers.answers[403] > 5


def test_a_leak_would_be_seen(talking):
    strangers = Strangers(talking, seed=2)
    for one in strangers.customers:
        one.allowed.clear()
    strangers.run(200)
    assert strangers.leaks


def test_a_password_that_opens_another_link_would_be_seen(talking, monkeypatch):
    strangers = Strangers(talking, seed=3)
    monkeypatch.setattr(passwords, "matches", lambda kept, given: True)
    for _ in range(10):
        strangers.guess(strangers.customers[0])
    assert strangers.leaks
