"""SMS text: alphabet, parts, clean-up, folding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.toolkit import gsm
from hub.toolkit.gsm import Size, clean, encode, fold, measure, outside, split

ANY_TEXT = st.text(
    st.one_of(st.sampled_from(gsm.BASIC + "".join(gsm.EXTENSION) + "ș😀"), st.characters()),
    max_size=700,
)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", Size("gsm", 0, 1)),
        ("a" * 160, Size("gsm", 160, 1)),
        ("a" * 161, Size("gsm", 161, 2)),
        ("a" * 306, Size("gsm", 306, 2)),
        ("a" * 307, Size("gsm", 307, 3)),
        ("€" * 80, Size("gsm", 160, 1)),
        ("a" * 152 + "€" + "a" * 152, Size("gsm", 306, 3)),
        ("ș" * 70, Size("ucs2", 70, 1)),
        ("ș" * 71, Size("ucs2", 71, 2)),
        ("ș" * 134, Size("ucs2", 134, 2)),
        ("ș" * 135, Size("ucs2", 135, 3)),
        ("😀" * 66, Size("ucs2", 132, 2)),
        ("😀" * 67, Size("ucs2", 134, 3)),
    ],
)
def test_a_text_costs_what_the_standard_says(text, size):
    assert measure(text) == size


@pytest.mark.parametrize("text", ["ç", "\t", "\u00a0", "’", "–", "…", "`", "°", "ș", "ê", "Ð"])
def test_one_strange_character_forces_ucs2(text):
    assert measure("Hej" + text).encoding == "ucs2"
    assert outside("Hej" + text + text) == (text,)


@pytest.mark.parametrize("text", ["åäöÅÄÖéÉ", "æøåÆØÅ", "äöüßÄÖÜ", "àéèùìòÇ", "[]{}\\~^|€", "Δ_ΦΓ"])
def test_letters_of_the_alphabet_stay_cheap(text):
    assert measure(text).encoding == "gsm"


def test_codes_are_those_of_the_table():
    assert encode("@£\nÅåÄÖÑÜ§¿äöñüà") == bytes.fromhex("00010a0e0f5b5c5d5e5f607b7c7d7e7f")
    assert encode("€[") == bytes.fromhex("1b651b3c")
    with pytest.raises(ValueError, match=r"U\+0219"):
        encode("ș")


def test_cleaning_makes_typography_plain_and_changes_no_letter():
    assert clean("“Hej” – det är ‘så’…\u00a0\u200bkl.\t8\r\nȘtefan ç") == (
        "\"Hej\" - det är 'så'... kl. 8\nȘtefan ç"
    )


def test_a_decomposed_letter_is_composed():
    assert clean("a\u030angstro\u0308m") == "ångström"
    assert measure(clean("a\u030a")).encoding == "gsm"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ștefan și Ţepeş", "Stefan si Tepes"),
        ("garçon, œuvre «ici»", 'garcon, oeuvre "ici"'),
        ("Þórður", "Thordur"),
        ("åäöÅÄÖé", "åäöÅÄÖé"),
        ("日本 😀", "日本 😀"),
    ],
)
def test_folding_takes_the_nearest_letter_and_leaves_what_has_none(text, folded):
    assert fold(text) == folded


@given(ANY_TEXT)
def test_parts_put_together_are_the_text_and_none_is_too_long(text):
    text = clean(text)
    parts = split(text)
    assert "".join(parts) == text
    gsm_text = gsm.is_gsm(text)
    alone, each = gsm.GSM_LIMITS if gsm_text else gsm.UCS2_LIMITS
    for part in parts:
        units = len(encode(part)) if gsm_text else len(part.encode("utf-16-be")) // 2
        assert units <= (alone if len(parts) == 1 else each)
    assert measure(text).parts == max(1, len(parts))


def test_half_a_surrogate_pair_can_be_sent_and_a_whole_one_is_put_together():
    assert clean("a\ud800b") == "a\ufffdb"
    assert clean("\ud83d\ude00") == "\U0001f600"


@given(ANY_TEXT)
def test_cleaning_twice_is_cleaning_once(text):
    assert clean(clean(text)) == clean(text)


@given(ANY_TEXT)
def test_folding_never_adds_strange_characters(text):
    assert set(outside(fold(text))) <= set(outside(text))
