"""What a signer's phone has to load before it shows a document, and how soon it does.

Hub and sandbox run as ``paraph demo`` starts them; the pages are those of the shipped offer. The
slow phone is a Chromium whose processor is four times slower, behind 1.6 Mbit/s with 150 ms.
"""

from __future__ import annotations

import re
import statistics
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from hub.cli.robot import Form, Robot
from hub.cli.stage import Stage, free_port
from hub.cli.story import PHONE_BROWSER, wait_for
from tests.bench.figures import Figure, say, short
from tests.tools.ensure_browser import find_browser

ROOT = Path(__file__).parents[2]
ROUNDS = 5
MOST_KILOBYTES, MOST_REQUESTS, LATEST = 60, 12, 4_000
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")
_PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "user_agent": PHONE_BROWSER,
}
_SLOW = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
_GUEST = "alice@solsikken.example"
_LINK = re.compile(r"https?://\S+/s/[\w-]+")
_IMAGE = re.compile(r"/d/[^/]+/\d+/1\.webp$")
# When the first page of the document has been decoded and painted, in ms since the link was opened.
_WATCH = """
const look = () => {
  const image = document.querySelector(".leaf img");
  if (!image || !image.complete || !image.naturalWidth) return requestAnimationFrame(look);
  image.decode().then(() => requestAnimationFrame(() => setTimeout(() => {
    document.documentElement.dataset.seen = performance.now();
  })));
};
requestAnimationFrame(look);
"""


@dataclass
class Traffic:
    """What came over the wire, in the order in which it ended; bytes as sent, heads included."""

    ended: list[tuple[str, int]] = field(default_factory=list)
    _urls: dict[str, str] = field(default_factory=dict)

    def watch(self, context: BrowserContext, page: Page) -> None:
        """Listen to a page's network."""
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.loadingFinished", self._ended)

    def _sent(self, told: dict[str, Any]) -> None:
        moved = told.get("redirectResponse")
        if moved:  # the same request goes on elsewhere
            self.ended.append((moved["url"], int(moved["encodedDataLength"])))
        self._urls[told["requestId"]] = told["request"]["url"]

    def _ended(self, told: dict[str, Any]) -> None:
        url = self._urls.get(told["requestId"], "")
        if url.startswith("http"):
            self.ended.append((url, int(told["encodedDataLength"])))

    def before_image(self) -> list[tuple[str, int]]:
        """Everything that ended before the first page's image, which does not count."""
        urls = [url for url, _ in self.ended]
        first = next((n for n, url in enumerate(urls) if _IMAGE.search(url)), len(urls))
        return self.ended[:first]


def page_weight(store: str) -> list[Figure]:
    """Kilobytes and requests of the document before its first image, of the page to sign on, and
    of the portal: where one signs in, the list, a document that is opened from it."""
    with _on_stage() as (stage, browser):
        link = _invited(stage)
        reading = Traffic()
        with _phone(browser, reading) as page:
            page.goto(link)
            page.wait_for_load_state("networkidle")
            told = _told("document", reading.before_image())
        signing = Traffic()
        with _phone(browser, Traffic()) as page:
            address = _to_the_canvas(page, link)
            cookies = page.context.cookies()
        with _phone(browser, signing) as page:
            _keep(page, cookies)
            page.goto(address)
            page.wait_for_load_state("networkidle")
            page.locator("canvas").wait_for()
            told += _told("signing", signing.before_image())
        told += _portal_weight(stage, browser)
    return told


def _portal_weight(stage: Stage, browser: Browser) -> list[Figure]:
    """Each page is loaded by a phone that holds the session's cookies and nothing else."""
    portal = f"{stage.hub_url}/p/service/"
    clerk = Robot("Mozilla/5.0")
    clerk.send(Form(f"{stage.sandbox_url}/crm_rest/service/1/share", {"to": "customer"}, ()))
    wait_for(lambda: len(_mails(clerk, stage, _GUEST)) == 1, "the e-mail of the offer")
    entering, listing, reading = Traffic(), Traffic(), Traffic()
    with _phone(browser, entering) as page:
        page.goto(portal)
        page.wait_for_load_state("networkidle")
        told = _told("portal_sign_in", entering.before_image())
        page.locator("#address").fill(_GUEST)
        page.locator(".bar .button").click()
        page.locator("#code").wait_for()
        mails = wait_for(lambda: _mails(clerk, stage, _GUEST)[1:], "the code")
        page.locator("#code").fill(re.findall(r"\b\d{6}\b", mails[-1])[0])
        page.locator(".bar .button").click()
        page.locator(".shelf").wait_for()
        cookies = page.context.cookies()
        document = f"{stage.hub_url}{page.locator('.shelf .card').first.get_attribute('href')}"
    clerk.close()
    shown = (("portal_list", portal, listing), ("portal_document", document, reading))
    for what, address, traffic in shown:
        with _phone(browser, traffic) as page:
            _keep(page, cookies)
            page.goto(address)
            page.wait_for_load_state("networkidle")
            told += _told(what, traffic.before_image())
    return told


