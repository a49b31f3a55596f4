"""The object store: documents, page images, attachments and proofs, named by their SHA-256.

A folder or a bucket of an S3 server. What is stored is sealed for its workspace and hash, so that
neither a thief of the disk nor one who moves files about gets anything. Paths hold both and nothing
else. Rows that refer to a blob are not known here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from obstore import exceptions
from obstore.store import LocalStore, ObjectStore, S3Store

from hub.kernel.crypto import Vault, sha256_hex
from hub.kernel.errors import ConfigurationError, NotFound, OwnTrouble, Spoiled
from hub.storage.buckets import S3Place

AWAY = "store_away"  # the code while the store does not answer
_PART = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HASH = re.compile(r"[0-9a-f]{64}")
_PAGE = 1000  # entries in one answer of a list
_PROBE = "probe"  # no workspace has an id like this
_PATIENCE = timedelta(seconds=30)  # for one call; repeated by obstore within it


class Blobs:
    """Bytes by workspace and hash. Every method may be called from any thread.

    ``OwnTrouble``: the store does not answer. ``ConfigurationError``: it does not let us in.
    """

    def __init__(self, place: Path | S3Place, vault: Vault) -> None:
        self._vault = vault
        self._folder = place if isinstance(place, Path) else None
        self._store: ObjectStore = _bucket(place) if isinstance(place, S3Place) else _open(place)

    def put(self, workspace_id: str, content: bytes) -> str:
        """Store ``content``; its SHA-256. On return it is there for good, whole. Stored again it is
        written again: that mends what a disk has lost, and seals with the newest key."""
        sha256 = sha256_hex(content)
        self._write(_path(workspace_id, sha256), content)
        return sha256

    def get(self, workspace_id: str, sha256: str) -> bytes:
        """The bytes with that hash. ``NotFound`` when they are not there, ``Spoiled`` when what is
        there is something else."""
        content = self._read(_path(workspace_id, sha256))
        if sha256_hex(content) != sha256:
            raise Spoiled("a blob is not what its name says: bring it back from a backup")
        return content

    def exists(self, workspace_id: str, sha256: str) -> bool:
        """Whether something is stored under that hash; the bytes are not looked at."""
        try:
            with _told():
                self._store.head(_path(workspace_id, sha256))
        except NotFound:
            return False
        return True

    def delete(self, workspace_id: str, sha256: str) -> None:
        """Remove the bytes. What is not there is removed already."""
        try:
            with _told():
                self._store.delete(_path(workspace_id, sha256))
        except NotFound:
            return

    def listed(self, workspace_id: str, folder: str) -> Iterator[tuple[str, datetime]]:
        """What is stored in a folder (the first two letters of a hash): each hash, and when it was
        last written by the store's own time."""
        with _told():
            for page in self._store.list(_folder(workspace_id, folder), chunk_size=_PAGE):
                for one in page:
                    name = one["path"].rpartition("/")[2]
                    if _HASH.fullmatch(name):
                        yield name, one["last_modified"]

    def written_at(self, workspace_id: str, sha256: str) -> datetime | None:
        """When it was last written by the store's own time; None when it is not there."""
        try:
            with _told():
                return self._store.head(_path(workspace_id, sha256))["last_modified"]
        except NotFound:
            return None

    def now(self) -> datetime:
        """The store's own time, which may differ from this machine's."""
        self._write(_PROBE, _PROBE.encode())
        with _told():
            return self._store.head(_PROBE)["last_modified"]

    def probe(self) -> str:
        """Write and read a few bytes. What is wrong is raised, what is well is said."""
        self._write(_PROBE, _PROBE.encode())
        if self._read(_PROBE) != _PROBE.encode():
            raise OwnTrouble("the object store gives other bytes than were put into it", code=AWAY)
        return "the object store takes and gives bytes"

    def _write(self, path: str, content: bytes) -> None:
        sealed = self._vault.seal_bytes(content, path)
        with _told(creating=True):
            # in one request, or aborted parts of it would stay in the bucket unseen
            self._store.put(path, sealed, use_multipart=False)
        if self._folder is not None:
            with _told():
                _made_durable(self._folder, path)

    def _read(self, path: str) -> bytes:
        with _told():
            sealed = self._store.get(path).bytes()
        return self._vault.open_bytes(memoryview(sealed), path)


def _path(workspace_id: str, sha256: str) -> str:
    """Two letters of the hash make a folder: none then holds more files than a person can list."""
    if not _HASH.fullmatch(sha256):
        raise ValueError("a blob is named by the id of its workspace and by a SHA-256")
    return f"{_folder(workspace_id, sha256[:2])}/{sha256}"


def _folder(workspace_id: str, letters: str) -> str:
    if not _PART.fullmatch(workspace_id) or not re.fullmatch("[0-9a-f]{2}", letters):
        raise ValueError("a folder is named by the id of its workspace and two letters of a hash")
    return f"{workspace_id}/{letters}"


def _open(folder: Path) -> LocalStore:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return LocalStore(folder)
    except (OSError, exceptions.BaseError) as error:
        raise ConfigurationError(
            f"the folder of blobs cannot be used ({_word(error)}): mend blobs in paraph.yaml"
        ) from None


def _bucket(place: S3Place) -> S3Store:
    return S3Store(
        place.bucket,
        prefix=place.prefix or None,
        endpoint=place.endpoint,
        region=place.region,
        access_key_id=place.access_key,
        secret_access_key=place.secret_key,
        virtual_hosted_style_request=False,
        client_options={
            "allow_http": place.endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=5),
            "timeout": _PATIENCE,
        },
        retry_config={"max_retries": 2, "retry_timeout": _PATIENCE},
    )


def _made_durable(folder: Path, path: str) -> None:
    """obstore renames the whole file into place, but leaves writing it down to the system."""
    file = folder / path
    for each in (file, *file.parents):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if each == folder:
            return


@contextmanager
def _told(*, creating: bool = False) -> Iterator[None]:
    """obstore's errors as ours. Its own words stay out: they hold paths, keys and answers."""
    try:
        yield
    except (exceptions.NotFoundError, FileNotFoundError) as error:
        if creating or "NoSuchBucket" in str(error):
            raise ConfigurationError(f"the object store has no such bucket: {_MEND}") from None
        raise NotFound("the object store does not have this blob") from None
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError, PermissionError):
        raise ConfigurationError(f"the object store refuses our account: {_MEND}") from None
    except (exceptions.BaseError, OSError) as error:
        said = f"the object store does not answer ({_word(error)})"
        raise OwnTrouble(said, code=AWAY) from None


_MEND = "mend blobs in paraph.yaml, or the account there"


def _word(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
