"""A house with two workspaces that share offers in their portals, and browsers in front of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from connectors.simulated.upstream import upstream
from hub.app import create_app
from hub.channels.simulated.gateway import gateway
from hub.contracts.channel import Message
from hub.kernel.clock import ManualClock
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.storage.models import Recipient, Request
from tests.services.open_house import OpenHouse
from tests.services.paper_texts import HUB, WORKSPACE
from tests.simulated_house import NOON

HOST = "https://hub.example"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
MAPPING = """\
mapping: offer
source: {connector: source, table: offer}
trigger: [button, webhook, api]
request:
  kind: offer
  title: "Offer {{ number }}"
  number: {from: number}
  provider: canvas
  channels: [post]
  language: {from: language, default: en}
  expires_after: 14d
  reminders: {after: 24h, every: 24h, limit: 0}
  share:
    with: {from: audience, default: contact}
    customer: {from: customer}
    customer_name: {from: customer_name}
    password: {from: link_password}
    contacts:
      for_each: contacts
      rows:
        - {to: key, from: item.key}
        - {to: name, from: item.name}
        - {to: email, from: item.email}
        - {to: mobile, from: item.mobile}
    archive_after: 30d
    remove_after: 60d
  recipient:
    - {to: name, from: name}
    - {to: email, from: email}
    - {to: mobile, from: mobile}
back:
  invited: [{update: [{to: public_link, from: request.public_link}]}]
  opened: [{update: [{to: state, value: Opened}]}]
  completed: [{update: [{to: state, value: Signed}]}]
examples:
  - name: an offer
    given:
      record:
        number: O-1
        audience: contact
        name: Alice
        email: alice@example.com
        mobile: "+4520123456"
        language: da
        customer: K1
        customer_name: Firm
        contacts: [{key: c1, name: Bob, email: bob@example.com, mobile: "+4520123457"}]
    expect:
      share:
        audience: contact
        customer: K1
        customer_name: Firm
        contacts: [{key: c1, name: Bob, email: bob@example.com, mobile: "+4520123457"}]
"""


class PortalCase(OpenHouse):
    """Workspaces ``alice`` and ``bob``, each with an upstream of its own."""

    again = timedelta(minutes=20)  # behind which a code is no double tap, and holds no more

    def __init__(
        self,
        folder: Path,
        database: str,
        portal: str = "{region: DK}",
        url: str = HOST,
        mapping: str = MAPPING,
    ) -> None:
        self.clock = ManualClock(NOON)
        self.world = folder.name
        self.config = config = folder / "config"
        for name in ("workspaces", "forms", "mappings"):
            (config / name).mkdir(parents=True)
        hub = HUB.format(data=folder / "data", database=database).replace(HOST, url)
        (config / "paraph.yaml").write_text(hub, encoding="utf-8")
        (config / "mappings" / "offer.yaml").write_text(mapping, encoding="utf-8")
        post = "channel:simulated, settings: {{gateway: {world}}}"
        for key in ("alice", "bob"):
            text = WORKSPACE.replace("POST", post).format(name=key.title(), world=self._place(key))
            told = text + f"portal: {portal}\n"
            (config / "workspaces" / f"{key}.yaml").write_text(told, encoding="utf-8")
        self.open()
        self.app = create_app(self.house)
        self._records = 0

    def share(
        self, email: str | None = "alice@example.com", *, workspace: str = "alice", **fields: Any
    ) -> str:
        """An offer is sent to somebody and shared; the request's id."""
        self._records += 1
        record = {
            "number": f"O-{self._records}",
            "name": "Alice",
            "email": email,
            "mobile": mobile_of(email or ""),
            **fields,
        }
        upstream(self._place(workspace)).put("offer", str(self._records), record)
        workspace_id = self.core.workspace_ids[workspace]
        accept(self.core, Trigger(workspace_id, "offer", str(self._records), "button"))
        self.work()
        return self.request(workspace).id

    def request(self, workspace: str = "alice") -> Request:
        """The newest request of a workspace."""
        mine = Request.workspace_id == self.core.workspace_ids[workspace]
        with self.core.db.read() as session:
            query = select(Request).where(mine).order_by(Request.id.desc()).limit(1)
            return session.scalars(query).one()

    def people(self, request_id: str) -> list[Recipient]:
        """A request's recipients."""
        with self.core.db.read() as session:
            return list(session.get_one(Request, request_id).recipients)

    def messages(self, to: str, workspace: str = "alice") -> list[Message]:
        """What the gateway took for somebody."""
        taken = gateway(self._place(workspace)).taken()
        return [one.message for one in taken if one.message.to == to]

    def browser(self, address: str = "192.0.2.7") -> Browser:
        """Another browser, in another network where ``address`` says so."""
        return Browser(self, address)

    def signed_in(self, email: str = "alice@example.com", workspace: str = "alice") -> Browser:
        """A browser in which somebody has signed in by code."""
        browser = self.browser()
        browser.ask(email, workspace)
        browser.enter(browser.code(email, workspace), workspace)
        return browser

    def _place(self, workspace: str) -> str:
        return f"{self.world}-{workspace}"


