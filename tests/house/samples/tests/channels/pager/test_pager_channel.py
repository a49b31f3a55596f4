"""The pager channel keeps the contract, in front of a small simulator of its gateway."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import hub.channels.pager
from hub.channels.pager.channel import PagerChannel
from hub.contracts.manifest import read_manifest
from hub.toolkit.switchboard import Switchboard
from tests.contracts.channel_suite import ChannelDriver, ChannelSuite

FOLDER = Path(hub.channels.pager.__file__).parent
KEY = "pager-key-of-alice"
FAULTS = ("html", "error_500", "drop_before", "drop_after", "throttled", "slow")
ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "html": (200, {"Content-Type": "text/html"}, b"<html>Welcome</html>"),
    "error_500": (500, {}, b"{}"),
    "throttled": (429, {"Retry-After": "7"}, b"{}"),
}


class Gateway(ThreadingHTTPServer):
    """The simulated gateway: pages by idempotency key."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Caller)
        self.switches = Switchboard(FAULTS)
        self.pages: dict[str, str] = {}

    def answer(self, path: str, key: str, page: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if key != KEY:
            return 401, {}
        if path == "/account":
            return 200, {"name": "Workshop"}
        if page["pager"] == PagerDriver.unknown:
            return 422, {"error": "no_such_pager"}
        if not page["pager"].startswith("+"):
            return 422, {"error": "bad_pager"}
        self.pages.setdefault(page["key"], page["text"])
        return 200, {"id": f"p-{page['key']}"}


class Caller(BaseHTTPRequestHandler):
    """One call to the gateway."""

    server: Gateway

    def do_GET(self) -> None:
        switches = self.server.switches
        if fault := switches.strikes("slow"):
            switches.hold(fault.seconds)
            return
        if switches.strikes("drop_before"):
            return
        for name, answer in ANSWERS.items():
            if switches.strikes(name):
                self._write(*answer)
                return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, told = self.server.answer(
            self.path, self.headers["X-Api-Key"], json.loads(body or b"{}")
        )
        if status == 200 and self.command == "POST" and switches.strikes("drop_after"):
            return
        self._write(status, {"Content-Type": "application/json"}, json.dumps(told).encode())

    do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _write(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class PagerDriver(ChannelDriver):
    manifest = read_manifest(FOLDER / "manifest.toml", "hub.channels.pager")
    channel_class = PagerChannel
    good = "+46701740605"
    unknown = "+46701740694"
    malformed = "0701-740605"
    refused_code = "bad_number"
    secrets = (KEY,)

    def __init__(self) -> None:
        super().__init__()
        self.gateway = Gateway()
        threading.Thread(target=self.gateway.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self.clear()
        self.gateway.shutdown()
        self.gateway.server_close()

    def settings(self) -> dict[str, Any]:
        return {"base_url": f"http://127.0.0.1:{self.gateway.server_port}", "api_key": KEY}

    def wrong_credentials(self) -> dict[str, Any]:
        return {"api_key": "not-the-key"}

    def impatient(self) -> dict[str, Any]:
        return {"timeout": 0.5}

    def fault(self, name: str, *, times: int | None = None, seconds: float = 30.0) -> None:
        self.gateway.switches.switch_on(name, times=times, seconds=seconds)

    def clear(self) -> None:
        self.gateway.switches.clear()

    def taken(self) -> list[str]:
        return list(self.gateway.pages.values())

    def identities(self) -> list[str]:
        return list(self.gateway.pages)


class TestPagerChannel(ChannelSuite):
    @pytest.fixture
    def driver(self):
        driver = PagerDriver()
        yield driver
        driver.stop()
