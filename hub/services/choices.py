"""What was chosen on the button's page, as it is kept with the call: so that a replay of the call
chooses the same."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from hub.mapping.send_options import Choice

_YES, _NO = "yes", "no"


def kept(record_id: str, choice: Choice) -> str:
    """The body of a press."""
    told = {
        name: (_YES if value else _NO) if isinstance(value, bool) else value
        for name, value in choice.data().items()
    }
    return urlencode({"id": record_id, **told})


def pressed(body: str) -> dict[str, Any]:
    """The choice that such a body holds, as ``Choice.data``."""
    told: dict[str, Any] = dict(parse_qsl(body))
    told.pop("id", None)
    if "signature" in told:
        told["signature"] = told["signature"] == _YES
    return told
