"""What only the native canvas does: names, methods, consent, codes, words, the proof."""

from __future__ import annotations

import json

import pytest
from lxml import etree

from hub.contracts.requests import RecipientView
from hub.kernel.crypto import canonical_json, sha256_hex
from hub.kernel.errors import Refused, Unfit
from hub.toolkit.ink import parse_ink
from providers.native_canvas.words import WORDS
from tests.contracts.provider_canvas import LANGUAGES
from tests.contracts.provider_driver import caught
from tests.providers.native_canvas.strokes import ALICE, DOT, SHORT_LINE, TINY, drawing, flourish
from tests.providers.native_canvas.test_native_canvas_contract import CanvasDriver

DRAWN = {"method": "drawn", "name": "Alice Andersson", "consent": "", "ink": ALICE}
TYPED = {"method": "typed", "name": "Alice Andersson", "consent": ""}


@pytest.fixture
def driver():
    return CanvasDriver()


@pytest.fixture
def give(driver):
    """Give an answer to an order with these options; the raw answer that comes of it."""

    def act(answer, options=None, **settings):
        provider, task = driver.provider(**settings), driver.task(options=options or {})
        order = provider.begin(task).order
        raw = json.loads(json.dumps(provider.receive(order, task, answer).raw))
        verdict = provider.conclude(order, task, raw)
        assert verdict.accepted, verdict.report
        assert verdict.identity.name == raw["name"]
        return raw

    return act


@pytest.fixture
def refusal(give):
    def act(answer, options=None, **settings):
        error = caught(lambda: give(answer, options, **settings))
        assert isinstance(error, Unfit)
        assert error.words.keys() >= LANGUAGES
        assert error.customer == error.words["en"]
        return error.code

    return act


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Alice \t Andersson\r\n", "Alice Andersson"),
        ("Åsa Ö", "Åsa Ö"),
        ("A" * 200, "A" * 200),
        ("👩‍🔧 Alice 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👩‍🔧 Alice 🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
        ("عائشة الأندلسية", "عائشة الأندلسية"),
        ("می‌خواهم", "می‌خواهم"),
        ("Ali\u202ece\u2066 B\u200fob", "Alice Bob"),
        ("Ali\x00ce\x1b[31m", "Alice[31m"),
        ("X Æ A-12", "X Æ A-12"),
    ],
)
def test_a_name_is_kept_as_it_reads(give, written, kept):
    assert give({**TYPED, "name": written})["name"] == kept


@pytest.mark.parametrize("name", ["", "   ", "\u200d\u202e", "\x00\x07", "\u0301"])
def test_a_name_that_shows_nothing_is_missing(refusal, name):
    assert refusal({**TYPED, "name": name}) == "name_missing"


@pytest.mark.parametrize("name", ["A" * 201, "B" * 500, "👩" * 201])
def test_a_name_of_500_characters_is_refused_with_words(refusal, name):
    assert refusal({**TYPED, "name": name}) == "name_too_long"


@pytest.mark.parametrize(
    ("ink", "code"),
    [
        (None, "ink_missing"),
        ("", "ink_missing"),
        (json.dumps(DOT), "ink_dot"),
        (json.dumps(SHORT_LINE), "ink_line"),
        (json.dumps(TINY), "ink_short"),
        (json.dumps(drawing([[(10, 10), (400, 90)]])), "ink_outside"),
        ("{", "ink_unreadable"),
        (17, "ink_unreadable"),
        (json.dumps(drawing([[(i % 300, 9) for i in range(8001)]])), "ink_too_long"),
    ],
)
def test_a_drawing_that_is_none_is_refused_with_words(refusal, ink, code):
    assert refusal({**DRAWN, "ink": ink}) == code


def test_how_much_ink_is_enough_is_a_setting(give, refusal):
    short = {**DRAWN, "ink": json.dumps(drawing([[(60, 40), (100, 80), (130, 40)]]))}
    assert give(short)["ink"]["pen"] == "touch"
    assert refusal(short, least_ink=1.5) == "ink_short"


@pytest.mark.parametrize("methods", ["typed", "", "drawn"])
def test_only_the_methods_that_were_asked_for_are_taken(refusal, methods):
    wrong = TYPED if methods == "drawn" else DRAWN
    assert refusal(wrong, {"methods": methods}) == "method_unknown"


