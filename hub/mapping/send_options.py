"""``request.options``: which choices whoever sends has, and what was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_WORDS = 1000  # characters of somebody's own words to the customer


@dataclass(frozen=True)
class OptionsRule:
    """The compiled ``request.options``. ``signature`` is what holds unless somebody chooses; None:
    it is always asked for."""

    signature: bool | None = None
    recipient: bool = False
    message: bool = False


@dataclass(frozen=True)
class Choice:
    """What was chosen at one send; what is empty was left as the mapping says it."""

    signature: bool | None = None
    recipient: str = ""
    message: str = ""

    @classmethod
    def of(cls, data: Mapping[str, Any] | None) -> Choice:
        """From plain data."""
        return cls(**data) if data else cls()

    def data(self) -> dict[str, Any]:
        """As plain data, only what was chosen."""
        return {name: value for name, value in vars(self).items() if value not in (None, "")}

    def beyond(self, rule: OptionsRule | None) -> str:
        """The name of a choice that the mapping does not offer; empty where all are offered."""
        rule = rule or OptionsRule()
        offered = {
            "signature": rule.signature is not None,
            "recipient": rule.recipient,
            "message": rule.message,
        }
        return next((name for name in self.data() if not offered[name]), "")


NOT_CHOSEN = Choice()
