"""Connections that ask a ``Guard`` where they may go: the name is resolved once, its addresses are
looked at, and the connection is made to one of those. Nothing is resolved in between, so a name
that changes its mind (DNS rebinding) gains nothing. TLS still checks the host name.

Within ``limited`` a call ends in time whatever the other side does: one that sends its answer byte
by byte never runs into a timeout, which is for one read.

The hook is ``_new_conn`` of urllib3's connections, which SOCKS support overrides in the same way.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from requests import ReadTimeout
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from hub.toolkit.alarms import Alarms
from hub.toolkit.guard import Address, Guard

_alarms = Alarms()


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


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Within this block a call over a ``GuardedAdapter`` is broken off after ``seconds``. Raises
    ``ReadTimeout`` then."""
    call = _Call()
    token = _call.set(call)
    try:
        with _alarms.within(seconds, call.end):
            yield
        if call.over:  # what was read until then may look like a whole answer
            raise ReadTimeout
    finally:
        _call.reset(token)
        for connection in call.connections:
            if connection.sock is None:
                connection.forget()


@dataclass
class _Call:
    connections: list[_Guarded] = field(default_factory=list)
    over: bool = False

    def end(self) -> None:
        self.over = True
        for connection in self.connections:
            connection.end()


_call: ContextVar[_Call | None] = ContextVar("paraph_call", default=None)


class _Guarded:
    """What our connections have in common. ``twin`` is a second handle of the socket: TLS takes the
    first one over, and an answer may outlive its connection."""

    guard: Guard
    secure: bool
    sock: Any
    twin: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        connection: Any = self
        made = _dial(connection, self.guard, secure=self.secure)
        self.forget()
        self.twin = made.dup()
        try:
            self._count()
        except NewConnectionError:
            made.close()
            self.forget()
            raise
        return made

    def request(self, *args: Any, **options: Any) -> Any:
        self._count()  # also one that was kept from an earlier call
        above: Any = super()
        return above.request(*args, **options)

    def close(self) -> None:
        above: Any = super()
        above.close()
        if _call.get() is None:
            self.forget()

    def end(self) -> None:
        if self.twin is not None:
            with suppress(OSError):  # it has ended by itself
                self.twin.shutdown(socket.SHUT_RDWR)

    def forget(self) -> None:
        if self.twin is not None:
            self.twin.close()
            self.twin = None

    def _count(self) -> None:
        """Be a connection of the call under way. Raises ``NewConnectionError`` when its time is
        over, for instance because the name was looked up for so long."""
        call = _call.get()
        if call is None:
            return
        if self not in call.connections:
            call.connections.append(self)
        if call.over:
            connection: Any = self
            raise NewConnectionError(connection, "no time is left")


class _Plain(_Guarded, HTTPConnection):
    secure = False


class _Tls(_Guarded, HTTPSConnection):
    secure = True


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
