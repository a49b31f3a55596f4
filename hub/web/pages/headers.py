"""The security headers of every page."""

from __future__ import annotations

from flask import Response

# No inline script or style, nobody else's files, in nobody's frame. Chromium applies form-action to
# redirects after a post as well: ours stay here, and what leads away is a link, never a redirect.
_CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_ALWAYS = {
    "Content-Security-Policy": _CSP,
    # The link is the key: no other site may learn it from a Referer.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_HSTS = "max-age=31536000"


def secure(response: Response, *, https: bool) -> None:
    """Add the headers; whatever says nothing about caching is not kept anywhere."""
    response.headers.update(_ALWAYS)
    response.headers.setdefault("Cache-Control", "no-store")
    if https:
        response.headers["Strict-Transport-Security"] = _HSTS
