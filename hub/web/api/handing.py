"""Hands files out by the API: to be saved, or to be asked for again while they are made."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from flask import Response, send_file

from hub.services.document_views import FileView
from hub.services.views import NotReady
from hub.web.api.problems import problem

_SOON = {"Retry-After": "5"}  # seconds


def handed(find: Callable[[], FileView]) -> Response:
    """A file for taking along, or that it is still being made."""
    try:
        file = find()
    except NotReady as error:
        detail = "The documents are being made: ask again in a few seconds."
        if error.step == "evidence":
            detail = "The proof is being made: ask again in a few seconds."
        return problem(409, detail, code="being_made", headers=_SOON)
    answer = send_file(
        BytesIO(file.content),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.name,
        etag=file.etag,
    )
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
