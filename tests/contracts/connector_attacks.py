"""What goes wrong outside a connector: refusal, garbage, silence, and connections that break.

Part of ``connector_suite``; the class there inherits these tests. The measure is always what the
other side has in the end: one effect, or none.
"""

from __future__ import annotations

import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.contracts.capabilities import Capability
from hub.contracts.records import Create, RecordRef, Update
from hub.kernel.errors import AuthenticationFailed, OutcomeUnknown, ParaphError, Retryable
from tests.contracts.connector_driver import operation_for

C = Capability
WRITES = {C.CREATE: "create", C.UPDATE: "update", C.NOTE: "note", C.ATTACH: "attach"}
BROKEN = ("500", "html", "drop_before", "drop_after")
PERSONAL = "alice.personal@example.com"


class ConnectorAttacks:
    """Each test breaks something and looks at what is left."""

    def test_wrong_credentials_pause_the_instance(self, driver):
        wrong = driver.wrong_credentials()
        if wrong is None:
            pytest.skip(f"{driver.manifest.key} needs no credentials")
        connector = driver.make_instance(**wrong)
        calls = [connector.probe]
        if driver.can(C.FETCH):
            calls.append(lambda: connector.fetch(driver.seed_record()))
        if driver.can(C.UPDATE):
            calls.append(lambda: connector.apply(operation_for(driver, C.UPDATE), "key-1"))
        before = driver.effects()
        for call in calls:
            with pytest.raises(AuthenticationFailed) as caught:
                call()
            self._shows_no_secret(driver, caught.value, tuple(map(str, wrong.values())))
        assert driver.effects() == before
        connector.close()

    @pytest.mark.parametrize("kind", ["unreachable", "500", "html", "drop_before", "drop_after"])
    def test_a_failing_read_is_retryable_and_works_later(self, driver, connector, kind):
        driver.needs(C.FETCH)
        driver.needs_fault(kind)
        connector.probe()
        driver.fault(kind, "read")
        with pytest.raises(Retryable) as caught:
            connector.fetch(driver.seed_record())
        assert not isinstance(caught.value, OutcomeUnknown)
        self._shows_no_secret(driver, caught.value)
        driver.clear()
        assert connector.fetch(driver.seed_record()).fields

    @pytest.mark.parametrize("kind", ["500", "html"])
    def test_a_probe_of_a_broken_upstream_is_retryable(self, driver, kind):
        driver.needs_fault(kind)
        connector = driver.make_instance()
        driver.fault(kind, "sign_in")
        with pytest.raises(Retryable):
            connector.probe()
        driver.clear()
        assert connector.probe().summary
        connector.close()

    def test_a_slow_read_is_given_up_in_time(self, driver):
        driver.needs(C.FETCH)
        driver.needs_fault("slow")
        connector = driver.make_instance(**driver.impatient())
        connector.probe()
        driver.fault("slow", "read", seconds=20)
        with pytest.raises(Retryable):
            connector.fetch(driver.seed_record())
        driver.clear()
        connector.close()

    @pytest.mark.parametrize("kind", BROKEN)
    @pytest.mark.parametrize("capability", WRITES, ids=str)
    def test_a_broken_write_repeated_has_one_effect(self, driver, connector, capability, kind):
        driver.needs(capability)
        driver.needs_fault(kind)
        operation = operation_for(driver, capability)
        if isinstance(operation, Create):
            operation = Create(operation.table, operation.fields)
        connector.probe()
        before = driver.effects()
        driver.fault(kind, WRITES[capability])
        with pytest.raises(OutcomeUnknown) as caught:
            connector.apply(operation, "key-1")
        self._shows_no_secret(driver, caught.value)
        driver.clear()
        connector.apply(operation, "key-1", uncertain=True)
        assert driver.effects() == before + 1
        connector.apply(operation, "key-1", uncertain=True)
        assert driver.effects() == before + 1

    @pytest.mark.parametrize("capability", WRITES, ids=str)
    def test_a_slow_write_repeated_has_one_effect(self, driver, capability):
        driver.needs(capability)
        driver.needs_fault("slow")
        operation = operation_for(driver, capability)
        if isinstance(operation, Create):
            operation = Create(operation.table, operation.fields)
        connector = driver.make_instance(**driver.impatient())
        connector.probe()
        before = driver.effects()
        driver.fault("slow", WRITES[capability], seconds=20)
        with pytest.raises(OutcomeUnknown):
            connector.apply(operation, "key-1")
        driver.clear()
        driver.settle()
        patient = driver.make_instance()
        patient.apply(operation, "key-1", uncertain=True)
        assert driver.effects() == before + 1
        connector.close()
        patient.close()

    def test_many_threads_share_one_instance(self, driver, connector):
        driver.needs(C.FETCH)
        ref = driver.seed_record()
        with ThreadPoolExecutor(8) as pool:
            records = list(pool.map(lambda _: connector.fetch(ref), range(24)))
        assert all(record.fields == records[0].fields for record in records)

    def test_errors_hold_no_personal_data(self, driver, connector):
        driver.needs(C.UPDATE)
        unknown = RecordRef(driver.table, driver.unknown_record().id)
        operation = Update(unknown, dict.fromkeys(driver.written, PERSONAL))
        with pytest.raises(ParaphError) as caught:
            connector.apply(operation, "key-1")
        self._shows_no_secret(driver, caught.value, (PERSONAL,))

    def _shows_no_secret(
        self, driver, error: ParaphError, more: tuple[str, ...] = (PERSONAL,)
    ) -> None:
        """In both texts, and in the trace that a log would show."""
        shown = "\n".join([error.detail, error.customer, *traceback.format_exception_only(error)])
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        while cause is not None:
            shown += "".join(traceback.format_exception_only(cause))
            cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
        assert not [secret for secret in (*driver.secrets, *more) if secret and secret in shown]