class Browser:
    """A browser without JavaScript, which keeps its cookies."""

    def __init__(self, case: PortalCase, address: str) -> None:
        self.case = case
        self.client: FlaskClient = case.app.test_client()
        self._more = {"REMOTE_ADDR": address}

    def get(self, path: str, **more: Any) -> TestResponse:
        """Look at a page."""
        return self.client.get(
            path, base_url=HOST, headers={"User-Agent": AGENT}, environ_overrides=self._more, **more
        )

    def post(self, path: str, data: Mapping[str, Any], *, page: str | None = None) -> TestResponse:
        """Send the form of a page, with the token that stands in it."""
        shown = self.get(page or path).text
        found = re.search(r'name="csrf" value="([^"]+)"', shown)
        token = found[1] if found else ""
        return self.client.post(
            path,
            base_url=HOST,
            data={**data, "csrf": token},
            headers={"User-Agent": AGENT},
            environ_overrides=self._more,
        )

    def ask(self, address: str, workspace: str = "alice") -> TestResponse:
        """Ask for a code."""
        answer = self.post(f"/p/{workspace}/sign-in", {"address": address})
        self.case.work()
        return answer

    def code(self, to: str, workspace: str = "alice") -> str:
        """The code in the last message to somebody."""
        found = re.search(r"\b(\d{6})\b", self.case.messages(to, workspace)[-1].text)
        assert found, "there is no code in the last message"
        return found[1]

    def link(self, to: str, workspace: str = "alice") -> str:
        """The path of the one-time link in the last message to somebody."""
        text = self.case.messages(to, workspace)[-1].text
        found = re.search(r"https://hub\.example(/p/\S+)", text)
        assert found, text
        return found[1]

    def enter(self, code: str, workspace: str = "alice") -> TestResponse:
        """Type the code."""
        return self.post(f"/p/{workspace}/code", {"code": code})

    def give(self, link: str, password: str) -> TestResponse:
        """Give the password on the page of a public link, whose path this is."""
        return self.post(link, {"password": password})

    def shelf(self, workspace: str = "alice", **query: str) -> list[str]:
        """The titles in the list."""
        answer = self.get(f"/p/{workspace}/", query_string=query)
        assert answer.status_code == 200, answer.location
        return re.findall(r'<strong dir="auto">(Offer [^<]+)</strong>', answer.text)

    def open(self, request_id: str, workspace: str = "alice") -> TestResponse:
        """Open a document from the list."""
        return self.get(f"/p/{workspace}/documents/{request_id}")


def mobile_of(email: str) -> str:
    """The mobile number to which somebody's invitations go; codes go to the address."""
    return f"+4520{crc32(email.encode()) % 10**6:06d}"
