"""Faults as people make them, put into good mappings by chance; the same seed makes the same ones.

Each is one change of one line. What cannot be a fault is not made: a change that means the same, or
one that gives another good mapping of the same record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

Change = tuple[int, str | None]  # line (from 0) and what stands there then; None: it is gone


@dataclass(frozen=True)
class Fault:
    """``line`` (from 1) is where it stands; ``gone`` is what a line that was taken out was about.
    ``lost_field``: the upstream has lost this field instead."""

    kind: str
    mapping: str
    text: str
    line: int
    before: str
    after: str
    gone: str = ""
    lost_field: str = ""

    def __str__(self) -> str:
        return (
            f"{self.kind}: {self.mapping}:{self.line}: {self.before.strip()} → {self.after.strip()}"
        )


def seeded_faults(texts: Mapping[str, str], seed: int, count: int) -> list[Fault]:
    """``count`` different faults, every kind in turn."""
    random = Random(seed)
    found: dict[tuple[str, str, str], Fault] = {}
    kinds = list(KINDS)
    for number in range(20 * count):
        kind = kinds[number % len(kinds)]
        fault = _fault(kind, texts, random)
        if fault is not None:
            found.setdefault((fault.mapping, fault.text, fault.lost_field), fault)
        if len(found) == count:
            break
    return list(found.values())


def _fault(kind: str, texts: Mapping[str, str], random: Random) -> Fault | None:
    mapping = random.choice(sorted(texts))
    lines = texts[mapping].splitlines()
    end = lines.index("examples:")
    if kind == "lost field":
        return _lost(mapping, texts[mapping], lines[:end], random)
    changes = [
        (index, line)
        for index, before in enumerate(lines[:end])
        if not before.lstrip().startswith("#")
        for line in KINDS[kind](before, random)
        if line != before
    ]
    if not changes:
        return None
    index, after = random.choice(changes)
    text = [*lines[:index], *([] if after is None else [after]), *lines[index + 1 :]]
    gone = _named(lines[index]) if after is None else ""
    shown = "(gone)" if after is None else after
    return Fault(kind, mapping, "\n".join(text) + "\n", index + 1, lines[index], shown, gone)


def _lost(mapping: str, text: str, lines: list[str], random: Random) -> Fault:
    rows = [
        (index, match[1])
        for index, line in enumerate(lines)
        for match in [
            re.search(r"from: ((?!item|form|outcome|carries|request|record)\w+)[,}]", line)
        ]
        if match
    ]
    index, name = random.choice(rows)
    return Fault("lost field", mapping, text, index + 1, lines[index], "", lost_field=name)


def slip(word: str, random: Random) -> str:
    """A slip of the pen: two letters swapped, one doubled, one lost."""
    at = random.randrange(len(word))
    ways = [word[:at] + word[at] + word[at:], word[:at] + word[at + 1 :]]
    if at + 1 < len(word):
        ways.append(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
    return random.choice([way for way in ways if way and way != word] or [word * 2])


def _at(pattern: str, change: Callable[[str, Random], str]) -> Callable[[str, Random], list[str]]:
    """Each match of the pattern's only group, changed."""
    compiled = re.compile(pattern)

    def changes(line: str, random: Random) -> list[str]:
        found = [match.span(1) for match in compiled.finditer(line)]
        return [line[:a] + change(line[a:b], random) + line[b:] for a, b in found]

    return changes


def _to(pattern: str, *instead: str) -> Callable[[str, Random], list[str]]:
    return _at(
        pattern, lambda word, random: random.choice([each for each in instead if each != word])
    )


def _any(*ways: Callable[[str, Random], list[str]]) -> Callable[[str, Random], list[str]]:
    return lambda line, random: [after for way in ways for after in way(line, random)]


def _gone(line: str, random: Random) -> list[None]:
    return [None] if re.fullmatch(r"\s+- (\{to: .*\}|both.*)", line) else []


def _named(line: str) -> str:
    match = re.search(r"to: (\w+)", line)
    return match[1] if match else "update"


_KEYS = (
    "to|from|convert|map|default|required|direction|value|expr|update|rows|match|kind|title|number|"
    "provider|channels|language|expires_after|reminders|form|prefill|recipient|when|source|trigger|"
    "table|connector|limit|after|every|quiet|carries_on|records|back|request|lines|for_each|currency"
)
_SWAPS = (
    ("customer_name", "customer_city"), ("customer_city", "customer_address"),
    ("form.city", "form.address"), ("form.name", "form.email"), ("form.product", "form.city"),
    ("record.id", "record.case_number"), ("signature.name", "signature.order_ref"),
    ("item.text", "item.key"), ("form.serial_number", "form.postcode"),
    ("signature.order_ref", "signature.provider"), ("record.number", "record.stage"),
)  # fmt: skip


