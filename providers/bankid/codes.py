"""Every word of BankID's API and what it means to us: hints, errors, texts for the customer.

The RFA numbers are those of the relying party guidelines; the wording is our own. A hint or an
error code that is not listed is legal: BankID may add some at any time.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.contracts.plugin import Wording
from hub.contracts.provider import OrderStatus
from hub.kernel.errors import AuthenticationFailed, ParaphError, Permanent, Refused, Retryable

TEXTS: dict[str, Wording] = {
    "1": {"en": "Open the BankID app.", "sv": "Öppna BankID-appen."},
    "1QR": {
        "en": "Open the BankID app on your phone and scan the QR code.",
        "sv": "Öppna BankID-appen i telefonen och läs av QR-koden.",
    },
    "3": {
        "en": "The signing was interrupted. Please start again.",
        "sv": "Underskriften avbröts. Börja om på nytt.",
    },
    "4": {
        "en": "Another BankID signing with this personal number was under way, and both were "
        "stopped. If that was not you, do not go on. Otherwise please start again.",
        "sv": "En annan underskrift med samma personnummer pågick, och båda stoppades. "
        "Fortsätt inte om det inte var du. Börja annars om på nytt.",
    },
    "5": {
        "en": "BankID has a technical problem. Please try again in a little while.",
        "sv": "BankID har ett tekniskt fel. Försök igen om en liten stund.",
    },
    "6": {"en": "You cancelled in the BankID app.", "sv": "Du avbröt i BankID-appen."},
    "8": {
        "en": "The BankID app did not answer. Check that it is open and that the phone is online, "
        "then start again.",
        "sv": "BankID-appen svarade inte. Se efter att den är öppen och att telefonen har nät, "
        "och börja sedan om.",
    },
    "9": {
        "en": "Read the text in the BankID app, enter your security code there and choose Sign.",
        "sv": "Läs texten i BankID-appen, ange din säkerhetskod där och välj Skriv under.",
    },
    "13": {"en": "Opening the BankID app …", "sv": "Öppnar BankID-appen …"},
    "15A": {
        "en": "Looking for a BankID on this computer. If yours is on a card, put the card in the "
        "reader. If there is none, get one from your bank or use BankID on your phone.",
        "sv": "Letar efter ett BankID på den här datorn. Har du det på kort: sätt kortet i "
        "läsaren. Saknas det, hämta ett hos din bank eller använd BankID i telefonen.",
    },
    "15B": {
        "en": "Looking for a BankID on this device. If there is none, get one from your bank.",
        "sv": "Letar efter ett BankID på den här enheten. Saknas det, hämta ett hos din bank.",
    },
    "16": {
        "en": "This BankID is blocked or no longer valid. Use another one, or get a new one from "
        "your bank.",
        "sv": "Detta BankID är spärrat eller gäller inte längre. Använd ett annat eller hämta "
        "ett nytt hos din bank.",
    },
    "17A": {
        "en": "The BankID app does not seem to be on this device. Install it and get a BankID from "
        "your bank, or use BankID on another device.",
        "sv": "BankID-appen verkar inte finnas på den här enheten. Installera den och hämta ett "
        "BankID hos din bank, eller använd BankID på en annan enhet.",
    },
    "17B": {
        "en": "The QR code was not scanned in time. Open the BankID app, update it if it asks for "
        "that, and start again.",
        "sv": "QR-koden lästes inte av i tid. Öppna BankID-appen, uppdatera den om den ber om "
        "det, och börja om.",
    },
    "21": {"en": "In progress …", "sv": "Pågår …"},
    "22": {
        "en": "Something unexpected happened. Please start again.",
        "sv": "Något oväntat hände. Börja om på nytt.",
    },
    "23": {
        "en": "Photograph and read your identity document with the BankID app.",
        "sv": "Fotografera och läs av din id-handling med BankID-appen.",
    },
    "call": {
        "en": "Confirm in the BankID app that you are on the phone with us.",
        "sv": "Bekräfta i BankID-appen att du talar i telefon med oss.",
    },
    "call_denied": {
        "en": "You said that you are not on the phone with us. Nothing was signed.",
        "sv": "Du svarade att du inte talar i telefon med oss. Inget har skrivits under.",
    },
    "old_app": {
        "en": "Your BankID app is too old. Update it, then start again.",
        "sv": "Din BankID-app är för gammal. Uppdatera den och börja om.",
    },
    "blocked": {
        "en": "The signing could not be carried out this time. Please contact the sender.",
        "sv": "Underskriften kunde inte genomföras den här gången. Kontakta avsändaren.",
    },
    "lost": {
        "en": "We could not receive the result from BankID. Nothing is registered as signed. "
        "Please sign again.",
        "sv": "Vi kunde inte ta emot resultatet från BankID. Inget är registrerat som "
        "underskrivet. Skriv under en gång till.",
    },
    "done": {"en": "Signed. Thank you!", "sv": "Underskrivet. Tack!"},
    "wrong_person": {
        "en": "This was signed with another person's BankID than the one who is to sign.",
        "sv": "Underskriften gjordes med ett annat BankID än den persons som ska skriva under.",
    },
    "not_verified": {
        "en": "The signature could not be verified and was not accepted. Please sign again.",
        "sv": "Underskriften gick inte att kontrollera och godtogs inte. Skriv under en gång till.",
    },
    "internal": {
        "en": "The signing could not be started because of a fault on our side. Please contact "
        "the sender.",
        "sv": "Underskriften kunde inte startas på grund av ett fel hos oss. Kontakta avsändaren.",
    },
}


@dataclass(frozen=True)
class Hint:
    """What a hint code means. ``text`` for BankID on another device; ``here`` where the app runs on
    the device with the browser, ``computer`` where that device is a computer. ``security`` marks
    what operations should look at."""

    status: OrderStatus
    text: str
    here: str = ""
    computer: str = ""
    security: bool = False

    def wording(self, *, same_device: bool, computer: bool) -> Wording:
        """The text for this customer's situation."""
        here = (self.computer if computer else "") or self.here
        return TEXTS[(here if same_device else "") or self.text]