def page_visible(store: str) -> list[Figure]:
    """Milliseconds until a slow phone shows the document's first page; nothing is cached."""
    times: list[float] = []
    with _on_stage() as (stage, browser):
        link = _invited(stage)
        for _ in range(ROUNDS + 1):
            with _phone(browser, Traffic(), _slow) as page:
                page.add_init_script(_WATCH)
                page.goto(link, wait_until="commit")
                seen = page.locator("html[data-seen]")
                seen.wait_for(state="attached", timeout=60_000)
                times.append(float(str(seen.get_attribute("data-seen"))))
    counted = sorted(times[1:])  # the first one also warms the hub
    say(f"each: {', '.join(f'{one:.0f}' for one in times)} ms")
    value = short(statistics.median(counted))
    reach = f"<= {LATEST} ms"
    return [Figure("page_visible", "sqlite", value, "ms", value, short(counted[-1]), reach)]


def _told(what: str, loaded: list[tuple[str, int]]) -> list[Figure]:
    for url, size in loaded:
        say(f"  {size / 1000:6.1f} kB  {re.sub(r'/s/[^/]+', '/s/...', url.partition('//')[2])}")
    kilobytes = round(sum(size for _, size in loaded) / 1000, 1)
    name = f"page_weight.{what}"
    return [
        Figure(name, "none", kilobytes, "kB", None, None, f"<= {MOST_KILOBYTES} kB"),
        Figure(name, "none", len(loaded), "requests", None, None, f"<= {MOST_REQUESTS}"),
    ]


@contextmanager
def _on_stage() -> Iterator[tuple[Stage, Browser]]:
    """The hub with its sandbox, and a browser."""
    with tempfile.TemporaryDirectory(prefix="paraph-pages-") as folder, sync_playwright() as tool:
        stage = Stage(Path(folder), free_port(0), free_port(0))
        browser = tool.chromium.launch(executable_path=find_browser(), args=list(_FLAGS))
        try:
            stage.build(ROOT / "config")
            yield stage, browser
        finally:
            browser.close()
            stage.stop()


def _invited(stage: Stage) -> str:
    """Ask for signatures, and read the link in the e-mail."""
    clerk = Robot("Mozilla/5.0")
    clerk.send(Form(f"{stage.sandbox_url}/crm_rest/offers/1", {}, ()))
    mails = wait_for(lambda: _mails(clerk, stage, "alice@example.com"), "the e-mail with the link")
    clerk.close()
    match = _LINK.search(mails[-1])
    assert match is not None
    return match.group()


def _mails(clerk: Robot, stage: Stage, to: str) -> list[str]:
    found: Any = clerk.json(f"{stage.sandbox_url}/mailbox/messages?to={to}")
    return [str(one["text"]) for one in found["messages"]]


@contextmanager
def _phone(
    browser: Browser, traffic: Traffic, slow: Callable[[BrowserContext, Page], None] | None = None
) -> Iterator[Page]:
    """A phone that has never been here."""
    context = browser.new_context(**_PHONE)
    page = context.new_page()
    traffic.watch(context, page)
    if slow is not None:
        slow(context, page)
    yield page
    context.close()


def _keep(page: Page, cookies: Iterable[Mapping[str, Any]]) -> None:
    """Give the phone the cookies of another one."""
    page.context.add_cookies([{**one} for one in cookies])  # type: ignore[typeddict-item]


def _slow(context: BrowserContext, page: Page) -> None:
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", _SLOW)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})


def _to_the_canvas(page: Page, link: str) -> str:
    """Look at everything and go on; the address of the page where one signs."""
    page.goto(link)
    leaves = page.locator(".leaf img")
    for number in range(leaves.count()):
        leaves.nth(number).scroll_into_view_if_needed()
        expect(leaves.nth(number)).to_have_js_property("complete", value=True)
    page.locator("a.file").first.click()
    expect(page.locator("img.photo")).to_have_js_property("complete", value=True)
    page.goto(link)
    page.locator("#act .button").click()
    page.locator("form.sign .button").first.click()
    page.locator("canvas").wait_for()
    return page.url
