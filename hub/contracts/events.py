"""The closed list of things that can happen to a signature request, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """What happened, and what it means to us."""

    STARTED = "started"  # a record upstream asked for a signature; nothing left the hub yet
    INVITED = "invited"  # a link was handed to a channel or provider that accepted it
    DELIVERED = "delivered"  # the channel says that the message reached the phone or mailbox
    OPENED = "opened"  # the customer looked at the page (a person, not a link scanner)
    ANSWERED = "answered"  # the customer filled in the form; not signed yet
    SIGNING = "signing"  # the customer started to sign at the provider
    SIGNED = "signed"  # one recipient's signature is in and verified
    DECLINED = "declined"  # a recipient said no
    COMPLETED = "completed"  # everybody has signed
    EXPIRED = "expired"  # the time ran out
    CANCELLED = "cancelled"  # the upstream or an operator withdrew it
    DECIDED = "decided"  # the sender noted the customer's answer by hand; the link is withdrawn
    VIEWED = "viewed"  # a person saw a document, a page or an attachment of it
    DOWNLOADED = "downloaded"  # a person took a file with them
    APPROVED = "approved"  # an approver agreed; that is no signature
    CLEARED = "cleared"  # an acceptance was taken back by an operator; the history keeps it
    REMARKED = "remarked"  # the customer wrote to the sender, or the sender answered
    REPLIED = "replied"  # the sender answered a remark; in the history a remark with a direction
    PREPARED = "prepared"  # documents and attachments are here, rendered and hashed
    REPLACED = "replaced"  # a changed document took the former one's place; orders on that are void
    CHANGE_REFUSED = "change_refused"  # a changed document could not; what was sent still holds
    PLACED = "placed"  # a hosted provider has it: people can read and sign there
    MOVED = "moved"  # another provider takes over, before the customer has acted
    LATE = "late"  # a former agreement told of something: kept, and counts for nothing
    SEALED = "sealed"  # the evidence is made and the signed PDF sealed
    REMINDED = "reminded"  # a reminder was handed to a channel
    CHASED = "chased"  # the sender asked once more, by hand
    FORWARDED = "forwarded"  # the recipient passed the link on to somebody else
    UNREACHABLE = "unreachable"  # a message could not be delivered
    UNDELIVERED = "undelivered"  # a notice could not be delivered; nothing waits for it
    REFUSED_PERSON = "refused_person"  # somebody else than the named one tried to sign
    RECORDED = "recorded"  # customer, repair case or note was created or matched
    WRITTEN_BACK = "written_back"  # the upstream record holds what was owed to it, read back
    LINE_OFFERED = "line_offered"  # the offer with this line was sent; its step moved
    LINE_WITHDRAWN = "line_withdrawn"  # its offer ended without an answer; its step moved back
    LINE_ACCEPTED = "line_accepted"  # the customer took this line of the request
    LINE_DECLINED = "line_declined"  # the customer did not want this line of it
    FOLLOWED_UP = "followed_up"  # somebody asked for a follow-up of the mapping, after the end
    HELD = "held"  # something of it waits for a system that refuses the hub's sign-in
    RESUMED = "resumed"  # the sign-in works again, what waited goes on
    FAILED = "failed"  # it ended without an answer; the reason code says why
    UNKNOWN = "unknown"  # a vendor word that we do not map; kept raw, logged once


# Those that move a line's step; only lines that have one know them.
STEP_EVENTS = (EventKind.LINE_OFFERED.value, EventKind.LINE_WITHDRAWN.value)
# What the customer says of a line.
ANSWERS = (EventKind.LINE_ACCEPTED.value, EventKind.LINE_DECLINED.value)
LINE_EVENTS = (*STEP_EVENTS, *ANSWERS)


@dataclass(frozen=True)
class Event:
    """Something that happened, as a provider or channel tells it.

    ``dedupe`` names it so that it counts once however often it is told; ``raw`` is the vendor's own
    payload; ``data`` is what we read from it.
    """

    kind: EventKind
    at: datetime
    dedupe: str
    recipient: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)
