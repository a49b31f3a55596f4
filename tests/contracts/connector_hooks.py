"""Hooks of a connector: verified, recognised when they come again, and kept in order at the other
side.

Part of ``connector_suite``; the class there inherits these tests.
"""

from __future__ import annotations

import pytest

from hub.contracts.capabilities import Capability as C
from hub.kernel.errors import HookRejected, ParaphError, Unsupported
from tests.contracts.connector_driver import HOOK_SECRET

STRANGE = "https://crm.example/hooks/demo/other/secret"


class ConnectorHooks:
    """For connectors that declare ``hook`` or ``keeps_hooks``."""

    def test_a_hook_names_its_record_and_repeats_are_recognised(self, driver, connector):
        driver.needs(C.HOOK)
        one, two = connector.read_hook(driver.hook()), connector.read_hook(driver.hook())
        assert one.references == (driver.seed_record(),)
        assert 200 <= one.answer.status < 300
        assert one.dedupe
        assert one.dedupe == two.dedupe

    def test_a_forged_hook_is_rejected(self, driver, connector):
        driver.needs(C.HOOK)
        forged = driver.forged_hooks()
        assert forged
        for raw in forged:
            with pytest.raises(HookRejected):
                connector.read_hook(raw)

    def test_hooks_are_kept_in_order_however_often_it_is_done(self, driver, connector):
        if not driver.can(C.KEEPS_HOOKS):
            with pytest.raises(Unsupported):
                connector.keep_hooks([driver.table])
            return
        assert connector.keep_hooks([driver.table])
        assert driver.registered() == [(driver.table, driver.hook_url)]
        connector.keep_hooks([driver.table])
        assert driver.registered() == [(driver.table, driver.hook_url)]

    def test_a_hook_that_has_ended_or_was_removed_is_made_anew(self, driver, connector):
        driver.needs(C.KEEPS_HOOKS)
        for spoil in (driver.end_hooks, driver.remove_hooks):
            connector.keep_hooks([driver.table])
            spoil()
            assert driver.registered() == []
            connector.keep_hooks([driver.table])
            assert driver.registered() == [(driver.table, driver.hook_url)]

    def test_a_hook_with_a_former_secret_is_replaced_and_others_stay(self, driver, connector):
        driver.needs(C.KEEPS_HOOKS)
        former = driver.hook_url.replace(HOOK_SECRET, "a-former-secret")
        for url in (former, STRANGE):
            driver.register(driver.table, url)
        connector.keep_hooks([driver.table])
        wanted = sorted([(driver.table, driver.hook_url), (driver.table, STRANGE)])
        assert sorted(driver.registered()) == wanted

    def test_hooks_that_cannot_be_kept_now_are_kept_later(self, driver, connector):
        driver.needs(C.KEEPS_HOOKS)
        driver.needs_fault("500")
        driver.fault("500", "subscribe", count=1)
        with pytest.raises(ParaphError) as caught:
            connector.keep_hooks([driver.table])
        assert not [secret for secret in driver.secrets if secret in str(caught.value)]
        connector.keep_hooks([driver.table])
        assert driver.registered() == [(driver.table, driver.hook_url)]
