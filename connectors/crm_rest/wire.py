"""One HTTP conversation with one CRM: credentials, renewal, addresses, and which answers are
failures. What ``Wire.call`` returns is a good answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urljoin, urlsplit

from connectors.crm_rest.auth import SignIn
from connectors.crm_rest.codes import SignInRefused, failure, unreadable
from connectors.crm_rest.settings import CrmRestSettings
from connectors.crm_rest.tables import FILE, ID, PARENT
from hub.kernel.clock import Clock
from hub.kernel.errors import MalformedAnswer, NotFound, OutcomeUnknown
from hub.toolkit.http import Answer, HttpClient

_CONNECT_TIMEOUT = 5.0
_LONGEST_ID = 200
_OK = 200
_PORTS = {"http": 80, "https": 443}


class Wire:
    """Calls one CRM. Thread-safe."""

    def __init__(self, settings: CrmRestSettings, clock: Clock) -> None:
        self._settings = settings
        self._http = HttpClient(
            settings.base_url,
            timeout=(min(_CONNECT_TIMEOUT, settings.timeout), settings.timeout),
            headers={"Accept": "application/json", **settings.headers},
            pool=settings.pool,
            max_bytes=settings.max_bytes,
        )
        self.sign_in = SignIn(settings, self._http, clock)

    def call(
        self,
        method: str,
        path: str,
        *,
        changes: bool = False,
        sent: Collection[str] = (),
        **options: Any,
    ) -> Answer:
        """A good answer; a token that was refused is renewed once. ``sent`` are the values that
        must not come back in an error; with ``most`` (bytes) a file is read, which may be
        anything."""
        carried = self.sign_in.headers()
        try:
            return self._once(method, path, changes, sent, carried, options)
        except SignInRefused:
            if not self.sign_in.renewable:
                raise
        self.sign_in.renew(carried)
        return self._once(method, path, changes, sent, self.sign_in.headers(), options)

    def read(self, answer: Answer, *, changes: bool = False) -> Any:
        """The JSON of a good answer; None for an empty one."""
        if not answer.body.strip():
            return None
        try:
            return answer.json()
        except MalformedAnswer:
            raise unreadable(answer, "with something else than JSON", changes=changes) from None

    def next_address(self, url: str, former: str) -> str:
        """``url`` of a next page, made whole. Credentials go along, so it must be the CRM's own."""
        here = former if former.startswith("http") else self._settings.base_url.rstrip("/") + former
        whole = urljoin(here, url.strip())
        if _origin(whole) != _origin(self._settings.base_url):
            raise MalformedAnswer(
                "the next page's address leads to another host than base_url: correct base_url, "
                "or have the CRM name its own address"
            )
        return whole

    def close(self) -> None:
        """Give back connections."""
        self.sign_in.forget()
        self._http.close()

    def _once(
        self,
        method: str,
        path: str,
        changes: bool,
        sent: Collection[str],
        carried: Mapping[str, str],
        options: Mapping[str, Any],
    ) -> Answer:
        headers = {**(options.get("headers") or {}), **carried}
        more = self.sign_in.parameters()
        if more and "?" in path:  # a next page's address may have brought the key along
            there = {name for name, _ in parse_qsl(urlsplit(path).query)}
            more = {name: value for name, value in more.items() if name not in there}
        params = {**(options.get("params") or {}), **more}
        given = {**options, "headers": headers, "params": params}
        try:
            answer = self._http.call(method, path, changes=changes, **given)
        except MalformedAnswer as error:  # larger than allowed
            if changes:
                raise OutcomeUnknown(error.detail) from None
            raise
        is_file = "most" in options and answer.status == _OK
        failed = failure(answer, self._settings, changes=changes, sent=sent, is_file=is_file)
        if failed is not None:
            raise failed
        return answer


def is_fit(record_id: str) -> bool:
    """Whether this can be an id, and stays one piece of a path wherever it is unquoted."""
    return (
        0 < len(record_id) <= _LONGEST_ID
        and record_id not in (".", "..")
        and record_id.isprintable()
        and not set("/\\") & set(record_id)
    )


def address(template: str, record_id: str = "", parent: str = "", file: str = "") -> str:
    """``template`` with ids put in. Raises ``NotFound`` for what cannot be an id."""
    for placeholder, given in ((ID, record_id), (PARENT, parent), (FILE, file)):
        if placeholder in template:
            if not is_fit(given):
                raise NotFound("nothing can have this id: it is empty, too long or holds a slash")
            template = template.replace(placeholder, quote(given, safe="").replace("{", "%7B"))
    return template


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, (parts.hostname or "").lower(), port or _PORTS.get(parts.scheme)
