"""The entity's rules by which documents remind of themselves, where their creator wanted that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from providers.getaccept.sandbox.model import Document, Recipient

TEXT = "Hello {{recipient.first_name}}, {{document.name}} is waiting for you."


@dataclass(frozen=True)
class Rule:
    """Days after sending, or before expiry when negative, and who is reminded then."""

    name: str
    days: int
    wants: Callable[[Recipient], bool]

    def at(self, document: Document) -> datetime | None:
        """When the rule strikes."""
        start = document.send_date if self.days > 0 else document.expires
        return start + timedelta(days=self.days) if start else None


RULES = (
    Rule("not_opened", 3, lambda person: person.opened_at is None),
    Rule("not_signed", 7, lambda person: True),
    Rule("before_expiry", -2, lambda person: True),
)


def moments(document: Document) -> list[datetime]:
    """When this document has to be looked at for its reminders."""
    if not document.facts.get("is_reminder_sending"):
        return []
    return [at for rule in RULES if (at := rule.at(document)) is not None]


def due(document: Document, now: datetime) -> list[Recipient]:
    """Whom to remind now; each rule strikes once."""
    found: list[Recipient] = []
    if not document.facts.get("is_reminder_sending"):
        return found
    for rule in RULES:
        at = rule.at(document)
        if at is None or at > now or rule.name in document.reminded:
            continue
        document.reminded.add(rule.name)
        for person in document.recipients:
            waits = person.told and person.acts and not person.is_done
            if waits and rule.wants(person) and person not in found:
                found.append(person)
    return found
