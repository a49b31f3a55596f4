"""Blobs keep what they are given, in a folder and in a bucket alike, and tell what they cannot."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path

import obstore
import pytest

from hub.kernel.crypto import Vault, sha256_hex
from hub.kernel.errors import ConfigurationError, NotFound, Retryable, Spoiled
from hub.storage.blobs import Blobs
from hub.storage.buckets import S3Place
from tests.storage.s3 import bucket, s3_server

OLD = Vault("the former master key, long enough to be one")
BOTH = Vault(
    "the present master key, long enough too", "the former master key, long enough to be one"
)
NEW = Vault("the present master key, long enough too")
ALICE, BOB = "01ALICE", "01BOB"
OFFER = b"%PDF an offer for Alice"
_numbers = count(1)


@pytest.fixture(scope="module")
def server():
    with s3_server() as address:
        yield address


@pytest.fixture(params=["folder", "s3"])
def place(request, tmp_path):
    if request.param == "folder":
        return tmp_path / "blobs"
    return bucket(request.getfixturevalue("server"), f"paraph-{next(_numbers)}")


@pytest.fixture
def blobs(place):
    return Blobs(place, NEW)


def paths(blobs):
    return [meta["path"] for chunk in obstore.list(blobs._store) for meta in chunk]


def raw(blobs, path):
    return obstore.get(blobs._store, path).bytes().to_bytes()


def test_what_is_put_is_given_back_under_its_hash(blobs):
    sha256 = blobs.put(ALICE, OFFER)
    assert sha256 == sha256_hex(OFFER)
    assert blobs.get(ALICE, sha256) == OFFER
    assert blobs.exists(ALICE, sha256)
    assert blobs.get(ALICE, blobs.put(ALICE, b"")) == b""


def test_putting_it_twice_keeps_one(blobs):
    assert blobs.put(ALICE, OFFER) == blobs.put(ALICE, OFFER)
    assert len(paths(blobs)) == 1


def test_paths_hold_workspace_and_hash_only_and_the_bytes_are_sealed(blobs):
    sha256 = blobs.put(ALICE, OFFER)
    assert paths(blobs) == [f"{ALICE}/{sha256[:2]}/{sha256}"]
    assert b"Alice" not in raw(blobs, paths(blobs)[0])


def test_what_is_not_there_is_told(blobs):
    with pytest.raises(NotFound):
        blobs.get(ALICE, sha256_hex(b"nothing"))
    assert not blobs.exists(ALICE, sha256_hex(b"nothing"))


def test_no_workspace_sees_another_s_blob(blobs):
    sha256 = blobs.put(ALICE, OFFER)
    assert not blobs.exists(BOB, sha256)
    with pytest.raises(NotFound):
        blobs.get(BOB, sha256)
    obstore.copy(blobs._store, f"{ALICE}/{sha256[:2]}/{sha256}", f"{BOB}/{sha256[:2]}/{sha256}")
    with pytest.raises(Spoiled):
        blobs.get(BOB, sha256)


SPOILS = {
    "cut": lambda raw: raw[:-1],
    "changed": lambda raw: raw[:40] + bytes([raw[40] ^ 1]) + raw[41:],
    "emptied": lambda raw: b"",
    "plain": lambda raw: OFFER,
}


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
def test_bytes_that_differ_are_never_given_and_a_new_put_mends_them(blobs, spoil):
    sha256 = blobs.put(ALICE, OFFER)
    (path,) = paths(blobs)
    obstore.put(blobs._store, path, spoil(raw(blobs, path)))
    with pytest.raises(Spoiled):
        blobs.get(ALICE, sha256)
    blobs.put(ALICE, OFFER)
    assert blobs.get(ALICE, sha256) == OFFER


def test_bytes_sealed_under_another_name_are_told(blobs):
    path = f"{ALICE}/00/{'0' * 64}"
    obstore.put(blobs._store, path, NEW.seal_bytes(OFFER, path))
    with pytest.raises(Spoiled, match="backup"):
        blobs.get(ALICE, "0" * 64)


def test_deleting_is_done_once_and_may_be_repeated(blobs):
    sha256 = blobs.put(ALICE, OFFER)
    blobs.delete(ALICE, sha256)
    blobs.delete(ALICE, sha256)
    assert paths(blobs) == []


def test_a_new_master_opens_what_the_former_sealed_and_seals_anew(place):
    sha256 = Blobs(place, OLD).put(ALICE, OFFER)
    with pytest.raises(ConfigurationError, match="PARAPH_SECRET_KEY"):
        Blobs(place, NEW).get(ALICE, sha256)
    rotated = Blobs(place, BOTH)
    assert rotated.get(ALICE, sha256) == OFFER
    rotated.put(ALICE, OFFER)
    assert Blobs(place, NEW).get(ALICE, sha256) == OFFER


def test_twenty_five_megabytes_come_back(blobs):
    content = os.urandom(1_000_000) * 25
    assert blobs.get(ALICE, blobs.put(ALICE, content)) == content


def test_many_threads_may_put_the_same_and_others(blobs):
    contents = [b"%d" % (number % 5) for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        hashes = list(pool.map(lambda content: blobs.put(ALICE, content), contents))
    assert [blobs.get(ALICE, one) for one in hashes] == contents
    assert len(paths(blobs)) == 5


def test_the_probe_says_that_all_is_well_and_leaves_one_small_blob(blobs):
    assert "takes and gives" in blobs.probe()
    assert blobs.probe()
    assert paths(blobs) == ["probe"]


@pytest.mark.parametrize("named", [("../other", "0" * 64), ("", "0" * 64), (ALICE, "../secret"),
                                   (ALICE, "A" * 64), ("a/b", "0" * 64)])  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused(blobs, named):
    with pytest.raises(ValueError, match="named by"):
        blobs.get(*named)


def test_a_missing_bucket_is_told_with_what_to_mend(server):
    blobs = Blobs(bucket(server, "missing", made=False), NEW)
    for call in (blobs.probe, lambda: blobs.put(ALICE, OFFER), lambda: blobs.get(ALICE, "0" * 64)):
        with pytest.raises(ConfigurationError, match="no such bucket: mend blobs"):
            call()


def test_a_server_that_is_away_is_tried_again_later():
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        blobs = Blobs(bucket(address, "paraph", made=False), NEW)
        for call in (blobs.probe, lambda: blobs.get(ALICE, "0" * 64)):
            with pytest.raises(Retryable) as caught:
                call()
            assert "paraph" not in caught.value.detail


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_account_is_for_a_person_to_mend(httpserver, status):
    httpserver.expect_request("/paraph/probe").respond_with_data("<Error/>", status=status)
    place = replace(bucket(httpserver.url_for("").rstrip("/"), "paraph", made=False), prefix="")
    with pytest.raises(ConfigurationError, match="refuses our account"):
        Blobs(place, NEW).probe()


def test_a_full_or_busy_server_is_tried_again_later(httpserver):
    httpserver.expect_request("/paraph/hub/probe").respond_with_data("", status=507)
    with pytest.raises(Retryable):
        Blobs(bucket(httpserver.url_for("").rstrip("/"), "paraph", made=False), NEW).probe()


def test_a_folder_that_is_a_file_is_told_at_once(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="mend blobs"):
        Blobs(tmp_path / "file", NEW)


def test_the_folder_is_for_this_account_only(tmp_path):
    Blobs(tmp_path / "data" / "blobs", NEW).put(ALICE, OFFER)
    assert (tmp_path / "data" / "blobs").stat().st_mode & 0o077 == 0


def test_nobody_sees_the_secret_key_of_a_place():
    assert "secret" not in repr(S3Place("b", "http://h", "r", "a", "a secret", ""))


def test_what_is_put_into_a_folder_is_written_down_with_the_folders_above(tmp_path, monkeypatch):
    written = []
    real = os.fsync

    def noting(descriptor):
        written.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        real(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    folder = tmp_path / "blobs"
    sha256 = Blobs(folder, NEW).put(ALICE, OFFER)
    file = folder / ALICE / sha256[:2] / sha256
    assert written == [file, file.parent, file.parent.parent, folder]


FULL = """
import resource, sys
from pathlib import Path
from hub.kernel.crypto import Vault
from hub.kernel.errors import Retryable
from hub.storage.blobs import Blobs
blobs = Blobs(Path(sys.argv[1]), Vault("the present master key, long enough too"))
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    blobs.put("01ALICE", bytes(3_000_000))
except Retryable:
    print("later")
"""


def test_what_did_not_fit_on_the_disk_is_not_there_at_all(tmp_path):
    told = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (told.stdout, told.stderr) == ("later\n", "")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
