"""EWTable: which fields a table has. It answers in JSON and to a token only; buttons are left out.

Whether real servers list ``id`` is not documented; every record has one, so it is always told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.agiloft.wire import Wire, result_of
from hub.kernel.errors import MalformedAnswer, NotFound, Unsupported


def field_names(wire: Wire, table: str) -> frozenset[str]:
    """The logical names of the table's fields. Raises ``NotFound``, ``Unsupported``."""
    if wire.inline:
        raise Unsupported("Agiloft describes its tables to tokens only; set auth to token")
    data = wire.system(table=table)
    params = {"err_code_resp": "1"}
    answer = wire.call("POST", "/ewws/EWTable/.json", params=params, data=data)
    result = result_of(answer, changes=False)
    tables = result.get("tables") if isinstance(result, Mapping) else None
    if not isinstance(tables, list):
        raise MalformedAnswer("the answer to EWTable holds no tables")
    for one in tables:
        if isinstance(one, Mapping) and one.get("logicalName") == table:
            return frozenset({"id", *_names(one.get("fields"))})
    raise NotFound(f"the knowledge base has no table '{table}'")


def _names(fields: Any) -> list[str]:
    if not isinstance(fields, list):
        raise MalformedAnswer("the answer to EWTable holds a table without fields")
    names = [one.get("columnName") for one in fields if isinstance(one, Mapping)]
    return [name for name in names if isinstance(name, str) and name]
