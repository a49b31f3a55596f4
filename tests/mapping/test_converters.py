"""Converters: one canonical form, a problem for what does not fit, and nothing lost unsaid."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.mapping.converters import MAKERS, ConversionError, convert, parse_converter
from hub.mapping.paths import parse_path
from hub.mapping.rows import UNSET, Row, Source, evaluate_one, plain
from tests.mapping.samples import NOW

GOOD = [
    ("trim", "  a b ", "a b"),
    ("lower", "ÅSA@EXAMPLE.COM", "åsa@example.com"),
    ("upper", "åsa", "ÅSA"),
    ("title", "alice berg", "Alice Berg"),
    ("e164:SE", "070-174 06 05", "+46701740605"),
    ("e164:SE", "+45 20 12 34 56", "+4520123456"),
    ("date", "2026-01-31", "2026-01-31"),
    ("date", "2026-01-31T10:00:00Z", "2026-01-31"),
    ("datetime", "2026-01-31T10:00:00+01:00", "2026-01-31T09:00:00Z"),
    ("title", "o'neill-berg mcdonald's åsa", "O'neill-Berg Mcdonald's Åsa"),
    ("date", " 2026-01-31 10:00 ", "2026-01-31"),
    ("decimal", "\u2212 1 234,50", "-1234.50"),
    ("decimal", "-0,00", "0.00"),
    ("bool", 1.0, True),
    ("bool", "Falsch", False),
    ("e164:DE", "0151/23456789", "+4915123456789"),
    ("e164:SE", "070/174 06 05", "+46701740605"),
    ("national_id:SE", "811218+9876", "188112189876"),
    ("postcode:SE", "S-123 45", "123 45"),
    ("postcode:SE", "123-45", "123 45"),
    ("postcode:DE", "D-01067", "01067"),
    ("decimal", "1 234,50", "1234.50"),
    ("decimal", "1.234,50", "1234.50"),
    ("decimal", "1,234.50", "1234.50"),
    ("decimal", "-1.234.567", "-1234567"),
    ("decimal", "12,5", "12.5"),
    ("decimal", "0,125", "0.125"),
    ("decimal", "1234,567", "1234.567"),
    ("decimal", "1.500", "1.500"),
    ("decimal", 12.5, "12.5"),
    ("int", "12", 12),
    ("int", 12.0, 12),
    ("bool", "Ja", True),
    ("bool", "off", False),
    ("bool", True, True),
    ("national_id:SE", "811228-9874", "198112289874"),
    ("national_id:SE", "19811228-9874", "198112289874"),
    ("national_id:SE", "121212+1212", "191212121212"),
    ("national_id:SE", "701063-2391", "197010632391"),
    ("national_id:DK", "211062-5629", "2110625629"),
    ("postcode:SE", "12345", "123 45"),
    ("postcode:SE", "SE-123 45", "123 45"),
    ("postcode:DK", "2100", "2100"),
    ("last_digits:4", "811228-9874", "9874"),
    ("truncate:3", "abcdef", "abc"),
]


@pytest.mark.parametrize(("converter", "given", "expected"), GOOD)
def test_a_converter_gives_one_canonical_form(converter: str, given: Any, expected: Any) -> None:
    found = convert(given, (parse_converter(converter),), NOW)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("converter", "given"),
    [
        ("date", "31/1 2026"),
        ("date", "2026-02-30"),
        ("date", "2026-01-31 nonsense"),
        ("date", "2026-W01"),
        ("int", "1.000"),
        ("e164:SE", "070-174 06 05 / 070-174 06 06"),
        ("datetime", "0001-01-01T00:00:00+01:00"),
        ("datetime", "9999-12-31T23:59:59-01:00"),
        ("datetime", "2026-01-31T10:00:00"),
        ("datetime", "soon"),
        ("decimal", "12 kr"),
        ("decimal", "5 10"),
        ("decimal", "2026 01"),
        ("decimal", "1_000"),
        ("decimal", "1'5"),
        ("int", "070 174 06 05"),
        ("decimal", "5,678"),
        ("decimal", "1,2,3"),
        ("decimal", "nan"),
        ("decimal", "1e400"),
        ("int", "1.5"),
        ("bool", "perhaps"),
        ("national_id:SE", "811228-9875"),
        ("national_id:SE", "811328-9873"),
        ("national_id:SE", "20301224-0001"),
        ("national_id:NO", "1"),
        ("postcode:SE", "1234"),
        ("postcode:SE", "０1234"),
        ("e164:SE", "12"),
        ("trim", ["a"]),
        ("int", {"a": 1}),
    ],
)
def test_a_value_that_does_not_fit_is_refused_without_being_repeated(
    converter: str, given: Any
) -> None:
    with pytest.raises(ConversionError) as caught:
        convert(given, (parse_converter(converter),), NOW)
    assert str(given) not in str(caught.value)


def test_the_century_of_a_national_id_follows_from_the_moment_given() -> None:
    chain = (parse_converter("national_id:SE"),)
    assert convert("121212-1212", chain, datetime(2026, 1, 1, tzinfo=UTC)) == "201212121212"
    assert convert("121212-1212", chain, datetime(2005, 1, 1, tzinfo=UTC)) == "191212121212"


# Each converter that keeps everything → values that mean different things.
KEPT_APART = {
    "trim": ("Alice", "alice", "ALICE", "Al ice"),
    "e164:SE": ("0701740605", "0701740606", "+4520123456"),
    "datetime": ("2026-01-31T10:00:00Z", "2026-01-31T10:00:01Z", "2026-01-31T10:00:00+01:00"),
    "decimal": ("1", "-1", "1,5", "15", "1000000"),
    "int": ("1", "-1", "10"),
    "bool": ("yes", "no"),
    "national_id:SE": ("811228-9874", "19121212-1212", "20121212-1212"),
    "postcode:SE": ("123 45", "123 46"),
}


def test_a_converter_that_keeps_everything_keeps_different_values_apart() -> None:
    keeps = {name for name, (_, keeps, _) in MAKERS.items() if keeps}
    assert {text.partition(":")[0] for text in KEPT_APART} == keeps
    for text, values in KEPT_APART.items():
        found = [convert(value, (parse_converter(text),), NOW) for value in values]
        assert len(set(found)) == len(values), text


DATES = st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | DATES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
CHAINS = sorted({case[0] for case in GOOD})


@settings(max_examples=300)
@given(value=ANY, chain=st.lists(st.sampled_from(CHAINS), min_size=1, max_size=3))
def test_whatever_a_record_holds_a_row_gives_a_value_that_can_be_stored_or_a_problem(
    value: Any, chain: list[str]
) -> None:
    source = Source(path=parse_path("field"), chain=tuple(map(parse_converter, chain)))
    found, problem = evaluate_one(Row("x", source), {"field": value}, NOW)
    assert (found is UNSET) or problem is None
    orjson.dumps(plain(None if found is UNSET else found))
