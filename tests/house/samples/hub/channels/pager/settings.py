"""Settings of one pager gateway."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields, validate

from hub.contracts.settings import setting


@dataclass(frozen=True, kw_only=True)
class PagerSettings:
    """How to reach the gateway."""

    base_url: str = setting(
        fields.Url(require_tld=False), title="Address", help="Where the gateway answers."
    )
    api_key: str = setting(
        fields.String(validate=validate.Length(min=1)),
        title="API key",
        help="From the gateway's account page.",
        secret=True,
    )
    timeout: float = setting(
        fields.Float(validate=validate.Range(min=0, min_inclusive=False)),
        title="Time limit",
        help="Seconds to wait for an answer.",
        default=30.0,
    )
