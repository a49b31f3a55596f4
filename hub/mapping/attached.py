"""What a step attaches: a file made of a text, what came of the request, or each file that came
with a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.mapping.paths import FieldPath
from hub.mapping.rows import Source
from hub.mapping.steps import ATTACH, ATTACH_REMARK, FILES, REMARK, sealed_file

ATTACHED: Mapping[str, str] = {
    **FILES,
    REMARK: "Each file that came with the message, after `remarked` and `replied`.",
}
_OF_REMARK = Source(path=FieldPath("remark.files", ("remark", "files")))


def file_of(part: Mapping[str, str]) -> tuple[str, str, str]:
    """The kind of step, the file's name and its text."""
    if "file" not in part:
        return ATTACH, part["name"], part["text"]
    if part["file"] == REMARK:
        return ATTACH_REMARK, part.get("name", "{{ item.name }}"), ""
    kind, usual, _ = sealed_file(part["file"])
    return kind, part.get("name", usual), ""


def items_of(kind: str, part: Mapping[str, Any]) -> Source | None:
    """The list for each entry of which a step is done: files of a message are attached one by
    one, so that each arrives once, whatever becomes of the others."""
    given: Source | None = part["for_each"]
    return _OF_REMARK if kind == ATTACH_REMARK else given
