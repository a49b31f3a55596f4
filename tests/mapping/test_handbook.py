"""Every block of the handbook is run: parts of a mapping with the examples that prove them,
fragments, excerpts of a workspace's file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from click import Context
from ruamel.yaml import YAML

from hub.cli import cli
from hub.mapping.document import read_document
from hub.mapping.examples import run_examples
from hub.mapping.loader import compile_mapping
from hub.mapping.surroundings import Surroundings
from tests.mapping.samples import ROOT

HANDBOOK = (ROOT / "mappings" / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BASE: dict[str, Any] = {
    "mapping": "handbook",
    "source": {"connector": "crm", "table": "offer"},
    "trigger": ["api"],
    "request": {
        "kind": "offer",
        "provider": "bankid",
        "channels": "sms",
        "expires_after": "14d",
        "recipient": [{"to": "name", "value": "Alice"}],
    },
}


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCK.findall(HANDBOOK) if name == language]


def parts() -> Iterator[tuple[str, str]]:
    """Each part of a mapping, named by the heading above it."""
    for match in BLOCK.finditer(HANDBOOK):
        if match[1] == "yaml" and "examples:" in match[2]:
            heading = re.findall(r"^#+ (.+)$", HANDBOOK[: match.start()], re.MULTILINE)[-1]
            yield heading, match[2]


def surroundings() -> Surroundings:
    """The fragments and the workspace's values that the handbook shows."""
    fragments, values = {}, {}
    for text in blocks("yaml"):
        data = read_document(text, "handbook").data
        if "fragment" in data:
            fragments[data["fragment"]] = text
        if "values_in" in data:
            values |= {**data.get("values", {}), **data["values_in"]["test"]}
    return Surroundings(fragments, values)


def whole(part: str) -> str:
    """A whole mapping: the part laid over a small one."""
    given = read_document(part, "handbook").data
    if "mapping" in given:
        return part
    request = {**BASE["request"], **given.get("request", {})}
    if "recipients" in request:
        del request["recipient"]
    out = StringIO()
    YAML(typ="safe", pure=True).dump({**BASE, **given, "request": request}, out)
    return out.getvalue()


@pytest.mark.parametrize("part", [pytest.param(text, id=name) for name, text in parts()])
def test_the_examples_of_a_block_hold(part: str) -> None:
    results = run_examples(compile_mapping(whole(part), "handbook.yaml", surroundings()))
    assert results
    assert [str(result) for result in results if not result.passed] == []


def test_no_block_is_left_out() -> None:
    others = [text for text in blocks("yaml") if "examples:" not in text]
    assert all("fragment:" in text or "values_in:" in text for text in others), others
    assert {name for name, _ in BLOCK.findall(HANDBOOK)} == {"yaml", "json"}
    recipes = re.findall(r"^### \d+\. .+$", HANDBOOK, re.MULTILINE)
    assert len(recipes) >= 10


def commands() -> list[str]:
    """Every command of the page that has more than its name, without what follows as a remark."""
    shown = re.findall(r"^    (paraph .+)$", HANDBOOK, re.MULTILINE)
    told = re.findall(r"`(paraph [^`]+)`", HANDBOOK)
    found = [re.split(r"\s{2,}", line)[0] for line in [*shown, *told]]
    return sorted({line for line in found if len(line.split()) > 2})


@pytest.mark.parametrize("line", commands())
def test_a_command_is_one_that_can_be_given(line: str) -> None:
    _, name, *words = line.split()
    group = Context(cli)
    command = cli.get_command(group, name)
    assert command is not None, f"there is no command {name}"
    command.make_context(name, words, parent=group)  # raises for a wrong option or argument
