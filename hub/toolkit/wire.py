"""One exchange over a pooled connection: what ``HttpClient`` nearly always sends, in few steps.

``requests`` prepares a call and wraps its answer with everything that a browser-like client may
need (cookies, hooks, encodings, proxies); that took as long as the exchange itself. A plain call (a
path, a form or JSON or bytes, basic authentication, headers) goes straight to the connections of
requests' adapter. ``plain`` gives None for any other call: that one goes the usual way.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlencode

from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as Unreachable
from requests.exceptions import ConnectTimeout, ReadTimeout, SSLError
from requests.models import PreparedRequest
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, Timeout
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    MaxRetryError,
    NewConnectionError,
    ReadTimeoutError,
)
from urllib3.exceptions import SSLError as TlsError

_OPTIONS = frozenset({"data", "json", "params", "headers", "auth"})
_AS_IT_IS = re.compile(r"/[A-Za-z0-9/_.~-]*", re.ASCII)
_LINES = re.compile(r"[\r\n]")


@dataclass(frozen=True)
class Call:
    """A request, ready to be sent."""

    target: str
    headers: dict[str, str]
    body: bytes | None


def plain(
    method: str, path: str, base: Mapping[str, Any], options: Mapping[str, Any]
) -> Call | None:
    """The request behind a plain call; ``base`` are the client's own headers."""
    data, auth = options.get("data"), options.get("auth")
    given: Mapping[str, str] = options.get("headers") or {}
    if not _OPTIONS.issuperset(options) or not _AS_IT_IS.fullmatch(path) or "/." in path:
        return None
    params = options.get("params") or {}
    if not _is_form(params) or not (data is None or isinstance(data, bytes) or _is_form(data)):
        return None
    if not isinstance(auth, tuple | None):
        return None
    headers = {**base, **given}
    if len({name.lower() for name in headers}) != len(headers) or not _sound(given):
        return None
    body, kind = _body(data, options.get("json"))
    if body is None and method not in ("GET", "HEAD", "OPTIONS"):
        headers["Content-Length"] = "0"
    if kind and not any(name.lower() == "content-type" for name in given):
        headers["Content-Type"] = kind
    if auth:
        headers["Authorization"] = _basic(*auth)
    query = f"?{urlencode(params)}" if params else ""
    return Call(path + query, headers, body)


def pool_of(
    adapter: HTTPAdapter, url: str, verify: bool | str, cert: tuple[str, str] | None
) -> HTTPConnectionPool:
    """The adapter's connections to the host of ``url``."""
    request = PreparedRequest()
    request.prepare(method="GET", url=url)
    pool: Any = adapter.get_connection_with_tls_context(request, verify, cert=cert)
    adapter.cert_verify(pool, url, verify, cert)  # type: ignore[no-untyped-call]
    return cast(HTTPConnectionPool, pool)


def send(
    pool: HTTPConnectionPool, method: str, call: Call, timeout: Timeout, retries: Any
) -> BaseHTTPResponse:
    """The answer, its body not yet read. Raises the errors that requests' adapter raises."""
    try:
        return pool.urlopen(
            method,
            call.target,
            body=call.body,
            headers=call.headers,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            decode_content=False,
            retries=retries,
            timeout=timeout,
        )
    except (HTTPError, OSError) as error:
        raise as_requests(error) from error


def chunks_of(answer: BaseHTTPResponse, size: int) -> Iterator[bytes]:
    """The body, bit by bit. The connection goes back to its pool at the end, or is closed."""
    whole = False
    try:
        yield from answer.stream(size, decode_content=True)
        whole = True
    except (HTTPError, OSError) as error:
        raise as_requests(error) from error
    finally:
        if not whole:
            answer.close()
        answer.release_conn()


def as_requests(error: Exception) -> Exception:
    """urllib3's error as requests names it."""
    reason = error.reason if isinstance(error, MaxRetryError) else error
    if isinstance(reason, ConnectTimeoutError) and not isinstance(reason, NewConnectionError):
        return ConnectTimeout(error)
    if isinstance(reason, TlsError):
        return SSLError(error)
    if isinstance(reason, ReadTimeoutError):
        return ReadTimeout(error)
    return Unreachable(error)


def _sound(headers: Mapping[str, Any]) -> bool:
    return all(
        isinstance(value, str) and value == value.strip() and not _LINES.search(name + value)
        for name, value in headers.items()
    )


def _is_form(data: Any) -> bool:
    """Names with one value each; requests leaves some others out, or repeats the name."""
    return isinstance(data, dict) and all(type(value) in (str, int) for value in data.values())


def _body(data: Any, as_json: Any) -> tuple[bytes | None, str]:
    if isinstance(data, bytes):
        return data or None, ""
    if data:
        return urlencode(data).encode(), "application/x-www-form-urlencoded"
    if as_json is not None:
        return json.dumps(as_json, allow_nan=False).encode(), "application/json"
    return None, ""


@lru_cache(maxsize=256)
def _basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode("latin1")).decode()
