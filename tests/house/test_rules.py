"""The rules find what they look for, and leave ordinary code alone."""

from __future__ import annotations

import pytest

from tests.house import rules


def found(rule, text):
    return [finding.line for finding in rule(text)]


def function(lines, docstring=""):
    return f"def f():\n{docstring}" + "    x = 1\n" * (lines - 1)


def test_a_file_may_have_300_lines_and_no_more():
    assert found(rules.too_long, "x = 1\n" * 300) == []
    assert found(rules.too_long, "x = 1\n" * 301) == [301]


def test_a_function_may_have_40_lines_and_no_more():
    assert found(rules.long_functions, function(40)) == []
    assert found(rules.long_functions, function(41)) == [1]
    assert found(rules.long_functions, function(41).replace("def", "async def")) == [1]


def test_a_docstring_does_not_make_a_function_longer():
    docstring = '    """One.\n\n    Two.\n    """\n'
    assert found(rules.long_functions, function(40, docstring)) == []
    assert found(rules.long_functions, function(41, docstring)) == [1]


def test_a_module_says_what_it_is():
    assert found(rules.no_module_docstring, "") == []
    assert found(rules.no_module_docstring, '"""Clocks."""\nx = 1\n') == []
    assert found(rules.no_module_docstring, '"""  """\n') == [1]
    assert found(rules.no_module_docstring, "x = 1\n") == [1]


def test_public_classes_and_methods_say_what_they_are():
    text = "class A:\n    def go(self): ...\n    def _go(self): ...\n\n\nclass _B:\n    x = 1\n"
    assert found(rules.undocumented_classes, text) == [1]
    assert found(rules.undocumented_methods, text) == [2]
    told = 'class A:\n    def go(self):\n        """Go."""\n'
    assert found(rules.undocumented_methods, told) == []


@pytest.mark.parametrize("comment", ["# -----", "####", "# ===== Models =====", "# Models ------"])
def test_a_banner_is_found(comment):
    assert found(rules.banners, f"x = 1\n{comment}\n") == [2]


@pytest.mark.parametrize("comment", ["# why", "# a -- b", "# 1 ==> 2", "#: shown", "# -*- x -*-"])
def test_an_ordinary_comment_is_no_banner(comment):
    assert found(rules.banners, f"{comment}\nx = 1\n") == []


@pytest.mark.parametrize(
    "comment",
    [
        "# x = 1",
        "# send(message)",
        "# from hub import kernel",
        "# import os.path",
        "# if x == 1:",
        "# for one in many:",
        "# def send(self):",
        "# return self.value",
        "# total += 1",
    ],
)
def test_commented_out_code_is_found(comment):
    assert found(rules.commented_out, f"y = 2\n    {comment}\n".replace("    ", "")) == [2]


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: S101",
        "# type: ignore",
        "# return early",
        "# if needed:",
        "# connectors",
        "# note: this",
        "# Never repeat it unseen.",
        "# import order",
        "# 46elks, bankid",
    ],
)
def test_a_sentence_is_not_taken_for_code(comment):
    assert found(rules.commented_out, f"{comment}\ny = 2\n") == []


def test_a_comment_behind_code_is_left_alone():
    assert found(rules.commented_out, "y = 2  # x = 1\n") == []


def test_names_and_strings_are_seen_but_not_docstrings_and_comments():
    text = '"""Alice."""\nx = "Bob"  # Charlie\n'
    assert list(rules.names_and_strings(text)) == [(2, "x"), (2, '"Bob"')]
