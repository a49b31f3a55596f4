"""Drives the GetAccept provider against its simulator; acts as sender's customers."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hub.contracts.agreements import AgreementPerson, Placed
from hub.contracts.manifest import read_manifest
from providers.getaccept import provider as module
from providers.getaccept.provider import GetAcceptProvider
from tests.contracts.hosted_driver import HostedDriver
from tests.providers.getaccept.sandbox_site import PAPER, Site

_OPERATIONS = {
    "upload": "upload",
    "create": "create",
    "deliver": "send",
    "survey": "read",
    "withdraw": "delete",
    "say": "add_comment",
    "file": "storage",
    "any": "any",
}
_ACTIONS = {
    "open": "open",
    "sign": "sign",
    "approve": "approve",
    "decline": "reject",
    "remark": "comment",
    "look": "view_attachment",
    "tick": "check",
}
_NAMES = {"title": "attachment", "label": "field"}


class GetAcceptDriver(HostedDriver):
    manifest = read_manifest(
        Path(module.__file__).with_name("manifest.toml"), "providers.getaccept"
    )
    provider_class = GetAcceptProvider
    secrets = ("sandbox-password", "sandbox-pasted-token", "X-Amz-")

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.site = site
        self.clock = site.clock

    def settings(self) -> dict[str, Any]:
        return {**self.site.sandbox.settings(), "calls_per_minute": 10_000}

    def wrong_credentials(self) -> dict[str, Any]:
        return {"password": "wrong-password"}

    def impatient(self) -> dict[str, Any]:
        return {"timeout": 0.3}

    def fault(self, name: str, operation: str) -> None:
        self.site.fault(f"{_OPERATIONS[operation]}.{name}")

    def clear(self) -> None:
        self.site.control("DELETE", "faults")

    def act(self, placed: Placed, person: AgreementPerson, action: str, **given: Any) -> bool:
        body = {_NAMES.get(name, name): value for name, value in given.items()}
        if "value" in body:
            body["value"] = int(body["value"])
        who = placed.state["people"][person.key]
        answer = self.site.act(placed.reference, who, _ACTIONS[action], **body)
        assert answer.status_code in (200, 409), answer.text
        return bool(answer.status_code == 200)

    def expire(self, placed: Placed) -> None:
        told = self.site.control("GET", f"documents/{placed.reference}")["expiration_date"]
        left = datetime.fromisoformat(told) - self.clock.now()
        self.clock.advance(left + timedelta(seconds=1))

    def standing_there(self, external_id: str) -> int:
        documents = self.site.control("GET", "documents")
        return sum(
            one["external_id"] == external_id and one["status"] != "recalled" for one in documents
        )

    def told(self, person: AgreementPerson) -> int:
        outbox = self.site.control("GET", "outbox")
        return sum(one["to"] in (person.email, person.mobile) for one in outbox)

    def hook_bodies(self, placed: Placed) -> list[bytes]:
        """As they are owed; nothing listens at the address."""
        notices = self.site.sandbox.account.webhooks.notices
        return [one.body for one in notices if one.document == placed.reference]

    def registered(self) -> list[tuple[str, str]]:
        rows = self.site.get("/subscriptions")
        return [(row["event"], row["target_url"]) for row in rows]

    def register(self, event: str, url: str) -> None:
        answer = self.site.api("POST", "/subscriptions", {"event": event, "target_url": url})
        assert answer.status_code == 200, answer.text

    def paper(self) -> bytes:
        return PAPER
