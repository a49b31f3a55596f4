"""Pages, attachments and downloads as files: kept by this browser only, under names for people."""

from __future__ import annotations

import gzip
import io
import unicodedata

from flask import Blueprint, Response, jsonify, make_response, request, send_file

from hub.services.document_views import FileView
from hub.services.views import LinkInvalid
from hub.web.pages.screens import Desk, look

# The address of a page's image says its version, so it never changes; everything else may.
_UNCHANGING = "private, max-age=86400, immutable"
_ASK_AGAIN = "private, no-cache"
_UNSAFE = str.maketrans('/\\:*?"<>|', "_________")
_LONGEST_NAME = 150


class FilePages:
    """Routes of bytes below ``/s/<token>``. What scanners fetch is handed out and not counted."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(self, blueprint: Blueprint) -> None:
        """Add the routes."""
        add = blueprint.add_url_rule
        add("/s/<token>/d/<key>/<int:version>/<int:number>.webp", "page_image", self.page_image)
        add("/s/<token>/d/<key>/<int:version>/<int:number>.txt", "page_text", self.page_text)
        add("/s/<token>/a/<key>/picture", "picture", self.picture)
        add("/s/<token>/a/<key>/file", "original", self.original)
        add("/s/<token>/m/<file_id>", "enclosed", self.enclosed)
        add("/s/<token>/file/<what>", "download", self.download)
        add("/s/<token>/files", "files", self.files)

    def page_image(self, token: str, key: str, version: int, number: int) -> Response:
        """A page of a document as a picture."""
        file = self._desk.cases.page_image(token, key, version, number, look())
        return answer(file, _UNCHANGING, attached=False)

    def page_text(self, token: str, key: str, version: int, number: int) -> Response:
        """What is written on a page, for the script that shows it beside the picture. It holds no
        secret of the session, so it may travel packed."""
        content = self._desk.cases.page_text(token, key, version, number).encode()
        packing = bool(request.accept_encodings["gzip"])
        response = make_response(gzip.compress(content, mtime=0) if packing else content)
        response.mimetype = "text/plain"
        if packing:
            response.content_encoding = "gzip"
        response.vary.add("Accept-Encoding")
        response.headers["Cache-Control"] = _UNCHANGING
        return response

    def picture(self, token: str, key: str) -> Response:
        """An attachment as the pages show it; only what the server itself has drawn."""
        file = self._desk.cases.attachment(token, key, look(), original=False)
        if file.media_type != "image/webp":
            raise LinkInvalid
        return answer(file, _ASK_AGAIN, attached=False)

    def original(self, token: str, key: str) -> Response:
        """An attachment as the sender gave it: to be saved, never shown as a page of ours."""
        return answer(self._desk.cases.attachment(token, key, look(), original=True), _ASK_AGAIN)

    def download(self, token: str, what: str) -> Response:
        """A document, the signed file or its proof."""
        return answer(self._desk.cases.download(token, what, look()), _ASK_AGAIN)

    def enclosed(self, token: str, file_id: str) -> Response:
        """A file that came with a message: to be saved, never shown as a page of ours."""
        return answer(self._desk.cases.enclosed(token, file_id), _ASK_AGAIN)

    def files(self, token: str) -> Response:
        """Which of the made files are there, for the script of the page that waits for them."""
        papers = self._desk.case(token).papers
        return jsonify(files=list(papers.files) if papers.offer.download else [])


def answer(file: FileView, caching: str, *, attached: bool = True) -> Response:
    """The bytes with their name (RFC 6266) and tag; 304 when this browser has them from us. Nothing
    else is answered without all of the bytes, or parts of a page would count as having seen it."""
    response = send_file(
        io.BytesIO(file.content),
        file.media_type,
        as_attachment=attached,
        download_name=safe_name(file.name),
        etag=file.etag,
        conditional=False,
    )
    if request.method == "GET" and file.again and not request.if_none_match.star_tag:
        response.make_conditional(request)  # no ranges
    response.headers["Cache-Control"] = caching
    return response


def safe_name(name: str) -> str:
    """``name`` without what a file system or a reader could misunderstand; the ending stays."""
    kept = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C")
    stem, dot, ending = kept.translate(_UNSAFE).strip(" .").rpartition(".")
    return f"{stem[:_LONGEST_NAME]}{dot}{ending[:_LONGEST_NAME]}" or "file"
