"""How the simulated account behaves where the real one is unknown, slow or adjustable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

CHOICES: dict[str, tuple[Any, ...]] = {
    "error_profile": ("observed", "declared"),
    "subscription_answer": ("array", "object"),
    "expired_status": ("expired", "unchanged"),
    "no_fields": (204, 404),
    "check_values": ("string", "integer"),
}


@dataclass
class Modes:
    """Changed by tests through ``/_control/modes``."""

    error_profile: str = "observed"
    subscription_answer: str = "array"
    expired_status: str = "expired"
    no_fields: int = 204
    check_values: str = "string"  # a check field's value in answers
    import_delay_ms: int = 300
    token_ttl: int = 1_209_600
    rate_limit: int = 6_000
    rate_window: int = 60
    login_failures: int = 5  # wrong passwords until sign-in is throttled
    login_pause: int = 60  # seconds that it stays so
    retry_schedule: list[int] = field(default_factory=lambda: [3_600, 43_200, 86_400, 172_800])
    file_lag: int = 0  # seconds after the last signature until its PDF is there
    sends_by_default: bool = True  # what a create without is_automatic_sending does
    webhook_recipient_id: bool = False
    own_comment_events: bool = True  # whether the sender's own comments are told by webhook
    mail_pictures: bool = True  # a picture of the first page in e-mails; takes a moment each
    receipt_attached: bool = True  # the signed PDF goes with the receipt
    strict: bool = True  # members that nobody published are refused

    def change(self, given: Mapping[str, Any]) -> None:
        """Set what ``given`` names. Raises ``ValueError``; nothing is set then."""
        known = {one.name for one in fields(self)}
        for name, value in given.items():
            if name not in known:
                raise ValueError(f"unknown mode '{name}'; known: {', '.join(sorted(known))}")
            if type(value) is not type(getattr(self, name)):
                raise ValueError(f"mode '{name}' has another type")
            if value not in CHOICES.get(name, (value,)):
                raise ValueError(f"mode '{name}' is one of {CHOICES[name]}")
        if not all(type(one) is int and one >= 0 for one in given.get("retry_schedule", ())):
            raise ValueError("mode 'retry_schedule' is a list of whole seconds")
        for name, value in given.items():
            setattr(self, name, value)
