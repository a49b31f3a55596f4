"""How the screen for people says things: Swedish words, tones of status pills, amounts, days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from connectors.dynamics_nav.sandbox.values import NO_DATE, NO_TIME

_ZONE = ZoneInfo("Europe/Stockholm")
WORDS = {
    "_blank_": "", "Open": "Öppen", "Released": "Släppt",
    "Pending_Approval": "Väntar på godkännande", "Pending_Prepayment": "Väntar på förskott",
    "Draft": "Utkast", "Sent": "Skickad", "Seen": "Läst", "Signed": "Signerad",
    "Declined": "Avböjd", "Expired": "Utgången", "Failed": "Misslyckad", "Withdrawn": "Återkallad",
    "Accepted": "Godkänd", "Found": "Hittad", "Priced": "Prissatt", "Offered": "Erbjuden",
    "Decided": "Beslutad", "Offer": "Offert", "Quick_Offer": "Snabboffert", "Ship": "Leverans",
    "Invoice": "Fakturering", "All": "Alla", "Quote": "Offert", "Order": "Order",
}  # fmt: skip
_TONES = {
    "Signed": "good", "Accepted": "good", "Declined": "bad", "Failed": "bad", "All": "bad",
    "Draft": "busy", "Sent": "busy", "Seen": "busy", "Offered": "busy", "Expired": "warn",
    "Withdrawn": "warn",
}  # fmt: skip
STEPS = ("Found", "Priced", "Offered", "Decided")
ACTIVE = ("Draft", "Sent", "Seen")
OVER = ("Expired", "Withdrawn", "Failed")


def word(option: object) -> str:
    """An option in Swedish."""
    return WORDS.get(str(option), str(option))


def tone(option: object) -> str:
    """The colour of its pill."""
    return _TONES.get(str(option), "calm")


def money(value: Decimal, currency: str = "") -> str:
    """``1234.5`` → ``1 234,50 kr``, which never breaks over lines."""
    text = f"{value:,.2f}".replace(",", "\u00a0").replace(".", ",")
    return f"{text}\u00a0{currency or 'kr'}"


def number(value: Decimal) -> str:
    """Without zeros that say nothing."""
    text = f"{value.normalize():f}"
    return text.replace(".", ",")


def day(value: date) -> str:
    """A day, or nothing for the blank one."""
    return "" if value == NO_DATE else value.isoformat()


def moment(value: datetime) -> str:
    """A moment as the clock on the workshop's wall showed it."""
    if value == NO_TIME:
        return ""
    return value.replace(tzinfo=value.tzinfo or UTC).astimezone(_ZONE).strftime("%Y-%m-%d %H:%M")


def is_group(group: str, status: str) -> bool:
    """Whether a digital status belongs into a role-centre list."""
    members: Mapping[str, tuple[str, ...]] = {
        "active": ACTIVE,
        "declined": ("Declined",),
        "signed": ("Signed",),
        "over": OVER,
    }
    return status in members[group]
