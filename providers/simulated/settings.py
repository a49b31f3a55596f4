"""Settings of the simulated provider."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields, validate

from hub.contracts.settings import setting


@dataclass(frozen=True, kw_only=True)
class SimulatedSettings:
    """Which desk signs, and whether somebody must ask it to."""

    desk: str = setting(
        fields.String(validate=validate.Length(min=1)),
        title="Desk",
        help="Name of the desk in this process; tests that run side by side use one each.",
        default="main",
    )
    secret: str = setting(
        fields.String(validate=validate.Length(min=16)),
        title="Key of the desk",
        help="Must be the desk's own key; it also makes and checks the simulated signatures.",
        secret=True,
        default="simulated-desk-key",
    )
    signs_by_itself: bool = setting(
        fields.Boolean(),
        title="Sign by itself",
        help="Every order is signed when it is first asked about. For benchmarks.",
        default=False,
    )
    signer_name: str = setting(
        fields.String(),
        title="Name of the signer",
        help="Who signs when nobody is named.",
        default="Alice Andersson",
    )
    signer_national_id: str = setting(
        fields.String(validate=validate.Regexp(r"^\d{12}$")),
        title="National id of the signer",
        help="Twelve digits; who signs when nobody is named.",
        default="199908072391",
    )
