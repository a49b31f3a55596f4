"""Wake-up across processes: who has committed work tells the others to look now.

A hint only. Behind it every claiming process looks at least once a second, so a hint that is lost,
or a connection that is cut, makes things slower and nothing else. Hints are sent after the commit,
together when there are many: PostgreSQL makes transactions that notify commit one after the other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol

from hub.kernel.logging import get_logger
from hub.storage.db import Database

_log = get_logger(__name__)
CHANNEL = "paraph_work"
_AT_MOST_EVERY = 0.02  # seconds between two hints of one process
_AFTER_TROUBLE = 0.5
_LOOK = 0.5  # seconds after which a listener sees that it is to stop


class Bell(Protocol):
    """Rings in every process of the installation."""

    def ring(self) -> None:
        """Tell the others; returns at once. Any thread may call it."""
        ...

    def listen(self, heard: Callable[[], None]) -> None:
        """From now on call ``heard`` when another process has rung."""
        ...

    def cut(self) -> bool:
        """Whether hints do not get through, as far as this process knows: it has tried."""
        ...

    def close(self) -> None:
        """Neither ring nor listen any more."""
        ...


class Silent:
    """There is only one process, or the others find the work when they look."""

    def ring(self) -> None:
        return None

    def listen(self, heard: Callable[[], None]) -> None:
        return None

    def cut(self) -> bool:
        return False

    def close(self) -> None:
        return None


class Line(Protocol):
    """One connection on which hints travel. Any method raises when the connection is cut."""

    def say(self, name: str) -> None:
        """Send a hint; ``name`` says who sends it."""
        ...

    def hear(self, seconds: float) -> list[str]:
        """Names of those who have sent hints, after at most that time."""
        ...

    def close(self) -> None:
        """Give the connection up."""
        ...


class LineBell:
    """Rings and listens on lines that ``dial`` opens, and opens again when they are cut.

    ``dial(listening)``. ``name`` tells our own hints from those of others.
    """

    def __init__(self, dial: Callable[[bool], Line], name: str) -> None:
        self._dial = dial
        self._name = name
        self._rung = threading.Event()
        self._closed = threading.Event()
        self._threads: list[threading.Thread] = []
        self._mutex = threading.Lock()
        self._sends = False
        self._cut: set[bool] = set()  # which lines failed when they were used last: listening?

    def ring(self) -> None:
        self._rung.set()
        if not self._sends:  # the first time: many processes never ring
            self._begin_to_send()

    def listen(self, heard: Callable[[], None]) -> None:
        self._begin("bell-listens", lambda: self._hear(heard))

    def cut(self) -> bool:
        return bool(self._cut)

    def close(self) -> None:
        self._closed.set()
        self._rung.set()
        for thread in self._threads:
            thread.join(timeout=5)

    def _begin_to_send(self) -> None:
        with self._mutex:
            if not self._sends:
                self._sends = True
                self._begin("bell-rings", self._send)

    def _begin(self, name: str, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _send(self) -> None:
        def send(line: Line) -> None:
            self._rung.wait()
            self._rung.clear()
            if not self._closed.is_set():
                line.say(self._name)
                self._closed.wait(_AT_MOST_EVERY)

        # a hint that met a cut line is sent again; that also shows when all is well again
        self._keep(listening=False, work=send, begun=self._rung.set)

    def _hear(self, heard: Callable[[], None]) -> None:
        def hear(line: Line) -> None:
            if any(name != self._name for name in line.hear(_LOOK)):
                heard()

        self._keep(listening=True, work=hear, begun=heard)

    def _keep(
        self,
        *,
        listening: bool,
        work: Callable[[Line], None],
        begun: Callable[[], None] = lambda: None,
    ) -> None:
        """Do ``work`` again and again on a line. ``begun``: hints may have been missed before."""
        while not self._closed.is_set():
            line: Line | None = None
            try:
                line = self._dial(listening)
                begun()
                while not self._closed.is_set():
                    work(line)
                    self._cut.discard(listening)
            except Exception as error:  # the poll stands in for it meanwhile
                self._cut.add(listening)
                _log.warning("wake_up_line_cut", listening=listening, error=type(error).__name__)
                self._closed.wait(_AFTER_TROUBLE)
            finally:
                if line is not None:
                    _hang_up(line)


class ServerLine:
    """LISTEN and NOTIFY on a connection of its own to PostgreSQL."""

    def __init__(self, db: Database, listening: bool) -> None:
        pooled = db.engine.raw_connection()
        pooled.detach()  # ours alone: the pool must neither lend nor close it
        connection: Any = pooled.dbapi_connection
        connection.autocommit = True
        self._connection = connection
        if listening:
            connection.execute(f"LISTEN {CHANNEL}")

    def say(self, name: str) -> None:
        self._connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, name))

    def hear(self, seconds: float) -> list[str]:
        found = self._connection.notifies(timeout=seconds, stop_after=1)
        return [one.payload for one in found]

    def close(self) -> None:
        self._connection.close()


class RedisLine:
    """Publish and subscribe on Redis."""

    def __init__(self, url: str, listening: bool) -> None:
        import redis

        make: Any = redis.Redis.from_url
        self._client = make(url, socket_timeout=5, socket_connect_timeout=2)
        self._heard: Any = None
        if listening:
            self._heard = self._client.pubsub(ignore_subscribe_messages=True)
            self._heard.subscribe(CHANNEL)

    def say(self, name: str) -> None:
        self._client.publish(CHANNEL, name)

    def hear(self, seconds: float) -> list[str]:
        message = self._heard.get_message(timeout=seconds)
        return [message["data"].decode()] if message else []

    def close(self) -> None:
        if self._heard is not None:
            self._heard.close()
        self._client.close()


def bell_for(db: Database, name: str, redis_url: str | None = None) -> Bell:
    """What fits the installation: Redis where there is one, else PostgreSQL. On SQLite processes
    find each other's work when they look."""
    if redis_url is not None:
        return LineBell(lambda listening: RedisLine(redis_url, listening), name)
    if not db.is_sqlite:
        return LineBell(lambda listening: ServerLine(db, listening), name)
    return Silent()


def _hang_up(line: Line) -> None:
    try:
        line.close()
    except Exception as error:
        _log.debug("line_not_closed", error=type(error).__name__)
