"""Pictures of e-mails, to be looked at: ``python -m tests.services.mail_looks FOLDER``. Not a
test."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

from playwright.sync_api import sync_playwright

from hub.cli.options import one_workspace
from hub.services import mail_samples
from hub.services.mail_preview import Letters, open_letters
from tests.services.mail_samples import CONFIG, logo
from tests.tools.ensure_browser import find_browser
from tests.web.pages.look import FLAGS

LONG = "Norrby Vitvaru- & Hushållsmaskinservice i Uppsala med omnejd Aktiebolag (publ)"
NAME = "Alexandrina Hammarskjöld-Oxenstierna af Löwenhielm"
TITLE = "Värmepumpsanläggningsunderhållsavtal " * 3
WIDTHS, MODES = (390, 800), ("light", "dark")


def letters(workspace: str, **branding: Any) -> Letters:
    """The e-mails of a shipped workspace, with another look."""
    own = open_letters(CONFIG.parent, lambda known: one_workspace(known, workspace))
    return replace(own, workspace=replace(own.workspace, **branding))


def pages() -> dict[str, str]:
    """By name: what is worth looking at."""
    demo, plain = letters("demo"), letters("demo", accent=None)
    workshop = letters("workshop")
    long = letters(
        "demo", name=LONG, accent="#ffe100", website="https://norrby.example/" + "x" * 90
    )
    made = {
        "send": demo.preview("offer", "send", "sv"),
        "send-form": plain.preview("information_request", "send", "en"),
        "chase-workshop": workshop.preview("additional_sale", "chase"),
        "receipt-logo": letters("demo", logo=logo()).preview("offer", "receipt", "fr"),
        "confirmation": demo.preview("offer", "confirmation", "de"),
        "remark": demo.preview("offer", "remark", "ro"),
        "digest": demo.preview("offer", "digest", "fr"),
        "digest-plain": plain.preview("offer", "digest", "sv"),
        "contact": demo.preview("offer", "contact_shared", "da"),
        "viewed": plain.preview("offer", "viewed", "fi"),
    }
    with patch.dict(mail_samples.TITLE, sv=TITLE), patch.dict(mail_samples.NAME, sv=NAME):
        made["long"] = long.preview("offer", "send", "sv")
    return {name: one.page() for name, one in made.items()}


def main(folder: Path) -> None:
    """Take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        for (name, page), width, mode in product(pages().items(), WIDTHS, MODES):
            seen = browser.new_page(
                viewport={"width": width, "height": 600}, color_scheme=mode, device_scale_factor=1
            )
            seen.set_content(page)
            seen.screenshot(path=folder / f"{name}-{width}-{mode}.png", full_page=True)
            seen.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
