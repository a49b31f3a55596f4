"""A person with a browser and without scripts: opens pages, fills in forms, follows links.

Knows no route: it reads the forms and links that the pages hold, as a person would.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin

import requests
from lxml import html


class Stuck(Exception):
    """The page does not offer what the story needs next."""


@dataclass(frozen=True)
class Form:
    """A form of a page: where it goes, what it holds, which buttons it has (name, value), what its
    boxes stand for."""

    action: str
    values: Mapping[str, str | list[str]]
    buttons: tuple[tuple[str, str], ...]
    ticks: Mapping[str, str] = field(default_factory=dict)


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

    @property
    def words(self) -> str:
        """Everything that can be read on it."""
        return " ".join(self._tree.text_content().split())

    def words_at(self, mark: str) -> str:
        """What stands in the element with this id; empty where there is none."""
        found = self._tree.xpath("//*[@id=$mark]", mark=mark)
        return " ".join(found[0].text_content().split()) if found else ""

    def link(self, attribute: str) -> str | None:
        """The address of the first link with this attribute."""
        found = self._tree.xpath(f"//a[@{attribute}]/@href")
        return urljoin(self.url, str(found[0])) if found else None

    def link_at(self, mark: str) -> str | None:
        """The address of the link with this id; None where it has none."""
        found = self._tree.xpath("//a[@id=$mark]/@href", mark=mark)
        return urljoin(self.url, str(found[0])) if found else None

    def link_about(self, words: str) -> str | None:
        """The address of the first link that says this among other things."""
        found = self._tree.xpath("//main//a[contains(., $words)]/@href", words=words)
        return urljoin(self.url, str(found[0])) if found else None

    def boxes(self) -> dict[str, str]:
        """What can be ticked: the words beside each box, and the box's name."""
        return {
            " ".join(label.text_content().split()): str(box)
            for label in self._tree.xpath("//label[.//input[@type='checkbox']]")
            for box in label.xpath(".//input[@type='checkbox']/@name")
        }

    def pictures(self) -> list[str]:
        """The addresses of all pictures that are not in the page itself."""
        found = (urljoin(self.url, str(one)) for one in self._tree.xpath("//main//img/@src"))
        return [one for one in found if one.startswith("http")]

    def links(self, part: str) -> list[str]:
        """The addresses of the links whose address holds ``part``."""
        found = (urljoin(self.url, str(one)) for one in self._tree.xpath("//main//a/@href"))
        return [one for one in found if part in one]

    def forms(self) -> list[Form]:
        """Every form that is sent by POST."""
        return [
            Form(
                action=urljoin(self.url, form.action or self.url),
                values={**{k: v or "" for k, v in form.form_values()}, **self._ticked(form)},
                buttons=tuple(
                    (button.get("name", ""), button.get("value", ""))
                    for button in form.xpath(".//button")
                ),
                ticks={
                    box.get("name"): box.get("value", "on")
                    for box in form.xpath(".//input[@type='checkbox']")
                },
            )
            for form in self._tree.forms
            if (form.method or "").upper() == "POST"
        ]

    def _ticked(self, form: html.FormElement) -> dict[str, list[str]]:
        """The ticked boxes that stand elsewhere on the page and belong to this form."""
        ticked: dict[str, list[str]] = {}
        if form.get("id"):
            boxes = "//input[@type='checkbox'][@form=$form][@checked]"
            for box in self._tree.xpath(boxes, form=form.get("id")):
                ticked.setdefault(box.get("name"), []).append(box.get("value", "on"))
        return ticked


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

    def fetch(self, url: str) -> bytes:
        """What a browser loads besides: a picture, a file."""
        answer = self._session.get(url, timeout=self._timeout)
        if not answer.ok:
            raise Stuck(f"{url.rpartition('/')[2]} cannot be loaded ({answer.status_code})")
        return answer.content

    def send(self, form: Form, values: Mapping[str, str | list[str]] | None = None) -> Page:
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

    def wear(self, other: Robot) -> None:
        """Take the cookies of another one: a second tab of the same browser."""
        self._session.cookies.update(other._session.cookies)

    def says(self, headers: Mapping[str, str]) -> None:
        """Send these headers along from now on."""
        self._session.headers.update(headers)

    def head(self, url: str) -> int:
        """Ask for the head of a page only; its status."""
        return self._session.head(url, timeout=self._timeout).status_code

    def close(self) -> None:
        """Close the browser."""
        self._session.close()


def _page(answer: requests.Response) -> Page:
    return Page(answer.url, answer.status_code, answer.text)
