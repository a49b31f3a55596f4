"""Amounts, numbers and dates as people write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from hub.contracts.money import Money
from hub.services import amounts


@pytest.mark.parametrize(
    ("language", "text"),
    [("sv", "−1\u00a0234,50\u00a0kr"), ("da", "−1.234,50\u00a0SEK"),
     ("nb", "−1\u00a0234,50\u00a0SEK"), ("fi", "−1\u00a0234,50\u00a0SEK"),
     ("ro", "−1.234,50\u00a0SEK"), ("de", "−1.234,50\u00a0SEK"),
     ("fr", "−1\u202f234,50\u00a0SEK"), ("en", "−SEK\u00a01,234.50")],
)  # fmt: skip
def test_money_is_written_as_in_each_language(language, text):
    assert amounts.money(Money(Decimal("-1234.5"), "SEK"), language) == text


@pytest.mark.parametrize(
    ("currency", "text"),
    [("JPY", "1\u00a0235"), ("RSD", "1\u00a0234,50"), ("KWD", "1\u00a0234,500")],
)
def test_digits_are_those_that_are_owed(currency, text):
    value = Decimal("1234.5")
    assert amounts.amount(value, currency, "sv") == text
    assert amounts.money(Money(value, currency), "sv").startswith(text)


def test_a_unit_price_keeps_the_digits_that_it_has():
    assert amounts.amount(Decimal("0.1250"), "SEK", "sv", exact=True) == "0,125"
    assert amounts.amount(Decimal("12"), "SEK", "sv", exact=True) == "12,00"


def test_a_number_has_no_more_decimals_than_it_needs():
    assert amounts.number(Decimal("2.50"), "sv") == "2,5"
    assert amounts.number(Decimal("1E+3"), "de") == "1.000"


def test_per_cent_is_written_with_its_halves():
    assert amounts.percent(Decimal("25.5"), "fi") == "25,5\u00a0%"


@pytest.mark.parametrize(
    ("language", "text"), [("sv", "3 februari 2026"), ("en", "3 February 2026")]
)
def test_a_date_is_written_in_words(language, text):
    assert amounts.calendar_date(date(2026, 2, 3), language) == text
