"""Where each person of a request stands, and in whose place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hub.contracts.papers import ACTING, APPROVER
from hub.storage.models import Recipient


def state(one: Recipient) -> str:
    """Waiting for others, invited, signed, approved, forwarded to somebody else, or one who only
    reads."""
    if one.forwarded_at is not None:
        return "forwarded"
    if one.role not in ACTING:
        return "reads"
    if one.signed_at is not None:
        return "approved" if one.role == APPROVER else "signed"
    return "invited" if one.invited_at is not None else "waiting"


def places(people: Iterable[Recipient]) -> Mapping[str, str]:
    """By somebody's id, the key under which the mapping knows them: to whom the link was passed on
    stands in the place of who passed it on."""
    found = list(people)
    former = {one.id: one for one in found}
    keys = {}
    for one in found:
        first = one
        while first.forwarded_from is not None:
            first = former[first.forwarded_from]
        keys[one.id] = first.key
    return keys


def in_their_places(people: Iterable[Recipient]) -> dict[str, Recipient]:
    """By the key of the mapping, who stands there now."""
    found = list(people)
    keys = places(found)
    return {keys[one.id]: one for one in found if one.forwarded_at is None}
