"""The list of what was shown, as a person's signature has it and as ``shown.json`` has it: what
both tell, in one form, so that they can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.kernel.crypto import canonical_json


@dataclass(frozen=True)
class Form:
    """Where the two lists differ: ``page`` gives a page's hash, ``words`` is where a line's text
    stands."""

    page: Callable[[Any], Any]
    words: str


SIGNED = Form(lambda page: page, "text")
KEPT = Form(lambda page: page["sha256"], "title")


def papers_told(shown: Mapping[str, Any], form: Form) -> bytes:
    """Documents with their pages, and attachments. Raises ``KeyError`` and ``TypeError`` for what
    has another shape."""
    documents = [
        [one["key"], one["version"], one["title"], one["sha256"]]
        + [form.page(page) for page in _list(one, "pages")]
        for one in _list(shown, "documents")
    ]
    attachments = [
        [one["key"], one["title"], one["sha256"], one["must_view"]]
        for one in _list(shown, "attachments")
    ]
    return canonical_json([documents, attachments])


def choice_told(shown: Mapping[str, Any], form: Form) -> bytes:
    """The lines with their decisions, and what they come to. Raises like ``papers_told``."""
    lines = [[one["id"], one[form.words], one["decision"]] for one in _list(shown, "lines")]
    sums = shown["totals"]
    totals = None if sums is None else [sums["currency"], sums["net"], sums["gross"]]
    return canonical_json([lines, totals])


def _list(value: Any, name: str) -> list[Any]:
    found = value[name]
    if not isinstance(found, list):
        raise TypeError(name)
    return found
