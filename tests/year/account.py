"""A GetAccept account as thin as can be, in place of the HTTP client under the plugin's wire: it
counts calls by the minute and answers what placing, looking and fetching ask."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from hub.kernel.clock import Clock
from hub.toolkit.http import Answer

PAPER = b"%PDF-1.4\nto be signed\n%%EOF\n"
SIGNED = b"%PDF-1.4\nsigned\n%%EOF\n"
_IMPORT = timedelta(seconds=3)
_MINUTE = timedelta(minutes=1)
_ONE = re.compile(r"/documents/([^/]+)(?:/(\w+))?")


@dataclass
class Held:
    """One document there."""

    id: str
    created: datetime
    external: str
    person: dict[str, Any]
    expires: str
    status: str = "draft"
    events: list[dict[str, Any]] = field(default_factory=list)
    boxes: list[dict[str, Any]] = field(default_factory=list)
    files: int = 0


class ThinAccount:
    """Documents by id, the newest last."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.held: dict[str, Held] = {}
        self._order: list[Held] = []
        self.subscriptions: list[dict[str, Any]] = []  # kept, and never called
        self.calls: Counter[str] = Counter()
        self.busiest = self.fetched = 0
        self._recent: deque[datetime] = deque()
        self._files = 0

    def call(self, method: str, path: str, **options: Any) -> Answer:
        """One call, as ``HttpClient.call`` is asked."""
        if "://" in path:  # a file's address for some minutes: not the API, and not of its limit
            self.fetched += 1
            return Answer(200, {"Content-Type": "application/pdf"}, SIGNED, 0.0)
        now = self._clock.now()
        self._recent.append(now)
        while self._recent[0] <= now - _MINUTE:
            self._recent.popleft()
        self.busiest = max(self.busiest, len(self._recent))
        found = self._answered(method, path, options)
        return Answer(200, {"Content-Type": "application/json"}, orjson.dumps(found), 0.0)

    def close(self) -> None:
        """Nothing is open."""

    def act(self, reference: str, status: str, event: str) -> bool:
        """The customer does something; False where it is over."""
        held = self.held[reference]
        if held.status in ("signed", "rejected", "recalled", "expired"):
            return False
        held.status = held.person["status"] = status
        self._happened(held, event)
        return True

    def _answered(self, method: str, path: str, options: dict[str, Any]) -> Any:
        named = _ONE.fullmatch(path)
        if named is None:
            self.calls[f"{method} {path}"] += 1
            if path.startswith("/upload"):
                self._files += 1
                return {"file_id": f"file{self._files}"}
            if path == "/subscriptions":
                return self._subscribed(method, options.get("json"))
            if method == "GET":
                return self._listed(options["params"])
            return self._created(options["json"])
        part = named[2] or ""
        self.calls[f"{method} {part or 'document'}"] += 1
        act: Callable[..., Any] = getattr(self, f"_{method.lower()}_{part or 'document'}")
        return act(self.held[named[1]], options.get("json"))

    def _subscribed(self, method: str, body: Any) -> Any:
        if method == "GET":
            return self.subscriptions
        self.subscriptions.append({**body, "id": f"hook{len(self.subscriptions)}"})
        return self.subscriptions[-1]

    def _created(self, body: dict[str, Any]) -> Any:
        person = {**body["recipients"][0], "status": "draft", "id": f"p{len(self._order)}"}
        person["document_url"] = f"https://there.example/{len(self._order)}"
        held = Held(
            f"doc{len(self._order)}", self._clock.now(), str(body.get("external_id")), person,
            str(body.get("expiration_date", "")), files=len(body.get("attachments", ())),
        )  # fmt: skip
        self.held[held.id] = held
        self._order.append(held)
        return {"id": held.id, "status": "importing"}

    def _listed(self, params: dict[str, str]) -> Any:
        limit, offset = int(params.get("limit", 100)), int(params.get("offset", 0))
        end = len(self._order) - offset
        rows = self._order[max(0, end - limit) : max(0, end)]
        if external := params.get("external_id"):
            rows = [one for one in self._order if one.external == external]
        return [{"id": one.id, "status": one.status} for one in reversed(rows)]

    def _get_status(self, held: Held, _: Any) -> Any:
        young = self._clock.now() < held.created + _IMPORT
        return {"status": "importing" if young else held.status}

    def _get_document(self, held: Held, _: Any) -> Any:
        return {
            "id": held.id, "status": held.status, "external_id": held.external,
            "expiration_date": held.expires,
        }  # fmt: skip

    def _delete_document(self, held: Held, _: Any) -> Any:
        held.status = "recalled"
        return {}

    def _post_seal(self, held: Held, _: Any) -> Any:
        held.status = held.person["status"] = "sealed"
        return {"status": "sealed"}

    def _get_recipients(self, held: Held, _: Any) -> Any:
        return {"recipients": [held.person]}

    def _get_fields(self, held: Held, _: Any) -> Any:
        return {"fields": held.boxes}

    def _post_fields(self, held: Held, body: Any) -> Any:
        held.boxes.append({**body, "field_id": f"{held.id}f{len(held.boxes)}"})
        return {"field_id": held.boxes[-1]["field_id"]}

    def _get_events(self, held: Held, _: Any) -> Any:
        return {"events": held.events}

    def _get_log(self, held: Held, _: Any) -> Any:
        return {"events": held.events}

    def _get_comments(self, held: Held, _: Any) -> Any:
        return {"comments": []}

    def _get_attachments(self, held: Held, _: Any) -> Any:
        return {"attachments": [{"attachment_title": "Photo"}] * held.files}

    def _get_download(self, held: Held, _: Any) -> Any:
        return {"document_url": f"https://storage.example/{held.id}"}

    def _happened(self, held: Held, event: str) -> None:
        at = self._clock.now().isoformat(timespec="seconds")
        more = {"email": held.person.get("email", "")}
        held.events.append({"event_name": event, "created_at": at, **more})
