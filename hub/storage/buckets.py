"""Where a bucket is. Apart from the object store, whose library is loaded when it is used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class S3Place:
    """A bucket. ``endpoint`` is the server's address, without the bucket."""

    bucket: str
    endpoint: str
    region: str
    access_key: str
    secret_key: str
    prefix: str = ""

    def __repr__(self) -> str:
        return f"S3Place({self.bucket} at {self.endpoint})"
