"""What exists is documented, and what is documented exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.contracts.channel import ReportStatus
from hub.contracts.provider import OrderStatus
from hub.contracts.reason_texts import REASON_TEXTS
from hub.contracts.requests import Reason, RequestState
from tests.house import tree

# One word per thing: these must be explained.
WORDS = """
    upstream, connector, provider, channel, plugin, instance, source record, signature request,
    document, attachment, recipient, role, signer, approver, viewer, copy, signing method,
    identity claim, next step, event, event kind, hook, reminder, outcome, delivery, attempt,
    scheduled, in flight, delivered, gave_up, discarded, evidence, mapping, rule, transform, probe
"""
TARGET = re.compile(r"^([a-z]+):.*## ", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")
EXCERPT = re.compile(r"<!-- (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)


def page(name: str) -> str:
    return tree.text_of(tree.ROOT / name)


def pages() -> list[Path]:
    return [path for path in tree.tracked_files() if path.suffix == ".md"]


@pytest.mark.parametrize("word", [word.strip() for word in WORDS.split(",")])
def test_the_glossary_has_each_word(word):
    assert re.search(rf"(?<!\w){re.escape(word)}(?!\w)", page("GLOSSARY.md"))


def test_the_glossary_explains_nothing_twice():
    words = re.findall(r"^\| ([^|]+?) \|", page("GLOSSARY.md"), re.MULTILINE)
    explained = [word for word in words if word not in ("word",) and set(word) != {"-"}]
    assert len(explained) == len(set(explained)) > 40


def test_the_glossary_has_every_state():
    states = {*RequestState, *OrderStatus, *ReportStatus}
    listed = page("GLOSSARY.md").partition("## States")[2]
    assert [state for state in states if state.value not in listed] == []


def test_every_reason_has_its_sentence():
    assert set(REASON_TEXTS) == set(Reason)


def test_the_changelog_says_what_is_new():
    unreleased = page("CHANGELOG.md").partition("## Unreleased")[2].partition("\n## ")[0]
    assert len(re.findall(r"^- \S", unreleased, re.MULTILINE)) >= 1


def test_decisions_are_numbered_one_by_one_and_never_reused():
    numbers = [int(n) for n in re.findall(r"^(\d+)\. \*\*", page("DECISIONS.md"), re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers


def test_links_between_pages_lead_somewhere():
    broken = [
        f"{tree.name(path)}: {target}"
        for path in pages()
        for target in LINK.findall(tree.text_of(path))
        if "://" not in target and not target.startswith("mailto:")
        if not (path.parent / target).exists()
    ]
    assert broken == []


def test_the_make_targets_that_pages_name_exist():
    targets = set(TARGET.findall(page("Makefile")))
    named = {
        target
        for path in pages()
        for target in re.findall(r"(?:^ {4}|`)make ([a-z]+)", tree.text_of(path), re.MULTILINE)
    }
    assert named - targets == set()
    assert {"setup", "check", "test"} <= named


def test_the_guide_shows_the_files_that_the_tests_run():
    excerpts = EXCERPT.findall(page("CONTRIBUTING.md"))
    assert len(excerpts) >= 4
    assert [file for file, text in excerpts if text not in page(file)] == []


def test_the_guide_names_what_every_manifest_must_hold():
    manifest = page("tests/house/samples/hub/channels/pager/manifest.toml")
    assert manifest in page("CONTRIBUTING.md")
