"""Offers in the simulated CRM, signed over HTTP: what people do on the pages, and what others try.

The mapping as shipped, with a plan of three pages beside the offer. Nothing happens by itself, as
in ``inside``; every address comes from a page or from an e-mail.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import select

from connectors.crm_rest.sandbox.offer import DRAWING, FIELDS, drawing
from connectors.crm_rest.sandbox.store import OFFERS, StoredFile
from hub.cli.document_story import drawn
from hub.cli.robot import Form, Page, Robot
from hub.services.evidence.seals import checker, trusting
from hub.services.evidence.verifying import verify
from hub.services.history import verify_chain
from hub.storage.models import (
    Acceptance,
    Document,
    Evidence,
    Recipient,
    Request,
    RequestEvent,
    SigningOrder,
)
from tests.services.documents.made import offer as made_pdf
from tests.story.inside import Inside, form_with

MAPPING = "joinery_offer"
PLAN = "plan.pdf"
_DOCUMENT = "    - {key: plan, title: Plan, attachment: {value: plan.pdf}}\n  attachments:\n"
_EXAMPLE = """\
examples:
  - {name: a draft is not sent, given: {record: {status: Draft}}, expect: {skipped: true}}
"""
_LINK = re.compile(r"https?://\S+/s/[\w-]+")
ROOT_FILE = "data/seal/root.pem"
OWNER, PARTNER = "owner", "partner"
Changes = Mapping[str, str]


def with_plan(config: Path, changes: Changes) -> None:
    """Put the plan into the mapping, and whatever else a test changes in it."""
    path = config / "mappings" / f"{MAPPING}.yaml"
    text = path.read_text(encoding="utf-8")
    request, rest = text.split("\nback:", 1)
    for old, new in {"  attachments:\n": _DOCUMENT, **changes}.items():
        assert request.count(old) == 1, old
        request = request.replace(old, new)
    back = rest.partition("examples:")[0]
    path.write_text(f"{request}\nback:{back}{_EXAMPLE}", encoding="utf-8")


class OfferInside(Inside):
    """A hub with offers. ``changes`` to the request part of the mapping: old text → new text."""

    def __init__(
        self, folder: Path, changes: Changes | None = None, database: str | None = None
    ) -> None:
        super().__init__(
            folder, database=database, prepare=lambda config: with_plan(config, changes or {})
        )
        self.crm = self.world.sandbox.house.simulators["crm_rest"].store
        self.mailbox = self.world.sandbox.house.mailbox

    # upstream

    def offer(self, *, alone: bool = False, **fields: Any) -> str:
        """A fresh offer, to two people or to one; its id."""
        given = {**deepcopy(FIELDS), **fields}
        number = len(self.crm.rows[OFFERS]) + 1
        given["customer"]["email"] = f"alice{number}@example.com"
        given["partner"]["email"] = f"bob{number}@example.com"
        given |= {"number": f"O-{number}", "seller": {}}
        if alone:
            given["partner"] = {}
        row = self.crm.create(OFFERS, given)
        row.files += [StoredFile(DRAWING, "image/png", drawing())]
        row.files += [StoredFile(PLAN, "application/pdf", made_pdf(3))]
        return str(row.id)

    def asked(self, record: str) -> None:
        """Signatures are asked for: the papers are made, the first one is invited."""
        url = f"{self.url}/api/v1/triggers/{MAPPING}"
        headers = {"Authorization": f"Bearer {self.key()}"}
        requests.post(url, json={"id": record}, headers=headers, timeout=10).raise_for_status()
        self.work()

    def sent(self, *, alone: bool = False, **fields: Any) -> tuple[str, str]:
        """An offer whose owner has the link: its id, and that link."""
        record = self.offer(alone=alone, **fields)
        self.asked(record)
        return record, self.link_of(record)

    def link_of(self, record: str, who: str = OWNER) -> str:
        """The link in the newest e-mail to somebody."""
        field = {OWNER: "customer", PARTNER: "partner"}[who]
        address = self.crm.row(OFFERS, record).fields[field]["email"]
        texts = [one.item.text for one in self.mailbox.all() if address in one.item.to]
        found = [match.group() for match in map(_LINK.search, texts) if match]
        assert found, f"no link to {who}"
        return found[-1]

    def status(self, record: str) -> str:
        """What the CRM says of it."""
        return str(self.fields(record)["status"])

    def fields(self, record: str) -> dict[str, Any]:
        """The offer in the CRM."""
        return dict(self.crm.row(OFFERS, record).fields)

    def call(self, record: str, act: str) -> requests.Response:
        """Something that the API does to the request of an offer."""
        url = f"{self.url}/api/v1/requests/{self.request(record).id}/{act}"
        headers = {"Authorization": f"Bearer {self.key()}"}
        return requests.post(url, json={}, headers=headers, timeout=10)

    # people

    def read(self, browser: Robot, link: str, but: Iterable[str] = ()) -> Page:
        """Look at everything, but at addresses that end so; the page with the one button."""
        page = browser.open(link)
        skipped = tuple(but)
        for place in looked_at(browser, page):
            if not (skipped and place.endswith(skipped)):
                browser.fetch(place)
        return browser.open(link)

    def begin(self, browser: Robot, link: str, page: Page | None = None) -> Page:
        """From the document through the review to where one signs, as far as that goes."""
        page = page or self.read(browser, link)
        for _ in range(3):
            form = form_with(page, "/document") or form_with(page, f"{_token(link)}/sign")
            if form is None or canvas(page) is not None:
                break
            page = browser.send(form, {"flow": "this_device"})
        return page

    def sign(self, browser: Robot, link: str, **changes: Any) -> Page:
        """All of somebody's part; the page after what follows."""
        page = self.begin(browser, link)
        page = self.give(browser, page, **changes)
        self.work()
        return browser.open(page.url)

    def give(self, browser: Robot, page: Page, **changes: Any) -> Page:
        """Send the signature; a change to None leaves a field out."""
        return browser.send(filled(page, **changes))

    def csrf(self, browser: Robot, link: str) -> str:
        """The token of this browser's forms."""
        return str(browser.open(link).forms()[0].values["csrf"])

    def tab_of(self, browser: Robot) -> Robot:
        """Another tab of the same browser: the same cookies."""
        other = self.browser()
        other.wear(browser)
        return other

    # what there is to see

    def request(self, record: str) -> Request:
        """The newest request of an offer."""
        return self.rows(Request, Request.source_id == record)[-1]

    def rows(self, model: Any, *where: Any) -> list[Any]:
        """Rows of a table, oldest first."""
        with self.core.db.read() as session:
            return list(session.scalars(select(model).where(*where).order_by(model.id)))

    def mine(self, model: Any, record: str) -> list[Any]:
        """Rows of the newest request of an offer."""
        return self.rows(model, model.request_id == self.request(record).id)

    def kinds(self, record: str) -> list[str]:
        """What has happened; the chain of it holds."""
        events = self.mine(RequestEvent, record)
        assert verify_chain(events) is None
        return [one.kind for one in events]

    def check_unsigned(self, record: str) -> None:
        """Nobody has signed anything, not even half of it."""
        self.work()
        assert self.mine(Acceptance, record) == []
        assert self.mine(Evidence, record) == []
        assert not {"signed", "completed", "line_accepted"} & set(self.kinds(record))
        assert all(one.signed_at is None for one in self.mine(Recipient, record))
        orders = self.mine(SigningOrder, record)
        assert not {"complete", "accepted"} & {one.status for one in orders}
        assert self.request(record).signature is None
        assert self.status(record) not in ("Signed", "Ready")

    def check_signed(self, record: str, by: int = 1) -> None:
        """So many people have signed, each once; the last one completes it, once."""
        self.work()
        kinds = self.kinds(record)
        people = [one for one in self.mine(Recipient, record) if one.role == "signer"]
        assert [one.signed_at is not None for one in people].count(True) == by
        assert len(self.mine(Acceptance, record)) == by
        assert [one.status for one in self.mine(SigningOrder, record)].count("accepted") == by
        whole = len(people) == by
        assert (kinds.count("signed"), kinds.count("completed")) == (by, whole)
        assert len(self.mine(Evidence, record)) == whole
        assert (self.status(record) == "Signed") == whole

    def person(self, record: str, who: str) -> Recipient:
        """Somebody of an offer."""
        return next(one for one in self.mine(Recipient, record) if one.key == who)

    def browser_sees(self, browser: Robot, page: Page) -> str:
        """Where a page leads once the hub has done what follows."""
        self.work()
        return browser.open(page.url).url

    def check_proof(self, record: str) -> None:
        """The proof of a completed offer holds."""
        (made,) = self.mine(Evidence, record)
        content = self.core.workshop.blobs.get(self.workspace_id, made.bundle_sha256)
        verdict = verify(content, checker(trusting([self.world.stage.folder / ROOT_FILE])))
        assert verdict.ok, (verdict.member, verdict.problem)

    def documents(self, record: str, key: str) -> list[Document]:
        """The versions of a document."""
        return [one for one in self.mine(Document, record) if one.key == key]


def canvas(page: Page) -> Form | None:
    """The form that one signs in."""
    return next((one for one in page.forms() if "name" in one.values), None)


def filled(page: Page, **changes: Any) -> Form:
    """The form as somebody fills it in who signs by drawing."""
    form = canvas(page)
    assert form is not None, f"no canvas on '{page.heading}' ({page.status}): {page.errors}"
    given = {"method": "drawn", "ink": json.dumps(drawn()), "consent": "yes"}
    values = {**form.values, **given, **changes}
    return Form(form.action, {k: v for k, v in values.items() if v is not None}, ())


def looked_at(browser: Robot, page: Page) -> list[str]:
    """The addresses of everything that is to be seen: pages, and pictures of attachments."""
    attached = [browser.open(one) for one in page.links("/a/")]
    return [*page.pictures(), *(place for one in attached for place in one.pictures())]


def _token(link: str) -> str:
    return link.rpartition("/s/")[2]
