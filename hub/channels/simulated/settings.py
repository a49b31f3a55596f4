"""Settings of a simulated channel."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields, validate

from hub.contracts.settings import setting


@dataclass(frozen=True, kw_only=True)
class SimulatedSettings:
    """Which gateway in memory, and the credentials for it."""

    gateway: str = setting(
        fields.String(validate=validate.Length(min=1)),
        title="Gateway",
        help="Channels naming the same one share its messages.",
        default="default",
    )
    password: str = setting(
        fields.String(),
        title="Password",
        help="Must be the gateway's, else it is refused.",
        secret=True,
        default="simulated",
    )
    lookup_wait: float = setting(
        fields.Float(validate=validate.Range(min=0)),
        title="Wait between look-ups",
        help="Seconds between the two look-ups that must both find nothing before a repeat.",
        default=30.0,
    )
