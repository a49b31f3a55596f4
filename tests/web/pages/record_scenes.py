"""The pages of a record's buttons in every state, for screenshots and for axe."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.contracts.requests import RequestState
from hub.kernel.errors import Unfit
from hub.services.record_views import HERE, IN_HAND, NOTHING, OVER
from hub.services.views import SenderView
from tests.web.pages.fake_records import AGREEMENT, WRITERS, address
from tests.web.pages.scenes import LONG, Act, Stage


def _at(action: str, **changes: Any) -> Act:
    def act(stage: Stage) -> None:
        stage.records.shown = replace(stage.records.shown, **changes)
        stage.go(address(action))

    return act


def _looking(stage: Stage) -> None:
    stage.go(address("check"))
    stage.press("form .button")


def _cancelled(stage: Stage) -> None:
    stage.go(address("cancel"))
    stage.press("form .button")


def _decide_errors(stage: Stage) -> None:
    stage.go(address("decide"))
    stage.press("form .button")


def _decided(stage: Stage) -> None:
    stage.go(address("decide"))
    page = stage.page
    page.check("input[value=accepted]")
    page.check("input[value=phone]")
    page.fill("#by", "Bob Berg")
    page.fill("#remark", "Wants it done before Friday, and rings if the price changes.")
    stage.press("form .button")


def _talk_error(stage: Stage) -> None:
    stage.records.trouble = Unfit("large_file", field="files", name="plan.pdf", megabytes=10)
    stage.go(address("talk"))
    stage.page.fill("#text", "It does. The plan shows where.")
    file = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    stage.page.set_input_files("#files", file)
    stage.press("form .button")


_LONG = {
    "sender": SenderView("Nordic " + "Mähmaschinen-Reparatur " * 12, "08-123 456 78"),
    "record_title": LONG,
}
_AWAY = replace(AGREEMENT, reading=True, away=True)
_NOTHING = {
    "obstacle": NOTHING,
    "request_id": "",
    "state": "",
    "agreement": None,
    "people": (),
    "record_title": "quote/Q1001",
}
_SIGNED = {"obstacle": OVER, "state": RequestState.COMPLETED, "others": True}
SCENES: dict[str, Act] = {
    "record-check": _at("check"),
    "record-looking": _looking,
    "record-away": _at("check", agreement=_AWAY),
    "record-here": _at("check", agreement=None, obstacle=HERE),
    "record-nothing": _at("check", **_NOTHING),
    "record-cancel": _at("cancel"),
    "record-cancel-long": _at("cancel", **_LONG),
    "record-cancelled": _cancelled,
    "record-in-hand": _at("cancel", obstacle=IN_HAND),
    "record-over": _at("cancel", **_SIGNED),
    "record-decide": _at("decide"),
    "record-decide-errors": _decide_errors,
    "record-decided": _decided,
    "record-talk": _at("talk"),
    "record-talk-error": _talk_error,
    "record-talk-empty": _at("talk", talk=(), writers=WRITERS[:1], unread=0),
}
