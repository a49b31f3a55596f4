"""What the role centre shows in a story: the hub's lists (A4) and the account's dashboard (A5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hub.cli.story_api import StoryApi


def list_problems(api: StoryApi, wanted: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """``wanted``: what to read → field → its values in all rows, in any order."""
    for path, fields in wanted.items():
        place, _, query = path.partition("?")
        rows = api.get(place, **dict(pair.split("=") for pair in query.split("&") if pair))["items"]
        for name, values in fields.items():
            found = sorted(str(row[name]) for row in rows)
            if found != sorted(map(str, values)):
                yield f"{path}: {name} is {found}"
        if not all(str(row["record_url"]).startswith("http") for row in rows):
            yield f"{path}: a row does not open its record"


def dashboard_problems(
    api: StoryApi, instance: str, wanted: Mapping[str, int], opens: Callable[[str], bool]
) -> Iterator[str]:
    """``wanted``: the provider's word → how many stand there; each figure opens its list."""
    told = api.get(f"instances/{instance}/dashboard")
    counts = {one["word"]: one for one in told["counts"] if one["count"]}
    found = {word: one["count"] for word, one in counts.items()}
    if found != dict(wanted):
        yield f"the dashboard counts {found}"
    if not told["latest"]:
        yield "the dashboard shows no latest activity"
    for word, one in counts.items():
        if not one["url"] or not opens(one["url"]):
            yield f"the dashboard's figure '{word}' opens nothing"
