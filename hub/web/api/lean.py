"""The body of a trigger, read without the schema where it is plainly right.

The schema is what the API promises and what tells a caller of a fault; for a good body of two keys
it took as long as everything else on the way to the database.
"""

from __future__ import annotations

from typing import Any

from flask import request
from orjson import JSONDecodeError, loads
from webargs.flaskparser import FlaskParser

from hub.web.api.schemas import LONGEST_ID, TriggerBody

_KEYS = frozenset({"id", "record"})


class LeanParser(FlaskParser):
    """webargs' parser with a short way for triggers."""

    def parse(self, argmap: Any, *args: Any, **options: Any) -> Any:
        """The parsed arguments."""
        found = _plain_trigger() if isinstance(argmap, TriggerBody) else None
        return super().parse(argmap, *args, **options) if found is None else found


def _plain_trigger() -> dict[str, Any] | None:
    """The body, or None when the schema has to look at it."""
    try:
        body = loads(request.get_data())
    except JSONDecodeError:
        return None
    if type(body) is not dict or not _KEYS.issuperset(body):
        return None
    ident, record = body.get("id"), body.get("record", body)
    if type(ident) is not str or not 0 < len(ident) <= LONGEST_ID or type(record) is not dict:
        return None
    return body