_P, _F = OrderStatus.PENDING, OrderStatus.FAILED
NOBODY_YET = "outstandingTransaction"
START_FAILED = "startFailed"
RESULT_LOST = "result_lost"  # our own word: the one final answer never reached us

HINTS: dict[tuple[str, str], Hint] = {
    ("pending", NOBODY_YET): Hint(_P, "1QR", here="13"),
    ("pending", "noClient"): Hint(_P, "1"),
    ("pending", "started"): Hint(_P, "15B", here="15B", computer="15A"),
    ("pending", "userMrtd"): Hint(_P, "23"),
    ("pending", "userCallConfirm"): Hint(_P, "call"),
    ("pending", "userSign"): Hint(_P, "9"),
    ("pending", "processing"): Hint(_P, "21"),
    ("failed", "expiredTransaction"): Hint(_F, "8"),
    ("failed", "certificateErr"): Hint(_F, "16"),
    ("failed", "userCancel"): Hint(_F, "6"),
    ("failed", "cancelled"): Hint(_F, "3"),
    ("failed", START_FAILED): Hint(_F, "17B", here="17A"),
    ("failed", "userDeclinedCall"): Hint(_F, "call_denied", security=True),
    ("failed", "notSupportedByUserApp"): Hint(_F, "old_app"),
    ("failed", RESULT_LOST): Hint(_F, "lost"),
    ("failed", "transactionRiskBlocked"): Hint(_F, "blocked", security=True),
}
UNKNOWN_HINTS: dict[str, Hint] = {"pending": Hint(_P, "21"), "failed": Hint(_F, "22")}


@dataclass(frozen=True)
class Trouble:
    """What an error answer means: the error it becomes, our code, the customer's text."""

    error: type[ParaphError]
    code: str
    text: str


# BankID asks not to repeat 408 and 500 automatically. They are Retryable all the same: the engine
# waits with growing pauses, and at a start it is the customer who presses again.
ERRORS: dict[str, Trouble] = {
    "alreadyinprogress": Trouble(Refused, "already_in_progress", "4"),
    "invalidparameters": Trouble(Refused, "invalid_parameters", "internal"),
    "canceled": Trouble(Refused, "cancelled", "3"),
    "cancelled": Trouble(Refused, "cancelled", "3"),
    "unauthorized": Trouble(AuthenticationFailed, "authentication_failed", "internal"),
    "notfound": Trouble(Permanent, "wrong_address", "internal"),
    "methodnotallowed": Trouble(Permanent, "method_not_allowed", "internal"),
    "unsupportedmediatype": Trouble(Permanent, "unsupported_media_type", "internal"),
    "requesttimeout": Trouble(Retryable, "request_timeout", "5"),
    "toomanyrequests": Trouble(Retryable, "too_many_requests", "5"),
    "internalerror": Trouble(Retryable, "internal_error", "5"),
    "maintenance": Trouble(Retryable, "maintenance", "5"),
}
BY_STATUS: dict[int, Trouble] = {
    400: Trouble(Refused, "refused", "22"),
    401: ERRORS["unauthorized"],
    403: ERRORS["unauthorized"],
    404: ERRORS["notfound"],
    405: ERRORS["methodnotallowed"],
    408: ERRORS["requesttimeout"],
    415: ERRORS["unsupportedmediatype"],
    429: ERRORS["toomanyrequests"],
    503: ERRORS["maintenance"],
}


def trouble(status: int, error_code: str) -> Trouble:
    """The meaning of an error answer; an unknown code falls back on the status."""
    known = ERRORS.get(error_code.lower())
    if known:
        return known
    if status >= 500:
        return BY_STATUS.get(status, ERRORS["internalerror"])
    return BY_STATUS.get(status, Trouble(Permanent, "unexpected_answer", "22"))


def hint_for(status: str, code: str) -> tuple[Hint, bool]:
    """The meaning of a hint, and whether it is one that we know."""
    known = HINTS.get((status, code))
    return (known, True) if known else (UNKNOWN_HINTS[status], False)


def say(text: str, language: str) -> str:
    """One text in one language, English where we have no other."""
    wording = TEXTS[text]
    return wording.get(language, wording["en"])