def test_typed_names_can_be_forbidden(driver, refusal):
    assert refusal(TYPED, typed=False) == "method_unknown"
    assert refusal(TYPED, {"methods": "drawn,typed"}, typed=False) == "method_unknown"
    strict = driver.provider(typed=False)
    error = caught(lambda: strict.begin(driver.task(options={"methods": "typed"})))
    assert (type(error), error.code) == (Refused, "method_not_offered")


def test_an_approval_needs_no_signature_and_takes_the_known_name(give, driver):
    raw = give({"consent": "I approve."}, {"methods": "", "consent": "I approve."})
    assert raw["name"] == "Alice Andersson"
    assert raw.keys().isdisjoint({"method", "ink"})
    nobody = driver.task(options={"methods": ""}, recipient=RecipientView("a", "", "sv"))
    order = driver.provider().begin(nobody).order
    error = caught(lambda: driver.provider().receive(order, nobody, {}))
    assert error.code == "name_missing"


def test_the_consent_is_the_very_sentence_whatever_happened_to_its_white_space(give, refusal):
    asked = {"consent": "I accept\nthe offer  of 1 250 kr."}
    assert refusal(TYPED, asked) == "consent_missing"
    assert refusal({**TYPED, "consent": "I accept the offer of 1 kr."}, asked) == "consent_missing"
    raw = give({**TYPED, "consent": "I accept\r\nthe offer of 1 250 kr."}, asked)
    assert raw["consent"] == "I accept the offer of 1 250 kr."


def test_a_consent_nobody_asked_for_is_not_taken(refusal):
    assert refusal({**TYPED, "consent": "I sell my house."}) == "consent_missing"


def test_a_code_is_needed_where_one_was_asked_for(give, refusal):
    assert refusal(TYPED, {"code": "sms"}) == "code_missing"
    assert give({**TYPED, "code_used": "code-1"}, {"code": "sms"})["code_used"] == "code-1"
    assert "code_used" not in give({**TYPED, "code_used": "code-1"})


def test_own_words_replace_the_built_in_ones_in_their_language(driver):
    provider = driver.provider(words={"ink_dot": {"sv": "Mer än en prick, tack."}})
    task = driver.task()
    order = provider.begin(task).order
    answer = {**DRAWN, "ink": json.dumps(DOT)}
    error = caught(lambda: provider.receive(order, task, answer))
    assert error.words["sv"] == "Mer än en prick, tack."
    assert error.words["en"] == WORDS["ink_dot"]["en"]


def test_every_word_is_there_in_every_language():
    assert {code: set(words) for code, words in WORDS.items()} == dict.fromkeys(WORDS, LANGUAGES)


def test_the_proof_of_a_drawing_has_answer_ink_and_picture(driver):
    provider, task = driver.provider(), driver.task()
    progress = driver.signed(provider, task, driver.alice)
    parts = {part.name: part.content for part in provider.evidence(progress.order, progress.raw)}
    assert list(parts) == ["answer.json", "ink.json", "signature.svg", "visible.txt", "hidden.bin"]
    assert parse_ink(parts["ink.json"]) == parse_ink(ALICE)
    assert etree.fromstring(parts["signature.svg"]).get("viewBox")
    answer = json.loads(parts["answer.json"])
    digest = answer.pop("digest")
    assert digest == sha256_hex(canonical_json(answer))
    assert answer["text_sha256"] == sha256_hex(parts["visible.txt"])
    assert answer["hidden_sha256"] == sha256_hex(parts["hidden.bin"])


def test_the_proof_of_a_typed_name_has_no_ink(driver, give):
    provider, task = driver.provider(), driver.task()
    order = provider.begin(task).order
    names = [part.name for part in provider.evidence(order, give(TYPED))]
    assert names == ["answer.json", "visible.txt", "hidden.bin"]


def test_an_answer_that_was_made_up_around_a_digest_is_judged_again(driver):
    provider, task = driver.provider(), driver.task()
    progress = driver.signed(provider, task, driver.alice)
    for change in ({"ink": DOT}, {"name": ""}, {"method": "approved"}, {"signed_at": "noon"}):
        raw = {**progress.raw, **change}
        del raw["digest"]
        raw["digest"] = sha256_hex(canonical_json(raw))
        verdict = provider.conclude(progress.order, task, raw)
        assert not verdict.accepted, change
        assert verdict.message.keys() >= LANGUAGES


def test_parsed_ink_and_its_text_are_the_same_answer(give):
    assert give(DRAWN) == give({**DRAWN, "ink": drawing(flourish())})
