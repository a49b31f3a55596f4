"""Pictures of every page that a journey comes by, what axe-core has against it, and whether it fits
into the window.

``PARAPH_PICTURES=FOLDER`` (for example ``data/journeys``) takes each page light and dark, to be
looked at; without it the pages are only checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from tests.web.pages.axe import findings

WIDTHS = (390, 820, 1280)
MODES = ("light", "dark")


class Album:
    """One journey's pictures; ``faults`` is what was found wrong with the pages' looks. A journey
    that is made on each device narrows ``widths`` to the device's own."""

    def __init__(self, journey: str, folder: Path | None) -> None:
        self.journey = journey
        self.faults: list[str] = []
        self.widths: tuple[int, ...] = WIDTHS
        self.axe_modes: tuple[str, ...] = MODES
        self._folder = folder
        self._number = 0

    def look(self, page: Page, name: str, *, axe: bool = True) -> None:
        """Check the page as it stands, and take its pictures; with ``axe``, axe-core must have
        nothing against it."""
        self._number += 1
        self._fits(page, name)
        for mode in MODES:
            page.emulate_media(color_scheme=mode, reduced_motion="reduce")
            found = findings(page) if axe and mode in self.axe_modes else []
            self.faults += [f"{name}, {mode}: {fault}" for fault in found]
            if self._folder:
                self._take(page, f"{self.journey}-{self._number:02}-{name}", mode)
        page.emulate_media(color_scheme="null", reduced_motion="null")

    def _fits(self, page: Page, name: str) -> None:
        with _size_kept(page) as height:
            for width in self.widths:
                page.set_viewport_size({"width": width, "height": height})
                # Not ``innerWidth``: a telephone zooms out until a page that is too wide fits.
                needed = page.evaluate("document.documentElement.scrollWidth")
                if needed > width:
                    self.faults.append(f"{name} is {needed} px wide on {width} px")

    def _take(self, page: Page, name: str, mode: str) -> None:
        assert self._folder is not None
        with _size_kept(page) as height:
            for width in self.widths:
                # A window as high as the page, so that a bar at the bottom covers nothing.
                page.set_viewport_size({"width": width, "height": height})
                whole = page.evaluate("document.documentElement.scrollHeight")
                page.set_viewport_size({"width": width, "height": max(whole, height)})
                _wait_for_images(page)
                page.screenshot(path=self._folder / f"{name}-{width}-{mode}.png")


def _wait_for_images(page: Page) -> None:
    """Lazy images are fetched when the window reaches them, and are ``complete`` until then. Asked
    from here, since a page without JavaScript runs no timers."""
    for _ in range(40):
        if page.evaluate("[...document.images].every(one => one.naturalWidth > 0)"):
            return
        page.wait_for_timeout(50)


@contextmanager
def _size_kept(page: Page) -> Iterator[int]:
    size = page.viewport_size
    assert size is not None
    yield size["height"]
    page.set_viewport_size(size)
