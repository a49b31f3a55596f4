"""Style sheets, scripts and logos: served by the hub itself, cached for ever by content hash."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, make_response, request, send_from_directory, url_for

from hub.web.pages import branding

FOLDER = Path(__file__).parents[1] / "static"
_FOR_EVER = "public, max-age=31536000, immutable"
_SHORTLY = "public, max-age=300"
_HASH_LENGTH = 12


@cache
def version(name: str, changed: int) -> str:
    """The first characters of the file's hash; ``changed`` is its time stamp in nanoseconds."""
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:_HASH_LENGTH]


def address(name: str) -> str:
    """The address of a file below ``static/``, with ``?v=<hash>``.

    A script that was not built (``make assets``) gets a plain address: its page works without it.
    """
    stamp = _stamp(name)
    plain = url_for("pages.static_file", name=name)
    return plain if stamp is None else f"{plain}?v={version(name, stamp)}"


def theme_address(accent: str | None) -> str | None:
    """The address of the style sheet for a workspace's accent; None for no (usable) accent."""
    digits = branding.accent_hex(accent)
    if digits is None or not branding.stylesheet(digits):
        return None
    return url_for("pages.theme", digits=digits)


def static_file(name: str) -> Response:
    """A file below ``static/``; kept for ever when the asked hash is the present one."""
    response = send_from_directory(FOLDER, name)
    stamp = _stamp(name)
    fresh = stamp is not None and request.args.get("v") == version(name, stamp)
    response.headers["Cache-Control"] = _FOR_EVER if fresh else _SHORTLY
    return response


def theme(digits: str) -> Response:
    """The style sheet of one accent colour: the address says all that is in it."""
    if branding.accent_hex(digits) != digits:
        abort(404)
    response = make_response(branding.stylesheet(digits))
    response.mimetype = "text/css"
    response.headers["Cache-Control"] = _FOR_EVER
    return response


def register(blueprint: Blueprint) -> None:
    """Add the routes."""
    blueprint.add_url_rule("/static/<path:name>", view_func=static_file)
    blueprint.add_url_rule("/static/theme/<digits>.css", view_func=theme)


def _stamp(name: str) -> int | None:
    try:
        return (FOLDER / name).stat().st_mtime_ns
    except OSError:
        return None
