"""Some of the random requests of ``make fuzz``."""

from __future__ import annotations

from tests.portal_fuzz.strangers import Strangers


def test_nobody_sees_anothers_document(portal):
    strangers = Strangers(portal, seed=1)
    strangers.run(600)
    assert strangers.leaks == []
    assert strangers.answers[200] > 50
    assert strangers.answers[403] > 5


def test_a_leak_would_be_seen(portal):
    strangers = Strangers(portal, seed=2)
    strangers.customers[0].allowed.clear()
    strangers.run(200)
    assert strangers.leaks
