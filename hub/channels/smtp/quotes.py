"""Takes off an answer what its writer did not write: the quoted mail and the signature.

Nothing is guessed: a rule that would sometimes cut words of the writer's own is left out, since
too much is a nuisance and too little is a lost sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_HEAD = 3  # lines over which programs break "On … wrote:"
_QUOTED = re.compile(r"\s?>")
# "On 2 March 2026 at 10:30, X wrote:" as mail programs say it. A year or a time stands in it; a
# sentence of a person that ends in "wrote:" has none.
_WROTE = re.compile(
    r"\b(wrote|skrev|schrieb|kirjoitti|a\s+écrit|a\s+ecrit|a\s+scris)\b.{0,200}:$", re.IGNORECASE
)
_MOMENT = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.]\d{2}\b")
_LONGEST = 400
# The block that Outlook puts above the mail that it does not quote otherwise.
_FROM = re.compile(
    r"\*?(From|Från|Fra|Lähettäjä|De la|Expeditor|De|Von)\s?:\*?\s+\S", re.IGNORECASE
)
_SENT = re.compile(
    r"\*?(Sent|Date|Skickat|Datum|Sendt|Dato|Lähetetty|Päivämäärä|Trimis|Data|Envoyé|Gesendet)"
    r"\s?:\*?\s+\S",
    re.IGNORECASE,
)
_LINE_ABOVE = re.compile(r"_{8,}|-{3,}[^\n]{0,60}-{3,}")
_BLOCK = 4  # lines within which both stand


def own_words(text: str) -> str:
    """What the writer wrote."""
    lines = [line.replace("\u00a0", " ").replace("\u202f", " ").rstrip("\r")
             for line in text.split("\n")]  # fmt: skip
    kept: list[str] = []
    at = 0
    while at < len(lines):
        if lines[at] in ("-- ", "--"):
            break
        head = _head(lines, at)
        if head and not _quoted_below(lines, at + head):
            if any("@" in line for line in lines[at : at + head]):
                break  # what comes is the mail itself, without marks
            head = 0  # a sentence that ends so
        if _is_block(lines, at):
            kept = _without_line(kept)
            break
        at += head or 1
        if not head and not _QUOTED.match(lines[at - 1]):
            kept.append(lines[at - 1].rstrip())
    return "\n".join(kept).strip()


def _head(lines: Sequence[str], at: int) -> int:
    """How many lines from here on say who wrote what is quoted below; 0 where none do."""
    if not lines[at].strip() or _QUOTED.match(lines[at]):
        return 0
    for count in range(1, LONGEST_HEAD + 1):
        taken = [line.strip() for line in lines[at : at + count]]
        said = " ".join(taken)
        if not all(taken) or len(said) > _LONGEST:
            return 0
        if said.endswith(":"):
            return count if _WROTE.search(said) and _MOMENT.search(said) else 0
    return 0


def _quoted_below(lines: Sequence[str], at: int) -> bool:
    """Whether the next words below are marked as quoted: then what is not may be the writer's."""
    return next((bool(_QUOTED.match(line)) for line in lines[at:] if line.strip()), False)


def _is_block(lines: Sequence[str], at: int) -> bool:
    below = [line.strip() for line in lines[at + 1 : at + _BLOCK]]
    return bool(_FROM.match(lines[at].strip())) and any(map(_SENT.match, below))


def _without_line(kept: list[str]) -> list[str]:
    """The line that stands between an answer and the block."""
    while kept and (not kept[-1].strip() or _LINE_ABOVE.fullmatch(kept[-1].strip())):
        kept.pop()
    return kept
