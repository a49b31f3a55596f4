"""The watch that every journey relies on sees each kind of trouble."""

from __future__ import annotations

from playwright.sync_api import Browser, Route

from tests.journeys.watch import Watch

PAGE = """<!doctype html><title>x</title><script src="/own.js"></script>
<script>inline = 1</script><img src="https://elsewhere.example/dot.png" alt="">"""
OWN = "console.error('said'); fetch('/gone'); setTimeout(() => { throw new Error('thrown') })"
POLICY = "default-src 'self'; img-src *"


def test_no_trouble_goes_unseen(browser: Browser) -> None:
    context = browser.new_context()
    watch = Watch(context)
    context.route("**/*", _answer)
    page = context.new_page()
    with page.expect_event("requestfinished", lambda request: request.url.endswith("/gone")):
        page.goto("http://127.0.0.1/")
    page.wait_for_load_state("networkidle")
    seen = "\n".join(watch.troubles)
    for trouble in (
        "console: said",
        "Content Security Policy",
        "script fault: thrown",
        "404: GET http://127.0.0.1/gone",
        "left the machine: https://elsewhere.example/dot.png",
        "failed: GET https://elsewhere.example/dot.png",
    ):
        assert trouble in seen
    watch.troubles.clear()
    with watch.refusal(404):
        page.goto("http://127.0.0.1/gone")
    assert watch.troubles == []
    context.close()


def _answer(route: Route) -> None:
    url = route.request.url
    if "elsewhere" in url:
        route.abort("connectionrefused")
    elif url.endswith("/own.js"):
        route.fulfill(body=OWN, content_type="text/javascript")
    elif url.endswith("/gone"):
        route.fulfill(status=404, body="gone")
    else:
        route.fulfill(
            body=PAGE, content_type="text/html", headers={"Content-Security-Policy": POLICY}
        )
