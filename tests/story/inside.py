"""Hub and sandbox in one process, over real HTTP, on a clock that only the test moves.

Nothing happens by itself: ``work`` does what the hub owes at this moment, ``pass_time`` moves the
clock and lets webhooks, delivery reports and the hub do what has become due.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from flask import Flask
from ruamel.yaml import YAML
from sqlalchemy import select
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from connectors.agiloft.sandbox.screen import BUTTON_FIELD
from hub.app import create_app
from hub.cli.robot import Form, Page, Robot
from hub.cli.story import PHONE_BROWSER
from hub.kernel.clock import ManualClock
from hub.services import probes
from hub.services.access import create_key
from hub.services.house import House, open_house
from hub.storage.models import Attempt, Delivery
from providers.bankid.sandbox.people import PEOPLE
from tests.made_before import put_tables
from tests.story.ledger import Entry, Ledger
from tests.story.world import ALICE, MAPPING, SCRIPT, TABLE, World, mobile_of

HOST = "127.0.0.1"
WORKSPACE = "demo"
ZONE_MORNING = 9  # UTC: no quiet hour in Stockholm, whatever the season

Edit = Callable[[dict[str, Any]], None]


class _Quiet(WSGIRequestHandler):
    """Says nothing: the tests look into the logs."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing."""


def _serve(port: int, app: Flask) -> BaseWSGIServer:
    try:
        return make_server(HOST, port, app, threaded=True, request_handler=_Quiet)
    except SystemExit:
        # Werkzeug's answer to a port in use; out of a fixture it would fail all tests after it.
        raise OSError(f"port {port} is in use") from None


def yesterday_morning() -> datetime:
    """A moment whose certificates are good today."""
    day = datetime.now(UTC) - timedelta(days=1)
    return day.replace(hour=ZONE_MORNING, minute=0, second=0, microsecond=0)


def edit_workspace(config: Path, edit: Edit) -> None:
    """Change the workspace's file as an administrator would."""
    _edit(config / "workspaces" / f"{WORKSPACE}.yaml", edit)


def edit_hub(config: Path, edit: Edit) -> None:
    """Change ``paraph.yaml``."""
    _edit(config / "paraph.yaml", edit)


