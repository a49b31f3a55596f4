"""The story of quotes, played by robots on the same addresses that people use.

Somebody sends quotes from the CRM's screen, without or with a signature, and chases; customers open
the e-mail's link, read, ask, tick, sign, accept or decline. In the end the CRM's fields, notes,
files, orders, tasks, invoice and duplicate must agree. What is sent and expected is data
(``config/stories``).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hub.cli.quote_customer import QuoteCustomer
from hub.cli.quote_desk import QuoteDesk
from hub.cli.quote_script import QuoteAct, QuoteScript
from hub.cli.story import Timeline, wait_for
from hub.cli.story_api import StoryApi
from hub.services.evidence.seals import checker, trusting
from hub.services.evidence.verifying import verify


class QuoteStory:
    """Plays one script against a hub and a sandbox; ``roots`` is the file with the certificates
    under which this hub seals."""

    def __init__(
        self,
        script: QuoteScript,
        sandbox: str,
        api: StoryApi,
        roots: Path,
        timeline: Timeline | None = None,
    ) -> None:
        self.script = script
        self.timeline = timeline or Timeline()
        self._api, self._roots = api, roots
        self._desk = QuoteDesk(sandbox.rstrip("/"), script.screen)

    def record(self) -> dict[str, Any]:
        """The first quote, as its page shows it."""
        shown = self._desk.shown(self.script.acts[0].quote)
        return {**shown["fields"], "files": ", ".join(one["name"] for one in shown["files"])}

    def play(self) -> list[str]:
        """Every act; what is wrong in the end."""
        return [f"{act.name}: {one}" for act in self.script.acts for one in self._act(act)]

    def close(self) -> None:
        """Close browser and API."""
        self._desk.close()
        self._api.close()

    def _act(self, act: QuoteAct) -> list[str]:
        step, desk = self.timeline.step, self._desk
        where, before = desk.find(act.quote), len(desk.mails(act.to))
        with step(f"{act.name}: sent by e-mail from the CRM"):
            desk.send(act, where)
            link = desk.link(act.to, before)
            wait_for(lambda: desk.shown(where)["fields"]["state"] == "sent", "the quote says sent")
        problems = [] if not act.words or act.words in desk.mails(act.to)[-1] else ["no own words"]
        if act.chased:
            with step(f"{act.name}: chased"):
                desk.chase(where)
                wait_for(lambda: len(desk.mails(act.to)) > before + 1, "the mail that chases")
        customer = QuoteCustomer(link)
        try:
            self._customer(act, customer)
        finally:
            customer.close()
        return [*problems, *self._end(act, where)]

    def _customer(self, act: QuoteAct, customer: QuoteCustomer) -> None:
        step = self.timeline.step
        with step(f"{act.name}: link opened, every page looked at"):
            customer.open()
        if act.remarks:
            with step(f"{act.name}: a remark to the seller"):
                customer.remark(act.remarks)
        if act.downloads:
            with step(f"{act.name}: PDF taken along"):
                customer.download()
        with step(f"{act.name}: answered ({act.does})"):
            customer.answer(act)

    def _end(self, act: QuoteAct, where: str) -> list[str]:
        step, desk = self.timeline.step, self._desk
        if act.asks_for:
            with step(f"{act.name}: {act.asks_for} asked for by the API"):
                wait_for(lambda: desk.shown(where)["fields"]["state"] != "sent", "an end")
                request = self._api.newest(where)
                self._api.post(f"requests/{request}/follow-ups/{act.asks_for}", {})
        with step(f"{act.name}: the CRM agrees"):
            wait_for(
                lambda: not [*self.missing(act, where)],
                f"{act.name}: {[*self.missing(act, where)]}",
            )
        return [*self._proofs(act, where)]

    def missing(self, act: QuoteAct, where: str) -> Iterator[str]:
        """What the CRM does not show yet."""
        shown = self._desk.shown(where)
        fields = shown["fields"]
        for name, wanted in act.holds.items():
            if str(fields[name] if fields[name] is not None else "") != wanted:
                yield f"{name} is {fields[name]!r}, not {wanted!r}"
        for name, wanted in act.holds_part.items():
            if wanted not in str(fields[name]):
                yield f"{name} does not say '{wanted}'"
        yield from (f"{name} is empty" for name in act.filled if not fields[name])
        for text in act.notes:
            if not any(text in one for one in shown["notes"]):
                yield f"no note '{text}'"
        for end in act.files:
            if not any(one["name"].endswith(end) for one in shown["files"]):
                yield f"no file {end}"
        yield from _unfollowed(act, shown)
        if act.mail and not any(
            act.mail["says"] in one for one in self._desk.mails(act.mail["to"])
        ):
            yield f"no e-mail to {act.mail['to']}"

    def _proofs(self, act: QuoteAct, where: str) -> Iterator[str]:
        """Every sealed PDF holds."""
        check = checker(trusting([self._roots]))
        for one in self._desk.shown(where)["files"]:
            verdict = verify(self._desk.fetch(one["url"]), check)
            if not verdict.ok:
                yield f"{one['name']} does not hold: {verdict.problem}"


def _unfollowed(act: QuoteAct, shown: dict[str, Any]) -> Iterator[str]:
    """Which records should have followed and are not there."""
    if act.order:
        lines = [one["product"] for one in shown["order_lines"]]
        if [one["reference"] for one in shown["orders"]] != [act.order["reference"]]:
            yield f"no single order {act.order['reference']}"
        if lines != list(act.order["lines"]):
            yield f"the order has the lines {lines}"
    elif shown["orders"]:
        yield "an order has followed"
    if tuple(one["subject"] for one in shown["tasks"]) != act.tasks and act.tasks:
        yield f"the tasks are {shown['tasks']}"
    for name, wanted in act.invoice.items():
        if [one[name] for one in shown["invoices"]] != [wanted]:
            yield f"no single invoice with {name} {wanted}"
    for name, value in act.copy.items():
        told = [one[name] for one in shown["copies"]]
        if name == "products":
            told = [[line["id"] for line in one] for one in told]
        if told != [value]:
            yield f"no single duplicate with {name} {value}"
