"""The signing canvas in a real browser: real pointers, turns, reloads and lost networks."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from hub.toolkit.ink import check_ink, ink_length
from tests.web.pages.axe import findings
from tests.web.pages.canvas_stage import CONSENT, Desk, desk_served
from tests.web.pages.pointers import Where, draw, expect_ink, inked, loops, touch, write

pytestmark = pytest.mark.browser
SIZES = {"phone": (390, 844), "tablet": (820, 1180)}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with desk_served() as served:
        yield served


@pytest.fixture(params=list(SIZES))
def sized(page: Page, desk: Desk, request: Any) -> Page:
    width, height = SIZES[request.param]
    page.set_viewport_size({"width": width, "height": height})
    page.set_default_timeout(15_000)
    page.goto(desk.address)
    return page


def agree_and_sign(page: Page) -> None:
    page.check("input[name=consent]")
    page.click("#sign")


def test_what_is_drawn_with_the_mouse_is_signed(sized: Page, desk: Desk) -> None:
    draw(sized, loops())
    draw(sized, [(0.2, 0.85), (0.5, 0.82), (0.8, 0.86)])
    agree_and_sign(sized)
    sized.wait_for_url("**/done")
    assert len(desk.posted) == 1
    posted = desk.posted[0]
    assert (posted["method"], posted["name"]) == ("drawn", "Alice Andersson")
    assert posted["consent"] == CONSENT
    check_ink(desk.ink, 0.2)
    assert (desk.ink.pen, len(desk.ink.strokes)) == ("mouse", 2)
    assert desk.ink.width == pytest.approx(2 * desk.ink.height, abs=2)
    assert sized.evaluate("sessionStorage.length") == 0


def test_a_finger_draws_and_does_not_scroll(browser: Browser, desk: Desk) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=3,
    )
    page = context.new_page()
    page.goto(desk.address)
    touch(page, loops())
    assert page.evaluate("scrollY") == 0
    canvas = page.locator("canvas")
    assert canvas.evaluate("c => c.width / c.clientWidth") == pytest.approx(3, abs=0.02)
    agree_and_sign(page)
    page.wait_for_url("**/done")
    assert desk.ink.pen == "touch"
    assert {point.pressure for stroke in desk.ink.strokes for point in stroke} == {0.5}
    context.close()


def test_a_pen_s_pressure_is_kept_and_seen(page: Page, desk: Desk) -> None:
    page.goto(desk.address)
    write(page, loops(), 0.9)
    hard = inked(page)[0]
    page.click("[data-clear]")
    write(page, loops(), 0.1)
    assert inked(page)[0] < hard
    agree_and_sign(page)
    page.wait_for_url("**/done")
    assert desk.ink.pen == "pen"
    assert {point.pressure for point in desk.ink.strokes[0][:-1]} == {0.1}


def test_a_turned_screen_keeps_the_drawing_in_its_place(sized: Page, desk: Desk) -> None:
    draw(sized, loops())
    _, left, right = inked(sized)
    for width, height in ((844, 390), (390, 844), (1180, 820), (600, 900)):
        sized.set_viewport_size({"width": width, "height": height})
        expect_ink(sized, left, right)
        box = sized.locator("canvas").bounding_box()
        assert box
        assert box["height"] < height
    draw(sized, [(0.2, 0.85), (0.8, 0.86)])
    agree_and_sign(sized)
    sized.wait_for_url("**/done")
    points = [point.x / desk.ink.width for point in desk.ink.strokes[0]]
    assert (min(points), max(points)) == (
        pytest.approx(left, abs=0.02),
        pytest.approx(right, abs=0.02),
    )


def test_a_reload_keeps_the_drawing_and_the_name(sized: Page, desk: Desk) -> None:
    sized.fill("#name", "Alice 👩‍🔧 الأندلسية")
    draw(sized, loops())
    _, left, right = inked(sized)
    sized.reload()
    expect_ink(sized, left, right)
    expect(sized.locator("#name")).to_have_value("Alice 👩‍🔧 الأندلسية")
    agree_and_sign(sized)
    sized.wait_for_url("**/done")
    check_ink(desk.ink, 0.2)


def test_undo_takes_lines_back_and_brings_back_what_was_cleared(sized: Page) -> None:
    undo, clear = sized.locator("[data-undo]"), sized.locator("[data-clear]")
    expect(undo).to_be_disabled()
    draw(sized, loops())
    one_line = inked(sized)[0]
    draw(sized, [(0.2, 0.85), (0.8, 0.86)])
    both = inked(sized)[0]
    undo.click()
    assert both > one_line
    assert inked(sized)[0] == pytest.approx(one_line, rel=0.02)
    expect(sized.get_by_role("status")).to_have_text("The last line is taken back.")
    clear.click()
    assert inked(sized)[0] == 0
    expect(clear).to_be_disabled()
    undo.click()
    assert inked(sized)[0] == pytest.approx(one_line, rel=0.02)
    undo.click()
    expect(undo).to_be_disabled()


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ([], "Draw your signature in the field."),
        ([(0.5, 0.5)], "A dot is not a signature. Draw your name."),
        ([(0.3, 0.5), (0.4, 0.5), (0.5, 0.5)], "A short line is not a signature. Draw your name."),
        ([(0.4, 0.4), (0.44, 0.5), (0.48, 0.4)], "The signature is very small. Draw it larger."),
    ],
)
def test_what_is_no_signature_is_said_before_anything_is_sent(
    sized: Page, desk: Desk, places: list[Where], words: str
) -> None:
    if places:
        draw(sized, places)
    agree_and_sign(sized)
    problem = sized.locator("[data-problem=ink]")
    expect(problem).to_have_text(words)
    expect(problem).to_be_focused()
    assert desk.posted == []
    draw(sized, loops())
    expect(problem).to_be_hidden()


def test_a_line_that_leaves_the_field_ends_at_its_edge(sized: Page, desk: Desk) -> None:
    draw(sized, [*loops(0.5), (0.5, 0.5), (0.7, -0.3), (1.2, -0.2), (1.1, 0.6), (0.8, 0.6)])
    agree_and_sign(sized)
    sized.wait_for_url("**/done")
    assert len(desk.ink.strokes) == 2
    assert ink_length(desk.ink) > desk.ink.width / 2
    assert desk.ink.strokes[0][-1].y == 0
    assert desk.ink.strokes[1][0].x == desk.ink.width


def test_a_lost_network_is_said_and_nothing_is_lost(sized: Page, desk: Desk) -> None:
    draw(sized, loops())
    sized.route("**/sign", lambda route: route.abort())
    agree_and_sign(sized)
    expect(sized.get_by_role("status")).to_contain_text("No connection. Nothing is lost")
    sized.unroute("**/sign")
    sized.get_by_role("button", name="Try again").click()
    sized.wait_for_url("**/done")
    assert len(desk.posted) == 1
    check_ink(desk.ink, 0.2)


def test_a_second_tap_sends_nothing(sized: Page, desk: Desk) -> None:
    gate = Event()
    desk.gate = gate.wait
    draw(sized, loops())
    sized.check("input[name=consent]")
    box = sized.locator("#sign").bounding_box()
    assert box
    sized.mouse.dblclick(box["x"] + 20, box["y"] + 20)
    sized.mouse.click(box["x"] + 20, box["y"] + 20)
    expect(sized.get_by_role("status")).to_have_text("Sending …")
    gate.set()
    sized.wait_for_url("**/done")
    assert len(desk.posted) == 1


def test_what_the_server_refuses_stands_at_its_field_and_the_drawing_stays(
    sized: Page, desk: Desk
) -> None:
    desk.answers = [{"name": "The name is too long. Write at most 200 characters."}]
    draw(sized, loops())
    agree_and_sign(sized)
    expect(sized.locator("[data-problem=name]")).to_contain_text("too long")
    expect(sized.locator("#name")).to_be_focused()
    assert inked(sized)[0] > 100
    sized.click("#sign")
    sized.wait_for_url("**/done")
    assert len(desk.posted) == 2


def test_an_answer_that_is_no_data_sends_the_form_the_plain_way(sized: Page, desk: Desk) -> None:
    def proxy(route: Route) -> None:
        if route.request.headers.get("accept") == "application/json":
            route.fulfill(status=400, content_type="text/html", body="<h1>?</h1>")
        else:
            route.continue_()

    draw(sized, loops())
    sized.route("**/sign", proxy)
    agree_and_sign(sized)
    sized.wait_for_url("**/done")
    check_ink(desk.ink, 0.2)


def test_a_keyboard_is_enough_to_sign_by_typing(sized: Page, desk: Desk) -> None:
    sized.focus("#name")
    sized.keyboard.press("Tab")
    sized.keyboard.press("ArrowRight")
    expect(sized.locator("canvas")).to_be_hidden()
    expect(sized.locator("[data-typed]")).to_have_text("Alice Andersson")
    sized.keyboard.press("Tab")
    sized.keyboard.press("Space")
    sized.keyboard.press("Tab")
    sized.keyboard.press("Enter")
    sized.wait_for_url("**/done")
    assert (desk.posted[0]["method"], desk.posted[0]["ink"]) == ("typed", "")


def test_name_consent_and_code_are_asked_for_in_words(page: Page) -> None:
    with desk_served(methods=("typed",), name="", code="al…@example.com") as desk:
        page.goto(desk.address)
        page.click("#sign")
        for name in ("name", "consent", "code"):
            expect(page.locator(f"[data-problem={name}]")).to_be_visible()
        expect(page.locator("#name")).to_be_focused()
        assert desk.posted == []


def test_without_javascript_a_typed_name_signs(browser: Browser, desk: Desk) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(desk.address)
    expect(page.locator("canvas")).to_be_hidden()
    agree_and_sign(page)
    page.wait_for_url("**/done")
    assert desk.posted[0]["method"] == "typed"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("typed", [True, False])
def test_axe_has_nothing_against_the_fields(sized: Page, scheme: Any, typed: bool) -> None:
    sized.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    if typed:
        sized.check("input[value=typed]", force=True)
    sized.click("#sign")
    assert findings(sized) == []
    assert not sized.evaluate("document.documentElement.scrollWidth > innerWidth")
