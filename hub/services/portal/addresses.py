"""E-mail addresses and mobile numbers as contacts are found by: as one would write them down, and
as keyed hashes, so that the database tells nobody's address."""

from __future__ import annotations

import re

from hub.kernel.errors import Unfit
from hub.services.core import Core
from hub.services.wordings import EMAIL, SMS
from hub.toolkit import phone

_EMAIL = re.compile(r"[^@\s,;<>()\"]{1,64}@[^@\s,;<>()\"]{1,190}")
LONGEST = 254


def email_of(text: str) -> str:
    """An e-mail address as it is compared; empty where it is none."""
    plain = text.strip().casefold()
    return plain if len(plain) <= LONGEST and _EMAIL.fullmatch(plain) else ""


def indexes(core: Core, workspace_id: str, way: str, address: str) -> list[str]:
    """An address's keyed hashes: the first one is written, each may be stored."""
    if not address:
        return []
    return core.vault.macs(f"contact:{way}", f"{workspace_id}:{address}")


def given(core: Core, workspace_id: str, region: str, text: str) -> tuple[str, str]:
    """What somebody has typed to sign in: the way to reach it, and the address. Raises ``Unfit``
    with what to mend."""
    plain = text.strip()
    if not plain:
        raise Unfit("no_address", "an e-mail address or a mobile number is needed", field="address")
    if "@" in plain:
        email = email_of(plain)
        if not email:
            raise Unfit("bad_email", "this is no e-mail address", field="address")
        return EMAIL, email
    try:
        return SMS, phone.normalise(plain, region)
    except phone.PhoneError as error:
        raise Unfit("bad_number", str(error), field="address") from None
