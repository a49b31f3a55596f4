"""SMTP's reply codes and ours. The server's text may repeat an address: only its codes are kept."""

from __future__ import annotations

import re
from enum import Enum

from hub.kernel.errors import AuthenticationFailed, ParaphError, Refused, Retryable


class Phase(Enum):
    """Which command the server answered; the same code means different things."""

    CONNECT = "the connection"
    LOGIN = "the login"
    SENDER = "the sender"
    RECIPIENT = "the recipient"
    CONTENT = "the message"


# RFC 3463 class 5.x.y, by its beginning: what it says about this one message. First match wins.
ENHANCED: tuple[tuple[str, str], ...] = (
    ("5.1.7", "message_refused"),  # our sender's address
    ("5.1.8", "message_refused"),
    ("5.1.", "bad_address"),  # no such mailbox, host or syntax
    ("5.2.1", "bad_address"),  # mailbox disabled
    ("5.2.", "message_refused"),  # mailbox full, message too long for it
    ("5.3.4", "message_refused"),  # too big for the system
    ("5.7.", "blocked"),  # policy or reputation
)
PLAIN = {
    Phase.RECIPIENT: "bad_address",
    Phase.SENDER: "message_refused",
    Phase.CONTENT: "message_refused",
}
# The server wants a login, or another one: nothing goes until a person mends the settings.
LOGIN_WANTED = {530, 534, 535, 538}
_ENHANCED_CODE = re.compile(rb"\s*([245]\.\d{1,3}\.\d{1,3})\b")


def failure(code: int, text: bytes, phase: Phase) -> ParaphError:
    """The error that this reply stands for."""
    said = f"the mail server answered {code}{_spoken(text)} to {phase.value}"
    if code in LOGIN_WANTED or (phase is Phase.LOGIN and code >= 500):
        return AuthenticationFailed(f"{said}: mend the instance's username and password")
    if phase is Phase.SENDER and _enhanced(text).startswith("5.7."):
        return AuthenticationFailed(
            f"{said}: this login may not send as the configured sender", code="sender_not_allowed"
        )
    if code >= 500 and phase is not Phase.CONNECT:
        return Refused(said, code=refusal(_enhanced(text), PLAIN.get(phase, "message_refused")))
    return Retryable(said)


def refusal(enhanced: str, otherwise: str = "message_refused") -> str:
    """What an enhanced status code says about the one message."""
    found = (word for start, word in ENHANCED if enhanced.startswith(start))
    return next(found, otherwise)


def _enhanced(text: bytes) -> str:
    match = _ENHANCED_CODE.match(text)
    return match.group(1).decode() if match else ""


def _spoken(text: bytes) -> str:
    enhanced = _enhanced(text)
    return f" {enhanced}" if enhanced else ""