class Inside:
    """One hub with its world. ``edit`` changes the workspace's file before it is opened, and
    ``prepare`` whatever it wants in the folder of the configuration."""

    def __init__(
        self,
        folder: Path,
        edit: Edit | None = None,
        database: str | None = None,
        prepare: Callable[[Path], None] = lambda config: None,
    ) -> None:
        self.clock = ManualClock(yesterday_morning())
        self.world = World(folder, self.clock)
        # Their threads would act at moments of their own.
        self.world.agiloft.stop()
        self.world.gateway.reporter.stop()
        if edit is not None:
            edit_workspace(self.world.config, edit)
        if database is None:
            put_tables(folder / "data" / "paraph.db")
        else:
            edit_hub(self.world.config, lambda hub: hub.update(database_url=database))
        prepare(self.world.config)
        self.house: House = open_house(self.world.config, clock=self.clock)
        self.core = self.house.core
        self.ledger = Ledger(self.core)
        self.url = self.world.stage.hub_url
        app = create_app(self.house)
        port = self.world.stage.hub_port
        self._server = _serve(port, app)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.world.introduce(self.core)
        self.robots: list[Robot] = []

    def close(self) -> None:
        """Stop everything."""
        self.world.gateway.switches.clear()
        self.world.agiloft.gate.clear()
        for robot in self.robots:
            robot.close()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.house.stop()
        self.world.close()

    # what people do

    def press(self, record: int) -> None:
        """The button on the case: Agiloft tells the hub, which does what follows."""
        self.world.agiloft.press(TABLE, record, BUTTON_FIELD)
        self.world.agiloft.hooks.run_due()
        self.work()

    def browser(self, agent: str = PHONE_BROWSER) -> Robot:
        """Somebody's browser."""
        self.robots.append(Robot(agent))
        return self.robots[-1]

    def invited(self, number: int = 0, **fields: Any) -> tuple[int, str]:
        """A fresh case whose customer has got the SMS: record and link."""
        record = self.world.new_case(number, **fields)
        self.press(record)
        return record, self.link(fields.get("customer_mobile") or mobile_of(number))

    def link(self, mobile: str) -> str:
        """The link in the newest SMS to this number."""
        return next(w for w in self.world.texts_to(mobile)[0].split() if "/s/" in w)

    def fill_in(self, browser: Robot, link: str, **changed: str) -> Page:
        """The form to the page where one signs; ``changed`` answers differ from the script's."""
        page = browser.open(link)
        while form := form_with(page, "/form/"):
            step = form.action.rpartition("/")[2]
            own = {name: text for name, text in changed.items() if name in form.values}
            page = browser.send(form, {**SCRIPT.answers[step], **own})
            assert page.status == 200, page.errors
        return page

    def begin(self, browser: Robot, review: Page, flow: str = "this_device") -> Page:
        """Start to sign."""
        form = next(f for f in review.forms() if "flow" in [name for name, _ in f.buttons])
        return browser.send(form, {"flow": flow})

    def approve(self, person: str = ALICE) -> str:
        """Approve the newest order in the app; where the app would lead back to."""
        orders = self.world.bankid.orders
        waiting = [order for order in orders.all() if order.status == "pending"]
        order = [one for one in waiting if one.created == waiting[0].created][-1]
        orders.identify(order, PEOPLE[person])
        orders.approve(order)
        return str(order.body.get("returnUrl", ""))

    def sign(self, link: str, browser: Robot | None = None, person: str = ALICE) -> Page:
        """The customer's whole part; ends on the page that follows the approval."""
        browser = browser or self.browser()
        page = self.begin(browser, self.fill_in(browser, link))
        browser.open(self.approve(person))
        self.work()
        return browser.open(page.url)

    # what time does

    def work(self) -> int:
        """Do everything that the hub owes at this moment."""
        return self.house.engine.run_due()

    def pass_time(self, span: timedelta, *, step: timedelta | None = None) -> None:
        """Let time go by, in steps, and everybody do what is due after each."""
        left, step = span, step or span
        while left > timedelta(0):
            self.clock.advance(min(step, left))
            left -= step
            self.world.agiloft.hooks.run_due()
            self.world.gateway.reporter.run_due()
            self.work()

    def probe(self, instance: str) -> tuple[bool, str]:
        """Ask an instance how it is, as the hub does every so often."""
        return probes.probe(self.core, self.core.instance(self.workspace_id, instance))

    # what there is to see

    @property
    def workspace_id(self) -> str:
        """The row of the one workspace."""
        return self.core.workspace_ids[WORKSPACE]

    def upstream(self, record: int) -> dict[str, Any]:
        """The record in Agiloft."""
        shown: dict[str, Any] = self.world.agiloft.store.read(TABLE, record)
        return shown

    def entry(self, record: int, number: int = 0) -> Entry:
        """What the hub has about the record."""
        return self.ledger.entry(record, mobile_of(number))

    def health_of(self, instance: str) -> dict[str, Any]:
        """Its line in ``/health/sync``."""
        workspaces = requests.get(f"{self.url}/health/sync", timeout=10).json()["workspaces"]
        return next(one for one in workspaces[0]["instances"] if one["instance"] == instance)

    def owed(self) -> list[Delivery]:
        """Every delivery, also those without a request."""
        with self.core.db.read() as session:
            return list(session.scalars(select(Delivery).order_by(Delivery.id)))

    def attempts(self) -> list[Attempt]:
        """Every try."""
        with self.core.db.read() as session:
            return list(session.scalars(select(Attempt).order_by(Attempt.id)))

    # what programs do

    def key(self) -> str:
        """A fresh API key."""
        return create_key(self.core.db, self.clock, self.workspace_id, "test")

    def trigger(self, record: int | str, **headers: str) -> requests.Response:
        """Ask for a request by the API."""
        return requests.post(
            f"{self.url}/api/v1/triggers/{MAPPING}",
            json={"id": str(record)},
            headers={"Authorization": f"Bearer {self.key()}", **headers},
            timeout=10,
        )


def form_with(page: Page, piece: str) -> Form | None:
    """The form whose address holds ``piece``."""
    return next((form for form in page.forms() if piece in form.action), None)


def with_settings(**changes: Mapping[str, Any]) -> Edit:
    """An edit that puts settings into instances, by instance."""

    def edit(workspace: dict[str, Any]) -> None:
        for instance, settings in changes.items():
            workspace["instances"][instance]["settings"].update(settings)

    return edit


def tampered(link: str) -> str:
    """The same link with its last character changed."""
    return link[:-1] + ("A" if link[-1] != "A" else "B")


def _edit(path: Path, edit: Edit) -> None:
    yaml = YAML()
    yaml.width = 4096
    data = yaml.load(path.read_text(encoding="utf-8"))
    edit(data)
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(data, file)
