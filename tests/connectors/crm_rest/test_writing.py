"""What makes a write single, and the honest answer where nothing does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.contracts.records import Attach, Create, Note, RecordRef, Update
from hub.kernel.errors import NotFound, OutcomeUnknown, Refused, Unsupported
from tests.connectors.crm_rest.driver import CrmDriver

CASE = RecordRef("cases", "1")
PDF = Attach(CASE, "signed.pdf", "application/pdf", b"%PDF-1.7")


def plain(site, **changes):
    """A CRM that promises nothing: no key header, no external id field."""
    return CrmDriver(site, {"tables": {"external_id_field": "", **changes}})


def connected(driver, **changes):
    return driver.make_instance(**changes)


def test_without_any_promise_an_unknown_create_stays_unknown_and_makes_no_second(site):
    driver = plain(site)
    connector = connected(driver)
    operation = Create("contacts", {"name": "Bob"})
    driver.fault("drop_after", "create")
    with pytest.raises(OutcomeUnknown):
        connector.apply(operation, "key-1")
    for _ in range(2):
        with pytest.raises(OutcomeUnknown, match="give the table an external_id_field"):
            connector.apply(operation, "key-1", uncertain=True)
    assert driver.effects() == 1
    connector.close()


def test_a_match_field_is_enough_to_look_an_unknown_create_up(site):
    driver = plain(site)
    connector = connected(driver)
    operation = Create("contacts", driver.created, driver.match)
    driver.fault("drop_after", "create")
    with pytest.raises(OutcomeUnknown):
        connector.apply(operation, "key-1")
    assert not connector.apply(operation, "key-1", uncertain=True).created
    assert driver.effects() == 1
    connector.close()


def test_our_key_that_the_crm_holds_already_means_that_it_was_made(driver, connector):
    made = connector.apply(Create("contacts", {"name": "Bob"}), "key-1")
    again = connector.apply(Create("contacts", {"name": "Bob"}), "key-1")  # nobody said: uncertain
    assert (again.ref, again.repeated) == (made.ref, True)
    assert driver.present(made.ref)["external_id"] == "key-1"
    assert driver.count("contacts") == 2


def test_a_file_that_nothing_lists_stays_unknown(site):
    driver = plain(site, attach={"path": "/cases/{id}/files"})
    data = driver.settings()
    data["tables"]["contacts"].pop("attach")
    connector = connected(driver, tables=data["tables"])
    driver.fault("drop_after", "attach")
    with pytest.raises(OutcomeUnknown):
        connector.apply(PDF, "key-1")
    with pytest.raises(OutcomeUnknown, match=r"give attach\.listed"):
        connector.apply(PDF, "key-1", uncertain=True)
    assert driver.effects() == 1
    connector.close()


def test_a_lost_race_without_a_version_is_told_with_what_to_set(site):
    driver = plain(site, if_match=False)
    connector = connected(driver)
    driver.sandbox.store.update = refusing(412)
    try:
        with pytest.raises(Refused, match="set if_match"):
            connector.apply(Update(CASE, {"status": "Signed"}), "key-1")
    finally:
        del driver.sandbox.store.update
    connector.close()


def refusing(status):
    from connectors.crm_rest.sandbox.store import Refusal

    def update(*given):
        raise Refusal(status, "changed", "changed")

    return update


def test_what_the_settings_do_not_describe_is_unsupported(site):
    driver = CrmDriver(site)
    data = driver.settings()
    for name in ("note", "attach", "changes"):
        data["tables"]["cases"].pop(name)
    connector = connected(driver, tables=data["tables"], hook=None)
    for call in (
        lambda: connector.apply(Note(CASE, "x"), "key-1"),
        lambda: connector.apply(PDF, "key-1"),
        lambda: list(connector.changes("cases", None)),
        lambda: connector.read_hook(driver.hook()),
        lambda: connector.fetch(RecordRef("case_notes", "1-1")),
    ):
        with pytest.raises(Unsupported):
            call()
    connector.close()


def test_a_table_that_the_settings_do_not_name_is_told(connector):
    with pytest.raises(Refused, match="only contacts, cases"):
        connector.fetch(RecordRef("leads", "1"))


@pytest.mark.parametrize(
    "record_id", ["", ".", "..", "a/b", "a\\b", "a\nb", "x" * 201, "1/notes", "\x00"]
)
def test_an_id_that_could_lead_elsewhere_is_never_sent(driver, connector, record_id):
    for call in (
        lambda ref: connector.fetch(ref),
        lambda ref: connector.apply(Update(ref, {"status": "x"}), "key-1"),
        lambda ref: connector.apply(Note(ref, "x"), "key-1"),
        lambda ref: connector.apply(Attach(ref, "a.pdf", "application/pdf", b"x"), "key-1"),
    ):
        with pytest.raises(NotFound):
            call(RecordRef("cases", record_id))
    assert driver.sandbox.gate.board.calls() == {}


@pytest.mark.parametrize("record_id", ["1?x=2", "1#x", "%2e%2e", "a b", "{id}", "å", "1;2", "1&2"])
def test_an_id_with_odd_characters_stays_one_piece_of_the_path(driver, connector, record_id):
    rows = driver.sandbox.store.rows["cases"]
    rows[record_id] = replace(rows["1"], id=record_id)
    assert connector.fetch(RecordRef("cases", record_id)).fields["number"] == "C-1001"


def test_a_file_without_a_name_is_refused(connector):
    with pytest.raises(Refused):
        connector.apply(Attach(CASE, " ", "application/pdf", b"x"), "key-1")


def test_an_update_without_fields_calls_nobody(driver, connector):
    assert connector.apply(Update(CASE, {}), "key-1").repeated
    assert driver.sandbox.gate.board.calls() == {}


def test_changes_at_one_moment_are_each_told_once(site):
    by_time = {"field": "updated_at", "parameter": "updated_since", "inclusive": True}
    driver = CrmDriver(site, {"tables": {"changes": by_time}})
    connector = connected(driver)
    told, cursor = [], None
    for _ in range(150):  # more than a cursor keeps ids of one moment
        driver.change()
    for ref, after in connector.changes("cases", cursor):
        told.append(ref.id)
        cursor = after
    assert len(told) == len(set(told)) == 151
    assert list(connector.changes("cases", cursor)) == []
    site.clock.advance(timedelta(seconds=1))
    late = driver.change()
    assert [ref for ref, _ in connector.changes("cases", cursor)] == [late]
    connector.close()


@pytest.mark.parametrize("cursor", ["x", "{}", "[]", "[[1]]", '["a", 1]', "17"])
def test_a_cursor_of_somebody_else_is_refused(connector, cursor):
    with pytest.raises(Refused, match="cursor"):
        list(connector.changes("cases", cursor))
