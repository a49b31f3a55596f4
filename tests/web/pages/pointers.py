"""Drawing on a page's canvas with real pointers, and looking at the ink that is there."""

from __future__ import annotations

import math

from playwright.sync_api import Page

# How much of the canvas holds ink, by its pixels.
INKED = """canvas => {
  const context = canvas.getContext("2d"), {width, height} = canvas;
  const data = context.getImageData(0, 0, width, height).data;
  let left = width, right = 0, inked = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] > 40) {
    const x = (i >> 2) % width; inked++; left = Math.min(left, x); right = Math.max(right, x);
  }
  return [inked, left / width, right / width];
}"""
Where = tuple[float, float]


def loops(part: float = 1.0) -> list[Where]:
    """Places of a signature, as parts of the canvas."""
    count = int(60 * part)
    return [
        (0.15 + 0.011 * i + 0.03 * math.sin(i / 2), 0.5 + 0.25 * math.cos(i / 2.4))
        for i in range(count)
    ]


def draw(page: Page, places: list[Where]) -> None:
    """Draw with the mouse; places are parts of the canvas and may lie outside of it."""
    box = page.locator("canvas").bounding_box()
    assert box
    spots = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*spots[0])
    page.mouse.down()
    for spot in spots[1:]:
        page.mouse.move(*spot)
    page.mouse.up()


def inked(page: Page) -> list[float]:
    """Number of inked pixels, and where the ink begins and ends."""
    found: list[float] = page.locator("canvas").evaluate(INKED)
    return found


def touch(page: Page, places: list[Where]) -> None:
    box = page.locator("canvas").bounding_box()
    assert box
    session = page.context.new_cdp_session(page)
    spots = [
        {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in places
    ]
    for kind, spot in zip(("touchStart", *["touchMove"] * (len(spots) - 1)), spots, strict=True):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [spot]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def expect_ink(page: Page, left: float, right: float) -> None:
    page.wait_for_function(
        f"""([left, right]) => {{
          const canvas = document.querySelector("canvas");
          const [inked, from, to] = ({INKED})(canvas);
          return canvas.width === Math.round(canvas.clientWidth * devicePixelRatio) && inked > 100
            && Math.abs(from - left) < 0.02 && Math.abs(to - right) < 0.02;
        }}""",
        arg=[left, right],
    )


def write(page: Page, places: list[Where], force: float) -> None:
    """Draw with a pen that is pressed that hard (0 to 1)."""
    box = page.locator("canvas").bounding_box()
    assert box
    session = page.context.new_cdp_session(page)
    kinds = ["mousePressed", *["mouseMoved"] * (len(places) - 2), "mouseReleased"]
    for kind, (x, y) in zip(kinds, places, strict=True):
        session.send(
            "Input.dispatchMouseEvent",
            {
                "type": kind,
                "x": box["x"] + x * box["width"],
                "y": box["y"] + y * box["height"],
                "button": "left",
                "buttons": 0 if kind == "mouseReleased" else 1,
                "clickCount": 1,
                "pointerType": "pen",
                "force": force,
            },
        )
