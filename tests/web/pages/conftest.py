"""An application that has nothing but the pages, in front of the fakes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hub.kernel.crypto import Vault
from hub.web.pages import create_pages
from tests.tools.ensure_browser import find_browser
from tests.web.pages.fake_buttons import FakeButtons
from tests.web.pages.fake_records import FakeRecords
from tests.web.pages.fakes import TOKEN, FakeCases, new_cases
from tests.web.pages.repair_form import CONTACT_ANSWERS, REPAIR_ANSWERS

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
BASE = f"/s/{TOKEN}"
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def make_app(
    cases: FakeCases,
    buttons: FakeButtons,
    base_url: str = "http://localhost",
    records: FakeRecords | None = None,
) -> Flask:
    """The pages alone."""
    app = Flask("pages_under_test", static_folder=None)
    vault = Vault("a secret of the tests, long enough for it")
    pages = create_pages(
        cases, buttons, records or FakeRecords(), vault=vault, public_base_url=base_url
    )
    app.register_blueprint(pages)
    return app


@dataclass
class Browser:
    """A browser without JavaScript: keeps cookies, sends forms with the hidden fields in them."""

    client: FlaskClient
    agent: str = DESKTOP

    def get(self, path: str, **headers: str) -> TestResponse:
        asked = {"User-Agent": self.agent, **headers}
        return self.client.get(path, headers=asked, buffered=True)

    def post(self, path: str, data: dict[str, str] | None = None) -> TestResponse:
        """Send a form, with the token that this session's pages carry."""
        return self.client.post(
            path, data={**(data or {}), "csrf": self.token()}, headers={"User-Agent": self.agent}
        )

    def token(self) -> str:
        """The CSRF token as a page of this session shows it."""
        for path in (f"{BASE}/decline", f"{BASE}/form/contact", BUTTON):
            match = _CSRF.search(self.get(path).text)
            if match:
                return match.group(1)
        return ""

    def fill_in(self) -> None:
        """Answer both steps of the form."""
        assert self.post(f"{BASE}/form/contact", CONTACT_ANSWERS).status_code == 303
        assert self.post(f"{BASE}/form/repair", REPAIR_ANSWERS).status_code == 303

    def begin(self, flow: str = "other_device") -> str:
        """Fill in, start to sign, and give the address of the signing page."""
        self.fill_in()
        return self.post(f"{BASE}/sign", {"flow": flow}).location


BUTTON = "/b/agiloft_information_request?id=4711&key=good"


@pytest.fixture
def cases() -> FakeCases:
    return new_cases()


@pytest.fixture
def buttons() -> FakeButtons:
    return FakeButtons()


@pytest.fixture
def records() -> FakeRecords:
    return FakeRecords()


@pytest.fixture
def app(cases: FakeCases, buttons: FakeButtons, records: FakeRecords) -> Flask:
    return make_app(cases, buttons, records=records)


@pytest.fixture
def new_visitor(app: Flask) -> Callable[..., Browser]:
    return lambda agent=DESKTOP: Browser(app.test_client(), agent)


@pytest.fixture
def visitor(new_visitor: Callable[..., Browser]) -> Browser:
    return new_visitor()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium, which asks nobody for anything."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
    return {**browser_type_launch_args, "executable_path": find_browser(), "args": flags}
