"""A hub that takes webhooks of the simulated account."""

from __future__ import annotations

import json
import threading

from werkzeug import Response


class Hub:
    """Takes webhooks; ``answers`` are the coming statuses, afterwards 204."""

    def __init__(self, site, httpserver) -> None:
        self.site = site
        self.answers: list[int] = []
        self.bodies: list[bytes] = []
        self.came = threading.Event()
        httpserver.expect_request("/hook").respond_with_handler(self._take)
        self.url = httpserver.url_for("/hook")

    def _take(self, request) -> Response:
        self.bodies.append(request.get_data())
        self.came.set()
        return Response(status=self.answers.pop(0) if self.answers else 204)

    def subscribe(self, *events: str, **more) -> None:
        for event in events:
            body = {"event": f"document.{event}", "target_url": self.url, **more}
            answer = self.site.api("POST", "/subscriptions", body)
            assert answer.status_code == 200, answer.text

    def tick(self) -> int:
        return self.site.control("POST", "tick")["tried"]

    def events(self) -> list[str]:
        return [json.loads(body)["event_action"] for body in self.bodies]
