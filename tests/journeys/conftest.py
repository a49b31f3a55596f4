"""Both processes as ``paraph demo`` starts them, and people with browsers in front of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from hub.cli.stage import Stage, free_port
from tests.journeys.album import Album
from tests.journeys.api import Api
from tests.journeys.people import Person
from tests.journeys.watch import Watch
from tests.tools.ensure_browser import find_browser

ROOT = Path(__file__).parents[2]
PATIENCE = 20_000  # milliseconds for what happens by itself; the machine may be busy
QUIET = (  # a browser that asks nobody for anything
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
IPAD = IPHONE.replace("iPhone; CPU iPhone OS", "iPad; CPU OS")
DEVICES: dict[str, dict[str, Any]] = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "user_agent": IPHONE,
        "is_mobile": True,
        "has_touch": True,
    },
    "tablet": {
        "viewport": {"width": 820, "height": 1180},
        "user_agent": IPAD,
        "is_mobile": True,
        "has_touch": True,
    },
    "computer": {"viewport": {"width": 1280, "height": 860}},
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")
            item.add_marker("heavy")


expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_type_launch_args,
        "executable_path": find_browser(),
        "args": list(QUIET),
    }


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One hub and one sandbox for all journeys; each journey has a case of its own."""
    stage = Stage(tmp_path_factory.mktemp("stage"), free_port(0), free_port(0))
    try:
        stage.build(ROOT / "config")
        yield stage
    finally:
        stage.stop()


@pytest.fixture(scope="session")
def api(stage: Stage) -> Api:
    """The hub's API."""
    made = [sys.executable, "-m", "hub.cli", "api-key", "--config", str(stage.config)]
    key = subprocess.run(
        [*made, "--workspace", "demo", "--name", "journeys"],
        check=True,
        capture_output=True,
        text=True,
    )
    return Api(f"{stage.hub_url}/api/v1", key.stdout.strip())


@pytest.fixture
def album(request: pytest.FixtureRequest) -> Iterator[Album]:
    """This journey's pictures; in the end nothing may be wrong with any page."""
    wanted = os.environ.get("PARAPH_PICTURES")
    folder = Path(wanted) if wanted else None
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        print(f"pictures in {folder.resolve()}")
    journey = request.node.originalname.removeprefix("test_")
    device = request.node.callspec.params.get("device")
    album = Album(f"{journey}-{device}" if device else journey, folder)
    yield album
    assert album.faults == []


@pytest.fixture
def person(browser: Browser, stage: Stage, album: Album) -> Iterator[Callable[..., Person]]:
    """``person("phone")`` sits down with a fresh browser; in the end no browser had any trouble."""
    opened: list[tuple[BrowserContext, Watch]] = []

    def sit_down(device: str, **options: Any) -> Person:
        context = browser.new_context(**{"locale": "sv-SE", **DEVICES[device], **options})
        context.set_default_timeout(PATIENCE)
        watch = Watch(context)
        opened.append((context, watch))
        scripts = options.get("java_script_enabled", True)
        return Person(context.new_page(), stage.sandbox_url, watch, album, scripts=scripts)

    yield sit_down
    for context, _ in opened:
        context.close()
    assert [trouble for _, watch in opened for trouble in watch.troubles] == []
