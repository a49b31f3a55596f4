"""The story of a workshop, played by robots on the same addresses that people use.

The workshop sends documents from its ERP; customers get an SMS or an e-mail, follow the hub's link
to the provider's page, look at pictures, ask, tick lines, sign or decline. In the end the ERP's
fields, lines, notes and files and what the provider's portal says must agree. What is sent and
expected is data (``config/stories``).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from hub.cli.hosted_signer import HostedSigner
from hub.cli.story import Timeline, wait_for
from hub.cli.story_api import StoryApi
from hub.cli.workshop_desk import WorkshopDesk, holds
from hub.cli.workshop_lists import dashboard_problems, list_problems
from hub.cli.workshop_script import Act, WorkshopScript
from hub.services.evidence.seals import checker, trusting
from hub.services.evidence.verifying import verify

SIGNED, PROOF = "signed", "proof"  # what an act calls the files that hang on the record
_CHECK = "check"  # the button that has the hub look at the provider
_PATIENCE = 3.0  # seconds: who waits longer presses it, and again


class WorkshopStory:
    """Plays one script against a hub and a sandbox; ``roots`` is the file with the certificates
    under which this hub seals."""

    def __init__(
        self,
        script: WorkshopScript,
        sandbox: str,
        api: StoryApi,
        roots: Path,
        timeline: Timeline | None = None,
    ) -> None:
        self.script = script
        self._api = api
        self._checked = 0.0
        self.timeline = timeline or Timeline()
        self._roots = roots
        self._desk = WorkshopDesk(script, sandbox.rstrip("/"))

    def record(self) -> dict[str, Any]:
        """The first document of the story, as its page shows it."""
        where = self._desk.find(self.script.acts[0].document)
        shown = self._desk.shown(where)
        names = ", ".join(one["name"] for one in shown["files"])
        steps = {
            f"line {number}": f"{line['Step']} {line['Decision']}"
            for number, line in shown["lines"].items()
        }
        return {**shown["fields"], **steps, "files": names}

    def play(self) -> list[str]:
        """Every act; what is wrong in the end."""
        found: list[str] = []
        for act in self.script.acts:
            found += [f"{act.name}: {problem}" for problem in self._act(act)]
        with self.timeline.step("role centre's lists and the account's dashboard"):
            found += list_problems(self._api, self.script.lists)
            instance, counts = self.script.provider, self.script.dashboard
            found += dashboard_problems(self._api, instance, counts, self._opens)
        return found

    def close(self) -> None:
        """Close browser and API."""
        self._desk.close()
        self._api.close()

    def _opens(self, url: str) -> bool:
        return self._desk.open(url).status == 200

    def _act(self, act: Act) -> list[str]:
        step, desk = self.timeline.step, self._desk
        where = desk.find(act.document)
        before = len(desk.arrived(act.to))
        with step(f"{act.name}: sent from the ERP"):
            desk.send(act, where)
        with step(f"{act.name}: draft on the record at once"):
            self._until(where, {"Digital_Status": "Draft"}, also=("Sent",))
        with step(f"{act.name}: {'e-mail' if '@' in act.to else 'SMS'} with the link"):
            link = desk.link(act.to, before)
        problems = desk.mail_problems(act.to, link) if "@" in act.to else []
        customer = HostedSigner(link)
        try:
            self._customer(act, where, customer)
            return [*problems, *self._end(act, where, customer)]
        finally:
            customer.close()

    def _customer(self, act: Act, where: str, customer: HostedSigner) -> None:
        step = self.timeline.step
        with step(f"{act.name}: link opened, seen on the record"):
            customer.open()
            self._until(where, {"Digital_Status": "Seen"})
        if act.asks:
            with step(f"{act.name}: question and answer, through the provider"):
                self._talk(act, where, customer)
        if any(act.files.values()):
            with step(f"{act.name}: could not sign unseen"):
                customer.is_held_back(act)
        with step(f"{act.name}: pages and pictures looked at"):
            customer.look()
        if act.by_hand:
            with step(f"{act.name}: answered by telephone, withdrawn"):
                self._desk.note_answer(where, act.by_hand)
            return
        with step(f"{act.name}: {'declined' if act.declines else 'signed'}"):
            if act.declines:
                customer.decline(act)
            else:
                customer.sign(act)
        self._checked = time.monotonic()

    def _talk(self, act: Act, where: str, customer: HostedSigner) -> None:
        customer.ask(act.asks)
        wait_for(lambda: self._has_note(where, act.asks), f"the note '{act.asks}' on the record")
        told = f"an e-mail to {self.script.account}"
        wait_for(lambda: self._told_account(act.asks), told)
        self._desk.answer(where, act.answer)
        customer.reads(act.answer)
        wait_for(lambda: self._has_note(where, act.answer), f"the note '{act.answer}'")

    def _told_account(self, text: str) -> bool:
        return any(text in one for one in self._desk.arrived(self.script.account))

    def _has_note(self, where: str, text: str) -> bool:
        if any(text in one["text"] for one in self._desk.shown(where)["notes"]):
            return True
        self._check(where)
        return False

    def _check(self, where: str) -> None:
        """Have the hub look at the provider, as somebody does who has waited for a while."""
        if time.monotonic() - self._checked > _PATIENCE:
            self._desk.press(where, _CHECK)
            self._checked = time.monotonic()

    def _end(self, act: Act, where: str, customer: HostedSigner) -> list[str]:
        step, desk = self.timeline.step, self._desk
        # the record may become another one as soon as all is on it
        portal = desk.shown(where)["fields"]["Digital_Portal_Link"] if act.provider else ""
        if act.becomes:
            with step(f"{act.name}: became another document"):
                listed, word = act.becomes["list"], act.becomes["word"]
                where = wait_for(lambda: desk.found(listed, word), f"{listed} with '{word}'")
        with step(f"{act.name}: record changed"):
            self._until(where, act.holds, check=not act.becomes)
        with step(f"{act.name}: lines, notes and files on the record"):
            wait_for(lambda: not [*self._missing(act, where)], f"{[*self._missing(act, where)]}")
        if act.asks_for:
            with step(f"{act.name}: {act.asks_for} by the API"):
                request = self._api.newest(where.rpartition("/")[2])
                self._api.post(f"requests/{request}/follow-ups/{act.asks_for}", {})
        with step(f"{act.name}: proofs and the provider checked"):
            return [
                *self._proofs(act, where),
                *self._provider(act, portal),
                *self._follows(act),
                *(self._polite(act, customer) if act.says else ()),
            ]

    def _polite(self, act: Act, customer: HostedSigner) -> Iterator[str]:
        words = customer.is_over()
        if act.says not in words:
            yield f"the link does not say '{act.says}' but: {words[:200]}"

    def _until(
        self,
        where: str,
        wanted: Any,
        *,
        also: tuple[str, ...] = (),
        check: bool = True,
    ) -> None:
        """Wait until the record holds this; the button asks the provider now and then."""

        def look() -> bool:
            fields = self._desk.shown(where)["fields"]
            if holds(fields, wanted) or fields["Digital_Status"] in also:
                return True
            if check:
                self._check(where)
            return False

        wait_for(look, f"{dict(wanted)} on {where}")

    def _missing(self, act: Act, where: str) -> Iterator[str]:
        """What the record does not show yet."""
        shown = self._desk.shown(where)
        for number, wanted in act.lines.items():
            if not holds(shown["lines"].get(number, {}), wanted):
                yield f"line {number}: {wanted}"
        for text in act.notes:
            if not any(text in one["text"] for one in shown["notes"]):
                yield f"note '{text}'"
        for what, end in act.attached.items():
            if not any(one["name"].endswith(end) for one in shown["files"]):
                yield f"{what} {end}"
        if act.reason and act.reason not in shown["fields"]["Digital_Reason"]:
            yield f"reason '{act.reason}'"

    def _proofs(self, act: Act, where: str) -> Iterator[str]:
        """The proof holds, and the signed file on the record is the one in it."""
        if not act.attached:
            return
        shown = self._desk.shown(where)["files"]
        found = {
            what: self._desk.fetch(
                next(one["url"] for one in reversed(shown) if one["name"].endswith(end))
            )
            for what, end in act.attached.items()
        }
        verdict = verify(found[PROOF], checker(trusting([self._roots])))
        if not verdict.ok:
            yield f"the proof does not hold: {verdict.member} {verdict.problem}"
            return
        with ZipFile(BytesIO(found[PROOF])) as bundle:
            inside = [bundle.read(name) for name in bundle.namelist()]
        if found[SIGNED] not in inside:
            yield "the signed file on the record is not the one in the proof"

    def _provider(self, act: Act, portal: str) -> Iterator[str]:
        if act.provider and act.provider not in self._desk.open(portal).words:
            yield f"the provider's portal does not say '{act.provider}'"

    def _follows(self, act: Act) -> Iterator[str]:
        if not act.follows:
            return
        listed, word = act.follows["list"], act.follows["word"]
        where = wait_for(lambda: self._desk.found(listed, word), f"{listed} with '{word}'")
        found = [one["Description"] for one in self._desk.shown(where)["lines"].values()]
        if found != list(act.follows["lines"]):
            yield f"{where} has the lines {found}"
