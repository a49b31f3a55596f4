"""The zip file of a bundle, in the one form it can have: members stored one after the other with
fixed times and permissions, then their directory, and nothing between, before or after.

The bytes follow from names, order and contents alone. So reading means: work out what has to stand
here and compare; a library that is lenient with archives has no part in it.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from hub.kernel.crypto import sha256_hex

MOST_MEMBERS = 5000
LONGEST = 1 << 30  # bytes of a whole bundle
NAME = re.compile(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*(/[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*)*")
LONGEST_NAME = 120
DIRECTORY = "(directory)"  # how verdicts name what follows the last member

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION, _MADE_BY = 20, 3 << 8 | 20  # 2.0, on Unix
_TIME, _DATE = 0, 0x21  # 1980-01-01 00:00, the first that zip knows
_MODE = 0o100644 << 16


class Broken(Exception):
    """The archive is not what it has to be, first at ``member``; ``code`` for programs."""

    def __init__(self, member: str, code: str, words: str) -> None:
        super().__init__(words)
        self.member, self.code, self.words = member, code, words


@dataclass(frozen=True)
class Member:
    """A file of a bundle."""

    name: str
    content: bytes


def is_name(name: object) -> bool:
    """Whether a member may be called that: no path leads out of the folder it is unpacked to."""
    return isinstance(name, str) and len(name) <= LONGEST_NAME and bool(NAME.fullmatch(name))


def packed(members: Iterable[Member]) -> bytes:
    """The archive of these members in this order."""
    body, entries = bytearray(), []
    for member in members:
        offset = len(body)
        body += _local(member.name, member.content) + member.content
        entries.append((member.name, len(member.content), zlib.crc32(member.content), offset))
    return bytes(body) + _directory(entries, len(body))


class Reader:
    """Walks an archive from its first byte. Each step names the member that has to come."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._entries: list[tuple[str, int, int, int]] = []

    def sized(self, name: str, size: int, sha256: str) -> bytes:
        """The member of this name with just this content."""
        return self._take(name, size, sha256)

    def unsized(self, name: str, limit: int) -> bytes:
        """The member of this name, of the size that stands in its header."""
        size = self._header(name)[7]
        if size > limit:
            raise Broken(name, "too_large", f"it says that it has {size} bytes; {limit} may be")
        return self._take(name, size)

    def finish(self) -> None:
        """What follows the last member has to be the directory of all, and nothing after it."""
        wanted = _directory(self._entries, self._at)
        found = self._data[self._at :]
        if found == wanted:
            return
        if found.startswith(wanted):
            extra = len(found) - len(wanted)
            raise Broken(DIRECTORY, "appended", f"{extra} bytes follow the end of the archive")
        if found[:4] == b"PK\x03\x04" and len(found) >= _LOCAL.size:
            name = _name_at(found)
            raise Broken(DIRECTORY, "extra", f"a member that is not in the manifest: {name!r}")
        if wanted.startswith(found):
            raise Broken(DIRECTORY, "truncated", "the archive ends before its directory does")
        raise Broken(DIRECTORY, "differs", "the archive's directory differs from its members")

    def _take(self, name: str, size: int, sha256: str | None = None) -> bytes:
        fields = self._header(name)
        start = self._at + _LOCAL.size + len(name)
        content = self._data[start : start + size]
        if len(content) < size:
            raise Broken(name, "truncated", f"the archive ends in it, after {len(content)} bytes")
        if fields[8] == size and sha256 not in (None, sha256_hex(content)):
            raise Broken(name, "differs", "its content is not what was sealed: another SHA-256")
        header = self._data[self._at : start]
        if header != _local(name, content):
            raise Broken(name, "differs", _why(fields, size))
        self._entries.append((name, size, zlib.crc32(content), self._at))
        self._at = start + size
        return content

    def _header(self, name: str) -> tuple[int, ...]:
        """The fields of the header that stands here, which has to be this member's."""
        head = self._data[self._at : self._at + _LOCAL.size]
        if len(head) < _LOCAL.size:
            raise Broken(name, "truncated", "the archive ends before it")
        fields = _LOCAL.unpack(head)
        if fields[0] != b"PK\x03\x04":
            raise Broken(name, "missing", "it has to stand here, and no member does")
        found = _name_at(self._data[self._at : self._at + _LOCAL.size + LONGEST_NAME])
        if found != name:
            raise Broken(name, "missing", f"it has to stand here, and {found!r} does")
        return fields


def _why(fields: tuple[int, ...], size: int) -> str:
    if fields[3] != 0 or fields[7] != fields[8]:
        return "it is compressed; members of a bundle are stored as they are"
    if fields[8] != size:
        return f"it has {fields[8]} bytes; {size} were sealed"
    return "its entry in the archive is not as a bundle's is, or its CRC is wrong"


def _name_at(data: bytes) -> str:
    length = min(_LOCAL.unpack_from(data)[9], LONGEST_NAME)
    return data[_LOCAL.size : _LOCAL.size + length].decode("latin-1")


def _local(name: str, content: bytes) -> bytes:
    size = len(content)
    return _LOCAL.pack(
        b"PK\x03\x04", _VERSION, 0, 0, _TIME, _DATE, zlib.crc32(content), size, size, len(name), 0
    ) + name.encode("ascii")


def _directory(entries: list[tuple[str, int, int, int]], start: int) -> bytes:
    rows = b"".join(
        _CENTRAL.pack(
            b"PK\x01\x02", _MADE_BY, _VERSION, 0, 0, _TIME, _DATE, crc, size, size, len(name), 0, 0,
            0, 0, _MODE, offset,
        ) + name.encode("ascii")
        for name, size, crc, offset in entries
    )  # fmt: skip
    count = len(entries)
    return rows + _END.pack(b"PK\x05\x06", 0, 0, count, count, len(rows), start, 0)
