"""Somebody whom a customer or an operator names: name, address and number, checked."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from hub.kernel.errors import Unfit
from hub.toolkit.addresses import BadAddress, wire_address
from hub.toolkit.phone import PhoneError, normalise

LONGEST_NAME = 200


def given_recipient(data: Mapping[str, str], region: str) -> dict[str, Any]:
    """The contact of a new recipient; a number without its country is one of ``region``, and is
    refused where that is not known. Raises ``Unfit`` with the ``field`` to mend."""
    name = " ".join(data.get("name", "").split())
    if not name:
        raise Unfit("no_name", "a name is missing", field="name")
    if len(name) > LONGEST_NAME or any(unicodedata.category(one) in ("Cc", "Cf") for one in name):
        raise Unfit("bad_name", "the name is too long or odd", field="name", limit=LONGEST_NAME)
    email, mobile = data.get("email", "").strip(), data.get("mobile", "").strip()
    if not email and not mobile:
        raise Unfit("no_address", "neither an address nor a number", field="email")
    return {
        "name": name,
        "email": _email(email) if email else None,
        "mobile": _mobile(mobile, region) if mobile else None,
        "national_id": None,
    }


def _email(text: str) -> str:
    try:
        wire_address(text)
    except BadAddress:
        raise Unfit("bad_address", "that is no e-mail address", field="email") from None
    return text


def _mobile(text: str, region: str) -> str:
    try:
        return normalise(text, region)
    except PhoneError as error:
        if error.reason == "bad_region":
            raise Unfit("no_country", "the country is not known", field="mobile") from None
        raise Unfit("bad_number", "that is no mobile number", field="mobile") from None
