"""What can be set to differ, as real knowledge bases differ (and sources contradict each other)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Modes:
    """One line each; ``/_control/modes`` flips them."""

    token_on_ew: bool = True  # whether the EW surface takes bearer tokens
    upsert: str = "match"  # which parameter EWUpsert takes: match or query
    expires_in: str = "native"  # native, or minutes / seconds on all surfaces without a unit
    token_minutes: int = 15
    refuse_credentials: bool = False  # somebody changed the password
    crlf: bool = False  # older servers end EWREST lines so
    wsdelay: float = 0.0  # pause after each call; a real server's default is one second
    hook_body: str = "flat"  # flat, nested or form: the real keys are not documented
    enabled_soap: bool = True  # "Enable WS" of the knowledge base
