"""How many calls a year of documents makes at a hosted provider, and what the hub itself needs for
one of them. Nothing is waited for: the clock is moved by hand."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.bench.figures import Figure, say
from tests.bench.stores import store_url
from tests.year.calls import Calls
from tests.year.play import WORKING_DAYS, Year
from tests.year.told import Told

DOCUMENTS = 10_000
_THROUGH_THE_HUB = 40
_KNOWN = "<= 30 min"


def hosted_year(store: str) -> list[Figure]:
    """A year of 10,000 documents: the real plugin, its pace and the watch's rule, no webhook; the
    hub's rows are objects in memory."""
    began = time.monotonic()
    told = Calls(seed=0).play(DOCUMENTS, WORKING_DAYS)
    _tell(told, time.monotonic() - began)
    return _figures("hosted_year", "none", told)


def hosted_hub(store: str) -> list[Figure]:
    """A working day of 40 documents through the whole hub, from trigger to signed file."""
    with tempfile.TemporaryDirectory() as name, store_url(store) as url:
        case = Year(Path(name), url, seed=0)
        try:
            used, began = time.process_time(), time.monotonic()
            told = case.play(_THROUGH_THE_HUB, days=1)
            used = time.process_time() - used
        finally:
            case.close()
    _tell(told, time.monotonic() - began)
    each = round(1000 * used / told.documents)
    processor = Figure("hosted_hub_processor", store, each, "ms/document", None, None, "none")
    return [*_figures("hosted_hub", store, told), processor]


def _figures(bench: str, store: str, told: Told) -> list[Figure]:
    minutes = round(told.late(0.95) / 60, 1)
    each = round(told.calls / told.documents, 1)
    return [
        Figure(f"{bench}_calls", store, each, "calls/document", None, None, "none"),
        Figure(f"{bench}_busiest", store, told.busiest, "calls/min", None, None, "<= 100"),
        Figure(f"{bench}_known_p95", store, minutes, "min", None, None, _KNOWN),
    ]


def _tell(told: Told, seconds: float) -> None:
    say(
        f"{told.documents} documents, {told.answered} answered, {told.most_open} open at most; "
        f"{told.calls} calls; known after {told.late(0.5) / 60:.1f} min (median), "
        f"{max(told.known) / 60:.1f} min at most; {seconds:.0f} s"
    )
    say(", ".join(f"{name} {count}" for name, count in sorted(told.by_call.items())))
