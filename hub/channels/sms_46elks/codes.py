"""46elks' words and ours. Its errors are plain sentences, mostly under 403: the text decides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from hub.contracts.channel import ReportStatus

STATUSES = {
    "created": ReportStatus.ACCEPTED,
    "sent": ReportStatus.SENT,
    "delivered": ReportStatus.DELIVERED,
    "failed": ReportStatus.FAILED,
}


class Then(Enum):
    """What the channel does about a refusal."""

    REFUSE = auto()  # this message will never go: ``Refused``
    PAUSE = auto()  # no message will go until a person mends it: ``AuthenticationFailed``


@dataclass(frozen=True)
class Refusal:
    """Our reading of one error text."""

    then: Then
    code: str
    detail: str


# First match wins; compared in lower case. Texts as the API was seen to answer them.
TEXTS: tuple[tuple[str, Refusal], ...] = (
    (
        "invalid to number",
        Refusal(Then.REFUSE, "bad_number", "46elks does not know the recipient's number"),
    ),
    (
        "not enough credit",
        Refusal(
            Then.PAUSE,
            "no_credit",
            "the 46elks account has no credit left: top it up in the 46elks dashboard",
        ),
    ),
    (
        "invalid from number",
        Refusal(
            Then.REFUSE,
            "message_refused",
            "46elks does not accept the sender: mend the instance's setting 'sender'",
        ),
    ),
    (
        "too long",
        Refusal(Then.REFUSE, "message_refused", "46elks says that the message is too long"),
    ),
    ("missing", Refusal(Then.REFUSE, "message_refused", "46elks misses a field of the call")),
    ("invalid url", Refusal(Then.REFUSE, "message_refused", "46elks refuses the report address")),
)
UNKNOWN_TEXT = Refusal(
    Then.REFUSE, "message_refused", "46elks refused the message with a text that is not known"
)
WRONG_CREDENTIALS = Refusal(
    Then.PAUSE,
    "authentication_failed",
    "46elks refused the API username or password: mend the instance's settings",
)
WRONG_ADDRESS = Refusal(
    Then.PAUSE,
    "wrong_address",
    "nothing answers at this path: mend the instance's setting 'base_url'",
)


def refusal(status: int, text: str) -> Refusal:
    """What a 4xx answer with this text means."""
    if status == 401:
        return WRONG_CREDENTIALS
    if status == 404:
        return WRONG_ADDRESS
    lowered = text.lower()
    return next((found for words, found in TEXTS if words in lowered), UNKNOWN_TEXT)
