"""A connector: reads and writes records of one upstream. It knows nothing about signing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.contracts.plugin import HookAnswer, PluginContext, ProbeResult, RawHook
from hub.contracts.records import Operation, Receipt, Record, RecordRef, UpstreamFile
from hub.kernel.errors import Unsupported


@dataclass(frozen=True)
class HookReading:
    """A verified inbound call: which records it speaks of, and what to answer.

    An empty ``references`` is a legal call about nothing (a handshake). ``dedupe`` names the
    call so that the same one arriving again is recognised; empty means the hub hashes the body.
    """

    references: tuple[RecordRef, ...] = ()
    answer: HookAnswer = HookAnswer()
    dedupe: str = ""


class Connector(ABC):
    """Base of all connectors. ``Settings`` is the plugin's settings dataclass."""

    Settings: type

    def __init__(self, settings: Any, context: PluginContext) -> None:
        self.settings = settings
        self.context = context

    @abstractmethod
    def probe(self) -> ProbeResult:
        """Reach the upstream with the credentials and change nothing.

        Raises ``AuthenticationFailed`` or ``Retryable``.
        """

    @abstractmethod
    def fetch(self, ref: RecordRef) -> Record:
        """Read one record. Raises ``NotFound``, ``Retryable``, ``AuthenticationFailed``."""

    def canonical(self, ref: RecordRef) -> RecordRef:
        """``ref`` as the upstream writes it, where one record's id can be written in several ways
        ("6" and "06"). Asks nobody and never raises: what cannot be an id is left as it is."""
        return ref

    def changes(self, table: str, since: str | None) -> Iterator[tuple[RecordRef, str]]:
        """References changed after cursor ``since`` (None: all that there are), each with the
        cursor to continue from. A list may end early: asked again from the last cursor, it goes
        on. The same change has the same cursor when it is listed again."""
        raise Unsupported(f"{self.context.instance} does not list changes")

    def cursor_now(self, table: str) -> str | None:
        """The cursor after which ``changes`` lists only what changes from now on; None where there
        is nothing yet. Reads through all that there is, unless the connector knows better."""
        cursor: str | None = None
        while True:
            before = cursor
            for _, after in self.changes(table, before):
                cursor = after
            if cursor == before:
                return cursor

    @abstractmethod
    def apply(
        self, operation: Operation, idempotency_key: str, *, uncertain: bool = False
    ) -> Receipt:
        """Do ``operation``; doing it again with the same key has no second effect.

        ``uncertain`` says that an earlier try may have happened without an answer: where the
        upstream does not know idempotency keys, look first. Raises ``RecordLocked``, ``Refused``,
        ``Unsupported``, ``Retryable``, ``OutcomeUnknown``, ``AuthenticationFailed``.
        """

    def read_back(self, ref: RecordRef, fields: Collection[str]) -> Mapping[str, Any]:
        """The present values of ``fields``, read afresh."""
        record = self.fetch(ref)
        return {name: record.fields.get(name) for name in fields}

    def same(self, field: str, written: Any, read: Any) -> bool:
        """Whether the upstream's ``read`` is what ``written`` becomes there (dates, case,
        spaces)."""
        return _plain(written) == _plain(read)

    def read_file(self, ref: RecordRef, file: Any, limit: int) -> UpstreamFile:
        """A file that hangs on a record: ``file`` is the value of its field there, as ``fetch``
        gave it. At most ``limit`` bytes. Raises ``NotFound``, ``TooLarge``, ``Retryable``,
        ``AuthenticationFailed``."""
        raise Unsupported(f"{self.context.instance} hands over no files")

    def read_hook(self, raw: RawHook) -> HookReading:
        """Verify an inbound call and say what it speaks of. Raises ``HookRejected``."""
        raise Unsupported(f"{self.context.instance} is not called by its upstream")

    def register_hook(self, url: str, table: str, fields: Collection[str], condition: str) -> str:
        """Have the upstream call ``url`` when a record of ``table`` changes and meets ``condition``
        (in the upstream's own query language; empty for always); ``fields`` are sent along. Safe to
        repeat. What was done, in words. Raises ``Refused``, ``Unsupported``."""
        raise Unsupported(f"{self.context.instance} registers no hooks by itself")

    def keep_hooks(self, tables: Collection[str]) -> str:
        """Have the upstream call this instance's address for each of ``tables``, for days from now:
        make what is missing, renew what ends, replace what bears a former secret, and touch nothing
        of anybody else's. Safe to repeat; called at least once a day. What was done, in words."""
        raise Unsupported(f"{self.context.instance} registers no hooks by itself")

    @classmethod
    def declared_tables(cls, settings: Any) -> Mapping[str, Collection[str] | None] | None:
        """Every table with its fields, as far as ``settings`` or the connector itself name them;
        None for fields that they do not name. None altogether where tables are only known
        upstream. Asks nobody: ``paraph lint`` calls it without an instance."""
        return None

    def describe(self, table: str) -> Collection[str]:
        """The names of the table's fields, as the upstream itself tells them. Reads no record.
        Raises ``Unsupported`` where it does not tell, ``NotFound`` for a table that it does not
        have."""
        raise Unsupported(f"{self.context.instance} does not tell its tables' fields")

    def record_url(self, ref: RecordRef) -> str | None:
        """Where a person opens the record, if known."""
        return None

    def close(self) -> None:
        """Give back connections and sessions."""
        return None


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).replace("\r\n", "\n").strip()
