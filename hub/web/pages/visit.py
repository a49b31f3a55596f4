"""One browser's visit: its session, its long-lived device id, its language, its CSRF token.

The session id is random and only ever made here; it binds a signing order to the browser that
started it. The device id is another cookie, since it outlives the session and goes to the provider.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Request, Response

from hub.contracts.requests import ClientContext
from hub.kernel.crypto import Vault, sha256_hex
from hub.kernel.errors import ParaphError
from hub.kernel.ids import random_token
from hub.web.pages.browsers import is_ahead, is_handheld, is_person
from hub.web.pages.words import Words

CSRF_FIELD = "csrf"
_CSRF_USE = "csrf"
_DEVICE_AGE = 399 * 24 * 3600  # browsers cap cookies at 400 days
_LANGUAGE_AGE = 365 * 24 * 3600
_OF_LINK = "."  # which no key of a workspace holds
_ID = re.compile(r"[A-Za-z0-9_-]{43}")


class CsrfFailed(ParaphError):
    """A form came back without the token of this browser's session."""

    code = "csrf_failed"


@dataclass(frozen=True)
class Visit:
    """What the pages know about the browser in front of them.

    ``language`` is the one the customer chose here; ``accepted`` the one that the browser prefers,
    for pages that have no request. ``ahead``: nobody looks yet; ``person``: somebody does, as far
    as one can tell.
    """

    session: str
    device: str
    language: str | None
    accepted: str
    client: ClientContext
    handheld: bool
    ahead: bool
    person: bool


class Visits:
    """Reads and writes the cookies. ``secure``: the hub is reached by https."""

    def __init__(self, vault: Vault, words: Words, *, secure: bool) -> None:
        self._vault = vault
        self._words = words
        self._secure = secure
        # Browsers let nobody but this very host set a __Host- cookie; it needs https.
        prefix = "__Host-" if secure else ""
        self.session_cookie = f"{prefix}paraph_session"
        self.device_cookie = f"{prefix}paraph_device"
        self.language_cookie = f"{prefix}paraph_language"
        self._portal_cookie = f"{prefix}paraph_portal_"

    def read(self, request: Request) -> Visit:
        """The visit of this request; ids that are missing or not ours are made anew."""
        device = _own_id(request.cookies.get(self.device_cookie))
        words, wanted = self._words, request.args.get("lang")
        best = request.accept_languages.best
        return Visit(
            session=_own_id(request.cookies.get(self.session_cookie)),
            device=device,
            language=words.known(wanted) or words.known(request.cookies.get(self.language_cookie)),
            accepted=words.known(best) or "en",
            client=ClientContext(
                ip=request.remote_addr or "",
                user_agent=request.headers.get("User-Agent", "")[:256],
                device_id=device,
                host=request.host,
            ),
            handheld=is_handheld(request.headers),
            ahead=is_ahead(request.method, request.headers),
            person=is_person(request.method, request.headers),
        )

    def write(self, visit: Visit, request: Request, response: Response) -> None:
        """Set the cookies that the browser does not hold yet."""
        if request.cookies.get(self.session_cookie) != visit.session:
            self._set(response, self.session_cookie, visit.session, None)
        if request.cookies.get(self.device_cookie) != visit.device:
            self._set(response, self.device_cookie, visit.device, _DEVICE_AGE)
        if visit.language and request.cookies.get(self.language_cookie) != visit.language:
            self._set(response, self.language_cookie, visit.language, _LANGUAGE_AGE)

    def portal_tokens(self, request: Request) -> list[tuple[str, str]]:
        """Workspace and token of each portal session that this browser holds, those of public links
        too."""
        held = []
        for name, token in request.cookies.items():
            if name.startswith(self._portal_cookie) and _ID.fullmatch(token):
                workspace = name.removeprefix(self._portal_cookie).partition(_OF_LINK)[0]
                held.append((workspace, token))
        return held

    def portal_token(self, request: Request, workspace: str, link: str = "") -> str:
        """The token of the session in a workspace's portal, or in that of a public link."""
        token = request.cookies.get(self._portal_name(workspace, link), "")
        return token if _ID.fullmatch(token) else ""

    def keep_portal(self, response: Response, workspace: str, token: str, link: str = "") -> None:
        """Somebody has signed in; the browser forgets it when it is closed, if not before. Each
        public link has a cookie of its own: it ends no sign-in and no other link's."""
        self._set(response, self._portal_name(workspace, link), token, None)

    def drop_portal(self, response: Response, workspace: str) -> None:
        """Somebody has signed out."""
        name = f"{self._portal_cookie}{workspace}"
        response.delete_cookie(name, path="/", httponly=True, secure=self._secure, samesite="Lax")

    def _portal_name(self, workspace: str, link: str) -> str:
        of_link = f"{_OF_LINK}{sha256_hex(link.encode('utf-8', 'replace'))[:16]}" if link else ""
        return f"{self._portal_cookie}{workspace}{of_link}"

    def csrf_token(self, visit: Visit) -> str:
        """What every form of this session carries."""
        return self._vault.mac(_CSRF_USE, visit.session)

    def check_csrf(self, visit: Visit, form: Mapping[str, str]) -> None:
        """Raise ``CsrfFailed`` unless the form came from a page of this very session."""
        given = form.get(CSRF_FIELD, "")
        if not self._vault.mac_matches(_CSRF_USE, visit.session, given):
            raise CsrfFailed

    def _set(self, response: Response, name: str, value: str, age: int | None) -> None:
        response.set_cookie(
            name, value, max_age=age, path="/", httponly=True, secure=self._secure, samesite="Lax"
        )


def _own_id(given: str | None) -> str:
    return given if given and _ID.fullmatch(given) else random_token()
