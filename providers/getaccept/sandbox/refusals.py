"""What the simulator says no with, in both shapes that the vendor's errors are known to have."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

TITLES = {
    400: "Invalid",
    401: "Unauthorized",
    403: "Access denied",
    404: "Not found",
    429: "Too many requests",
    500: "Server error",
}


class Refusal(Exception):
    """The API says no. ``empty`` leaves the body out, as for a call without a valid token."""

    def __init__(self, status: int, text: str, *, empty: bool = False) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.empty = empty


class PageRefusal(Exception):
    """The signer's page says no; the text is for the person."""


def not_found(what: str) -> Refusal:
    """404 for a thing that this account does not have."""
    return Refusal(404, f"{what} not found")


def error_body(status: int, text: str, profile: str) -> dict[str, Any]:
    """The body of an error as it was observed, or as the vendor's description declares it."""
    if profile == "declared":
        return {"status": status, "error": TITLES.get(status, "Error"), "description": text}
    return {"code": status, "message": text, "errors": text}


def error_response(refusal: Refusal, profile: str) -> Response:
    """The whole answer."""
    if refusal.empty:
        return Response(b"", refusal.status, content_type="text/html; charset=UTF-8")
    response = jsonify(error_body(refusal.status, refusal.text, profile))
    response.status_code = refusal.status
    return response
