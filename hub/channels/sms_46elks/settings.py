"""Settings of one 46elks account."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from marshmallow import ValidationError, fields, validate

from hub.contracts.settings import setting
from hub.toolkit.phone import is_e164

_TEXT_SENDER = re.compile(r"[A-Za-z][A-Za-z0-9]{2,10}", re.ASCII)


def is_sender(text: str) -> bool:
    """Whether 46elks can show ``text`` as the sender: 3 to 11 letters and digits beginning with a
    letter, or an E.164 number."""
    return bool(_TEXT_SENDER.fullmatch(text)) or is_e164(text)


def _check_sender(text: str) -> None:
    if not is_sender(text):
        raise ValidationError(
            "must be 3 to 11 letters A-Z and digits beginning with a letter, or an E.164 number"
        )


def _check_address(text: str) -> None:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValidationError("must be an IP address or network") from None


@dataclass(frozen=True, kw_only=True)
class ElksSettings:
    """How to reach the account, and how its messages look."""

    username: str = setting(
        fields.String(validate=validate.Length(min=1)),
        title="API username",
        help="From the 46elks dashboard; a subaccount has its own.",
        sign_in=True,
    )
    password: str = setting(
        fields.String(validate=validate.Length(min=1)),
        title="API password",
        help="From the 46elks dashboard.",
        secret=True,
    )
    sender: str = setting(
        fields.String(validate=_check_sender),
        title="Sender",
        help="Name shown on the phone (3 to 11 letters and digits) or one of your own numbers.",
    )
    base_url: str = setting(
        fields.Url(require_tld=False, schemes={"http", "https"}),
        title="Address",
        help="Where the API answers.",
        default="https://api.46elks.com/a1",
    )
    dontlog: bool = setting(
        fields.Boolean(),
        title="Do not keep texts",
        help="46elks forgets the text after sending. Look-ups then compare sender and time only.",
        default=False,
    )
    fold_letters: bool = setting(
        fields.Boolean(),
        title="Replace costly letters",
        help="Turns letters that would halve the length of a part into near ones (ș to s).",
        default=False,
    )
    allowed_ips: Sequence[str] = setting(
        fields.List(fields.String(validate=_check_address)),
        title="Report addresses",
        help="IP addresses that may send delivery reports; empty allows all that know the secret.",
        default=(),
    )
    lookup_wait: float = setting(
        fields.Float(validate=validate.Range(min=0)),
        title="Wait between look-ups",
        help="Seconds between two look-ups that must find nothing before a repeat; 0: one look.",
        default=30.0,
    )
    balance_warning: float = setting(
        fields.Float(validate=validate.Range(min=0)),
        title="Low balance",
        help="The probe warns below this balance, in the account's currency.",
        default=100.0,
    )
    timeout: float = setting(
        fields.Float(validate=validate.Range(min=0, min_inclusive=False)),
        title="Time limit",
        help="Seconds to wait for an answer.",
        default=30.0,
    )
