"""A record's Key on the wire, looking as the real ones do: table number and primary key in Base64,
the row version, and the same for each line. A client must not read anything from it."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Mapping, Sequence

from connectors.dynamics_nav.sandbox import schema
from connectors.dynamics_nav.sandbox.errors import BROKER, NavError
from connectors.dynamics_nav.sandbox.schema import Table
from connectors.dynamics_nav.sandbox.store import Key, Row

_NUMBER, _TEXT = b"\x8b", b"\x02\x7b"


def key_of(row: Row, parts: Mapping[str, Sequence[Row]] | None = None) -> str:
    """The Key of a row, with those of its lines: a changed line makes it another Key."""
    text = _one(row)
    for name, lines in (parts or {}).items():
        text += f"{len(name)};{name}{len(lines)};" + "".join(_one(line) for line in lines)
    return text


def primary_key(table: Table, text: str) -> Key:
    """Which row a Key is about, whatever its version. Raises ``NavError``."""
    try:
        length, _, rest = text.partition(";")
        blob = base64.b64decode(rest[: int(length)], validate=True)
        (number,) = struct.unpack_from("<i", blob)
        if number != table.id:
            raise ValueError(number)
        return _values(table, blob[5:])
    except (ValueError, binascii.Error, struct.error, IndexError):
        raise NavError(BROKER, "key") from None


def _one(row: Row) -> str:
    blob = struct.pack("<i", row.table.id) + b"\0"
    for name, value in zip(row.table.key, row.key, strict=True):
        column = row.table.fields[name]
        if column.type == schema.OPTION:
            blob += _NUMBER + struct.pack("<i", column.options.index(value))
        elif column.type == schema.INTEGER:
            blob += _NUMBER + struct.pack("<i", value)
        else:
            encoded = str(value).encode("utf-16-le")
            blob += _TEXT + struct.pack("<B", len(encoded) // 2) + encoded
    text = base64.b64encode(blob).decode()
    return f"{len(text)};{text}{len(str(row.version))};{row.version};"


def _values(table: Table, blob: bytes) -> Key:
    found: list[object] = []
    for name in table.key:
        column = table.fields[name]
        if blob.startswith(_NUMBER):
            (number,) = struct.unpack_from("<i", blob, 1)
            found.append(column.options[number] if column.type == schema.OPTION else number)
            blob = blob[5:]
        elif blob.startswith(_TEXT):
            end = 3 + 2 * blob[2]
            found.append(blob[3:end].decode("utf-16-le"))
            blob = blob[end:]
        else:
            raise ValueError(name)
    return tuple(found)
