"""A real S3 server for tests: moto's, on a free port of this machine, without its log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from moto.server import ThreadedMotoServer

from hub.storage.buckets import S3Place


@contextmanager
def s3_server() -> Iterator[str]:
    """The address of a server that runs meanwhile."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def bucket(address: str, name: str, *, made: bool = True) -> S3Place:
    """A bucket there, which is made unless it is to be missing."""
    if made:
        requests.put(f"{address}/{name}", timeout=10).raise_for_status()
    return S3Place(name, address, "us-east-1", "alice", "her secret key", "hub")
