"""The part of the API that takes files: content, address or form, one file for each call."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Blueprint, Response, request

from hub.kernel.errors import ParaphError
from hub.toolkit.http import HttpClient
from providers.getaccept.sandbox import shapes
from providers.getaccept.sandbox.calls import Calls
from providers.getaccept.sandbox.making import decoded
from providers.getaccept.sandbox.model import Attachment, LibraryItem
from providers.getaccept.sandbox.refusals import Refusal
from providers.getaccept.sandbox.store import MOST_BYTES, short_id
from providers.getaccept.sandbox.tokens import Caller

_TIMEOUT = (2.0, 10.0)


class FilesApi:
    """``/v1/upload``, ``/v1/upload/attachment`` and ``/v1/attachments``."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._store = calls.account.store

    def blueprint(self) -> Blueprint:
        """All routes."""
        made = Blueprint("api_files", __name__)
        add = made.add_url_rule
        add("/v1/upload", view_func=self._upload, methods=["POST"])
        add("/v1/upload/attachment", view_func=self._to_library, methods=["POST"])
        add("/v1/attachments", view_func=self._library)
        return made

    def _upload(self) -> Response:
        def run(caller: Caller) -> Any:
            kept = self._store.add_file(*self._given("upload"))
            return {"file_id": kept.id, "file_status": "uploaded"}

        return self._calls.run("upload", run, locked=False)

    def _to_library(self) -> Response:
        def run(caller: Caller) -> Any:
            name, content = self._given("upload_attachment")
            if not name or not content or len(content) > MOST_BYTES:
                raise Refusal(400, "The file has no name, is empty or is larger than 10 MB")
            title = PurePosixPath(name).stem
            item = LibraryItem(short_id(), title, name, content)
            with self._store.guard:
                self._store.library[item.id] = item
            return _shown(item)

        return self._calls.run("upload_attachment", run, locked=False)

    def _library(self) -> Response:
        return self._calls.run(
            "library",
            lambda caller: {"attachments": [_listed(one) for one in self._store.library.values()]},
        )

    def _given(self, operation: str) -> tuple[str, bytes]:
        """Name and content of the file that came. Raises ``Refusal``."""
        if request.mimetype == "multipart/form-data":
            return form_file()
        body = self._calls.body(operation)
        name = str(body.get("file_name") or "")
        if body.get("file_content"):
            return name, decoded(str(body["file_content"]))
        if body.get("file_url"):
            return fetched(name, str(body["file_url"]))
        raise Refusal(400, "file_content or file_url is missing")


def form_file() -> tuple[str, bytes]:
    """The part ``file`` of a form. Raises ``Refusal``."""
    part = request.files.get("file")
    if part is None:
        raise Refusal(400, "The part 'file' is missing")
    return request.form.get("file_name") or part.filename or "", part.read()


def fetched(name: str, url: str) -> tuple[str, bytes]:
    """A file from a public address, without credentials. Raises ``Refusal``."""
    client = HttpClient("", timeout=_TIMEOUT, max_bytes=MOST_BYTES + 1, cut=True)
    try:
        answer = client.call("GET", url)
    except ParaphError as error:
        raise Refusal(400, "file_url cannot be reached") from error
    finally:
        client.close()
    if answer.status != 200:
        raise Refusal(400, f"file_url answers with {answer.status}")
    return name or PurePosixPath(unquote(urlsplit(url).path)).name, answer.body


def _listed(item: LibraryItem) -> dict[str, Any]:
    """The list names its members as a document's attachments do, the upload does not."""
    made = Attachment(item.id, "file", item.title, item.file_name, item.content)
    return shapes.attachment(made, "")


def _shown(item: LibraryItem) -> dict[str, Any]:
    return {"id": item.id, "type": "file", "title": item.title, "filename": item.file_name}
