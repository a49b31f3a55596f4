"""The simulated connector keeps the contract."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from connectors.simulated.connector import SimulatedConnector
from connectors.simulated.upstream import FAULTS, upstream
from hub.contracts.manifest import read_manifest
from hub.contracts.records import Attach, Note, RecordRef, Update
from hub.kernel.errors import NotFound
from tests.contracts.connector_driver import ConnectorDriver
from tests.contracts.connector_suite import ConnectorSuite

FOLDER = Path(__file__).parents[3] / "connectors" / "simulated"


class SimulatedDriver(ConnectorDriver):
    manifest = read_manifest(FOLDER / "manifest.toml", "connectors.simulated")
    connector_class = SimulatedConnector
    secrets = ("opened-by-alice",)
    faults = frozenset(FAULTS)
    locks = True
    table = "case"
    written = {"state": "Signed", "signed_by": "Alice Åkesson", "count": 3}
    create_table = "customer"
    created = {"name": "Bob O'Hara", "mobile": "+46701740605", "email": "bob@example.com"}
    match = ("mobile", "email")
    filled_in = ("email", "bob@example.com")

    def __init__(self) -> None:
        super().__init__()
        self.name = uuid4().hex
        self.store = upstream(self.name)
        self.store.password = self.secrets[0]
        self.store.put("case", "7", {"state": "New", "signed_by": None, "count": 0, "city": "Åre"})

    def settings(self):
        return {"upstream": self.name, "password": self.secrets[0]}

    def seed_record(self):
        return RecordRef("case", "7")

    def unknown_record(self):
        return RecordRef("case", "404")

    def present(self, ref):
        return self.store.records(ref.table)[ref.id]

    def count(self, table):
        return len(self.store.records(table))

    def effects(self):
        return len(self.store.effects)

    def notes(self, ref):
        return "\n".join(self.store.notes(ref))

    def files(self, ref):
        return [(file.file_name, file.content) for file in self.store.files(ref)]

    def put_file(self, ref, name, content):
        self.store.apply(
            Attach(ref, name, "application/pdf", content),
            uuid4().hex,
            self.secrets[0],
            1.0,
            adopt=False,
        )
        return name

    def no_file(self):
        return "nowhere.pdf"

    def wrong_credentials(self):
        return {"password": "guessed-by-bob"}

    def impatient(self):
        return {"patience": 0.05}

    def fault(self, kind, operation, *, count=1, seconds=30.0):
        self.store.fault(kind, operation, count, seconds)

    def clear(self):
        self.store.clear()

    def lock(self, ref, minutes):
        self.store.lock(ref, minutes * 60)

    def unlock(self, ref):
        self.store.lock(ref, 0)

    def change(self):
        return self.store.put("case", "7", {"city": "Lund"})


@pytest.fixture
def driver():
    return SimulatedDriver()


class TestSimulatedConnector(ConnectorSuite):
    """Everything is in the suite."""


def test_a_record_that_a_trigger_brought_along_is_adopted_when_written_to(driver):
    connector = driver.make_instance(adopt=True)
    ref = RecordRef("case", "from-trigger")
    connector.apply(Update(ref, {"state": "Signed"}), "key-1")
    connector.apply(Note(ref, "Signed by Alice"), "key-2")
    assert connector.fetch(ref).fields == {"state": "Signed"}
    assert driver.notes(ref) == "Signed by Alice"


def test_without_adoption_such_a_record_is_not_found(driver):
    with pytest.raises(NotFound):
        driver.make_instance().apply(Update(RecordRef("case", "from-trigger"), {"a": 1}), "key-1")


def test_two_instances_with_one_name_share_their_records(driver):
    one, two = driver.make_instance(), driver.make_instance()
    one.apply(Update(driver.seed_record(), {"state": "Sent"}), "key-1")
    assert two.fetch(driver.seed_record()).fields["state"] == "Sent"
