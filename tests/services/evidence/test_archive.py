"""The one form of a bundle's zip file, step by step."""

from __future__ import annotations

import pytest

from hub.kernel.crypto import sha256_hex
from hub.services.evidence.archive import Broken, Member, Reader, is_name, packed

MEMBERS = [Member("a.txt", b"one"), Member("b/c.txt", b""), Member("d.txt", b"three")]


def walked(data: bytes) -> list[bytes]:
    reader = Reader(data)
    found = [reader.sized(m.name, len(m.content), sha256_hex(m.content)) for m in MEMBERS]
    reader.finish()
    return found


def test_what_was_packed_is_read():
    assert walked(packed(MEMBERS)) == [b"one", b"", b"three"]


def test_every_end_too_early_names_a_member_or_the_directory():
    data = packed(MEMBERS)
    for length in range(len(data)):
        with pytest.raises(Broken) as broken:
            walked(data[:length])
        assert broken.value.member in ("a.txt", "b/c.txt", "d.txt", "(directory)")


def test_every_changed_byte_is_found():
    data = packed(MEMBERS)
    for place in range(len(data)):
        with pytest.raises(Broken):
            walked(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])


@pytest.mark.parametrize("rest", [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 40, b"", b"\0" * 9])
def test_another_rest_than_the_directory_is_refused(rest):
    data = packed(MEMBERS)
    with pytest.raises(Broken) as broken:
        walked(data[: data.index(b"PK\x01\x02")] + rest)
    assert broken.value.member == "(directory)"


def test_a_size_beyond_the_limit_is_not_read():
    with pytest.raises(Broken) as broken:
        Reader(packed(MEMBERS)).unsized("a.txt", 2)
    assert broken.value.code == "too_large"


@pytest.mark.parametrize(
    ("name", "fits"),
    [("a.txt", True), ("people/1/ink.json", True), ("../a", False), ("/a", False), ("a/", False),
     ("a/../b", False), ("a\\b", False), ("A", False), ("", False), (".a", False), (None, False),
     ("a" * 120, True), ("a" * 121, False), ("a\n", False)],
)  # fmt: skip
def test_no_name_leads_out_of_the_folder(name, fits):
    assert is_name(name) is fits
