"""Regular expressions for JSONata on RE2: linear time, and each match counts against the limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import re2
from jsonata import datetimeutils
from jsonata.regex_engine import RegexFlags

from hub.mapping.limits import TEXT, LimitExceeded, current

STEPS = 20_000_000  # of RE2: characters times instructions; takes up to 0.3 s
_GROUP = re.compile(r"\\g<(\d+)>")


class Pattern:
    """A compiled expression with what jsonata-python asks of one."""

    def __init__(self, pattern: str, *, ignore_case: bool, multiline: bool) -> None:
        options = re2.Options()
        options.log_errors = False
        options.case_sensitive = not ignore_case
        flagged = f"(?m){pattern}" if multiline else pattern
        self._regexp = re2.compile(flagged, options)
        self._size = int(self._regexp.programsize)

    def search(self, string: str) -> Any | None:
        """The first match."""
        return next(self.finditer(string), None)

    def finditer(self, string: str) -> Iterator[Any]:
        """All matches; each one is a tick of the running evaluation's guard. Between two of them
        nothing can stop RE2, so what it may have to do there is bounded beforehand."""
        guard = current()
        if guard and len(string) * self._size > STEPS:
            raise LimitExceeded(f"a text of {len(string)} characters is too long for its pattern")
        for match in self._regexp.finditer(string):
            if guard:
                guard.tick()
            yield match

    def sub(self, repl: str | Callable[[Any], str], string: str, count: int = 0) -> str:
        """Replace matches; ``\\g<12>`` is group 1 and a 2 where there is no group 12, and
        ``\\g<8>`` is nothing where there is no group 8."""
        pieces, end, made, guard = [], 0, 0, current()
        for number, match in enumerate(self.finditer(string), start=1):
            piece = repl(match) if callable(repl) else _expand(repl, match)
            made += len(piece)
            if guard:
                guard.charge(len(piece) if made <= TEXT else made)
            pieces += [string[end : match.start()], piece]
            end = match.end()
            if number == count:
                break
        return "".join([*pieces, string[end:]])

    def split(self, string: str, maxsplit: int = 0) -> list[str]:
        """The text between matches."""
        pieces, end = [], 0
        for number, match in enumerate(self.finditer(string), start=1):
            pieces.append(string[end : match.start()])
            end = match.end()
            if number == maxsplit:
                break
        return [*pieces, string[end:]]


def engine(pattern: str, flags: RegexFlags) -> Pattern:
    """The ``regex_engine`` given to jsonata-python. Raises ``re2.error``."""
    return Pattern(pattern, ignore_case=flags.case_insensitive, multiline=flags.multiline)


def _expand(template: str, match: Any) -> str:
    def group(found: re.Match[str]) -> str:
        digits, rest, last = found.group(1), "", len(match.groups())
        while len(digits) > 1 and int(digits) > last:
            digits, rest = digits[:-1], digits[-1] + rest
        return (match.group(int(digits)) or "" if int(digits) <= last else "") + rest

    return _GROUP.sub(group, template)


def _compile_picture(pattern: str, flags: int = 0) -> Any:
    """Date pictures become expressions too, from text that the mapping's author chose."""
    if flags & re.IGNORECASE:
        return Pattern(pattern, ignore_case=True, multiline=False)
    return re.compile(pattern, flags)


# The library takes an engine for the expressions in a mapping, but none for those that it makes
# itself from a date picture; so its module gets ours in place of ``re``.
datetimeutils.re = SimpleNamespace(
    compile=_compile_picture, split=re.split, sub=re.sub, IGNORECASE=re.IGNORECASE
)
