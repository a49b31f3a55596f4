"""The story of a document, played by robots on the same addresses that people use.

Somebody upstream asks for signatures; one after the other gets an e-mail, opens the link, looks at
every page and at what must be seen, ticks optional lines, signs; the record upstream holds status,
lines, the sealed PDF and the proof, and both hold when they are checked. What the story presses and
expects is data (``config/stories``).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hub.cli.robot import Form, Page, Robot, Stuck
from hub.cli.story import PHONE_BROWSER, Timeline, holds, wait_for
from hub.mapping.document import read_document
from hub.services.evidence.seals import checker, trusting
from hub.services.evidence.verifying import verify

_LINK = re.compile(r"https?://\S+/s/[\w-]+")
_DRAWN = "drawn"


@dataclass(frozen=True)
class Signer:
    """Somebody who signs: where the link goes, how, and which optional lines are ticked. Who is
    ``hasty`` first tries to sign without having looked at anything, and must not be able to."""

    email: str
    name: str
    method: str
    lines: tuple[str, ...] | None = None
    hasty: bool = False


@dataclass(frozen=True)
class DocumentScript:
    """A story as data. ``lines``: line id → decision; ``files``: what → the end of its name."""

    workspace: str
    mapping: str
    source: str
    record: str
    press: str
    read: str
    people: tuple[Signer, ...]
    signed: Mapping[str, str]
    lines: Mapping[str, str]
    files: Mapping[str, str]


def plays_documents(path: Path) -> bool:
    """Whether a story file is one of documents."""
    return _read(path).get("plays") == "document"


def load_document_script(path: Path) -> DocumentScript:
    """Read a story file."""
    data = _read(path)
    del data["story"], data["plays"]
    people = tuple(
        Signer(**{**one, "lines": tuple(one["lines"]) if "lines" in one else None})
        for one in data["people"]
    )
    return DocumentScript(**{**data, "people": people})


class DocumentStory:
    """Plays one script against a hub and a sandbox; ``roots`` is the file with the certificates
    under which this hub seals."""

    def __init__(
        self, script: DocumentScript, sandbox: str, roots: Path, timeline: Timeline | None = None
    ) -> None:
        self.script = script
        self.sandbox = sandbox.rstrip("/")
        self.timeline = timeline or Timeline()
        self._roots = roots
        self._clerk = Robot("Mozilla/5.0 (X11; Linux x86_64) Paraph story")

    def record(self) -> dict[str, Any]:
        """The record as its screen shows it, with the names of its files."""
        shown = self._shown()
        names = ", ".join(one["name"] for one in shown["files"])
        return {**shown["fields"], "files": names}

    def play(self) -> list[str]:
        """The whole story to the last signature; what is wrong with the record in the end."""
        step, script = self.timeline.step, self.script
        before = {one.email: len(self._mails(one.email)) for one in script.people}
        with step("signature asked for upstream"):
            self._press()
        for one in script.people:
            with step(f"{one.name}: e-mail with the link"):
                link = self._link(one.email, before[one.email])
            browser = Robot(PHONE_BROWSER)
            try:
                self._sign(browser, link, one)
            finally:
                browser.close()
        with step("record upstream changed"):
            wait_for(lambda: holds(self.record(), script.signed), f"{dict(script.signed)}")
        with step("files on the record"):
            files = wait_for(self._files, "the sealed PDF and the proof on the record")
        with step("proofs checked"):
            return [*self._line_problems(), *self._proof_problems(files)]

    def close(self) -> None:
        """Close the browser."""
        self._clerk.close()

    def _sign(self, browser: Robot, link: str, who: Signer) -> None:
        step = self.timeline.step
        with step(f"{who.name}: link opened"):
            page = browser.open(link)
        if who.hasty:
            with step(f"{who.name}: could not sign unseen"):
                self._is_held_back(browser, page, who)
        with step(f"{who.name}: every page and attachment looked at"):
            for picture in page.pictures():
                browser.fetch(picture)
            for attachment in page.links("/a/"):
                for picture in browser.open(attachment).pictures():
                    browser.fetch(picture)
        with step(f"{who.name}: signed"):
            page = self._to_the_canvas(browser, browser.open(link), who)
            form = _form(page, "name")
            signature = {"name": who.name, "method": who.method, "consent": form.ticks["consent"]}
            if who.method == _DRAWN:
                signature["ink"] = json.dumps(drawn())
            page = browser.send(form, signature)
            wait_for(lambda: _is_done(browser, page), "the page that says it is signed")

    def _is_held_back(self, browser: Robot, page: Page, who: Signer) -> None:
        """The way to the canvas does not open before everything was looked at."""
        for _ in range(3):  # lines that were changed are shown with their total first
            page = self._on(browser, page, who)
            if any("name" in form.values for form in page.forms()):
                break
            if page.errors:
                return
        raise Stuck(f"one could sign unseen, on '{page.heading}' ({page.status})")

    def _to_the_canvas(self, browser: Robot, page: Page, who: Signer) -> Page:
        """Through the lines and the review to where one signs."""
        for _ in range(5):
            forms = page.forms()
            if any("name" in form.values for form in forms):
                return page
            page = self._on(browser, page, who)
        raise Stuck(f"the way to the canvas has no end at '{page.heading}': {page.errors}")

    def _on(self, browser: Robot, page: Page, who: Signer) -> Page:
        """The next page, the lines ticked as this person wants them."""
        form = next((one for one in page.forms() if _leads_on(one)), None)
        if form is None:
            raise Stuck(f"nothing leads on from '{page.heading}' ({page.status}): {page.errors}")
        chosen: dict[str, str | list[str]] = {}
        if who.lines is not None and "lines" in form.values:
            chosen = {"line": list(who.lines)}
        flow = next((value for name, value in form.buttons if name == "flow"), "")
        return browser.send(form, {**chosen, **({"flow": flow} if flow else {})})

    def _press(self) -> None:
        self._clerk.send(
            Form(self.sandbox + self.script.press.format(id=self.script.record), {}, ())
        )

    def _link(self, address: str, seen: int) -> str:
        mails = wait_for(lambda: self._mails(address)[seen:], f"an e-mail to {address}")
        match = _LINK.search(mails[-1])
        if match is None:
            raise Stuck("the e-mail holds no link")
        return match.group()

    def _mails(self, address: str) -> list[str]:
        url = f"{self.sandbox}/mailbox/messages?to={quote(address)}"
        found: Any = self._clerk.json(url)
        return [str(one["text"]) for one in found["messages"]]

    def _shown(self) -> Any:
        return self._clerk.json(self.sandbox + self.script.read.format(id=self.script.record))

    def _files(self) -> dict[str, bytes] | None:
        """The files that must be there, once all are."""
        shown = self._shown()["files"]
        found = {
            what: next((one["url"] for one in reversed(shown) if one["name"].endswith(end)), None)
            for what, end in self.script.files.items()
        }
        if not all(found.values()):
            return None
        return {what: self._clerk.fetch(str(url)) for what, url in found.items()}

    def _line_problems(self) -> list[str]:
        made = {str(line["id"]): line.get("decision") for line in self.record()["lines"]}
        return [
            f"line {key} is {made.get(key)}, not {decision}"
            for key, decision in self.script.lines.items()
            if made.get(key) != decision
        ]

    def _proof_problems(self, files: Mapping[str, bytes]) -> list[str]:
        check = checker(trusting([self._roots]))
        verdicts = {what: verify(content, check) for what, content in files.items()}
        return [
            f"{what} does not hold: {one.member} {one.problem}"
            for what, one in verdicts.items()
            if not one.ok
        ]


def drawn() -> dict[str, Any]:
    """A signature as the page's script sends it (``hub.toolkit.ink``): two strokes of a finger on
    a canvas of 600 by 200; a point is x, y, milliseconds, pressure."""
    first = [[60 + 4 * n, round(100 + 45 * math.sin(n / 6), 1), 12 * n, 0.5] for n in range(90)]
    second = [[90 + 4 * n, 150 - n // 4, 1400 + 12 * n, 0.6] for n in range(80)]
    return {"width": 600, "height": 200, "pen": "touch", "strokes": [first, second]}


def _leads_on(form: Form) -> bool:
    return form.action.endswith(("/document", "/sign"))


def _form(page: Page, field: str) -> Form:
    found = next((one for one in page.forms() if field in one.values), None)
    if found is None:
        raise Stuck(f"no field '{field}' on '{page.heading}' ({page.status})")
    return found


def _is_done(browser: Robot, page: Page) -> bool:
    if page.status == 422:
        raise Stuck(f"the signature was refused: {page.errors}")
    return browser.open(page.url).url.endswith("/done")


def _read(path: Path) -> dict[str, Any]:
    return dict(read_document(path.read_text(encoding="utf-8"), str(path)).data)
