"""The 46elks channel in front of its simulator, served over HTTP on a free loopback port."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from werkzeug.serving import make_server

import hub.channels.sms_46elks
from hub.channels.sms_46elks.channel import ElksChannel
from hub.channels.sms_46elks.sandbox import PASSWORD, USERNAME, ElksSandbox
from hub.contracts.channel import ChannelReceipt, ReportStatus
from hub.contracts.manifest import read_manifest
from hub.contracts.plugin import RawHook
from hub.contracts.sandbox import PhoneMessage, SandboxContext
from tests.contracts.channel_driver import HOOK_URL, LOOKUP_WAIT, ChannelDriver

FOLDER = Path(hub.channels.sms_46elks.__file__).parent
ELKS_IP = "176.10.154.199"


class ElksDriver(ChannelDriver):
    manifest = read_manifest(FOLDER / "manifest.toml", "hub.channels.sms_46elks")
    channel_class = ElksChannel
    good = "+46701740605"
    unknown = "+46701740694"
    malformed = "0701-740605"
    refused_code = "bad_number"
    secrets = (PASSWORD, USERNAME)

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.phone: list[PhoneMessage] = []
        self._app: Any = None
        self._server = make_server(
            "127.0.0.1", 0, lambda env, start: self._app(env, start), threaded=True
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        context = SandboxContext(self.url, folder, self.clock, show_sms=self.phone.append)
        self.sandbox = ElksSandbox(context)
        self._app = self.sandbox.wsgi()
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self.sandbox.stop()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def settings(self) -> dict[str, Any]:
        return {**self.sandbox.settings(), "lookup_wait": LOOKUP_WAIT}

    def wrong_credentials(self) -> dict[str, Any]:
        return {"password": "not-the-password"}

    def impatient(self) -> dict[str, Any]:
        return {"timeout": 0.5}

    def fault(self, name: str, *, times: int | None = None, seconds: float = 30.0) -> None:
        self.sandbox.switches.switch_on(name, times=times, seconds=seconds)

    def clear(self) -> None:
        self.sandbox.switches.clear()

    def taken(self) -> list[str]:
        return [sms.message for sms in reversed(self.sandbox.account.rows())]

    def identities(self) -> list[str]:
        return [sms.id for sms in self.sandbox.account.rows()]

    def report(self, receipt: ChannelReceipt, status: ReportStatus, **changes: Any) -> RawHook:
        form = {"id": receipt.reference, "status": status.value}
        if status is ReportStatus.DELIVERED:
            form["delivered"] = "2026-03-02T09:30:05.250000"
        return self.hook(form, **changes)

    def hook(self, form: dict[str, str], *, ip: str = ELKS_IP, method: str = "POST") -> RawHook:
        return RawHook(
            method, f"{HOOK_URL}?message=m1", {}, {"message": "m1"}, urlencode(form).encode(), ip,
            self.clock.now(),
        )  # fmt: skip
