"""Settings of one mail relay."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import ValidationError, fields, validate

from hub.contracts.settings import setting
from hub.toolkit.addresses import BadAddress, wire_address


def _check_address(text: str) -> None:
    try:
        wire_address(text)
    except BadAddress as error:
        raise ValidationError(str(error)) from None


def _check_display(text: str) -> None:
    if not text.isprintable():
        raise ValidationError("must not hold line breaks or control characters")


@dataclass(frozen=True, kw_only=True)
class SmtpSettings:
    """How to reach the relay, and who writes."""

    host: str = setting(
        fields.String(validate=validate.Length(min=1)),
        title="Server",
        help="Name of the mail relay; it must be the one in its certificate.",
    )
    port: int = setting(
        fields.Integer(validate=validate.Range(1, 65535)),
        title="Port",
        help="587 for STARTTLS, 465 for TLS from the start.",
        default=587,
    )
    security: str = setting(
        fields.String(validate=validate.OneOf(["starttls", "tls", "none"])),
        title="Encryption",
        help="starttls, tls, or none; none is only allowed to this machine.",
        default="starttls",
    )
    ca_file: str = setting(
        fields.String(),
        title="CA file",
        help="PEM file with the relay's own certificate authority; empty uses the system's.",
        default="",
    )
    username: str = setting(
        fields.String(),
        title="Username",
        help="Empty sends without a login.",
        sign_in=True,
        default="",
    )
    password: str = setting(
        fields.String(), title="Password", help="Of that username.", secret=True, default=""
    )
    from_address: str = setting(
        fields.String(validate=_check_address),
        title="Sender's address",
        help="Stands in From; its domain must allow this relay (SPF, DKIM, DMARC).",
    )
    from_name: str = setting(
        fields.String(validate=[validate.Length(max=78), _check_display]),
        title="Sender's name",
        help="Shown beside the address, where a message names no other.",
        default="",
    )
    bounce_address: str = setting(
        fields.String(validate=lambda text: _check_address(text) if text else None),
        title="Bounce address",
        help="Envelope sender, where undeliverable mail goes; empty uses the sender's address.",
        default="",
    )
    reply_to: str = setting(
        fields.String(validate=lambda text: _check_address(text) if text else None),
        title="Reply address",
        help="Where answers go; empty leaves it to the sender's address.",
        default="",
    )
    list_unsubscribe: str = setting(
        fields.String(validate=_check_display),
        title="Unsubscribe",
        help="Value of List-Unsubscribe, e.g. <mailto:stop@example.com>; empty for none.",
        default="",
    )
    dkim_domain: str = setting(
        fields.String(), title="DKIM domain", help="Empty leaves signing to the relay.", default=""
    )
    dkim_selector: str = setting(
        fields.String(), title="DKIM selector", help="Name of the key in DNS.", default=""
    )
    dkim_key_file: str = setting(
        fields.String(), title="DKIM key file", help="PEM file with the RSA key.", default=""
    )
    dkim_private_key: str = setting(
        fields.String(),
        title="DKIM key",
        help="The RSA key itself as PEM, in place of its file.",
        secret=True,
        default="",
    )
    reply_domain: str = setting(
        fields.String(validate=lambda text: _check_address(f"reply@{text}") if text else None),
        title="Reply domain",
        help="Domain whose mail is handed to the hook address: answers of customers, and bounces. "
        "Empty takes none.",
        default="",
    )
    timeout: float = setting(
        fields.Float(validate=validate.Range(min=0, min_inclusive=False)),
        title="Time limit",
        help="Seconds to wait for each answer.",
        default=30.0,
    )
