"""An offer with papers and several people, signed on the hub's own pages, in a simulated house."""

from __future__ import annotations

import base64
import io
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from PIL import Image
from sqlalchemy import select

from connectors.simulated.upstream import Upstream, upstream
from hub.channels.simulated.gateway import SimulatedGateway, gateway
from hub.contracts.channel import Message
from hub.contracts.records import Attach, RecordRef
from hub.contracts.requests import ClientContext
from hub.kernel.clock import Clock, ManualClock
from hub.services import papers
from hub.services.access import create_key
from hub.services.evidence.seals import checker, trusting
from hub.services.evidence.verifying import Verdict, verify
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.services.views import Look, SigningView
from hub.storage.models import (
    Acceptance,
    Delivery,
    Evidence,
    Recipient,
    Request,
    RequestEvent,
)
from tests.made_before import put_seal
from tests.providers.native_canvas.strokes import ALICE, BOB
from tests.services.open_house import OpenHouse
from tests.services.paper_texts import HUB, MAPPING, OFFER, PEOPLE, SIGNING, WORKSPACE
from tests.simulated_house import NOON

CLIENT = ClientContext("192.0.2.7", "Firefox")
PERSON, ROBOT = Look(CLIENT), Look(CLIENT, person=False)
INK = {"alice": ALICE, "bob": BOB}


def picture(colour: str = "red") -> bytes:
    """A small PNG."""
    kept = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(kept, "PNG")
    return kept.getvalue()


def encoded(content: bytes) -> str:
    """As base64."""
    return base64.b64encode(content).decode()


RECORD: Mapping[str, Any] = {
    "number": "O-1",
    "intro": "As we spoke about.",
    "photo": encoded(picture()),
    "lines": [
        {"id": "work", "text": "Work", "price": "1000"},
        {"id": "hose", "text": "Hose", "price": "99.50", "optional": True},
    ],
}


