"""Public links and their passwords, as a sender makes them and a reader uses them."""

from __future__ import annotations

from werkzeug.test import TestResponse

from hub.services import dossier
from tests.services.portal.portal_case import Browser, PortalCase

SECRET = "correct horse"
SHARED = {"audience": "public", "link_password": SECRET}
WRONG = "does not fit this link"


def link_of(portal: PortalCase, request: str, workspace: str = "alice") -> str:
    """The path of a request's public link."""
    told = dossier.dossier(portal.core, portal.core.workspace_ids[workspace], request)
    return (told["public_link"] or "").removeprefix(portal.core.links.public_url)


def read(browser: Browser, link: str, password: str = SECRET) -> TestResponse:
    """Give the password and follow to the document's page."""
    answer = browser.give(link, password)
    assert answer.status_code == 303, answer.text
    return browser.get(answer.location, follow_redirects=True)
