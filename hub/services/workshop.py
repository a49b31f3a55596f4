"""Everything that papers need: the object store, and who fetches, looks at, makes and proves them.
Each part is opened when it is first used, so that a hub without papers carries nothing of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hub.kernel.clock import Clock, FastClock, SystemClock
from hub.kernel.crypto import Vault
from hub.kernel.errors import Retryable
from hub.kernel.logging import get_logger
from hub.settings import HubSettings, blobs_place
from hub.settings.blocks import DocumentSettings
from hub.toolkit.guard import Guard

if TYPE_CHECKING:
    from hub.services.documents.inspection import Inspector
    from hub.services.evidence.case import Case
    from hub.services.fetcher import Fetcher
    from hub.services.making.maker import Maker, Proof
    from hub.services.typeset.sheet import Sheet
    from hub.storage.blobs import Blobs

_log = get_logger(__name__)
_MEGABYTE = 1_000_000


class Workshop:
    """The parts, each made once."""

    def __init__(self, settings: HubSettings, vault: Vault, clock: Clock, guard: Guard) -> None:
        self._settings = settings
        self._vault = vault
        # certificates and time stamps know one time only
        self._clock = SystemClock() if isinstance(clock, FastClock) else clock
        self._guard = guard
        self._making = threading.RLock()
        self.seal_trouble = ""  # why the last proof could not be made, while that lasts

    @property
    def longest(self) -> int:
        """The most bytes of a document or attachment."""
        return self._documents.megabytes * _MEGABYTE

    def fetch(self, url: str) -> bytes:
        """A file from an address that a record names, see ``Fetcher.fetch``."""
        return self._fetcher.fetch(url, self.longest)

    def typeset(self, template: str, sheet: Sheet) -> bytes:
        """A document that the hub makes itself, see ``Maker.typeset``."""
        return self.maker.typeset(template, sheet)

    def put_together(
        self, documents: list[bytes], sheet: Sheet | None, title: str, language: str
    ) -> tuple[dict[str, Any], bytes]:
        """Documents and the page of a sheet's lines as one PDF, see ``Maker.put_together``."""
        return self.maker.put_together(documents, sheet, title, language)

    def prove(self, read: Callable[[], Case]) -> Proof:
        """The sealed proof of a case that is read first, see ``Maker.prove``; health tells while it
        cannot be had."""
        with self._told():
            return self.maker.prove(read())

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except Retryable as error:
            self.seal_trouble = error.detail
            _log.warning("not proven", code=error.code)
            raise
        self.seal_trouble = ""

    @property
    def blobs(self) -> Blobs:
        """The object store."""
        with self._making:
            return self._blobs

    @property
    def inspector(self) -> Inspector:
        """Who looks at documents and attachments."""
        with self._making:
            return self._inspector

    @property
    def maker(self) -> Maker:
        """Who makes documents and proofs."""
        with self._making:
            return self._maker

    def close(self) -> None:
        """End processes and connections of the parts that were used."""
        used = vars(self)
        if "_inspector" in used:
            self._inspector.close()
        if "_fetcher" in used:
            self._fetcher.close()
        if "_maker" in used:
            self._maker.close()

    @property
    def _documents(self) -> DocumentSettings:
        return self._settings.documents or DocumentSettings()

    @cached_property
    def _blobs(self) -> Blobs:
        from hub.storage.blobs import Blobs

        return Blobs(blobs_place(self._settings), self._vault)

    @cached_property
    def _inspector(self) -> Inspector:
        from hub.services.documents.inspection import Inspector
        from hub.services.documents.shapes import Limits

        wanted = self._documents
        limits = Limits(
            pages=wanted.pages,
            size=self.longest,
            seconds=wanted.seconds,
            memory=wanted.memory * _MEGABYTE,
        )
        return Inspector(limits)

    @cached_property
    def _fetcher(self) -> Fetcher:
        from hub.services.fetcher import Fetcher

        return Fetcher(self._guard, self.longest)

    @cached_property
    def _maker(self) -> Maker:
        from hub.services.making.maker import Maker, pools

        return Maker(self._settings, self._clock, pools(self._settings))
