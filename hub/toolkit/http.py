"""HTTP for plugins: one wrapper on ``requests`` that turns what can go wrong into our errors.

- Environment proxies and CA bundles are ignored (``trust_env = False``), and ``verify`` is passed
  on every call, since ``REQUESTS_CA_BUNDLE`` would otherwise silently replace a pinned root.
- Redirects are not followed: no vendor API of ours needs them, and they leak credentials.
- A connection that broke before anything was sent is ``Retryable``; one that broke afterwards, for
  a call that changes something, is ``OutcomeUnknown``.
- Answers are read to ``max_bytes`` and no further; with ``cut`` what is longer is cut there.
- A client with a ``guard`` calls only where that lets it, looked at again at each connection, and
  no call of it takes more than ``longest`` seconds in all.
"""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

import orjson
import requests
from requests.adapters import HTTPAdapter
from requests.hooks import dispatch_hook
from urllib3 import HTTPConnectionPool, Timeout

from hub.kernel.errors import MalformedAnswer, OutcomeUnknown, Retryable, TooLarge
from hub.toolkit import wire
from hub.toolkit.dialling import GuardedAdapter, limited
from hub.toolkit.guard import Guard

_CHUNK = 65536
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Answer:
    """What came back. Header names are case-insensitive; ``body`` is at most ``max_bytes``."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        """The body as UTF-8; wrong bytes are replaced."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON; ``MalformedAnswer`` when it is something else (an HTML page, say)."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            kind = self.headers.get("Content-Type", "no content type")
            raise MalformedAnswer(
                f"expected JSON, got {kind} with {len(self.body)} bytes, status {self.status}"
            ) from None

    @property
    def retry_after(self) -> float | None:
        """Seconds that ``Retry-After`` asks for (number or HTTP date), if any."""
        value = self.headers.get("Retry-After", "").strip()
        if value.isdecimal():
            return float(value)
        try:
            return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
        except (TypeError, ValueError):
            return None


class Listener(Protocol):
    """Is told about each call: used for attempts' redacted request and answer."""

    def __call__(
        self, method: str, url: str, answer: Answer | None, seconds: float, sent: Any = None
    ) -> None:
        """One call ended; ``answer`` is None when there was none; ``sent`` is the body."""
        ...


_observer: Listener | None = None


def observe(listener: Listener | None) -> None:
    """Have every client without a listener of its own tell ``listener``; for the house to call."""
    global _observer
    _observer = listener


