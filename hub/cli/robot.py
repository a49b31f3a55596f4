"""A person with a browser and without scripts: opens pages, fills in forms, follows links.

Knows no route: it reads the forms and links that the pages hold, as a person would.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

import requests
from lxml import html


class Stuck(Exception):
    """The page does not offer what the story needs next."""


@dataclass(frozen=True)
class Form:
    """A form of a page: where it goes, what it holds, which buttons it has (name, value)."""

    action: str
    values: Mapping[str, str]
    buttons: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Page:
    """A page that was opened."""

    url: str
    status: int
    text: str

    @property
    def _tree(self) -> html.HtmlElement:
        return html.fromstring(self.text) if self.text.strip() else html.fromstring("<p></p>")

    @property
    def heading(self) -> str:
        """The first heading's text."""
        found = self._tree.xpath("//h1")
        return " ".join(found[0].text_content().split()) if found else ""

    @property
    def errors(self) -> str:
        """What the page says is wrong, for the message when the story is stuck."""
        found = self._tree.xpath("//*[contains(@class, 'error') or contains(@class, 'summary')]")
        return " / ".join(" ".join(one.text_content().split()) for one in found)[:300]

    def link(self, attribute: str) -> str | None:
        """The address of the first link with this attribute."""
        found = self._tree.xpath(f"//a[@{attribute}]/@href")
        return urljoin(self.url, str(found[0])) if found else None

    def forms(self) -> list[Form]:
        """Every form that is sent by POST."""
        return [
            Form(
                action=urljoin(self.url, form.action or self.url),
                values={k: v or "" for k, v in form.form_values()},
                buttons=tuple(
                    (button.get("name", ""), button.get("value", ""))
                    for button in form.xpath(".//button")
                ),
            )
            for form in self._tree.forms
            if (form.method or "").upper() == "POST"
        ]


class Robot:
    """One browser with its cookies."""

    def __init__(self, user_agent: str, timeout: float = 60.0) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["User-Agent"] = user_agent
        self._timeout = timeout

    def open(self, url: str) -> Page:
        """Follow a link."""
        return _page(self._session.get(url, timeout=self._timeout))

    def send(self, form: Form, values: Mapping[str, str] | None = None) -> Page:
        """Send a form with ``values`` put in."""
        data = {**form.values, **(values or {})}
        origin = {"Referer": form.action}
        return _page(
            self._session.post(form.action, data=data, headers=origin, timeout=self._timeout)
        )

    def json(self, url: str) -> dict[str, object]:
        """What a page's script would fetch."""
        answer = self._session.get(url, timeout=self._timeout)
        answer.raise_for_status()
        data: dict[str, object] = answer.json()
        return data

    def close(self) -> None:
        """Close the browser."""
        self._session.close()


def _page(answer: requests.Response) -> Page:
    return Page(answer.url, answer.status_code, answer.text)
