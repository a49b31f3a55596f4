"""What kind of browser asks: a person's or a link scanner's, a phone or a desktop.

Only hints: a wrong guess changes which button comes first, or whether a look counts as "opened";
it never locks anybody out.
"""

from __future__ import annotations

import re
from typing import Protocol


class Headers(Protocol):
    """HTTP headers, by name without regard to case."""

    def get(self, key: str, default: str) -> str:
        """The header's value."""
        ...


# Words in the User-Agent of programs that fetch a link before, or instead of, the customer.
_SCANNERS = re.compile(
    "|".join(
        (
            r"bot\b|crawl|spider|preview|scanner|monitor|node-fetch",
            r"facebookexternalhit|facebot|microsoft office",
            r"whatsapp|telegram|slack|discord|skypeuri|embedly",
            r"googleimageproxy|google-safety|google-read-aloud|bingpreview|ms-office",
            r"barracuda|mimecast|proofpoint|urldefense|symantec|trendmicro|forcepoint|zscaler",
            r"safelinks|checkpoint|fortiguard|virustotal|urlscan",
            r"curl/|wget/|python|go-http|java/|okhttp|axios|libwww|ruby|perl|php/|httpclient",
        )
    ),
    re.IGNORECASE,
)
# Headers by which a browser says that nobody looks yet.
_AHEAD = ("Purpose", "Sec-Purpose", "X-Purpose", "X-Moz")
_AHEAD_WORDS = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
# An iPad that asks for desktop pages calls itself a Mac; it gets the desktop's order of buttons.
_HANDHELD = re.compile(r"iPhone|iPad|iPod|Android|Windows Phone|Mobile", re.IGNORECASE)


def is_ahead(method: str, headers: Headers) -> bool:
    """Whether the page is only looked up or fetched ahead: nobody sees it (yet)."""
    return method == "HEAD" or any(_AHEAD_WORDS.search(headers.get(name, "")) for name in _AHEAD)


def is_person(method: str, headers: Headers) -> bool:
    """Whether this looks like somebody reading the page, not a scanner, preview or prefetch."""
    if is_ahead(method, headers):
        return False
    agent = headers.get("User-Agent", "").strip()
    return agent != "" and _SCANNERS.search(agent) is None


def is_handheld(headers: Headers) -> bool:
    """Whether the signing app is probably on the very device that shows the page."""
    if headers.get("Sec-CH-UA-Mobile", "") == "?1":
        return True
    return _HANDHELD.search(headers.get("User-Agent", "")) is not None
