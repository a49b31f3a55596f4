"""Files that a form brings along, read no further than they may be long; and forms that are longer
than any that is taken, of which the words are kept."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Field, MultipartDecoder, NeedData

from hub.services.document_views import GivenFile
from hub.services.enclosures import FIELD, LARGEST, MOST_FILES

# One file more than fit, so that who sends that many is told so in words.
MOST_BYTES = (MOST_FILES + 1) * LARGEST + 3_000_000
MOST_WORDS = 2_000_000  # bytes of what is typed, of which a page keeps what fits
_BEGINNING = 64 * 1024


def given_files(request: Request) -> list[GivenFile]:
    """What was chosen; a browser also sends the field when nothing was."""
    given = request.files.getlist(FIELD)
    found = [
        GivenFile(one.filename, one.stream.read(LARGEST + 1))
        for one in given[: MOST_FILES + 1]
        if one.filename
    ]
    for one in given:
        one.close()  # large ones stand in the system's folder for such files until then
    return found


def is_too_long(request: Request) -> bool:
    """Whether more comes than is taken."""
    most = request.max_content_length
    return most is not None and (request.content_length or 0) > most


def words_before(request: Request) -> Mapping[str, str]:
    """The fields that stand before the files of a form that is too long: all that is read of it."""
    boundary = request.mimetype_params.get("boundary")
    if not boundary:
        return {}
    decoder = MultipartDecoder(boundary.encode(), max_form_memory_size=_BEGINNING)
    found: dict[str, bytes] = {}
    name = None
    try:
        decoder.receive_data(request.environ["wsgi.input"].read(_BEGINNING))
        while not isinstance(event := decoder.next_event(), NeedData):
            if isinstance(event, Data) and name is not None:
                found[name] = found.get(name, b"") + event.data
            elif not isinstance(event, Data):
                name = event.name if isinstance(event, Field) else None
    except (ValueError, RequestEntityTooLarge):  # what came until here counts
        pass
    return {name: value.decode("utf-8", "replace") for name, value in found.items()}
