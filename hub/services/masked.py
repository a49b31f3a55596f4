"""Addresses as much as their owner needs to recognise them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.kernel.redact import MASK


def masked(contact: Mapping[str, Any], way: str) -> str:
    """The mobile number (``sms``) or address (``email``) of somebody, its middle hidden."""
    if way == "sms":
        return masked_mobile(contact.get("mobile") or "")
    return masked_email(contact.get("email") or "") if way == "email" else ""


def masked_mobile(mobile: str) -> str:
    """``+46 … 05``; empty for what is too short to hide anything."""
    return f"{mobile[:3]} {MASK} {mobile[-2:]}" if len(mobile) > 6 else ""


def masked_email(address: str) -> str:
    """``a…@example.com``."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}{MASK}@{domain}" if name else ""
