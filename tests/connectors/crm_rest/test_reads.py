"""What a CRM answers to a read is a record only where it holds the id that was asked for."""

from __future__ import annotations

import orjson
import pytest
from werkzeug import Request, Response

from connectors.crm_rest.connector import CrmRestConnector
from connectors.crm_rest.settings import CrmRestSettings
from hub.contracts.plugin import PluginContext
from hub.contracts.records import Note, RecordRef, Update
from hub.contracts.settings import load_settings
from hub.kernel.errors import Retryable

ALICE = RecordRef("contacts", "1")


class Contacts:
    """Answers each read with ``found``, and remembers what was written."""

    def __init__(self, httpserver):
        self.found = {"id": 1, "name": "Alice"}
        self.written = []
        self.url = httpserver.url_for("/api")
        httpserver.expect_request("/api/contacts/1").respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        if request.method != "GET":
            self.written.append(orjson.loads(request.get_data()))
        return Response(orjson.dumps(self.found), content_type="application/json")

    def made(self, **table):
        tables = {"contacts": {"path": "/contacts", "note": {"field": "notes"}, **table}}
        data = {"base_url": self.url, "auth": "none", "tables": tables}
        return CrmRestConnector(load_settings(CrmRestSettings, data, "crm"), PluginContext("crm"))


@pytest.fixture
def contacts(httpserver):
    return Contacts(httpserver)


@pytest.mark.parametrize("found", [{"error": "unavailable"}, {}, {"id": 9}, {"id": None}])
def test_another_object_is_no_record_and_nothing_is_written(contacts, found):
    contacts.found = found
    connector = contacts.made(update_method="PUT")
    try:
        with pytest.raises(Retryable, match="does not hold the id that was asked for"):
            connector.fetch(ALICE)
        for operation in (Note(ALICE, "hello"), Update(ALICE, {"name": "Bob"})):
            with pytest.raises(Retryable):
                connector.apply(operation, "key-1")
        assert contacts.written == []
    finally:
        connector.close()


def test_a_crm_that_leaves_the_id_out_of_reads_is_told_so(contacts):
    contacts.found = {"name": "Alice"}
    connector = contacts.made(read_has_id=False)
    try:
        assert connector.fetch(ALICE).fields == {"name": "Alice"}
    finally:
        connector.close()
