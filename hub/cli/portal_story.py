"""The story of the portal, played by robots on the same addresses that people use.

A firm shares offers from its field-service system; people of the customer sign in by code, read,
take along, write, accept, decline; what nobody has opened is found in the list and asked for once
more. In the end the records upstream must say all of it. What is shared and expected is data
(``config/stories``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

from hub.cli.portal_guest import PortalGuest
from hub.cli.portal_script import Guest, PortalScript
from hub.cli.robot import Form, Robot
from hub.cli.story import Timeline, holds, wait_for
from hub.cli.story_api import StoryApi

_PDF = b"%PDF-"


class PortalStory:
    """Plays one script against a hub and a sandbox."""

    def __init__(
        self,
        script: PortalScript,
        sandbox: str,
        portal: str,
        api: StoryApi,
        timeline: Timeline | None = None,
    ) -> None:
        self.script = script
        self.timeline = timeline or Timeline()
        self._sandbox = sandbox.rstrip("/")
        self._portal = portal
        self._api = api
        self._clerk = Robot("Mozilla/5.0 (X11; Linux x86_64) Paraph story")

    def record(self) -> dict[str, Any]:
        """The first offer, as its page shows it."""
        shown = self._shown(next(iter(self.script.share)))
        files = ", ".join(one["name"] for one in shown["files"])
        return {**shown["fields"], "files": files, "messages": "; ".join(shown["notes"])}

    def play(self) -> list[str]:
        """Everything; what is wrong in the end."""
        script, step = self.script, self.timeline.step
        with step("offers shared from the field-service system"):
            for record, to in script.share.items():
                self._clerk.send(Form(f"{self._screen}/{record}/share", {"to": to}, ()))
            for record in script.share:
                self._until(record, {"portal_status": "Shared"})
        found = self._guests()
        with step("what nobody has opened is listed, and asked for once more"):
            found += self._chase()
        with step("records upstream agree"):
            for record, wanted in script.holds.items():
                self._until(record, wanted)
            wait_for(lambda: not [*self._missing()], "notes, files and tasks upstream")
            found += [*self._wrong()]
        return found

    def close(self) -> None:
        """Close browser and API."""
        self._clerk.close()
        self._api.close()

    def _guests(self) -> list[str]:
        script = self.script
        reader, signer = self._guest(script.reader), self._guest(script.signer)
        try:
            return [*self._reads(reader), *self._answers(signer), *self._leaves(signer)]
        finally:
            reader.close()
            signer.close()

    def _reads(self, reader: PortalGuest) -> list[str]:
        """Somebody who is asked for nothing reads, takes the PDF along, writes."""
        who, step = reader.guest, self.timeline.step
        with step("reader: signed in by a code"):
            reader.sign_in()
            found = reader.list_problems()
        with step("reader: offer read and taken along"):
            page = reader.open(who.opens)
            if not reader.download(page).startswith(_PDF):
                found.append("what was taken along is no PDF")
        with step("reader: message written"):
            reader.write(page, who.writes)
        return found

    def _answers(self, signer: PortalGuest) -> list[str]:
        """Who is asked accepts one offer and declines another."""
        who, step = signer.guest, self.timeline.step
        with step("signer: signed in by a code"):
            signer.sign_in()
            found = signer.list_problems()
        with step("signer: accepted by typing a name"):
            signer.accept(signer.open(who.opens), who.name)
        with step("signer: another one declined"):
            signer.decline(signer.open(who.declines), who.reason)
        return found

    def _leaves(self, signer: PortalGuest) -> list[str]:
        """Signing out everywhere ends the session of another browser too."""
        who = signer.guest
        other = self._guest(who)
        try:
            with self.timeline.step("signer: signed out on all devices"):
                other.sign_in()
                other.sign_out_everywhere()
                inside = [one for one in (other, signer) if not one.is_out()]
        finally:
            other.close()
        return [f"{who.address} is still signed in in {len(inside)} browsers"] if inside else []

    def _chase(self) -> list[str]:
        """The one that nobody has opened, and no other, stands in the list; the customer hears of
        it again."""
        listed = self._api.get("lists/unopened", days="0")["items"]
        numbers = [one["number"] for one in listed]
        if numbers != [self.script.unopened]:
            return [f"what nobody has opened: {numbers}"]
        to = self.script.signer.reached
        before = len(self._arrived(to))
        self._api.post(f"requests/{listed[0]['id']}/chase", {})
        wait_for(lambda: len(self._arrived(to)) > before, f"another e-mail to {to}")
        again = self._api.get("lists/unopened", days="0")["items"]
        return [] if [one["chased"] for one in again] == [1] else ["the list tells of no chase"]

    def _missing(self) -> Iterator[str]:
        """What does not stand upstream yet."""
        for record, text in self.script.notes.items():
            if not any(text in one for one in self._shown(record)["notes"]):
                yield f"note '{text}'"
        for record, end in self.script.files.items():
            if not any(one["name"].endswith(end) for one in self._shown(record)["files"]):
                yield f"file {end}"
        words = self._clerk.open(f"{self._screen}/").words
        yield from (f"task '{title}'" for title in self.script.tasks if title not in words)

    def _wrong(self) -> Iterator[str]:
        """What stands upstream and should not stand so."""
        for record, wanted in self.script.within.items():
            fields = self._shown(record)["fields"]
            for name, text in wanted.items():
                if text not in str(fields[name]):
                    yield f"{name} of {record} is '{fields[name]}'"
        for record, names in self.script.times.items():
            yield from _time_problems(record, self._shown(record)["fields"], names)
        for record in self.script.files:
            url = self._shown(record)["files"][-1]["url"]
            if not self._clerk.fetch(url).startswith(_PDF):
                yield f"the signed file of {record} is no PDF"

    def _until(self, record: str, wanted: Any) -> None:
        def look() -> bool:
            return holds(self._shown(record)["fields"], wanted)

        wait_for(look, f"{dict(wanted)} on {record}")

    def _guest(self, guest: Guest) -> PortalGuest:
        return PortalGuest(guest, self._portal, lambda: self._arrived(guest.reached))

    def _arrived(self, to: str) -> list[str]:
        place = "mailbox" if "@" in to else "phone"
        found: Any = self._clerk.json(f"{self._sandbox}/{place}/messages?to={quote(to)}")
        return [str(one["text"]) for one in found["messages"]]

    def _shown(self, record: str) -> Any:
        return self._clerk.json(f"{self._screen}/{record}.json")

    @property
    def _screen(self) -> str:
        return self._sandbox + self.script.screen


def _time_problems(record: str, fields: Any, names: tuple[str, ...]) -> Iterator[str]:
    """Moments that are none, and the first and last one if they are the wrong way round."""
    moments = []
    for name in names:
        try:
            moments.append(datetime.fromisoformat(str(fields[name])))
        except ValueError:
            yield f"{name} of {record} is no moment: {fields[name]}"
    if moments and max(moments) != moments[-1] and len(moments) == len(names):
        yield f"{names[-1]} of {record} lies before another moment"
