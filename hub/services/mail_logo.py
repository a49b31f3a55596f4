"""A workspace's logo as a picture inside its e-mails. Mail programs fetch nothing, show no SVG and
drop ``data:`` addresses, so it goes along as a file; one that cannot gives way to the name."""

from __future__ import annotations

import base64
import re
from functools import lru_cache

from hub.contracts.channel import File
from hub.kernel.crypto import sha256_hex

LOGO = "logo"  # its name inside the mail
MOST_BYTES = 40_000
_DATA = re.compile(r"data:image/(png|jpeg|gif);base64,([A-Za-z0-9+/]+={0,2})\Z")


@lru_cache(maxsize=32)
def logo_file(logo: str | None) -> File | None:
    """The picture in a ``data:`` address, where it is one that every mail program shows, and small
    enough to go along with each mail."""
    found = _DATA.match("".join((logo or "").split()))
    if found is None:
        return None
    kind = found.group(1)
    try:
        content = base64.b64decode(found.group(2), validate=True)
    except ValueError:
        return None
    if not 0 < len(content) <= MOST_BYTES:
        return None
    return File(f"{LOGO}.{kind}", f"image/{kind}", content, shown_as=LOGO)


def named(logo: str | None) -> dict[str, str]:
    """What is kept with a mail that shows the logo: which one it was."""
    one = logo_file(logo)
    return {LOGO: sha256_hex(one.content)} if one is not None else {}


def of_mail(logo: str | None, sha256: str) -> tuple[File, ...]:
    """The file that goes along; none where the workspace has another logo since: the picture's
    words, which are the sender's name, stand in its place then."""
    one = logo_file(logo)
    return (one,) if one is not None and sha256_hex(one.content) == sha256 else ()
