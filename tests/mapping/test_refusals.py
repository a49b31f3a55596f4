"""Records that must not be sent, and the words that say so."""

from __future__ import annotations

from typing import Any

import pytest

from hub.kernel.errors import ConfigurationError
from hub.mapping.loader import compile_mapping
from hub.mapping.mutations import unmissed
from tests.mapping.samples import HEAD, NOW, REQUEST, compiled

REFUSES = (
    REQUEST
    + """\
  refuse:
    - when: $count(lines) = 0
      text: {sv: "Order {{ No }} saknar rader.", en: "Order {{ No }} is empty."}
    - {from: unfit.text}
    - {when: 'paid = "yes"', from: paid_words}
"""
)
FITS = {"No": "VO1", "customer_name": "Alice", "lines": [1]}


def problems(record: dict[str, Any], request: str = REFUSES) -> Any:
    return compiled(request=request).plan(record, now=NOW).problems


def test_a_record_that_fits_is_not_refused() -> None:
    assert problems(FITS) == ()
    assert problems({**FITS, "unfit": {"code": "x"}}) == ()
    assert problems({**FITS, "unfit": None}) == ()


def test_the_mappings_words_are_told_in_the_users_language() -> None:
    (problem,) = problems({**FITS, "lines": []})
    assert (problem.rule, problem.code) == ("request.refuse[1]", "refused")
    assert problem.wording["sv"] == "Order VO1 saknar rader."
    assert problem.wording["en"] == problem.wording["de"] == "Order VO1 is empty."
    assert "VO1" not in problem.message  # for logs


def test_the_records_own_words_are_told_and_never_taken_for_a_template() -> None:
    words = {"en": "Blocked {{ No }}.", "sv": "Spärrad."}
    (problem,) = problems({**FITS, "unfit": {"text": words}})
    assert (problem.path, problem.wording["sv"]) == ("unfit.text", "Spärrad.")
    assert problem.wording["fr"] == "Blocked {{ No }}."
    (plain,) = problems({**FITS, "unfit": {"text": "Blocked."}})
    assert plain.wording["sv"] == "Blocked."


def test_words_of_the_record_may_count_under_a_condition_only() -> None:
    assert problems({**FITS, "paid": "no", "paid_words": "Paid."}) == ()
    (problem,) = problems({**FITS, "paid": "yes", "paid_words": "Paid."})
    assert problem.rule == "request.refuse[3]"


def test_of_a_refused_record_nothing_else_is_told() -> None:
    (problem,) = problems({"No": "VO1"})  # it has no name either
    assert problem.code == "refused"


def test_every_reason_is_told() -> None:
    both = problems({"No": "VO1", "unfit": {"text": "Blocked."}})
    assert [one.rule for one in both] == ["request.refuse[1]", "request.refuse[2]"]


def test_words_that_cannot_be_made_are_a_problem_of_the_record() -> None:
    (problem,) = problems({**FITS, "unfit": {"text": {"en": ["a list"]}}})
    assert problem.code == "bad_value"
    (failed,) = problems(FITS, REQUEST + "  refuse: [{when: '$number(No) > 1', text: Too many.}]\n")
    assert failed.code == "expression_failed"


def test_a_request_under_way_is_not_refused_any_more() -> None:
    mapping = compiled(request=REFUSES)
    assert mapping.planned({**FITS, "lines": []}, now=NOW).problems == ()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{when: lines}", "exactly one of text, from"),
        ("{text: No.}", "say which records are refused"),
        ("{when: lines, text: No., from: why}", "exactly one of text, from"),
        ("{when: lines, text: '{{ lin'}", "refuse"),
    ],
)
def test_an_entry_says_who_is_refused_and_why(entry: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        compiled(request=REQUEST + f"  refuse: [{entry}]\n")
    assert said in str(caught.value)


def test_an_entry_that_no_example_would_miss_is_told() -> None:
    shown = """\
examples:
  - {name: empty, given: {record: {No: VO1, customer_name: A}}, expect: {problems: [refused]}}
  - name: paid
    given: {record: {customer_name: A, lines: [1], paid: "yes", paid_words: P}}
    expect: {problems: [refused]}
"""
    mapping = compile_mapping(HEAD + REFUSES + shown, "sample.yaml")
    found = [str(one) for one in unmissed(mapping) if "refuse" in str(one)]
    assert len(found) == 1
    assert "request.refuse[2]" in found[0]


def test_upstream_is_told_in_the_language_of_its_users() -> None:
    told = REQUEST + "  user_language: {from: office, map: {Åre: sv}}\n"
    assert compiled(request=told).plan({**FITS, "office": "Åre"}, now=NOW).user_language == "sv"
    assert compiled(request=told).plan(FITS, now=NOW).user_language == ""
    fixed = compiled(request=REQUEST + "  user_language: da\n").plan(FITS, now=NOW)
    assert (fixed.user_language, fixed.language) == ("da", "en")