class PaperCase(OpenHouse):
    """A house, and an offer in its upstream. The parts of the mapping may be written anew."""

    def __init__(
        self,
        folder: Path,
        database: str,
        *,
        documents: str = OFFER,
        people: str = PEOPLE,
        signing: str = SIGNING,
        workspaces: Collection[str] = ("alice",),
        more: Mapping[str, str] | None = None,
        forms: Mapping[str, str] | None = None,
        post: str = "channel:simulated, settings: {{gateway: {world}}}",
        settings: str = "",
        clock: Clock | None = None,
    ) -> None:
        self.world = uuid4().hex
        self.clock: Any = clock or ManualClock(NOON)
        text = MAPPING.replace("DOCUMENTS", documents).replace("PEOPLE", people)
        text = text.replace("SIGNING", signing)
        for old, new in (more or {}).items():
            assert old in text, old
            text = text.replace(old, new)
        self.config = self._write(folder, database, workspaces, text, settings, post)
        for key, form in (forms or {}).items():
            (self.config / "forms" / f"{key}.yaml").write_text(form, encoding="utf-8")
        if clock is None and not settings:
            put_seal(folder / "data", self.clock)
        self.open()
        self.workspace = self.core.workspace_ids["alice"]
        self.upstream: Upstream = upstream(f"{self.world}-alice")
        self.gateway: SimulatedGateway = gateway(f"{self.world}-alice")
        self.upstream.put("offer", "1", RECORD)
        self.keys = {
            key: create_key(self.core.db, self.clock, self.core.workspace_ids[key], "tests")
            for key in workspaces
        }

    def _write(
        self,
        folder: Path,
        database: str,
        workspaces: Collection[str],
        text: str,
        settings: str,
        post: str,
    ) -> Path:
        config = folder / "config"
        for name in ("workspaces", "forms", "mappings"):
            (config / name).mkdir(parents=True)
        hub = HUB.format(data=folder / "data", database=database) + settings
        (config / "paraph.yaml").write_text(hub, encoding="utf-8")
        (config / "mappings" / "offer.yaml").write_text(text, encoding="utf-8")
        for key in workspaces:
            told = WORKSPACE.replace("POST", post)
            told = told.format(name=key.title(), world=f"{self.world}-{key}")
            (config / "workspaces" / f"{key}.yaml").write_text(told, encoding="utf-8")
        return config

    def open(self) -> None:
        """Also the customers' desk."""
        super().open()
        self.desk = self.house.customers

    def send(self, record_id: str = "1") -> None:
        """Trigger, prepare, invite."""
        accept(self.core, Trigger(self.workspace, "offer", record_id, "button"))
        self.work()

    def token(self, who: str) -> str:
        """Somebody's link token."""
        return self.core.links.customer_token(self.person(who).id)

    def person(self, who: str) -> Recipient:
        """Somebody as stored."""
        return next(one for one in self.request().recipients if one.key == who)

    def look(self, who: str, look: Look = PERSON) -> None:
        """Look at everything that must be looked at."""
        token = self.token(who)
        for one in self.desk.view(token).papers.documents:
            for page in one.pages:
                self.desk.page_image(token, one.key, one.version, page.number, look)
        for attached in self.desk.view(token).papers.attachments:
            self.desk.attachment(token, attached.key, look, original=not attached.picture)

    def begin(self, who: str, session: str = "") -> str:
        """Start to sign; the order's id."""
        session = session or who
        token = self.token(who)
        return self.desk.begin_signing(token, "this_device", session, CLIENT, "en").order_id

    def give(self, who: str, order: str, session: str = "", **changes: Any) -> SigningView:
        """Hand the drawing in."""
        answer = {
            "method": "drawn",
            "name": who.title(),
            "ink": INK.get(who, ALICE),
            "consent": True,
            **changes,
        }
        token = self.token(who)
        return self.desk.sign_here(token, order, session or who, answer, CLIENT, "en")

    def sign(self, who: str, **changes: Any) -> None:
        """Look, draw, hand in, and let the hub do what follows."""
        self.look(who)
        self.give(who, self.begin(who), **changes)
        self.work()

    def request(self) -> Request:
        """The newest request as stored."""
        with self.core.db.read() as session:
            return session.scalars(select(Request).order_by(Request.id.desc()).limit(1)).one()

    def rows(self, model: Any) -> list[Any]:
        """All rows of a table, oldest first."""
        with self.core.db.read() as session:
            return list(session.scalars(select(model).order_by(model.id)))

    def events(self) -> list[str]:
        """The kinds of what has happened, in order."""
        return [one.kind for one in self.rows(RequestEvent)]

    def deliveries(self, kind: str) -> list[Delivery]:
        """What is or was owed."""
        return [one for one in self.rows(Delivery) if one.kind == kind]

    def acceptances(self) -> list[Acceptance]:
        """Every signature, also those that were taken back."""
        return self.rows(Acceptance)

    def proofs(self) -> list[Evidence]:
        """Every proof."""
        return self.rows(Evidence)

    def blob(self, sha256: str) -> bytes:
        """Bytes from the object store."""
        return self.core.workshop.blobs.get(self.workspace, sha256)

    def messages(self, to: str = "") -> list[Message]:
        """What the gateway took, for somebody."""
        return [one.message for one in self.gateway.taken() if to in one.message.to]

    def verdict(self, content: bytes) -> Verdict:
        """What somebody says of a proof who trusts this installation."""
        root = next(self.config.parent.glob("data/**/root.pem"))
        return verify(content, checker(trusting([root])))

    def files(self) -> dict[str, Attach]:
        """The files at the record upstream, by their end."""
        found = self.upstream.files(RecordRef("offer", "1"))
        return {one.file_name.rpartition(".")[2]: one for one in found}

    def record(self) -> dict[str, Any]:
        """The record upstream now."""
        return self.upstream.records("offer")["1"]

    def unseen(self, who: str) -> list[str]:
        """What somebody must still look at."""
        with self.core.db.read() as session:
            request = session.get_one(Request, self.request().id)
            found = papers.papers_of(session, request)
            return papers.unseen(session, request, self.person(who).id, found)
