"""Files over the API: an entry first, its bytes then; read only from the record they hang on."""

from __future__ import annotations

import pytest
from werkzeug import Response

from hub.contracts.records import Attach, RecordRef
from hub.kernel.errors import NotFound, RecordLocked, TooLarge
from tests.connectors.dynamics_nav.canned_api import LINE, QUOTE, error, quote

REF = RecordRef("quote", QUOTE)
ONE = f"salesQuotes({QUOTE})"
FILE = "d1d1d1d1-0000-4000-8000-000000000001"


def test_an_attachment_is_made_in_two_steps(api):
    api.on(f"GET {ONE}", quote())
    api.on("GET documentAttachments", {"value": []})
    entry = {"@odata.etag": 'W/"f"', "id": FILE, "fileName": "signed.pdf", "byteSize": 0}
    api.on("POST documentAttachments", (201, entry))
    api.on(f"PATCH documentAttachments({FILE})/attachmentContent", (204, {}))
    attach = Attach(REF, "signed.pdf", "application/pdf", b"%PDF")
    api.connector().apply(attach, "key")
    assert api.bodies("POST documentAttachments") == [
        {"parentId": QUOTE, "parentType": "Sales Quote", "fileName": "signed.pdf"}
    ]
    (content,) = api.sent(f"PATCH documentAttachments({FILE})/attachmentContent")
    assert (content.headers["If-Match"], content.get_data()) == ('W/"f"', b"%PDF")
    api.on("GET documentAttachments", {"value": [entry]})
    api.connector().apply(attach, "key", uncertain=True)
    assert len(api.sent("POST documentAttachments")) == 1
    assert len(api.sent(f"PATCH documentAttachments({FILE})/attachmentContent")) == 2


def test_an_entry_that_changes_meanwhile_is_looked_at_again(api):
    api.on(f"GET {ONE}", quote())
    entry = {"@odata.etag": 'W/"f"', "id": FILE, "fileName": "signed.pdf", "byteSize": 0}
    touched = {**entry, "@odata.etag": 'W/"g"'}
    api.on("GET documentAttachments", {"value": []}, {"value": [touched]})
    api.on("POST documentAttachments", (201, entry))
    content = f"PATCH documentAttachments({FILE})/attachmentContent"
    api.on(content, error("Request_EntityChanged", status=409), (204, {}))
    api.connector().apply(Attach(REF, "signed.pdf", "application/pdf", b"%PDF"), "key")
    assert [one.headers["If-Match"] for one in api.sent(content)] == ['W/"f"', 'W/"g"']
    assert len(api.sent("POST documentAttachments")) == 1
    api.on(content, error("Request_EntityChanged", status=409))
    with pytest.raises(RecordLocked):
        api.connector().apply(Attach(REF, "signed.pdf", "application/pdf", b"%PDF"), "key")


@pytest.mark.parametrize(("content", "again"), [(b"%PDF", True), (b"%PDG", False)])
def test_the_same_bytes_under_the_same_name_are_the_same_file(api, content, again):
    api.on(f"GET {ONE}", quote())
    entry = {"@odata.etag": 'W/"f"', "id": FILE, "fileName": "signed.pdf", "byteSize": 4}
    api.on("GET documentAttachments", {"value": [entry]})
    api.on(f"GET documentAttachments({FILE})/attachmentContent", Response(b"%PDF"))
    api.on("POST documentAttachments", (201, entry))
    api.on(f"PATCH documentAttachments({FILE})/attachmentContent", (204, {}))
    attach = Attach(REF, "signed.pdf", "application/pdf", content)
    assert api.connector().apply(attach, "key").repeated is again


def test_a_file_is_read_when_it_hangs_on_the_record(api):
    entry = {"id": FILE, "fileName": "plan.pdf", "byteSize": 4}
    api.on("GET documentAttachments", {"value": [entry]})
    content = Response(b"%PDF", content_type="application/pdf")
    api.on(f"GET documentAttachments({FILE})/attachmentContent", content)
    connector = api.connector()
    file = connector.read_file(REF, {"id": FILE}, 4)
    assert (file.name, file.media_type, file.content) == ("plan.pdf", "application/pdf", b"%PDF")
    with pytest.raises(TooLarge):
        connector.read_file(REF, FILE, 3)
    with pytest.raises(NotFound):
        connector.read_file(REF, LINE, 4)
