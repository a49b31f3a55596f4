"""Totals of lines: the parts are the whole, in the digits of the currency."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.contracts.money import digits, offered, rounded, totals
from hub.kernel.errors import Refused, Unfit
from hub.mapping.lines import LinePlan

CURRENCIES = st.sampled_from(["SEK", "EUR", "JPY", "KWD", "ISK", "UYW"])
AMOUNTS = st.decimals(-1_000_000, 1_000_000, places=4)
RATES = st.sampled_from(["0", "6", "12", "25", "25.5", "25.0"])


def line(id="1", price="100", quantity="1", vat="25", optional=False, chosen=True):
    return LinePlan(
        id, "Brakes", Decimal(quantity), "pcs", Decimal(price), Decimal(vat), optional, chosen
    ).data()


@st.composite
def some_lines(draw):
    return [
        line(str(number), draw(AMOUNTS), draw(AMOUNTS), draw(RATES), draw(st.booleans()))
        for number in range(draw(st.integers(0, 12)))
    ]


@settings(max_examples=60, deadline=None)
@given(some_lines(), CURRENCIES, st.data())
def test_the_parts_are_the_whole(lines, currency, data):
    accepted = data.draw(st.sets(st.sampled_from([one["id"] for one in lines] or ["-"])))
    made = totals(lines, accepted if lines else (), currency)
    assert made.net == sum(one.net for one in made.lines if one.counted)
    assert made.net == sum(one.net for one in made.rates)
    assert made.vat == sum(one.vat for one in made.rates)
    assert made.gross == made.net + made.vat
    for one in made.rates:
        assert abs(one.vat - one.net * one.rate / 100) * 2 <= Decimal(1).scaleb(-digits(currency))


@settings(max_examples=60, deadline=None)
@given(some_lines(), CURRENCIES)
def test_every_amount_has_the_digits_of_the_currency(lines, currency):
    made = totals(lines, (), currency)
    shown = [made.net, made.vat, made.gross, *(one.net for one in made.lines)]
    assert {amount.as_tuple().exponent for amount in shown} == {-digits(currency)}


@settings(max_examples=60, deadline=None)
@given(some_lines(), CURRENCIES)
def test_a_discount_takes_off_what_its_line_put_on(lines, currency):
    back = [{**one, "id": f"-{one['id']}", "price": str(-Decimal(one["price"]))} for one in lines]
    made = totals([*lines, *back], {one["id"] for one in [*lines, *back]}, currency)
    assert (made.net, made.vat, made.gross) == (0, 0, 0)


@settings(max_examples=60, deadline=None)
@given(some_lines(), CURRENCIES, st.randoms())
def test_the_order_of_lines_does_not_matter(lines, currency, random):
    shuffled = random.sample(lines, len(lines))
    assert totals(lines, (), currency).data() == totals(shuffled, (), currency).data()


@pytest.mark.parametrize(
    ("currency", "price", "net"),
    [("SEK", "10.005", "10.01"), ("SEK", "-10.005", "-10.01"), ("SEK", "10.0049", "10.00"),
     ("JPY", "10.5", "11"), ("KWD", "0.0005", "0.001"), ("SEK", "-0.001", "0.00"),
     ("HUF", "1.005", "1.01"), ("ISK", "0.5", "1"), ("CLF", "1.00005", "1.0001")],
)  # fmt: skip
def test_halves_go_away_from_zero_at_the_currencys_last_digit(currency, price, net):
    assert str(totals([line(price=price)], (), currency).net) == net


def test_tax_is_rounded_once_for_each_rate_not_for_each_line():
    made = totals([line("1", "0.10"), line("2", "0.10"), line("3", "0.10")], (), "SEK")
    assert (made.vat, made.gross) == (Decimal("0.08"), Decimal("0.38"))


def test_a_rate_is_written_in_one_way():
    rates = totals([line("1", vat="25.50"), line("2", vat="1E+1")], (), "SEK").rates
    assert [str(one.rate) for one in rates] == ["25.5", "10"]


def test_rates_are_told_apart_by_value_and_the_highest_comes_first():
    made = totals([line("1", vat="6"), line("2", vat="25.0"), line("3", vat="25")], (), "SEK")
    assert [(one.rate, one.net) for one in made.rates] == [(25, 200), (6, 100)]


def test_required_lines_always_count_and_optional_ones_when_accepted():
    lines = [line("1"), line("2", optional=True), line("3", optional=True)]
    assert totals(lines, (), "SEK").net == 100
    assert totals(lines, {"3"}, "SEK").net == 200
    assert [one.counted for one in totals(lines, {"3"}, "SEK").lines] == [True, False, True]


def test_what_was_offered_is_required_or_chosen_beforehand():
    lines = [line("1"), line("2", optional=True), line("3", optional=True, chosen=False)]
    assert offered(lines) == {"1", "2"}


def test_an_accepted_line_that_does_not_exist_is_refused():
    with pytest.raises(Refused) as refused:
        totals([line("1")], {"9"}, "SEK")
    assert refused.value.code == "unknown_line"


@pytest.mark.parametrize("price", ["", "a lot", "NaN", "Infinity", "1e15"])
def test_what_is_no_amount_is_refused(price):
    with pytest.raises(Unfit):
        totals([{**line("1"), "price": price}], (), "SEK")


def test_the_largest_amounts_lose_no_digit():
    made = totals([line(price="999999999999999", quantity="999999999999999")], (), "SEK")
    assert int(made.net) == 999999999999999**2


def test_nothing_comes_to_nothing():
    made = totals([], (), "SEK")
    assert (made.net, made.gross, made.rates) == (0, 0, ())
    assert made.data()["gross"] == "0.00"


def test_there_is_no_minus_nought():
    assert str(rounded(Decimal("-0.004"), "SEK")) == "0.00"
