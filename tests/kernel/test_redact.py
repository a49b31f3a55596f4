"""Nothing personal or secret gets through; what operators need does."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from hub.kernel.redact import _SUSPECT, MASK, _mask, last_digits, outline, redact, redact_text


@pytest.mark.parametrize(
    "text",
    [
        "198112289874",
        "811228-9874",
        "19811228-9874",
        "+46701740605",
        "070-174 06 05",
        "alice@example.com",
        "Bearer abc.def-123",
        "http://hub.example/s/4Zr0kk2p9wYw0sJp3B3o5tX1c8ZbqN7v6mLr2aHd1eU",
        "http://hub.example/p/alice/o/4Zr0kk2p9wYw0sJp3B3o5tX1c8ZbqN7v6mLr2aHd1eU",
        "/p/alice/enter/4Zr0kk2p9wYw0sJp3B3o5tX1c8ZbqN7v6mLr2aHd1eU",
        "/hooks/alice/source/4Zr0kk2p9wYw0sJp3B3o5tX1c8ZbqN7v6mLr2aHd1eU",
        "password=hunter22&x=1",
    ],
)
def test_what_looks_personal_or_secret_is_masked_wherever_it_stands(text):
    shown = redact_text(f"before {text} after")
    assert text not in shown
    assert MASK in shown
    assert "4Zr0kk2p" not in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after") or text.startswith("password")


@given(strategies.text(alphabet="0123456789 +-()@=/hsabekricyo.", max_size=40))
def test_the_first_look_misses_nothing_that_a_closer_one_would_mask(text):
    assert _SUSPECT.search(text) or _mask(text) == text


def test_ids_moments_and_numbers_of_records_stay():
    text = (
        "request 0192f6f0-1b7e-7c3a-9a51-0123456789ab at 2026-11-22T00:41:20+00:00, 512 deliveries"
    )
    assert redact_text(text) == text


def test_keys_that_name_secrets_hide_their_values_at_any_depth():
    shown = redact(
        {
            "instance": "sms",
            "headers": [{"Authorization": "Basic x", "Host": "hub.example"}],
            "customer_name": "Alice",
            "personalNumber": "198112289874",
            "empty_password": "",
            "body": b"bytes",
        }
    )
    assert shown["instance"] == "sms"
    assert shown["headers"] == [{"Authorization": MASK, "Host": "hub.example"}]
    assert shown["customer_name"] == shown["personalNumber"] == shown["body"] == MASK
    assert shown["empty_password"] == ""


def test_long_texts_are_cut():
    assert len(redact("x" * 10_000, limit=100)) == 101


def test_a_note_shows_the_last_digits_of_a_national_id_only():
    assert last_digits("198112289874") == f"{MASK}-9874"
    assert last_digits("") == ""


def test_an_outline_shows_names_and_words_of_the_protocol_and_nobody():
    body = {
        "customer_name": "Alice Andersson",
        "personalNumber": 198112289874,
        "status": "pending",
        "errorCode": "invalidParameters",
        "error": "No such person Alice",
        "rows": [{"id": 1}] * 5,
        "done": True,
        "file": b"12345",
    }
    assert outline(body) == {
        "customer_name": "15 characters",
        "personalNumber": "a long number",
        "status": "pending",
        "errorCode": "invalidParameters",
        "error": "20 characters",
        "rows": [{"id": 1}, {"id": 1}, {"id": 1}, "and 2 more"],
        "done": True,
        "file": "5 bytes",
    }


def test_an_outline_of_something_deep_or_wide_stays_small():
    deep: dict = {}
    inner = deep
    for _ in range(100):
        inner["a"] = inner = {}
    assert len(str(outline(deep))) < 200
    assert len(outline({str(n): n for n in range(10_000)})) == 40
