"""Bodies that name no length (chunked) are held to the limit too: too long is refused, never cut.

A body with a ``Content-Length`` over the limit is refused by werkzeug before it is read.
"""

from __future__ import annotations

from functools import cached_property
from typing import IO, cast

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wsgi import LimitedStream


class WholeBodyRequest(Request):
    """A request whose body is all there, or refused with 413."""

    @cached_property
    def stream(self) -> IO[bytes]:
        """The body, up to the limit."""
        limit, terminated = self.max_content_length, "wsgi.input_terminated" in self.environ
        if limit is None or not terminated or (self.content_length or 0) > limit:
            return super().stream
        return cast(IO[bytes], _Whole(self.environ["wsgi.input"], limit, is_max=True))


class _Whole(LimitedStream):
    """werkzeug's ends silently when it is read in one go and the limit is reached."""

    def readall(self) -> bytes:
        read = super().readall()
        if read and self.is_exhausted:
            self.on_exhausted()
        return read

    def on_exhausted(self) -> None:
        if self._stream.read(1):
            raise RequestEntityTooLarge
