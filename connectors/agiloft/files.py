"""Files that hang on a record: which one a mapping means, and its bytes.

What a file field holds is no address: a read gives names, or only how many there are. So a mapping
names the field: ``plans`` is its first file, ``plans[1]`` the second, and an object may say
``{field: plans, name: roof.pdf}`` or ``{field: plans, position: 1}``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connectors.agiloft.client import AgiloftClient, Attached
from hub.contracts.records import RecordRef, UpstreamFile
from hub.kernel.errors import NotFound, Refused, TooLarge

_WRITTEN = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[(\d{1,4})\])?")
_HOW = (
    "a file of Agiloft is named by its field: write attachment: {value: FIELD}, FIELD[1] for the "
    "second one, or {field: FIELD, name: FILE}"
)


def read(client: AgiloftClient, ref: RecordRef, file: Any, limit: int) -> UpstreamFile:
    """The file's bytes, at most ``limit``. Raises ``NotFound``, ``Refused``, ``TooLarge``."""
    field, wanted = _meant(file)
    files = client.attached(ref.table, ref.id, field)
    found = _picked(files, wanted)
    if found is None:
        raise NotFound("the file field has no such file")
    if found.size is not None and found.size > limit:
        raise TooLarge(f"the file has {found.size} bytes, more than {limit}")
    kind, content = client.retrieve(ref.table, ref.id, field, found.position, limit)
    return UpstreamFile(found.name, kind, content)


def _meant(file: Any) -> tuple[str, str | int]:
    """The field, and the name or position of the file in it."""
    position: Any = 0
    if isinstance(file, Mapping):
        field, position = str(file.get("field", "")), file.get("name", file.get("position", 0))
    else:
        written = _WRITTEN.fullmatch(file.strip()) if isinstance(file, str) else None
        field = written[1] if written else ""
        position = int(written[2] or 0) if written else 0
    good = isinstance(position, str | int) and not isinstance(position, bool)
    if not good or not _WRITTEN.fullmatch(field) or "[" in field:
        raise Refused(_HOW, code="bad_value")
    return field, position


def _picked(files: list[Attached], wanted: str | int) -> Attached | None:
    """By position, or the last of that name: names need not be unique."""
    if isinstance(wanted, int):
        return next((one for one in files if one.position == wanted), None)
    return next((one for one in reversed(files) if one.name == wanted), None)
