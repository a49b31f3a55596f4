"""Where each person of a request stands, in a word."""

from __future__ import annotations

from hub.contracts.papers import ACTING, APPROVER
from hub.storage.models import Recipient

STATES = ("waiting", "invited", "signed", "approved", "forwarded", "reads")


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
