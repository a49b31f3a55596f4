"""Settings of the simulated upstream."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields, validate

from hub.contracts.settings import setting


@dataclass(frozen=True, kw_only=True)
class SimulatedSettings:
    """Which store, and how it lets itself be written to."""

    upstream: str = setting(
        fields.String(validate=validate.Length(1, 100)),
        title="Store",
        help="Instances with the same name share their records.",
        default="default",
    )
    password: str = setting(
        fields.String(),
        title="Password",
        help="Only needed if the store asks for one.",
        secret=True,
        default="",
    )
    patience: float = setting(
        fields.Float(validate=validate.Range(min=0.01, max=600)),
        title="Timeout (s)",
        help="How long to wait for a store that is slow.",
        default=30.0,
    )
    adopt: bool = setting(
        fields.Boolean(),
        title="Adopt records",
        help="Writing to a record that only a trigger brought along makes it.",
        default=False,
    )