class HttpClient:
    """A pool of connections to one host, or to several ``hosts``. Thread-safe for what requests'
    Session is safe for (sending); cookies are never kept."""

    def __init__(
        self,
        base_url: str,
        *,
        timeout: tuple[float, float] = (5.0, 30.0),
        verify: bool | str = True,
        cert: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        pool: int = 16,
        max_bytes: int = 20_000_000,
        cut: bool = False,
        hosts: int = 2,
        guard: Guard | None = None,
        longest: float = 60.0,
        listener: Listener | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._verify = verify
        self._cert = cert
        self._max_bytes = max_bytes
        self._cut = cut
        self._longest = longest if guard else None
        self._listener = listener
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(_NoCookies())
        self._session.headers.update({"User-Agent": "Paraph/0.1", **(headers or {})})
        self._headers = dict(self._session.headers)
        self._origin = "{0.scheme}://{0.netloc}".format(urlsplit(self.base_url))
        self._pool: HTTPConnectionPool | None = None
        adapter = (
            GuardedAdapter(guard, hosts, pool)
            if guard
            else HTTPAdapter(pool_connections=hosts, pool_maxsize=pool, max_retries=0)
        )
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def call(
        self,
        method: str,
        path: str,
        *,
        changes: bool | None = None,
        timeout: tuple[float, float] | None = None,
        most: int | None = None,
        **options: Any,
    ) -> Answer:
        """Send one request and read the answer, whatever its status.

        ``options`` go to requests (``json``, ``data``, ``params``, ``headers``, ``auth``,
        ``files``). ``changes`` says whether the call has an effect at the other side; by default
        everything but GET, HEAD and OPTIONS has. With ``most`` the answer may have so many bytes
        in place of ``max_bytes``, and is read no further. Raises ``Retryable``,
        ``OutcomeUnknown`` or, with ``most``, ``TooLarge``.
        """
        url = path if path.startswith(("http://", "https://")) else self.base_url + path
        has_effect = method.upper() not in _SAFE if changes is None else changes
        started = time.monotonic()
        answer: Answer | None = None
        try:
            with limited(self._longest) if self._longest else nullcontext():
                answer = self._exchange(method, url, timeout or self._timeout, most, options)
            return answer
        except requests.RequestException as error:
            # the library's own text may hold the address with its query: it is not carried on
            raise _translated(error, _host(url), has_effect) from None
        finally:
            listener = self._listener or _observer
            if listener:
                sent = options.get("json", options.get("data"))
                listener(method, url, answer, time.monotonic() - started, sent)

    def _exchange(
        self,
        method: str,
        url: str,
        timeout: tuple[float, float],
        most: int | None,
        options: dict[str, Any],
    ) -> Answer:
        started = time.monotonic()
        adapter = cast(HTTPAdapter, self._session.get_adapter(url))
        if url.startswith(self._origin + "/"):
            path = url[len(self._origin) :]
            call = wire.plain(method.upper(), path, self._headers, options)
            if call is not None:
                patience = Timeout(connect=timeout[0], read=timeout[1])
                retries = adapter.max_retries
                raw = wire.send(self._connections(adapter), method.upper(), call, patience, retries)
                body = self._read(wire.chunks_of(raw, _CHUNK), most)
                return Answer(raw.status, raw.headers, body, time.monotonic() - started)
        # Straight to the adapter: what a session adds (environment, cookies, redirects) is
        # what this client switches off, and costs as much as the call itself.
        prepared = self._prepared(method, url, **options)
        sending: Any = {"timeout": timeout, "verify": self._verify, "cert": self._cert}
        response = adapter.send(prepared, stream=True, **sending)
        # a sign-in of several messages (NTLM) goes on in a hook of the request
        response = dispatch_hook(  # type: ignore[no-untyped-call]
            "response", prepared.hooks, response, stream=True, **sending
        )
        with response:
            body = self._read(response.iter_content(_CHUNK), most)
            return Answer(response.status_code, response.headers, body, time.monotonic() - started)

    def _connections(self, adapter: HTTPAdapter) -> HTTPConnectionPool:
        if self._pool is None:
            self._pool = wire.pool_of(adapter, self.base_url, self._verify, self._cert)
        return self._pool

    def _prepared(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> requests.PreparedRequest:
        prepared = requests.PreparedRequest()
        merged = requests.structures.CaseInsensitiveDict(self._session.headers)
        merged.update(headers or {})
        prepared.prepare(method.upper(), url, headers=merged, **options)
        return prepared

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def _read(self, body: Iterator[bytes], most: int | None) -> bytes:
        if most is not None:
            return _at_most(body, most)
        chunks: list[bytes] = []
        size = 0
        for chunk in body:
            size += len(chunk)
            if size > self._max_bytes and not self._cut:
                raise MalformedAnswer(f"the answer is larger than {self._max_bytes} bytes")
            chunks.append(chunk)
            if size >= self._max_bytes and self._cut:
                break  # leaving the answer closes the connection
        return b"".join(chunks)[: self._max_bytes]


def _at_most(body: Iterator[bytes], most: int) -> bytes:
    """The whole body. Raises ``TooLarge`` as soon as there is more, and closes the connection."""
    chunks: list[bytes] = []
    size = 0
    with closing(body) if isinstance(body, Generator) else nullcontext():
        for chunk in body:
            size += len(chunk)
            if size > most:
                raise TooLarge(f"the file has more than {most} bytes")
            chunks.append(chunk)
    return b"".join(chunks)


class _NoCookies(requests.cookies.cookielib.DefaultCookiePolicy):  # type: ignore[name-defined,misc]
    """Two instances must never share a vendor session by accident."""

    def set_ok(self, cookie: Any, request: Any) -> bool:
        return False


def _translated(error: requests.RequestException, host: str, has_effect: bool) -> Retryable:
    """What a failed call means: nothing happened, or nobody knows."""
    if isinstance(error, requests.ConnectTimeout):
        return Retryable(f"{host} did not accept a connection in time")
    if isinstance(error, requests.exceptions.SSLError):
        return Retryable(f"TLS with {host} failed: {_tls_reason(error)}", code="tls_failed")
    if isinstance(error, requests.ConnectionError) and _never_sent(error):
        return Retryable(f"{host} cannot be reached")
    what = f"{host} gave no complete answer ({type(error).__name__})"
    return OutcomeUnknown(what) if has_effect else Retryable(what)


def _tls_reason(error: Exception) -> str:
    """The TLS library's own word, e.g. ``TLSV13_ALERT_CERTIFICATE_REQUIRED``."""
    words = re.findall(r"\b[A-Z0-9]+(?:_[A-Z0-9]+)+\b", repr(error).upper())
    return words[0] if words else "no reason given"


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def _never_sent(error: requests.ConnectionError) -> bool:
    text = repr(error)
    return "NewConnectionError" in text or "NameResolutionError" in text
