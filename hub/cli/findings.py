"""Problems as a person or a program wants to see them: like a compiler's, as JSON, or as
annotations of GitHub."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import click

ERROR, WARNING = "error", "warning"
FORMATS = ("text", "json", "github")
# What stands in brackets may hold colons: the name of an example.
_LINE = re.compile(
    r"(?P<file>.+?):(?P<line>\d+):(?P<column>\d+): "
    r"(?P<row>(?:[^:\[\]]|\[[^\]]*\])+): "
    r"(?:(?P<severity>warning): )?(?P<rest>.*)",
    re.DOTALL,
)
_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+):(?P<column>\d+): (?P<rest>.*)", re.DOTALL)
_COLOURS = {ERROR: "red", WARNING: "yellow"}


@dataclass(frozen=True)
class Finding:
    """One problem. ``line`` and ``column`` are 0 where it has no place in a file."""

    file: str
    line: int
    column: int
    row: str
    severity: str
    message: str
    fix: str


def parse(text: str) -> Finding:
    """A line as ``Problem`` and the settings write it."""
    match = _LINE.fullmatch(text) or _PLACE.fullmatch(text)
    if match is None:
        return Finding("", 0, 0, "", ERROR, *_parted(text))
    found = match.groupdict()
    return Finding(
        found["file"],
        int(found["line"]),
        int(found["column"]),
        found.get("row") or "",
        found.get("severity") or ERROR,
        *_parted(found["rest"]),
    )


def count(findings: Iterable[Finding]) -> dict[str, int]:
    """How many errors and warnings there are."""
    severities = [finding.severity for finding in findings]
    return {severity: severities.count(severity) for severity in (ERROR, WARNING)}


def summary(findings: list[Finding]) -> str:
    """The last line: ``2 errors, 1 warning in 2 files.``"""
    if not findings:
        return "No problems found."
    counted = [f"{n} {word}{'' if n == 1 else 's'}" for word, n in count(findings).items() if n]
    files = len({finding.file for finding in findings})
    return f"{', '.join(counted)} in {files} file{'' if files == 1 else 's'}."


def show(findings: list[Finding], form: str) -> None:
    """Print them in one of ``FORMATS``."""
    text = _SHOWN[form](findings)
    if text:
        click.echo(text)


def as_text(finding: Finding) -> str:
    """Like a compiler: the place, what is wrong, the line with a caret, how to mend it."""
    severity = click.style(f"{finding.severity}:", fg=_COLOURS[finding.severity], bold=True)
    row = f"{finding.row}: " if finding.row else ""
    said = f"{severity} {row}{finding.message}"
    if not finding.line:
        return "\n".join([said, *([f"  = {finding.fix}"] if finding.fix else [])])
    place = click.style(f"{finding.file}:{finding.line}:{finding.column}:", bold=True)
    lines = [f"{place} {said}"]
    source = _source(finding.file)
    if finding.line <= len(source):
        margin = f"{finding.line:>5} | "
        text = source[finding.line - 1].replace("\t", " ")
        caret = click.style("^", fg="green", bold=True)
        lines += [f"{margin}{text}", " " * 5 + " | " + " " * (finding.column - 1) + caret]
    if finding.fix:
        lines.append(f"      = {finding.fix}")
    return "\n".join(lines)


def _as_github(finding: Finding) -> str:
    """https://docs.github.com/actions/reference/workflow-commands: newlines and % are escaped."""
    message = _escaped(": ".join(part for part in (finding.row, finding.message) if part))
    message += _escaped(f"; {finding.fix}") if finding.fix else ""
    place = ""
    if finding.file:
        name = _escaped(finding.file).replace(":", "%3A").replace(",", "%2C")
        place = f" file={name},line={max(finding.line, 1)},col={max(finding.column, 1)}"
    return f"::{finding.severity}{place}::{message}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _as_json(findings: list[Finding]) -> str:
    return json.dumps([asdict(finding) for finding in findings], indent=2, ensure_ascii=False)


_SHOWN: dict[str, Callable[[list[Finding]], str]] = {
    "text": lambda findings: "\n".join(map(as_text, findings)),
    "json": _as_json,
    "github": lambda findings: "\n".join(map(_as_github, findings)),
}


def _parted(text: str) -> tuple[str, str]:
    what, _, fix = text.partition("; ")
    return what, fix


@lru_cache(maxsize=32)
def _source(file: str) -> list[str]:
    try:
        return Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
