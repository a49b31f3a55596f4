"""What is sent in as a signature and is none: told at its field, in words, and nothing is kept of
it."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from hub.cli.document_story import drawn
from hub.storage.models import Acceptance
from tests.story.offer import canvas

INK = drawn()
POINT = [100, 80, 0, 0.5]


def ink(**changes):
    """A drawing with something changed, as the form sends it."""
    return json.dumps({**INK, **changes})


def moved(x=0, y=0):
    """The drawing shifted."""
    return [[[px + x, py + y, t, p] for px, py, t, p in stroke] for stroke in INK["strokes"]]


# What is sent → the beginning of what is said at the field, in Swedish.
DRAWINGS = {
    "nothing": "",
    "not JSON": "{",
    "JSON of another shape": json.dumps([1, 2, 3]),
    "a number": "7",
    "no strokes": ink(strokes=[]),
    "a stroke of nothing": ink(strokes=[[]]),
    "a dot": ink(strokes=[[POINT]]),
    "a point many times": ink(strokes=[[[100, 80, n, 0.5] for n in range(200)]]),
    "short": ink(strokes=[[[100 + n, 80 + n % 3, n, 0.5] for n in range(40)]]),
    "left of the canvas": ink(strokes=moved(x=-200)),
    "below the canvas": ink(strokes=moved(y=400)),
    "times that go back": ink(strokes=[list(reversed(INK["strokes"][0]))]),
    "a pressure of 9": ink(strokes=[[[100 + n, 80 + n, n, 9] for n in range(90)]]),
    "not a number": ink().replace("0.5", "NaN"),
    "too many strokes": ink(strokes=INK["strokes"][:1] * 301),
    "too many points": ink(strokes=[[[n % 500, n % 180, n, 0.5] for n in range(8_001)]]),
    "a canvas without width": ink(width=0),
    "a canvas as large as a house": ink(width=1e9),
    "a pen that is none": ink(pen="nose"),
    "nested a thousand times": "[" * 1_000 + "]" * 1_000,
    "more than is read": "[" + "1," * 130_000 + "1]",
}
NAMES = {
    "spaces": "   ",
    "what cannot be seen": "\u200b\u200d\u2060",
    "what controls": "\x00\x07\x1b\r\n",
    "what turns the line": "\u202e\u2066\u2069",
}
# What is given as a name → what is kept.
KEPT = {
    "Åsa Öberg 🦊": "Åsa Öberg 🦊",
    "مريم الأحمد": "مريم الأحمد",
    "\u202eevil\u202c name": "evil name",
    "Bob\x00\x07 \r\n Berg": "Bob Berg",
    '<b>Bob</b> & "Berg"': '<b>Bob</b> & "Berg"',
    "x" * 200: "x" * 200,
    "{{ 7 * 7 }} #set page()": "{{ 7 * 7 }} #set page()",
}


@pytest.fixture(scope="module")
def begun(offers):
    """One offer whose owner has the canvas in front: every refusal leaves it as it is."""
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    return record, link, browser, offers.begin(browser, link)


def told(page, field):
    """What stands at the field; the first field with a fault gets the focus by ``autofocus``."""
    assert page.status == 422
    assert "autofocus" in page.text
    found = page.words_at(f"{field}-error")
    assert found, page.errors
    assert "kontrollera det du har angett" not in found.lower(), "words for this very fault"
    return found


@pytest.mark.parametrize("drawing", DRAWINGS.values(), ids=DRAWINGS)
def test_a_drawing_that_is_no_signature_is_told_at_the_canvas(offers, begun, drawing):
    record, _, browser, page = begun
    after = offers.give(browser, page, ink=drawing)
    told(after, "ink")
    offers.check_unsigned(record)


@pytest.mark.parametrize("name", [*NAMES.values(), "x" * 500], ids=[*NAMES, "500 characters"])
def test_a_name_that_is_none_is_told_at_its_field(offers, begun, name):
    record, _, browser, page = begun
    after = offers.give(browser, page, name=name)
    told(after, "name")
    assert canvas(after) is not None, "may be mended at once"
    offers.check_unsigned(record)


def test_without_the_tick_nothing_is_signed(offers, begun):
    record, _, browser, page = begun
    after = offers.give(browser, page, consent=None)
    assert "kryssa" in told(after, "consent").lower()
    offers.check_unsigned(record)


def test_a_way_of_signing_that_is_not_offered_is_refused(offers, begun):
    record, _, browser, page = begun
    told(offers.give(browser, page, method="stamped"), "method")
    offers.check_unsigned(record)


def test_a_form_larger_than_any_signature_is_not_read(offers, begun):
    record, link, browser, page = begun
    after = offers.give(browser, page, ink="1" * 1_100_000)
    assert after.status == 413
    assert link.rpartition("/")[2] in after.text, "a way back"
    offers.check_unsigned(record)


@pytest.mark.parametrize(("given", "kept"), KEPT.items(), ids=range(len(KEPT)))
def test_a_name_as_people_have_them_is_signed_and_shown_as_text(offers, given, kept):
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    page = offers.sign(browser, link, name=given, method="typed", ink=None)
    assert page.url.endswith("/done")
    offers.check_signed(record)
    (signed,) = offers.mine(Acceptance, record)
    assert signed.signature["name"] == kept
    assert kept in page.words
    assert "<b>Bob" not in page.text
    offers.check_proof(record)


CODE = {"receipt: true": "receipt: true\n    code: email"}


def test_a_code_is_asked_for_and_a_wrong_one_signs_nothing(make_offers):
    offers = make_offers(CODE)
    record, link = offers.sent(alone=True)
    browser = offers.browser()
    page = offers.begin(browser, link)
    told(offers.give(browser, page, code=""), "code")
    told(offers.give(browser, page, code="123456"), "code")  # none was sent
    code = ask_for_code(offers, browser, page, record)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(2):
        told(offers.give(browser, page, code=wrong), "code")
    told(offers.give(browser, page, code=code, consent=None), "consent")
    offers.check_unsigned(record)
    after = offers.give(browser, page, code=code)
    assert offers.browser_sees(browser, after).endswith("/done")
    offers.check_signed(record)


def test_a_code_tried_too_often_or_too_late_or_in_another_browser_is_none(make_offers):
    offers = make_offers(CODE)
    record, link = offers.sent(alone=True)
    browser, other = offers.browser(), offers.browser()
    page = offers.begin(browser, link)
    code = ask_for_code(offers, browser, page, record)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        told(offers.give(browser, page, code=wrong), "code")
    told(offers.give(browser, page, code=code), "code")
    offers.clock.advance(timedelta(minutes=1))
    code = ask_for_code(offers, browser, page, record)
    there = offers.begin(other, link)
    told(offers.give(other, there, code=code), "code")
    offers.clock.advance(timedelta(minutes=11))
    page = offers.begin(browser, link)
    told(offers.give(browser, page, code=code), "code")
    offers.check_unsigned(record)


def ask_for_code(offers, browser, page, record):
    """Press the button that sends a code, and read it in the mailbox."""
    form = canvas(page)
    assert form is not None
    before = len(offers.mailbox.all())
    browser.send(type(form)(f"{form.action}/code", form.values, ()))
    offers.work()
    (mail,) = offers.mailbox.all()[before:]
    found = re.search(r"\b\d{6}\b", mail.item.text)
    assert found, mail.item.text
    return found.group()
