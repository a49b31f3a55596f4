"""An example is put into a file; everything else stays byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.mapping.document import read_document
from hub.mapping.insertion import with_example
from tests.mapping.samples import ROOT

EXAMPLE = {
    "name": "recorded: 1",
    "given": {"record": {"id": 7, "name": "Alice", "note": 'a "b"\nc', "no": "yes", "n": None}},
    "expect": {"recipient": {"name": "Alice", "mobile": "+46701740605"}, "problems": []},
}
BLOCK = """\
mapping: m   # the head
examples:
  # before
  - {name: one, given: {record: {}}}   # beside

  - name: two
    given:
      record:
        text: |
          many
          lines

    expect:
      title: "x"  # a title
# after all
then: {}
"""


def check(text, example=EXAMPLE):
    made = with_example(text, example)
    before, after = read_document(text, "x").data, read_document(made, "x").data
    added = after.pop("examples")
    assert added[-1] == example
    assert added[:-1] == (before.pop("examples", None) or [])
    assert after == before
    start = next(i for i in range(len(made) + 1) if made[:i] != text[:i] or i > len(text)) - 1
    inserted = len(made) - len(text)
    # what was there stands before and after one piece
    assert any(made[:i] == text[:i] and made[i + inserted :] == text[i:] for i in range(start + 1))
    return made


def test_it_goes_behind_the_last_one_and_keeps_comments_and_the_order_of_keys():
    made = check(BLOCK)
    assert made.index("# a title") < made.index("recorded: 1") < made.index("# after all")
    assert '\n\n  - name: "recorded: 1"\n' in made


def test_into_the_shipped_mapping():
    made = check((ROOT / "mappings" / "agiloft_information_request.yaml").read_text())
    assert made.endswith(
        'expect: {recipient: {name: Alice, mobile: "+46701740605"}, problems: []}\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        "mapping: m\n",
        "mapping: m",
        "mapping: m\nexamples:\n",
        "mapping: m\nexamples:",
        "mapping: m\nexamples: []\n",
        "mapping: m\nexamples: [{name: one}]  # flow\nthen: {}\n",
        "mapping: m\nexamples:\n- name: one\n- name: two\n",
        "mapping: m\nexamples:\n    - name: one",
        "mapping: m\nexamples:\n  - name: one\n    text: >+\n      folded\n\n\nthen: {}\n",
        "mapping: m\r\nexamples:\r\n  - name: one\r\nthen: {}\r\n",
        "examples:\n  - name: one\n    given: {record: {a: [1,\n      2]}}\n\n\nmapping: m\n",
    ],
)
def test_into_any_shape_of_a_list(text):
    made = check(text)
    if "\r\n" in text:
        assert made.count("\n") == made.count("\r\n")


words = st.text(max_size=20) | st.sampled_from(["yes", "null", "1", "~", "- a", "a: b", "#", "é "])
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | words.filter(lambda text: not any("\ud800" <= one <= "\udfff" for one in text)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abc é:#", min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b", "c d"]), plain, min_size=1))
def test_whatever_a_record_holds_comes_back_as_it_was(record):
    example = {"name": "one", "given": {"record": record}}
    made = with_example("mapping: m\nexamples:\n  - name: first\n", example)
    assert read_document(made, "x").data["examples"][1] == example
