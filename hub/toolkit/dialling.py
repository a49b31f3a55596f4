"""Connections that ask a ``Guard`` where they may go: the name is resolved once, its addresses are
looked at, and the connection is made to one of those. Nothing is resolved in between, so a name
that changes its mind (DNS rebinding) gains nothing. TLS still checks the host name.

The hook is ``_new_conn`` of urllib3's connections, which SOCKS support overrides in the same way.
"""

from __future__ import annotations

import socket
from time import monotonic
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from hub.toolkit.guard import Address, Guard


class GuardedAdapter(HTTPAdapter):
    """Sends requests over connections that ``guard`` agrees to."""

    def __init__(self, guard: Guard, hosts: int, pool: int) -> None:
        self._guard = guard
        super().__init__(pool_connections=hosts, pool_maxsize=pool, max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Give the pools our connections."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _pool(HTTPConnectionPool, _Plain, self._guard),
            "https": _pool(HTTPSConnectionPool, _Tls, self._guard),
        }


class _Plain(HTTPConnection):
    guard: Guard

    def _new_conn(self) -> socket.socket:
        return _dial(self, self.guard, secure=False)


class _Tls(HTTPSConnection):
    guard: Guard

    def _new_conn(self) -> socket.socket:
        return _dial(self, self.guard, secure=True)


def _pool(pool: type, connection: type, guard: Guard) -> Any:
    guarded = type(connection.__name__, (connection,), {"guard": guard})
    return type(pool.__name__, (pool,), {"ConnectionCls": guarded})


def _dial(connection: HTTPConnection, guard: Guard, *, secure: bool) -> socket.socket:
    """Resolve, look, connect. ``TargetRefused`` goes through urllib3 and requests as it is."""
    try:
        addresses = guard.addresses(connection._dns_host, connection.port, secure=secure)
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    except OSError as error:
        raise NewConnectionError(connection, "no address") from error
    patience = connection.timeout if isinstance(connection.timeout, int | float) else 30.0
    end = monotonic() + patience
    failed: Exception = NewConnectionError(connection, "no address")
    for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        share = max(0.1, (end - monotonic()) / left)
        try:
            return _connected(connection, address, share)
        except TimeoutError as error:
            failed = ConnectTimeoutError(connection, "no connection in time")
            failed.__cause__ = error
        except OSError as error:
            failed = NewConnectionError(connection, f"no connection: {error}")
            failed.__cause__ = error
    raise failed


def _connected(connection: HTTPConnection, address: Address, seconds: float) -> socket.socket:
    made = create_connection(
        (str(address), connection.port),
        seconds,
        source_address=connection.source_address,
        socket_options=connection.socket_options,
    )
    made.settimeout(connection.timeout)
    return made
