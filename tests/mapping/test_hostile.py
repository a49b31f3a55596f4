"""A hostile mapping is stopped within its bounds, row by row, and its good rows still evaluate."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from hub.kernel.errors import ConfigurationError
from hub.mapping.loader import compile_mapping
from hub.mapping.texts import TextError, render
from tests.mapping import hostile

MEGABYTES = 200  # of memory, for all rows together
SECONDS = 3.0  # of working time for one row: 0.2, and what the library does between two looks
STOPPED = [name for name in hostile.ROWS if name not in hostile.HARMLESS | hostile.EITHER]


@pytest.fixture(scope="module")
def told() -> list[dict[str, Any]]:
    """What the process said, which had no more memory to take than that."""
    answer = subprocess.run(
        [sys.executable, "-m", "tests.mapping.hostile"], capture_output=True, text=True, timeout=110
    )
    assert answer.returncode == 0, answer.stderr
    return [json.loads(line) for line in answer.stdout.splitlines()]


def test_each_hostile_row_is_stopped_and_the_others_are_not(told: list[dict[str, Any]]) -> None:
    for each in told[:-1]:
        if each["row"] in STOPPED:
            assert each["problem"].startswith(("the expression was stopped", "the expression fail"))
        elif each["row"] not in hostile.EITHER:
            assert each["problem"] == "", each


def test_none_takes_much_time_or_memory(told: list[dict[str, Any]]) -> None:
    assert [each for each in told[:-1] if each["seconds"] > SECONDS] == []
    assert [each for each in told[:-1] if each["grown"] > MEGABYTES * 1024] == []


def test_the_plan_names_each_row_that_was_stopped_and_has_all_others(
    told: list[dict[str, Any]],
) -> None:
    rules = [f"request.prefill.{name}" for name in STOPPED]
    either = {f"request.prefill.{name}" for name in hostile.EITHER}
    assert [rule for rule in told[-1]["problems"] if rule not in either] == rules
    good = {"good_first", *(f"good_{name}" for name in hostile.ROWS)}
    assert good <= set(told[-1]["given"])


REFUSED = """\
mapping: hostile
source: {connector: source, table: case}
trigger: [api]
request:
  kind: request
  title: "{{ record.__class__.__mro__ }}"
  provider: signing
  channels: sms
  expires_after: 14d
  recipient:
    - {to: name, from: name}
  prefill:
    - {to: fine, from: name}
    - {to: code, expr: '$eval("1")'}
    - {to: back, expr: '$contains(name, /(a)\\1/)'}
    - {to: huge, expr: '$contains(name, /(((a{99}){99}){99})/)'}
    - {to: deep, expr: 'DEEP'}
back:
  completed:
    - {note: "{{ record | attr('__class__') }}"}
    - {note: "{{ request.id.__class__ }}"}
    - {note: "{{ cycler.__init__.__globals__ }}"}
""".replace("DEEP", "(" * 5000)


def test_what_can_be_seen_beforehand_is_refused_with_line_and_row() -> None:
    with pytest.raises(ConfigurationError) as caught:
        compile_mapping(REFUSED, "hostile.yaml")
    lines = sorted(int(problem.split(":")[1]) for problem in caught.value.problems)
    assert set(lines) == {6, 14, 15, 16, 17, 20, 21, 22}
    told = "\n".join(caught.value.problems)
    for row in (
        "request.title",
        "prefill[code].expr",
        "prefill[back].expr",
        "back.completed[1].note",
    ):
        assert row in told


@pytest.mark.parametrize("key", ["'__class__'", "'__cl' ~ 'ass__'", "record.name"])
def test_a_template_that_hides_the_name_gets_nothing_either(key: str) -> None:
    context = {"record": {"name": "__class__"}}
    with pytest.raises(TextError):
        render(f"{{{{ record[{key}] }}}}", context)
    with pytest.raises(TextError):
        render(f"{{{{ ''[{key}] }}}}", context)
