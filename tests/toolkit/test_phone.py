"""Telephone numbers as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.toolkit.phone import REASONS, PhoneError, is_e164, normalise, region_of


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("070-174 06 05", "SE", "+46701740605"),
        ("+46 (0)70 174 06 05", "SE", "+46701740605"),
        ("0046701740605", "SE", "+46701740605"),
        ("46701740605", "SE", "+46701740605"),
        ("tel:+46-70-1740605", "SE", "+46701740605"),
        ("\u202a+46\u00a0701740605\u202c", "SE", "+46701740605"),
        ("٠٧٠١٧٤٠٦٠٥", "SE", "+46701740605"),
        ("0701740605", "se", "+46701740605"),
        ("20 12 34 56", "DK", "+4520123456"),
        ("+4532123456", "SE", "+4532123456"),
        ("41 23 45 67", "NO", "+4741234567"),
        ("040 1234567", "FI", "+358401234567"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("0712 345 678", "RO", "+40712345678"),
        ("+447700900123", "SE", "+447700900123"),
    ],
)
def test_a_number_becomes_e164(text, region, e164):
    assert normalise(text, region) == e164


@pytest.mark.parametrize(
    ("text", "region", "reason"),
    [
        (None, "SE", "missing"),
        ("", "SE", "missing"),
        (" \u200e ", "SE", "missing"),
        (701740605, "SE", "wrong_type"),
        (["0701740605"], "SE", "wrong_type"),
        (True, "SE", "wrong_type"),
        ("0700-DOKTOR", "SE", "letters"),
        ("070-1740605 (mobil)", "SE", "letters"),
        ("Alice", "SE", "letters"),
        ("0701740605, 0701740606", "SE", "several"),
        ("0701740605 / 0701740606", "SE", "several"),
        ("+46701740605 +46701740606", "SE", "several"),
        ("0701740605 ext 4", "SE", "extension"),
        ("0701740605#4", "SE", "extension"),
        ("070", "SE", "too_short"),
        ("070174060512345678", "SE", "too_long"),
        ("++", "SE", "not_possible"),
        ("+999123456789", "SE", "bad_region"),
        ("0701740605", "XX", "bad_region"),
        ("08-123 456 78", "SE", "not_mobile"),
        ("010-123 45 67", "SE", "not_mobile"),
    ],
)
def test_what_is_no_mobile_number_gets_its_reason(text, region, reason):
    with pytest.raises(PhoneError) as info:
        normalise(text, region)
    assert info.value.reason == reason
    assert str(info.value) == REASONS[reason]


def test_a_possible_number_of_an_unknown_range_is_let_through():
    # Ranges age; the gateway has the last word.
    assert normalise("07017406", "SE") == "+467017406"


def test_a_fixed_line_is_a_number_where_no_sms_is_meant():
    assert normalise("08-123 456 78", "SE", for_sms=False) == "+46812345678"


def test_e164_is_a_form():
    assert is_e164("+46701740605")
    for text in (
        "46701740605",
        "+0701740605",
        "+46 701740605",
        "+4670174060512345",
        "+46701740605\n",
    ):
        assert not is_e164(text)


@given(st.text(max_size=40), st.sampled_from(["SE", "DK", "FR", "XX"]))
def test_any_text_gives_a_number_or_a_reason(text, region):
    try:
        outcome = normalise(text, region)
    except PhoneError as error:
        outcome = error.reason
    assert is_e164(outcome) or outcome in REASONS


@pytest.mark.parametrize(
    ("number", "region"),
    [
        ("+40712345678", "RO"),
        ("+33612345678", "FR"),
        ("+46701740605", "SE"),
        ("+88213456789", ""),  # of no country
        ("0701740605", ""),
        ("", ""),
    ],
)
def test_a_number_tells_how_its_holder_writes_others(number, region):
    assert region_of(number) == region
