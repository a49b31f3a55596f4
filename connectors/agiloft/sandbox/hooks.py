"""Outgoing webhooks of the simulator: handshake, notification, echo check, and the retry ladder.

Nothing happens by itself: ``run_due`` sends what is due by the clock given; the simulator's own
thread calls it, tests call it after advancing a manual clock.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson

from connectors.agiloft.sandbox import query
from connectors.agiloft.sandbox.errors import EwError
from connectors.agiloft.sandbox.modes import Modes
from connectors.agiloft.sandbox.schema import BUTTON, FILE
from connectors.agiloft.sandbox.store import Change, Store
from hub.kernel.errors import ParaphError
from hub.kernel.ids import random_token
from hub.toolkit.http import Answer, HttpClient

LADDER = tuple(
    timedelta(seconds=seconds) for seconds in (10, 30, 5 * 60, 15 * 60, 40 * 60)
)  # the vendor's five retries
ECHO = "Verification-Code"
_TIMEOUT = (2.0, 10.0)


@dataclass
class Hook:
    """One registered webhook."""

    id: int
    key: str
    facts: dict[str, Any]

    @property
    def active(self) -> bool:
        return bool(self.facts.get("webhook_status") == "Active")


@dataclass
class Notice:
    """One notification that is owed. ``tries`` counts attempts made."""

    hook: Hook
    body: bytes
    content_type: str
    due: datetime
    tries: int = 0
    state: str = "waiting"  # waiting, delivered, gave up, cancelled
    log: list[str] = field(default_factory=list)


class Hooks:
    """The webhooks of one knowledge base. ``wake`` is called when something became due."""

    def __init__(self, store: Store, modes: Modes) -> None:
        self._store = store
        self._modes = modes
        self._guard = threading.RLock()
        self._sending = threading.Lock()
        self.wake: Callable[[], None] = lambda: None
        self.reset()
        store.listeners.append(self.changed)

    def reset(self) -> None:
        """No webhooks, nothing owed."""
        with self._guard:
            self._ids = itertools.count(1)
            self.hooks: list[Hook] = []
            self.notices: list[Notice] = []

    def register(self, facts: Mapping[str, Any]) -> Hook:
        """Make a webhook; an active one must pass the handshake first. Raises ``EwError``."""
        self._check(facts)
        hook = Hook(0, random_token(128), {"webhook_status": "Inactive", **facts})
        if hook.active:
            self._shake(str(hook.facts["webhook_url"]))
        with self._guard:
            hook.id = next(self._ids)
            self.hooks.append(hook)
        return hook

    def change(self, hook: Hook, facts: Mapping[str, Any]) -> None:
        """Change a webhook. Switching on shakes hands, switching off drops what is queued."""
        merged = {**hook.facts, **facts}
        self._check(merged)
        moved = merged["webhook_url"] != hook.facts["webhook_url"]
        if merged.get("webhook_status") == "Active" and (moved or not hook.active):
            self._shake(str(merged["webhook_url"]))
        with self._guard:
            hook.facts = merged
            if not hook.active:
                self._cancel(hook)

    def delete(self, hook: Hook) -> None:
        """Forget a webhook. One deleted while active stays live, as the vendor warns."""
        with self._guard:
            if not hook.active:
                self.hooks.remove(hook)
            hook.key = ""

    def by_key(self, key: str) -> Hook:
        """The webhook with this key."""
        for hook in self.hooks:
            if key and hook.key == key:
                return hook
        raise EwError(404, "No webhook has this key", code="INVALID_WEBHOOK_KEY")

    def changed(self, change: Change) -> None:
        """Queue what this change owes to whom."""
        with self._guard:
            owed = [hook for hook in self.hooks if self._wants(hook, change)]
            for hook in owed:
                body, kind = self._body(hook, change)
                self.notices.append(Notice(hook, body, kind, self._store.clock.wall()))
        if owed:
            self.wake()

    def run_due(self) -> int:
        """Send what is due now; how many were tried."""
        with self._sending:
            with self._guard:
                now = self._store.clock.wall()
                due = [n for n in self.notices if n.state == "waiting" and n.due <= now]
            for notice in due:
                self._send(notice)
            return len(due)

    def _wants(self, hook: Hook, change: Change) -> bool:
        facts = hook.facts
        if not hook.active or facts["table_name"] != change.table:
            return False
        if facts["event_type"] != change.event:
            return False
        sources = facts.get("modification_type") or []
        if sources and change.actor.source not in sources:
            return False
        if change.event == "Delete" or not facts.get("record_filter"):
            return True
        columns = self._store.table(change.table).fields
        test = query.parse(str(facts["record_filter"]), columns, change.table)
        return test(self._store.read(change.table, change.id))

    def _body(self, hook: Hook, change: Change) -> tuple[bytes, str]:
        """The body in one of the shapes that are thought possible; files and buttons never."""
        values: dict[str, Any] = {"id": change.id}
        if change.event != "Delete":
            shown = self._store.read(change.table, change.id, iso=False)
            fields = self._store.table(change.table).fields
            wanted = hook.facts.get("entry_fields") or ["id"]
            plain = [n for n in wanted if n in fields and fields[n].type not in (FILE, BUTTON)]
            values |= {name: shown.get(name) for name in plain}
        facts = {"table": change.table, "event_type": change.event}
        if self._modes.hook_body == "form":
            form = {k: "" if v is None else v for k, v in {**facts, **values}.items()}
            return urlencode(form).encode(), "application/x-www-form-urlencoded"
        nested = self._modes.hook_body == "nested"
        body = {**facts, "record": values} if nested else {**facts, **values}
        return orjson.dumps(body), "application/json"

    def _send(self, notice: Notice) -> None:
        if not notice.hook.active:
            notice.state = "cancelled"
            return
        code = random_token(128)
        facts = notice.hook.facts
        headers = {ECHO: code, "Content-Type": notice.content_type, **_own_headers(facts)}
        outcome = ""
        try:
            answer = _call("POST", str(facts["webhook_url"]), headers, notice.body)
            outcome = _judge(answer, code, confirm=facts.get("webhook_confirmation") != "No")
        except ParaphError as error:
            outcome = error.code
        with self._guard:
            notice.tries += 1
            notice.log.append(f"{self._store.clock.wall().isoformat()} {outcome or 'delivered'}")
            if not outcome:
                notice.state = "delivered"
            elif notice.tries > len(LADDER):
                notice.state = "gave up"
            else:
                notice.due = self._store.clock.wall() + LADDER[notice.tries - 1]

    def _cancel(self, hook: Hook) -> None:
        for notice in self.notices:
            if notice.hook is hook and notice.state == "waiting":
                notice.state = "cancelled"

    def _check(self, facts: Mapping[str, Any]) -> None:
        required = ("title", "webhook_url", "table_name", "event_type", "user_permissions")
        missing = [name for name in required if not facts.get(name)]
        if missing:
            text = f"Missing: {', '.join(missing)}"
            raise EwError(400, text, code="MISSING_REQUIRED_PARAM")
        table = self._store.kb.tables.get(str(facts["table_name"]))
        wrong = table is None or facts["event_type"] not in ("Create", "Update", "Delete")
        unknown = [n for n in facts.get("entry_fields") or [] if table and n not in table.fields]
        if table is None or wrong or unknown or len(str(facts.get("state_key") or "")) > 255:
            raise EwError(400, "A parameter is not valid", code="INVALID_PARAMETERS")
        if facts.get("record_filter"):
            query.parse(str(facts["record_filter"]), table.fields, table.name)

    def _shake(self, url: str) -> None:
        code = random_token(128)
        try:
            outcome = _judge(_call("GET", url, {ECHO: code}, b""), code, confirm=True)
        except ParaphError as error:
            outcome = error.code
        if outcome:
            text = f"The address did not answer the handshake ({outcome})"
            raise EwError(400, text, code="INVALID_URL")


def _call(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
    client = HttpClient("", timeout=_TIMEOUT)
    try:
        return client.call(method, url, headers=dict(headers), data=body)
    finally:
        client.close()


def _judge(answer: Answer, code: str, *, confirm: bool) -> str:
    """Empty when delivered, else what was wrong."""
    if not 200 <= answer.status < 300:
        return f"status {answer.status}"
    if not confirm or answer.headers.get(ECHO) == code:
        return ""
    try:
        body = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return "no echo"
    return "" if isinstance(body, dict) and body.get(ECHO) == code else "no echo"


def _own_headers(facts: Mapping[str, Any]) -> dict[str, str]:
    lines = str(facts.get("webhook_http_headers") or "").splitlines()
    pairs = [line.partition(":") for line in lines]
    headers = {name.strip(): value.strip() for name, _, value in pairs if "_" not in name and value}
    if facts.get("state_key"):
        headers["State-Key"] = str(facts["state_key"])
    return headers