def _swapped(line: str, random: Random) -> list[str]:
    pairs = [*_SWAPS, *((b, a) for a, b in _SWAPS)]
    return [
        re.sub(rf"(from: ){re.escape(a)}\b", rf"\g<1>{b}", line)
        for a, b in pairs
        if re.search(rf"from: {re.escape(a)}\b", line)
    ]


KINDS: Mapping[str, Callable[[str, Random], list[str] | list[None]]] = {
    "typo in a path": _at(r"from: (?:\w+\.)?(\w+)[,}]", slip),
    "typo in a target": _at(r"\bto: (\w+)", slip),
    "typo in a key": _at(rf"\b({_KEYS}):", slip),
    "typo in a converter": _at(r"convert: (?:\[\w+, )?\"?(\w+)", slip),
    "typo in an expression": _any(
        _at(r"(?:when: |and \$not\()(\w+) ", slip),
        _at(r"\$(not|sum|number)\(", slip),
        _at(r"expr: .*form\.(\w+)", slip),
        _at(r"expr: item\.cents (/)", lambda _, random: "/ /"),
    ),
    "typo in a text": _at(r"\{\{ (?:line\.)?(\w+) ", slip),
    "wrong type": _any(
        _to(r"limit: (\d)", "three", "[3]", "9"),
        _to(r"expires_after: (\w+)", "[14d]", "two weeks", "{d: 14}"),
        _to(r"required: (true)", '"yes"', "1"),
        _to(r"provider: (\w+)$", "{bankid: true}", "7.5"),
        _to(r"match: (\[.*\])$", "{mobile: email}", "3"),
        _to(r"form: (\w+)$", "[repair_intake, other]"),
        _to(r"map: (\{.*?\})", "[sv, en]", "sv"),
        _to(r"quiet: (\".*?\")", "night", "21"),
    ),
    "wrong unit": _any(
        _to(r"(?:expires_after|after|every): \d+([dh])", "m", "h", "s"),
        _to(r"item\.cents / (100)", "10", "1000"),
        _to(r"limit: (\d)", "1", "0"),
    ),
    "wrong zone": _any(
        _to(r"from: signature\.(at)\b", "at_local"),
        _to(r"quiet: (\".*?\")", '"20:00-07:00"', '"19:00-06:00"', '"17:00-06:00"'),
    ),
    "decimal comma not read": _at(r"(, convert: decimal)", lambda *_: ""),
    "wrong choice": _any(
        _to(r"(?:Svenska|sv): (sv)", "en"),
        _to(r"default: (sv|en)", "de", "sv", "en"),
        _to(r"(?:h|hub): (tim|Hub|new)", "st", "Agiloft", "open"),
    ),
    "wrong country": _any(
        _to(r"recipient|from: customer_mobile.*\"e164:(SE)\"", "NO", "DK"),
        _to(r"national_id:(SE)", "DK", "NO"),
        _to(r"postcode:(SE)", "DK", "RO"),
    ),
    "wrong value": _at(r"value: (\w+)", slip),
    "wrong event": _any(
        _at(r"^  (invited|completed|declined|failed|expired|cancelled|line_declined):$", slip),
        _to(r"^  (invited|completed|declined|failed|expired|cancelled):$", "delivered", "answered"),
    ),
    "wrong reference": _any(
        _at(r"(?:\bin|provider|form|connector|table): (\w+)", slip),
        _at(r"(?:channels|match): \[(\w+)", slip),
        _at(r"note: (\w+)", slip),
        _at(r"records\.(\w+)", slip),
        _to(r"carries_on: (hub)$", "upstream", "hbu"),
        _to(r"provider: (\w+)$", "sms", "hub_register"),
        _to(r"channels: \[(\w+)", "bankid", "agiloft"),
    ),
    "wrong field": _swapped,
    "not to be turned round": _at(
        r"(direction: both)", lambda *_: 'direction: both, convert: "truncate:20"'
    ),
    "row taken out": _gone,
    "lost field": lambda line, random: [],
}


def kinds_of(faults: list[Fault]) -> Iterator[tuple[str, int]]:
    """How many of each kind there are."""
    for kind in KINDS:
        yield kind, sum(1 for fault in faults if fault.kind == kind)
