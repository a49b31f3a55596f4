"""Style sheets, scripts and logos: served by the hub itself, cached for ever by content hash."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, make_response, request, send_from_directory, url_for
from werkzeug.security import safe_join

from hub.services.accents import accent_hex
from hub.web.pages import branding

FOLDER = Path(__file__).parents[1] / "static"
_FOR_EVER = "public, max-age=31536000, immutable"
_SHORTLY = "public, max-age=300"
_HASH_LENGTH = 12
# Texts travel packed. Pages do not: they hold secrets, and what is packed tells by its length.
_PACKED = (".css", ".js", ".svg")


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
    digits = accent_hex(accent)
    if digits is None or not branding.stylesheet(digits):
        return None
    return url_for("pages.theme", digits=digits)


def static_file(name: str) -> Response:
    """A file below ``static/``; kept for ever when the asked hash is the present one."""
    stamp = _stamp(name)
    packing = stamp is not None and name.endswith(_PACKED)
    if stamp is not None and packing and request.accept_encodings["gzip"]:
        response = _packed(name, stamp)
    else:
        response = send_from_directory(FOLDER, name)
    if packing:
        response.vary.add("Accept-Encoding")
    fresh = stamp is not None and request.args.get("v") == version(name, stamp)
    response.headers["Cache-Control"] = _FOR_EVER if fresh else _SHORTLY
    return response


def theme(digits: str) -> Response:
    """The style sheet of one accent colour: the address says all that is in it."""
    if accent_hex(digits) != digits:
        abort(404)
    response = make_response(branding.stylesheet(digits))
    response.mimetype = "text/css"
    response.headers["Cache-Control"] = _FOR_EVER
    return response


def register(blueprint: Blueprint) -> None:
    """Add the routes."""
    blueprint.add_url_rule("/static/<path:name>", view_func=static_file)
    blueprint.add_url_rule("/static/theme/<digits>.css", view_func=theme)


def _packed(name: str, stamp: int) -> Response:
    response = make_response(packed(name, stamp))
    response.mimetype = mimetypes.guess_type(name)[0] or "text/plain"
    response.content_encoding = "gzip"
    response.set_etag(f"{version(name, stamp)}-gzip")
    response.make_conditional(request)
    return response


@cache
def packed(name: str, changed: int) -> bytes:
    """The file packed, once for each time that it changed."""
    return gzip.compress((FOLDER / name).read_bytes(), mtime=0)


def _stamp(name: str) -> int | None:
    """When the file changed; None where there is none, or not in this folder."""
    path = safe_join(str(FOLDER), name)
    try:
        return Path(path).stat().st_mtime_ns if path else None
    except OSError:
        return None
