"""What people of the workshop do in a story: the ERP's screen, the provider's portal, the
mailbox."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from hub.cli.robot import Form, Page, Robot, Stuck
from hub.cli.story import wait_for
from hub.cli.workshop_script import Act, WorkshopScript

_LINK = re.compile(r"https?://\S+/s/[\w-]+")
_GREEN = "background: #146c43"


class WorkshopDesk:
    """A browser at the workshop."""

    def __init__(self, script: WorkshopScript, sandbox: str) -> None:
        self._script, self._sandbox = script, sandbox
        self._robot = Robot("Mozilla/5.0 (X11; Linux x86_64) Paraph story")
        self._links: set[str] = set()  # that customers have had

    def find(self, document: str) -> str:
        """The document's address on the screen, without its host: ``orders/VO1001``."""
        if "?" not in document:
            return document
        found = self.found(*document.split("?"))
        if found is None:
            raise Stuck(f"there is no document {document}")
        return found

    def found(self, listed: str, word: str) -> str | None:
        """The newest document with a word in it, in a list of the screen."""
        page = self._robot.open(f"{self._screen}/{listed}?q={quote(word)}")
        links = page.links(f"/{listed}/")
        return f"{listed}/{links[-1].rpartition('/')[2]}" if links else None

    def shown(self, where: str) -> dict[str, Any]:
        """What the document's page shows: fields, lines, notes, files."""
        return dict(self._robot.json(f"{self._screen}/{where}.json"))

    def send(self, act: Act, where: str) -> None:
        """Enter lines, choose files, press the button of this kind, say yes on the hub's page."""
        for line in act.adds:
            self._robot.send(self._form(where, "/line"), dict(line))
        ids = {file["name"]: str(file["id"]) for file in self.shown(where)["files"]}
        chosen = [ids[name] for name in act.files]
        must = [ids[name] for name, seen in act.files.items() if seen]
        given: dict[str, Any] = {"kind": act.kind, "chosen": chosen, "must_view": must}
        page = self._robot.send(self._form(where, "/send"), given)
        forms = page.forms()
        if not forms:
            raise Stuck(f"the hub does not offer to send it: {page.words[:300]}")
        self._robot.send(forms[0])

    def press(self, where: str, button: str) -> bool:
        """A button of the document's page that leads to the hub; False where there is none."""
        page = self._robot.open(f"{self._screen}/{where}")
        link = page.link_at(button)
        if link is None:
            return False
        answer = self._robot.open(link)
        if answer.forms():
            self._robot.send(answer.forms()[0])
        return True

    def note_answer(self, where: str, given: Mapping[str, str]) -> None:
        """The customer phoned: cancel what is digital, and say who took which answer."""
        link = self._robot.open(f"{self._screen}/{where}").link_at("cancel")
        pages = self._robot.open(link or "").links("/decide") if link else []
        if not pages:
            raise Stuck("the record's page leads to no place where an answer is noted")
        page = self._robot.open(pages[0])
        said = self._robot.send(page.forms()[0], dict(given))
        if said.status != 200:
            raise Stuck(f"the answer was not taken: {said.errors or said.heading}")

    def arrived(self, to: str) -> list[str]:
        """The texts of all messages to a number or an address."""
        place = "mailbox" if "@" in to else "phone"
        found: Any = self._robot.json(f"{self._sandbox}/{place}/messages?to={quote(to)}")
        return [str(one["text"]) for one in found["messages"]]

    def link(self, to: str, before: int) -> str:
        """The hub's link in the first new message that holds a new one: a receipt of what was
        signed before leads to where that was."""

        def look() -> str | None:
            found = (one for text in self.arrived(to)[before:] for one in _LINK.findall(text))
            return next((one for one in found if one not in self._links), None)

        link = wait_for(look, f"a message with the link to {to}")
        self._links.add(link)
        return link

    def mail_problems(self, to: str, link: str) -> list[str]:
        """What the e-mail with the link lacks of button and picture (A6)."""
        found: Any = self._robot.json(f"{self._sandbox}/mailbox/messages?to={quote(to)}")
        mail = next(one for one in found["messages"] if link in one["text"])
        page = self._robot.open(f"{self._sandbox}/mailbox?mail={mail['number']}&view=html")
        lacks = []
        if _GREEN not in (mail["html"] or ""):
            lacks.append("the e-mail has no green button")
        if "data:image/png;base64," not in page.text:
            lacks.append("the e-mail shows no picture of the first page")
        return lacks

    def answer(self, where: str, text: str) -> None:
        """Write to the customer in the provider's portal, by the link on the record."""
        page = self.portal(where)
        self._robot.send(_form_of(page, "/answer"), {"text": text})

    def portal(self, where: str) -> Page:
        """The document in the provider's portal."""
        link = self.shown(where)["fields"]["Digital_Portal_Link"]
        if not link:
            raise Stuck("the record has no link into the provider's portal")
        return self._robot.open(link)

    def open(self, url: str) -> Page:
        """Any page."""
        return self._robot.open(url)

    def fetch(self, url: str) -> bytes:
        """A file on the record."""
        return self._robot.fetch(url)

    def close(self) -> None:
        """Close the browser."""
        self._robot.close()

    @property
    def _screen(self) -> str:
        return self._sandbox + self._script.screen

    def _form(self, where: str, end: str) -> Form:
        return _form_of(self._robot.open(f"{self._screen}/{where}"), end)


def _form_of(page: Page, end: str) -> Form:
    found = next((one for one in page.forms() if one.action.endswith(end)), None)
    if found is None:
        raise Stuck(f"no form for '{end}' on '{page.heading}' ({page.status})")
    return found


def holds(fields: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    """Whether a document or a line shows every expected value."""
    return all(str(fields.get(name, "")) == text for name, text in wanted.items())
