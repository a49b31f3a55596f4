"""How one instance is tried again, as an administrator writes it: ``retry`` and ``disable_after``;
and how often it is polled.

What is not written keeps the engine's value (``hub.engine.retry.RetrySchedule``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from marshmallow import fields, validate

from hub.mapping.durations import written
from hub.settings.spans import Span

DISABLE_AFTER = timedelta(days=5)
POLL_EVERY = timedelta(minutes=5)
LEAST_TOTAL = timedelta(hours=72)
_FIRST, _LONGEST = timedelta(seconds=1), timedelta(hours=1)  # the engine's own
_HALF_DAY = timedelta(hours=12)  # a destination that is tried less often counts as not tried

RETRY: dict[str, fields.Field[Any]] = {
    "first": Span(most=_HALF_DAY, metadata={"help": "The pause after the first try; 1s."}),
    "longest": Span(most=_HALF_DAY, metadata={"help": "No pause is longer; 1h."}),
    "total": Span(
        most=timedelta(days=90),
        metadata={"help": "How long it is tried before a person must look; 72h, and no less."},
    ),
    "least_tries": fields.Integer(
        validate=validate.Range(1, 10_000),
        metadata={"help": "So many tries are made however long it takes; 10."},
    ),
    "longest_retry_after": Span(
        most=_HALF_DAY,
        metadata={"help": "The longest wait that the other side may ask for; 1h."},
    ),
    "unexpected_tries": fields.Integer(
        validate=validate.Range(1, 10_000),
        metadata={"help": "How often an answer that nobody foresaw is tried; 10."},
    ),
}


def retry_problems(
    instances: Mapping[str, Mapping[str, Any]], environment: str
) -> Iterator[tuple[tuple[str, ...], str]]:
    """What single fields cannot tell: the path in the file, and what to do."""
    for key, one in instances.items():
        retry = one["retry"]
        first, longest = retry.get("first", _FIRST), retry.get("longest", _LONGEST)
        total = retry.get("total", LEAST_TOTAL)
        if first > longest:
            name = "longest" if "longest" in retry else "first"
            said = f"the first pause ({written(first)}) is longer than the longest "
            said += f"({written(longest)}); correct one of them"
            yield ("instances", key, "retry", name), said
        if total < LEAST_TOTAL and environment == "production":
            said = f"{written(total)} is too short: a system that is down over a weekend would not "
            said += f"get what it is owed; write {written(LEAST_TOTAL)} or more (less is for "
            said += "'environment: test' and 'demo')"
            yield ("instances", key, "retry", "total"), said
