"""Writing to Agiloft beyond the contract: locks, notes in a table, links, look-ups, polling."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.agiloft.codes import failure
from connectors.agiloft.sandbox.store import Actor
from hub.contracts.records import Attach, Create, Note, RecordRef, Update
from hub.kernel.errors import (
    NotFound,
    OutcomeUnknown,
    ParaphError,
    Permanent,
    RecordLocked,
    Refused,
    Retryable,
    Unsupported,
)
from tests.connectors.agiloft.driver import CASE, AgiloftDriver

SURFACES = {
    "alrest": {"surface": "alrest"},
    "ew-json": {"surface": "ew"},
    "ew-text": {"surface": "ew", "ew_answers": "text"},
    "soap": {"surface": "soap"},
}
ALICE = Actor("alice", "Web")
NOTE_TABLE = {
    "note_table": "note",
    "note_link_field": "service_case_id",
    "note_text_field": "note_text",
}


@pytest.fixture(params=SURFACES.values(), ids=SURFACES.keys())
def driver(site, request):
    return AgiloftDriver(site, request.param)


@pytest.fixture
def connector(driver):
    connector = driver.make_instance()
    yield connector
    connector.close()


def test_an_update_that_had_worked_is_not_written_again(driver, connector):
    connector.apply(Update(CASE, driver.written), "key-1")
    receipt = connector.apply(Update(CASE, driver.written), "key-1", uncertain=True)
    assert receipt.repeated
    assert driver.calls("update") == 1


def test_an_update_of_which_half_is_there_is_written(driver, connector):
    connector.apply(Update(CASE, {"priority": 3}), "key-1")
    both = Update(CASE, {"priority": 3, "signed_by": "Alice"})
    assert not connector.apply(both, "key-2", uncertain=True).repeated
    assert driver.present(CASE)["signed_by"] == "Alice"


def test_a_lock_is_never_overridden_by_itself(driver, connector):
    driver.lock(CASE, 25)
    for operation in (Note(CASE, "x"), Attach(CASE, "a.pdf", "application/pdf", b"x")):
        with pytest.raises(RecordLocked) as caught:
            connector.apply(operation, "key-1")
        assert caught.value.retry_after == 25 * 60
    assert driver.effects() == 0


def test_a_lock_is_retried_by_the_setting_when_agiloft_does_not_say_when_it_ends(driver):
    connector = driver.make_instance(lock_retry_after=77.0)
    driver.lock(CASE, 25)
    driver.fault("500", "lock")
    with pytest.raises(RecordLocked) as caught:
        connector.apply(Update(CASE, {"priority": 1}), "key-1")
    assert caught.value.retry_after == 77
    connector.close()


def test_overriding_a_lock_is_a_setting_of_the_ew_surface(site):
    driver = AgiloftDriver(site, {"surface": "ew", "override_locks": True})
    driver.lock(CASE, 25)
    driver.make_instance().apply(Update(CASE, {"priority": 1}), "key-1")
    assert driver.present(CASE)["priority"] == 1


def test_a_note_may_be_a_row_of_a_linked_table(driver):
    connector = driver.make_instance(**NOTE_TABLE)
    first = connector.apply(Note(CASE, "Signed by Alice"), "key-1")
    again = connector.apply(Note(CASE, "Signed by Alice"), "key-1", uncertain=True)
    connector.apply(Note(CASE, "Signed by Alice"), "key-2")
    assert again.repeated
    assert again.detail["note"] == first.detail["note"]
    assert driver.count("note") == 2
    assert driver.present(RecordRef("note", "1"))["service_case_id"] == 2
    connector.close()


def test_a_note_goes_to_the_field_that_the_mapping_names(driver, connector):
    connector.apply(Note(CASE, "Leaks", field="problem_description"), "key-1")
    text = driver.present(CASE)["problem_description"]
    assert text.startswith("Läcker vatten under luckan.\nBörjade i helgen.\n\nLeaks\n[ref ")


def test_without_any_place_for_notes_they_are_unsupported(driver):
    connector = driver.make_instance(note_field="")
    with pytest.raises(Unsupported):
        connector.apply(Note(CASE, "x"), "key-1")


def test_an_unknown_company_is_refused_and_an_empty_one_left_alone(driver, connector):
    with pytest.raises(Refused) as caught:
        connector.apply(Update(CASE, {"company": "No Such AB"}), "key-1")
    assert caught.value.code == "bad_value"
    connector.apply(Update(CASE, {"company": "Fjällsport i Åre AB"}), "key-2")
    connector.apply(Update(CASE, {"company": "", "priority": 1}), "key-3")
    assert driver.present(CASE)["company"] == "Fjällsport i Åre AB"
    connector.apply(Update(CASE, {"company": None}), "key-4")
    assert driver.present(CASE)["company"] is None


def test_a_company_whose_name_fits_twice_is_refused(driver, connector):
    for _ in range(2):
        driver.sandbox.store.create("company", {"company_name": "Twin AB"}, ALICE)
    with pytest.raises(Refused):
        connector.apply(Update(CASE, {"company": "Twin AB"}), "key-1")


def test_a_display_value_with_a_colon_is_no_command(driver, connector):
    driver.sandbox.store.create("company", {"company_name": "A: what?"}, ALICE)
    connector.apply(Update(CASE, {"company": "A: what?"}), "key-1")
    assert driver.present(CASE)["company"] == "A: what?"


@pytest.mark.parametrize(
    "fields",
    [{"no_such_field": "x"}, {"status": "No such choice"}, {"priority": "many"}, {"$login": "x"}],
)
def test_what_the_table_does_not_take_is_permanent(driver, connector, fields):
    with pytest.raises(Permanent):
        connector.apply(Update(CASE, fields), "key-1")
    assert driver.effects() == 0


def test_emptying_a_field_empties_it(driver, connector):
    connector.apply(Update(CASE, {"customer_email": None, "purchase_date": None}), "key-1")
    read = connector.read_back(CASE, ["customer_email", "purchase_date"])
    assert connector.same("customer_email", None, read["customer_email"])
    assert driver.present(CASE)["purchase_date"] is None


def test_a_file_type_that_agiloft_forbids_is_refused(driver, connector):
    with pytest.raises(Refused):
        connector.apply(Attach(CASE, "run.exe", "application/octet-stream", b"MZ"), "key-1")


def test_a_file_of_the_same_name_but_another_size_is_another_file(driver, connector):
    for content in (b"one", b"three"):
        connector.apply(Attach(CASE, "a.pdf", "application/pdf", content), "key")
    assert [len(content) for _, content in driver.files(CASE)] == [3, 5]


def test_a_match_looks_at_the_first_field_that_has_a_value_and_finds_somebody(driver, connector):
    fields = {"customer_mobile": "070-174 06 23", "customer_email": "elsa.lindqvist@example.com"}
    match = ("repair_case_number", "customer_mobile", "customer_email")
    receipt = connector.apply(Create("service_case", {**fields, "case_number": "X"}, match), "k")
    assert (receipt.ref.id, receipt.created) == ("3", False)
    assert driver.present(receipt.ref)["case_number"] == "SC-1043"


def test_a_name_with_a_quote_is_matched_without_reaching_the_query(driver, connector):
    fields = {"case_number": "SC-9", "customer_name": "Bob O'Hara' OR id>0 --"}
    first = connector.apply(Create("service_case", fields, ("customer_name",)), "key-1")
    again = connector.apply(Create("service_case", fields, ("customer_name",)), "key-2")
    assert (first.created, again.created, again.ref) == (True, False, first.ref)


def test_the_external_id_tells_a_twin_from_the_record_that_was_made(site):
    driver = AgiloftDriver(site, {"external_id_field": "hub_key"})
    connector = driver.make_instance()
    operation = Create("service_case", driver.created)
    one = connector.apply(operation, "key-1")
    two = connector.apply(operation, "key-2", uncertain=True)
    again = connector.apply(operation, "key-1", uncertain=True)
    assert two.ref != one.ref
    assert (again.ref, again.repeated) == (one.ref, True)
    assert driver.present(one.ref)["hub_key"] == "key-1"


def test_changes_by_an_updated_field_come_in_order_and_once(driver):
    connector = driver.make_instance(changes_field="signed_at")
    store = driver.sandbox.store
    for record_id, moment in ((3, "2026-03-01 10:00:00"), (1, "2026-03-01 10:00:00")):
        store.update("service_case", record_id, {"signed_at": moment}, ALICE)
    found = [
        (ref.id, cursor)
        for ref, cursor in connector.changes("service_case", "2026-01-01 00:00:00|0")
    ]
    assert [record_id for record_id, _ in found] == ["1", "3"]
    assert list(connector.changes("service_case", found[-1][1])) == []
    store.update("service_case", 1, {"signed_at": "2026-03-01 10:00:01"}, ALICE)
    assert [r.id for r, _ in connector.changes("service_case", found[-1][1])] == ["1"]
    connector.close()


def test_dates_are_iso_whatever_the_surface_shows(driver, connector):
    connector.apply(Update(CASE, {"signed_at": "2026-07-01T10:00:00Z"}), "key-1")
    record = connector.fetch(CASE)
    assert record.fields["signed_at"] == "2026-07-01 10:00:00"
    assert record.fields["purchase_date"] == "2024-11-02"


def test_times_are_written_in_the_zone_of_the_knowledge_base(driver):
    connector = driver.make_instance(time_zone="Europe/Stockholm")
    connector.apply(Update(CASE, {"signed_at": "2026-07-01T10:00:00Z"}), "key-1")
    assert driver.present(CASE)["signed_at"] == "2026-07-01 12:00:00"
    read = connector.read_back(CASE, ["signed_at"])
    assert connector.same("signed_at", "2026-07-01T10:00:00Z", read["signed_at"])
    connector.close()


def test_notes_of_many_keys_are_each_there_once(driver, connector):
    for index in [0, 1, 2, 1, 0, 3]:
        connector.apply(Note(CASE, f"note number {index}."), f"key-{index}", uncertain=True)
    text = driver.notes(CASE)
    assert [text.count(f"number {index}.") for index in range(4)] == [1, 1, 1, 1]


def test_many_threads_write_to_different_records(driver, connector):
    def write(record_id):
        ref = RecordRef("service_case", str(record_id))
        connector.apply(Update(ref, {"signed_by": f"Signer {record_id}"}), f"key-{record_id}")

    with ThreadPoolExecutor(7) as pool:
        list(pool.map(write, range(1, 8)))
    rows = driver.sandbox.store.search("service_case", "")
    assert [row["signed_by"] for row in rows] == [f"Signer {i}" for i in range(1, 8)]


@pytest.mark.parametrize(
    ("status", "text", "kind", "code"),
    [
        (400, "No column colour in table service_case", Refused, "bad_field"),
        (400, "No data for id range", NotFound, "not_found"),
        (400, "Table nothing not found", Refused, "unknown_table"),
        (400, "No search X for table Y", Refused, "unknown_search"),
        (400, "Wrong format for column priority", Refused, "bad_value"),
        (400, "Missing $table", Refused, "bad_call"),
        (403, "IP blacklist", ParaphError, "api_not_allowed"),
        (403, "something nobody has seen", Refused, "forbidden"),
        (405, "", Permanent, "method_not_supported"),
        (409, "delete blocked by dependants", Refused, "has_dependants"),
        (409, "lock conflict", RecordLocked, "record_locked"),
        (500, "EWOperationException: the record is locked", RecordLocked, "record_locked"),
        (500, "EWOperationException: not in this state", Refused, "operation_forbidden"),
        (500, "EWPermissionException", Refused, "forbidden"),
        (500, "EWIntegrityException: unique", Refused, "integrity"),
        (500, "EWUnexpectedException: trace 17", Retryable, "unexpected"),
        (500, "query failed", Retryable, "unavailable"),
        (502, "", Retryable, "unavailable"),
    ],
)
def test_what_agiloft_says_means_to_us(status, text, kind, code):
    error = failure(status, text, changes=False)
    assert isinstance(error, kind)
    assert not isinstance(error, OutcomeUnknown)
    assert error.code == code


@pytest.mark.parametrize("text", ["", "EWUnexpectedException: trace 17", "query failed"])
def test_a_server_error_on_a_write_leaves_its_outcome_unknown(text):
    assert isinstance(failure(500, text, changes=True), OutcomeUnknown)


def test_an_answer_nobody_has_mapped_is_kept_but_not_its_personal_data():
    error = failure(418, "teapot of alice@example.com 070-174 06 05", changes=False)
    assert "teapot" in error.detail
    assert "alice" not in error.detail
    assert "174 06" not in error.detail
