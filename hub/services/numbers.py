"""Short numbers for people: random ones for requests, running ones for customers and repair
cases."""

from __future__ import annotations

import secrets

from sqlalchemy import update
from sqlalchemy.orm import Session

from hub.kernel.ids import new_id
from hub.storage.models import NumberSeries

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is misread on the phone
_FIRST = 1001


def request_number() -> str:
    """Eight characters in two groups, e.g. ``7KQ2-M9TD``; tells nothing of how many there are."""
    drawn = secrets.randbelow(len(_ALPHABET) ** 8)
    text = "".join(
        _ALPHABET[drawn // len(_ALPHABET) ** place % len(_ALPHABET)] for place in range(8)
    )
    return f"{text[:4]}-{text[4:]}"


def next_number(session: Session, workspace_id: str, name: str, prefix: str) -> str:
    """The next running number, e.g. ``RC1001``, taken in the caller's transaction."""
    taken = session.execute(
        update(NumberSeries)
        .where(NumberSeries.workspace_id == workspace_id, NumberSeries.name == name)
        .values(next=NumberSeries.next + 1)
        .returning(NumberSeries.next)
    ).scalar()
    if taken is None:
        taken = _FIRST + 1
        session.add(NumberSeries(id=new_id(), workspace_id=workspace_id, name=name, next=taken))
        session.flush()
    return f"{prefix}{taken - 1}"
