"""An offer with a document in a portal: it follows its record, and is archived with it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
from sqlalchemy import select
from werkzeug.test import TestResponse

from connectors.simulated.upstream import Upstream, upstream
from hub.contracts.connector import HookReading
from hub.contracts.records import RecordRef
from hub.contracts.requests import ClientContext
from hub.registry import InstanceKey
from hub.services.access import create_key
from hub.services.views import CaseClosed, Look
from hub.settings.retrying import POLL_EVERY
from hub.storage.models import Document, Request, RequestEvent, SigningOrder
from tests.made_before import put_seal
from tests.providers.native_canvas.strokes import ALICE
from tests.services.documents.made import pdf
from tests.services.portal.portal_case import HOST, MAPPING, PortalCase

DOCUMENTS = """\
  documents:
    - {key: offer, title: "Offer {{ number }}", base64: {from: paper}}
  share:
    on_change: replace
    archive_when: status = "Closed"
"""
BACK = """\
  replaced: [{update: [{to: state, value: Replaced}]}]
  change_refused: [{update: [{to: state, value: Kept}, {to: why, from: outcome.reason_text}]}]
  cancelled: [{update: [{to: state, value: Withdrawn}]}]
  expired: [{update: [{to: state, value: Expired}]}]
  invited: [{update: [{to: state, value: Shared}, """
EXAMPLE = "        number: O-1\n"
PUBLISHED = (
    MAPPING.replace("[button, webhook, api]", "[button, webhook, api, poll]")
    .replace("request:\n", 'when: state = "New"\nrequest:\n', 1)
    .replace("after: 24h, every: 24h, limit: 0", "after: 6d, every: 6d, limit: 2")
    .replace("  share:\n", DOCUMENTS, 1)
    .replace("back:\n  invited: [{update: [", "back:\n" + BACK, 1)
    .replace(EXAMPLE, EXAMPLE + "        paper: aGVq\n        state: New\n")
)
CLIENT = ClientContext("192.0.2.7", "Firefox")
SOURCE = InstanceKey("alice", "source")
FIRST, SECOND = pdf(), pdf(count=2)


def paper(content: bytes) -> str:
    """A file as the record holds it."""
    return base64.b64encode(content).decode()


class PublishedCase(PortalCase):
    """One offer upstream, ``1``, whose customer is Alice; started by every kind of trigger."""

    def __init__(self, folder: Path, database: str, mapping: str = PUBLISHED, **more: Any) -> None:
        super().__init__(folder, database, mapping=mapping, **more)
        put_seal(folder / "data", self.clock)
        self.source: Upstream = upstream(self._place("alice"))
        self.work()  # the first poll says from when on changes count
        connector = self.core.registry.connector(SOURCE)
        connector.read_hook = lambda raw: HookReading(  # type: ignore[method-assign]
            tuple(RecordRef(*one) for one in orjson.loads(raw.body))
        )
        self.key = create_key(self.core.db, self.clock, self.core.workspace_ids["alice"], "tests")
        self.record(
            number="O-1",
            name="Alice",
            email="alice@example.com",
            mobile="+4520123456",
            paper=paper(FIRST),
            state="New",
        )

    def record(self, **fields: Any) -> None:
        """Somebody changes the record upstream."""
        self.source.put("offer", "1", fields)

    def told(self, name: str) -> Any:
        """What stands in the record."""
        return self.source.records("offer")["1"].get(name)

    def trigger(self, by: str) -> None:
        """The upstream's user, its webhook, another program or the hub's poll says: look."""
        getattr(self, f"_by_{by}")()
        self.work()

    def api(self, path: str, body: Any = None) -> TestResponse:
        """A call of the API."""
        headers = {"Authorization": f"Bearer {self.key}"}
        client = self.app.test_client()
        return client.post(f"/api/v1{path}", base_url=HOST, json=body or {}, headers=headers)

    def requests(self) -> list[Request]:
        """Every request, oldest first."""
        return self.rows(Request)

    def rows(self, model: Any) -> list[Any]:
        """All rows of a table, oldest first."""
        with self.core.db.read() as session:
            return list(session.scalars(select(model).order_by(model.id)))

    def events(self, *kinds: str) -> list[str]:
        """What has happened, of these kinds."""
        return [one.kind for one in self.rows(RequestEvent) if one.kind in kinds]

    def versions(self) -> list[tuple[int, bool | None]]:
        """The document's versions, and which is current."""
        return [(one.version, one.current) for one in self.rows(Document)]

    def orders(self) -> list[tuple[str, str | None]]:
        """How every signature that was begun stands, and why."""
        return [(one.status, one.code) for one in self.rows(SigningOrder)]

    def token(self) -> str:
        """Alice's own link."""
        return self.core.links.customer_token(self.request().recipients[0].id)

    def look(self) -> None:
        """Alice reads all of the document."""
        desk, token = self.house.customers, self.token()
        for one in desk.view(token).papers.documents:
            for page in one.pages:
                desk.page_image(token, one.key, one.version, page.number, Look(CLIENT))

    def begin(self) -> str:
        """Alice is about to sign; the order's id."""
        view = self.house.customers.begin_signing(self.token(), "this_device", "a", CLIENT, "en")
        return view.order_id

    def give(self, order: str) -> str:
        """Alice hands her signature in; how the order stands then."""
        answer = {"method": "drawn", "name": "Alice", "ink": ALICE, "consent": True}
        desk = self.house.customers
        return desk.sign_here(self.token(), order, "a", answer, CLIENT, "en").status

    def give_or_closed(self, order: str) -> str:
        """The same, or ``closed`` where the request is over."""
        try:
            return self.give(order)
        except CaseClosed:
            return "closed"

    def sign(self) -> None:
        """Alice reads and signs, and what follows is done."""
        self.look()
        self.give(self.begin())
        self.work()

    def _by_button(self) -> None:
        address = urlsplit(self.core.links.button("alice", "offer", "1"))
        self.house.buttons.press("offer", dict(parse_qsl(address.query)), {})

    def _by_api(self) -> None:
        assert self.api("/triggers/offer", {"id": "1"}).status_code == 202

    def hook(self) -> None:
        """The upstream's webhook calls; what follows is not done yet."""
        path = self.core.links.hook("alice", "source").removeprefix(self.core.links.public_url)
        answer = self.app.test_client().post(path, data=orjson.dumps([["offer", "1"]]))
        assert answer.status_code == 204

    def _by_webhook(self) -> None:
        self.hook()

    def _by_poll(self) -> None:
        self.clock.advance(POLL_EVERY)
