"""The hub's own register keeps the contract of a connector, and what D5 and D6 ask of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.hub_register.connector import HubRegister
from hub.contracts.manifest import read_manifest
from hub.contracts.plugin import PluginContext
from hub.contracts.records import Create, RecordRef
from hub.kernel.crypto import Vault
from hub.kernel.errors import Refused
from hub.kernel.ids import new_id
from hub.services.register import Register
from hub.storage.db import Database
from hub.storage.models import Base, CaseNote, Customer, RepairCase, Workspace
from tests.contracts.connector_driver import ConnectorDriver
from tests.contracts.connector_suite import ConnectorSuite

FOLDER = Path(__file__).parents[3] / "connectors" / "hub_register"
MODELS = {"customer": Customer, "repair_case": RepairCase}


class _Counted(Register):
    """The register, counting what it changed."""

    changes = 0

    def find_or_create(self, table, fields, match, key):
        kept = super().find_or_create(table, fields, match, key)
        self.changes += not kept.repeated
        return kept

    def update(self, table, row_id, fields):
        super().update(table, row_id, fields)
        self.changes += 1

    def add_note(self, table, row_id, text, key):
        note, new = super().add_note(table, row_id, text, key)
        self.changes += new
        return note, new


class RegisterDriver(ConnectorDriver):
    manifest = read_manifest(FOLDER / "manifest.toml", "connectors.hub_register")
    connector_class = HubRegister
    table = "repair_case"
    written = {"title": 'Repair: Åkarp\'s "best" <washer>', "status": "waiting"}
    create_table = "customer"
    created = {"name": "Bob O'Hara", "mobile": "+46701740605", "email": "bob@example.com"}
    match = ("mobile", "email")
    filled_in = ("email", "bob@example.com")

    def __init__(self, folder: Path) -> None:
        super().__init__()
        vault = Vault("a secret key of a test that is long enough")
        self.db = Database(f"sqlite:///{folder}/register.db", vault)
        Base.metadata.create_all(self.db.engine)
        self.workspaces = [self._workspace("alice"), self._workspace("bob")]
        self.register = _Counted(self.db, self.clock, vault, self.workspaces[0])
        self.other = Register(self.db, self.clock, vault, self.workspaces[1])
        self.seed = self.register.find_or_create(
            "repair_case", {"title": "Dishwasher", "product": "D7"}, (), "seed"
        ).id

    def _workspace(self, key):
        row = Workspace(id=new_id(), key=key, name=key, created_at=self.clock.now())
        with self.db.write() as session:
            session.add(row)
        return row.id

    def context(self):
        return PluginContext("register", clock=self.clock, ports={"register": self.register})

    def settings(self):
        return {}

    def seed_record(self):
        return RecordRef("repair_case", self.seed)

    def unknown_record(self):
        return RecordRef("repair_case", new_id())

    def present(self, ref):
        return self.register.read(ref.table, ref.id) or {}

    def count(self, table):
        with self.db.read() as session:
            return session.query(MODELS[table]).count()

    def effects(self):
        return self.register.changes

    def notes(self, ref):
        with self.db.read() as session:
            rows = session.query(CaseNote).filter(CaseNote.row_id == ref.id).order_by(CaseNote.id)
            return "\n".join(row.text for row in rows)

    def close(self):
        self.db.close()


@pytest.fixture
def driver(tmp_path):
    driver = RegisterDriver(tmp_path)
    yield driver
    driver.close()


class TestHubRegister(ConnectorSuite):
    """Everything is in the suite."""


def test_customers_and_cases_get_running_numbers(driver):
    connector = driver.make_instance()
    customers = [
        connector.apply(Create("customer", {"name": name}), name).detail["number"]
        for name in ("Alice", "Bob")
    ]
    assert customers == ["C1001", "C1002"]
    assert driver.present(driver.seed_record())["number"] == "RC1001"


def test_what_stands_on_a_matched_card_is_not_overwritten(driver):
    connector = driver.make_instance()
    first = connector.apply(Create("customer", driver.created, driver.match), "key-1")
    changed = {**driver.created, "name": "Robert O'Hara", "city": "Uppsala"}
    second = connector.apply(Create("customer", changed, driver.match), "key-2")
    card = driver.present(second.ref)
    assert second.ref == first.ref
    assert (card["name"], card["city"]) == ("Bob O'Hara", "Uppsala")


def test_matching_ignores_case_and_spaces_around(driver):
    connector = driver.make_instance()
    first = connector.apply(Create("customer", {"email": "bob@example.com"}, ("email",)), "key-1")
    again = Create("customer", {"email": " Bob@Example.com "}, ("email",))
    assert connector.apply(again, "key-2").ref == first.ref


def test_a_customer_of_another_workspace_is_never_matched_or_seen(driver):
    theirs = driver.other.find_or_create("customer", driver.created, driver.match, "theirs")
    ours = driver.register.find_or_create("customer", driver.created, driver.match, "ours")
    assert ours.created
    assert ours.id != theirs.id
    assert driver.register.read("customer", theirs.id) is None
    with pytest.raises(Refused):
        driver.register.find_or_create("repair_case", {"customer": theirs.id}, (), "case")


@pytest.mark.parametrize(
    ("table", "fields", "match", "said"),
    [
        ("invoice", {"name": "x"}, (), "no table 'invoice'"),
        ("customer", {"shoe_size": 45}, (), "no field 'shoe_size'"),
        ("customer", {"name": "x"}, ("name",), "not by 'name'"),
    ],
)
def test_what_the_register_does_not_have_is_refused_with_what_it_has(
    driver, table, fields, match, said
):
    with pytest.raises(Refused, match=said):
        driver.make_instance().apply(Create(table, fields, match), "key-1")


def test_contact_details_are_not_readable_in_the_file(driver, tmp_path):
    driver.make_instance().apply(Create("customer", driver.created, driver.match), "key-1")
    driver.db.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("register.db*"))
    for secret in (b"O'Hara", b"+46701740605", b"bob@example.com"):
        assert secret not in stored


def test_a_customer_is_found_again_after_a_change_of_the_master_key(driver):
    old = "a secret key of a test that is long enough"
    new = "another secret key of a test that is long enough"
    card = {"name": "Charlie Dahl", "mobile": "+46701740607"}

    def found(key, *masters):
        vault = Vault(*masters)
        db = Database(driver.db.url, vault)
        register = Register(db, driver.clock, vault, driver.workspaces[0])
        row = register.find_or_create("customer", card, ("mobile",), key).id
        db.close()
        return row

    first = found("key-1", old)
    assert found("key-2", new, old) == first
    assert found("key-3", new, old) == first  # the card's index is now under the new key
