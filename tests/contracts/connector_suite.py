"""The suite that every connector inherits: what the contract promises, and what goes wrong outside.

A test class inherits ``ConnectorSuite`` and offers a fixture ``driver``: a ``ConnectorDriver``.
Nothing here knows a vendor. A capability that the manifest declares is red until it works; one that
it does not declare must raise ``Unsupported``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from hub.contracts.capabilities import Capability
from hub.contracts.connector import Connector
from hub.contracts.plugin import RawHook
from hub.contracts.records import Create, Note, RecordRef, Update
from hub.kernel.errors import (
    NotFound,
    Permanent,
    RecordLocked,
    Unsupported,
)
from tests.contracts.connector_attacks import ConnectorAttacks
from tests.contracts.connector_driver import (
    HOOK_URL,
    PDF,
    STARTED,
    ConnectorDriver,
    operation_for,
)
from tests.contracts.connector_files import ConnectorFiles
from tests.contracts.connector_hooks import ConnectorHooks

C = Capability
OPERATIONS = (C.CREATE, C.UPDATE, C.NOTE, C.ATTACH)


class ConnectorSuite(ConnectorFiles, ConnectorHooks, ConnectorAttacks):
    """Inherit it, offer ``driver``."""

    @pytest.fixture
    def connector(self, driver: ConnectorDriver) -> Iterator[Connector]:
        connector = driver.make_instance()
        yield connector
        connector.close()

    def test_the_probe_answers_and_changes_nothing(self, driver, connector):
        before = driver.effects()
        result = connector.probe()
        assert result.summary
        assert driver.effects() == before
        assert not [secret for secret in driver.secrets if secret in repr(result)]

    def test_a_record_is_fetched_as_the_other_side_has_it(self, driver, connector):
        driver.needs(C.FETCH)
        ref = driver.seed_record()
        record = connector.fetch(ref)
        assert record.ref == ref
        present = driver.present(ref)
        shared = record.fields.keys() & present.keys() & driver.written.keys()
        assert shared
        for name in shared:
            assert connector.same(name, present[name], record.fields[name]), name

    def test_a_table_is_described_by_its_fields_or_not_at_all(self, driver, connector):
        driver.seed_record()
        before = driver.effects()
        try:
            names = connector.describe(driver.table)
        except Unsupported:
            return
        assert set(names) >= driver.written.keys()
        with pytest.raises(NotFound):
            connector.describe("no_such_table_here")
        assert driver.effects() == before

    def test_declared_tables_hold_what_is_written(self, driver, connector):
        declared = driver.connector_class.declared_tables(connector.settings)
        if declared is None:
            return
        assert {driver.table, driver.create_table} <= declared.keys()
        for table, written in (
            (driver.table, driver.written),
            (driver.create_table, driver.created),
        ):
            assert declared[table] is None or set(declared[table]) >= written.keys()

    def test_an_unknown_record_is_not_found(self, driver, connector):
        driver.needs(C.FETCH)
        with pytest.raises(NotFound):
            connector.fetch(driver.unknown_record())

    @pytest.mark.parametrize("record_id", ["", "no-such-id", "../1", "1 or 1=1", "1'--", "ä" * 300])
    def test_a_senseless_record_id_is_permanent_and_harmless(self, driver, connector, record_id):
        driver.needs(C.FETCH)
        before = driver.effects()
        with pytest.raises(Permanent):
            connector.fetch(RecordRef(driver.table, record_id))
        assert driver.effects() == before

    def test_an_update_reads_back_the_same(self, driver, connector):
        driver.needs(C.UPDATE, C.READ_BACK)
        ref = driver.seed_record()
        receipt = connector.apply(Update(ref, driver.written), "key-1")
        assert receipt.ref == ref
        read = connector.read_back(ref, list(driver.written))
        for name, value in driver.written.items():
            assert connector.same(name, value, read[name]), (name, read[name])

    def test_an_update_leaves_other_fields_alone(self, driver, connector):
        driver.needs(C.UPDATE)
        ref = driver.seed_record()
        before = driver.present(ref)
        connector.apply(Update(ref, driver.written), "key-1")
        after = driver.present(ref)
        others = before.keys() - driver.written.keys()
        assert {name: after[name] for name in others} == {name: before[name] for name in others}

    def test_reading_back_a_field_that_is_not_there_gives_none(self, driver, connector):
        driver.needs(C.READ_BACK)
        read = connector.read_back(driver.seed_record(), ["no_such_field_here"])
        assert read == {"no_such_field_here": None}

    def test_different_values_are_not_the_same(self, driver, connector):
        for name, value in driver.written.items():
            assert not connector.same(name, value, f"something else than {name}")
            assert not connector.same(name, value, None)

    def test_a_record_is_created_with_its_fields(self, driver, connector):
        driver.needs(C.CREATE)
        before = driver.count(driver.create_table)
        receipt = connector.apply(operation_for(driver, C.CREATE), "key-1")
        assert receipt.created
        assert driver.count(driver.create_table) == before + 1
        present = driver.present(receipt.ref)
        for name, value in driver.created.items():
            assert connector.same(name, value, present[name]), name

    def test_a_record_that_matches_is_used_instead_of_a_new_one(self, driver, connector):
        driver.needs(C.CREATE)
        first = connector.apply(operation_for(driver, C.CREATE), "key-1")
        count = driver.count(driver.create_table)
        second = connector.apply(operation_for(driver, C.CREATE), "another-key")
        assert (second.ref, second.created) == (first.ref, False)
        assert driver.count(driver.create_table) == count

    def test_empty_fields_of_a_matched_record_are_filled_in(self, driver, connector):
        driver.needs(C.CREATE)
        name, value = driver.filled_in
        operation = Create(
            driver.create_table,
            {k: v for k, v in driver.created.items() if k != name},
            driver.match,
        )
        first = connector.apply(operation, "key-1")
        fuller = replace(operation, fields={**operation.fields, name: value})
        connector.apply(fuller, "key-2")
        assert connector.same(name, value, driver.present(first.ref)[name])

    def test_a_match_field_without_a_value_matches_nobody(self, driver, connector):
        driver.needs(C.CREATE)
        connector.apply(operation_for(driver, C.CREATE), "key-1")
        count = driver.count(driver.create_table)
        name, _ = driver.filled_in
        operation = Create(driver.create_table, {**driver.created, name: ""}, (name,))
        assert connector.apply(operation, "key-2").created
        assert driver.count(driver.create_table) == count + 1

    def test_a_note_is_added_beside_what_is_there(self, driver, connector):
        driver.needs(C.NOTE)
        ref = driver.seed_record()
        connector.apply(Note(ref, "The first note"), "key-1")
        connector.apply(Note(ref, "The second note"), "key-2")
        notes = driver.notes(ref)
        assert notes.index("The first note") < notes.index("The second note")

    def test_a_file_arrives_byte_by_byte(self, driver, connector):
        driver.needs(C.ATTACH)
        operation = operation_for(driver, C.ATTACH)
        before = driver.files(operation.ref)
        connector.apply(operation, "key-1")
        assert driver.files(operation.ref) == [*before, ("signed åäö.pdf", PDF)]

    @pytest.mark.parametrize("capability", [C.NOTE, C.ATTACH])
    def test_the_same_key_again_has_no_second_effect(self, driver, connector, capability):
        driver.needs(capability)
        operation = operation_for(driver, capability)
        connector.apply(operation, "key-1")
        before = driver.effects()
        assert connector.apply(operation, "key-1").repeated
        assert driver.effects() == before

    def test_updating_again_with_the_same_key_changes_no_value(self, driver, connector):
        driver.needs(C.UPDATE)
        operation = operation_for(driver, C.UPDATE)
        connector.apply(operation, "key-1")
        before = driver.present(operation.ref)
        connector.apply(operation, "key-1")
        assert driver.present(operation.ref) == before

    @pytest.mark.parametrize("capability", OPERATIONS)
    def test_an_uncertain_repeat_has_one_effect(self, driver, connector, capability):
        driver.needs(capability)
        operation = operation_for(driver, capability)
        if isinstance(operation, Create):
            operation = replace(operation, match=())
        first = connector.apply(operation, "key-1")
        before = driver.effects()
        again = connector.apply(operation, "key-1", uncertain=True)
        assert again.ref == first.ref
        assert again.repeated
        assert driver.effects() == before

    @pytest.mark.parametrize("capability", OPERATIONS)
    def test_an_uncertain_first_try_that_never_arrived_is_done(self, driver, connector, capability):
        driver.needs(capability)
        before = driver.effects()
        connector.apply(operation_for(driver, capability), "key-1", uncertain=True)
        assert driver.effects() == before + 1

    @pytest.mark.parametrize("capability", [C.UPDATE, C.NOTE, C.ATTACH])
    def test_writing_to_an_unknown_record_is_permanent(self, driver, connector, capability):
        driver.needs(capability)
        operation = replace(operation_for(driver, capability), ref=driver.unknown_record())
        before = driver.effects()
        with pytest.raises(Permanent):
            connector.apply(operation, "key-1")
        assert driver.effects() == before

    def test_a_locked_record_is_retried_when_the_lock_ends(self, driver, connector):
        driver.needs(C.UPDATE)
        if not driver.locks:
            pytest.skip(f"{driver.manifest.key} knows no record locks")
        ref = driver.seed_record()
        before = driver.present(ref)
        driver.lock(ref, minutes=10)
        with pytest.raises(RecordLocked) as caught:
            connector.apply(Update(ref, driver.written), "key-1")
        assert caught.value.retry_after == pytest.approx(600, abs=61)
        assert driver.present(ref) == before
        driver.unlock(ref)
        connector.apply(Update(ref, driver.written), "key-1")
        assert driver.present(ref) != before

    def test_changes_are_listed_once_from_a_cursor_on(self, driver, connector):
        driver.needs(C.CHANGES)
        seen = list(connector.changes(driver.table, None))
        cursor = seen[-1][1] if seen else None
        assert list(connector.changes(driver.table, cursor)) == []
        changed = driver.change()
        assert [ref for ref, _ in connector.changes(driver.table, cursor)] == [changed]

    def test_a_cursor_of_now_leaves_out_what_was_there_before(self, driver, connector):
        driver.needs(C.CHANGES)
        before = driver.effects()
        cursor = connector.cursor_now(driver.table)
        assert list(connector.changes(driver.table, cursor)) == []
        assert driver.effects() == before
        changed = driver.change()
        first, again = (list(connector.changes(driver.table, cursor)) for _ in range(2))
        assert [ref for ref, _ in first] == [changed]
        assert first == again  # listed again, it is known to be the same change

    def test_what_is_not_declared_raises_unsupported(self, driver, connector):
        off = [capability for capability in OPERATIONS if not driver.can(capability)]
        for capability in off:
            with pytest.raises(Unsupported):
                connector.apply(operation_for(driver, capability), "key-1")
        if not driver.can(C.FILES):
            with pytest.raises(Unsupported):
                connector.read_file(driver.seed_record(), "plan.pdf", 1_000)
        if not driver.can(C.CHANGES):
            with pytest.raises(Unsupported):
                list(connector.changes(driver.table, None))
        if not driver.can(C.HOOK):
            raw = RawHook("POST", HOOK_URL, {}, {}, b'{"id": 1}', "127.0.0.1", STARTED)
            with pytest.raises(Unsupported):
                connector.read_hook(raw)

    def test_a_record_link_is_an_address_or_nothing(self, driver, connector):
        link = connector.record_url(RecordRef(driver.table, "1"))
        assert link is None or link.startswith(("http://", "https://", "/"))

    def test_closing_twice_is_harmless(self, driver):
        connector = driver.make_instance()
        connector.close()
        connector.close()
