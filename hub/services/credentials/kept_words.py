"""That values of an instance are kept in the database, in words for operators."""

from __future__ import annotations

from collections.abc import Sequence

from hub.settings import Kept


def kept_words(kept: Sequence[Kept]) -> str:
    """One sentence; empty where nothing is kept."""
    if not kept:
        return ""
    since = min(one.since for one in kept).isoformat(timespec="minutes")
    names = ", ".join(one.name for one in kept)
    number = "1 value" if len(kept) == 1 else f"{len(kept)} values"
    verb = "is" if len(kept) == 1 else "are"
    pronoun = "it stands" if len(kept) == 1 else "they stand"
    return (
        f"{number} of this instance ({names}) {verb} kept in the database since {since}; {pronoun} "
        "over the file until that gives something else, or until paraph mend-credentials --forget"
    )
