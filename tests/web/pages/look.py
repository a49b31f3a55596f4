"""Pictures of every page, to be looked at: ``python -m tests.web.pages.look FOLDER [SCENE ...]``.

Not a test. With ``--axe`` it checks each page with axe-core as well and exits 1 on a finding.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from hub.web.pages.words import NAMES
from tests.tools.ensure_browser import find_browser
from tests.web.pages.axe import findings
from tests.web.pages.conftest import DESKTOP, PHONE
from tests.web.pages.paper_scenes import SCENES as PAPER_SCENES
from tests.web.pages.record_scenes import SCENES as RECORD_SCENES
from tests.web.pages.scenes import SCENES as FORM_SCENES
from tests.web.pages.scenes import served

SCENES = {**FORM_SCENES, **PAPER_SCENES, **RECORD_SCENES}

HEIGHT = 844
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


def sideways(page: Any) -> bool:
    """Whether the page is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def _wanted() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("scenes", nargs="*", default=list(SCENES))
    parser.add_argument("--width", type=int, action="append")
    parser.add_argument("--mode", action="append", choices=["light", "dark"])
    parser.add_argument("--language", action="append", choices=list(NAMES))
    parser.add_argument("--window", action="store_true", help="what is seen without scrolling")
    parser.add_argument("--axe", action="store_true")
    return parser.parse_args()


def main() -> int:
    """Take the pictures."""
    given = _wanted()
    given.folder.mkdir(parents=True, exist_ok=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    bad = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        for name, width, mode, language in itertools.product(
            given.scenes,
            given.width or [390, 820, 1280],
            given.mode or ["light", "dark"],
            given.language or ["en", "sv"],
        ):
            page = browser.new_page(
                viewport={"width": width, "height": HEIGHT},
                color_scheme=mode,
                user_agent=PHONE if width < 600 else DESKTOP,
            )
            with served(page, language) as stage:
                SCENES[name](stage)
                picture = given.folder / f"{name}-{width}-{mode}-{language}.png"
                if not given.window:  # a higher window, so that the bar stands where it belongs
                    height = page.evaluate("document.documentElement.scrollHeight")
                    page.set_viewport_size({"width": width, "height": height})
                page.screenshot(path=picture)
                wrong = findings(page) if given.axe else []
                wrong += ["wider than the window"] if sideways(page) else []
            for line in wrong:
                print(picture.stem, line)
            bad += len(wrong)
            page.close()
        browser.close()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
