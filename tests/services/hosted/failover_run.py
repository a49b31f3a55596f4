"""One run of a failover by a seed: outages of any begin and length at two hosted providers, the hub
itself behind them, a customer who signs wherever a link leads, hooks that come late."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hub.contracts.plugin import RawHook
from hub.contracts.requests import OPEN_STATES
from hub.services.hosted import rows
from hub.storage.models import HostedAgreement
from tests.services.hosted.hosted_case import HostedCase

PROVIDERS = "[there, other, canvas]"
_OPERATIONS = ("any", "any", "any", "create", "status", "recipients", "seal", "upload", "read")
_KINDS = ("error_500", "html", "drop_before", "drop_after", "throttled_bare")
_MINUTES = 150  # in which outages begin and the customer acts
_AFTER = 60  # steps of five minutes until nothing may be left
_LONG_OUTAGES = ("any", "create", "recipients")


@dataclass(frozen=True)
class Outage:
    """``where`` answers nothing of this kind from minute ``begin`` until ``end``."""

    where: str
    fault: str
    begin: int
    end: int


class FailoverRun:
    """A case, and what its seed has drawn for it."""

    def __init__(self, seed: int, case: HostedCase) -> None:
        self.case, self.dice = case, random.Random(f"failover {seed}")
        self.outages = [
            self._outage(where)
            for where in case.sites
            for _ in range(self.dice.choice((0, 1, 1, 2)))
        ]
        self.acts = sorted(
            self.dice.randrange(3, _MINUTES) for _ in range(self.dice.choice((0, 1, 2)))
        )
        self.tabs: dict[str, HostedAgreement] = {}  # addresses that the customer has seen
        self.signed_at: list[str] = []
        self.wrong: list[str] = []

    def play(self) -> list[str]:
        """To the end; what is wrong."""
        case, minute = self.case, 0
        case.send()
        while minute < _MINUTES:
            step = self.dice.choice((1, 1, 2, 5))
            for one in range(minute, minute + step):
                self._switch(one)
                if one in self.acts:
                    self._customer()
            case.later(minutes=step)
            minute += step
            self._look(minute)
            if self.dice.random() < 0.1:
                self._late_hooks()
        self._over()
        return [*self.wrong, *self._judged()]

    def told(self) -> str:
        """What was drawn."""
        return f"{self.outages} customer at {self.acts}, signed {self.signed_at}"

    def _outage(self, where: str) -> Outage:
        begin = self.dice.choice((0, self.dice.randrange(0, 3), self.dice.randrange(0, 120)))
        length = self.dice.choice((2, 8, 15, 30, 90, 1000))
        operation = self.dice.choice(_LONG_OUTAGES if length > 90 else _OPERATIONS)
        return Outage(where, f"{operation}.{self.dice.choice(_KINDS)}", begin, begin + length)

    def _switch(self, minute: int) -> None:
        for one in self.outages:
            board = self.case.sites[one.where].sandbox.account.gate.board
            if minute == one.begin:
                board.switch_on(one.fault, times=None)
            elif minute == one.end:
                board.clear()

    def _look(self, minute: int) -> None:
        """What must hold at every moment."""
        case = self.case
        binding = [one for one in case.acceptances() if one.current]
        if len(binding) > 1:
            self.wrong.append(f"minute {minute}: {len(binding)} binding signatures")
        if case.request().state not in OPEN_STATES:
            return
        row, view = case.agreement(), case.desk.view(case.token("alice"))
        if view.address:
            if row is None or rows.link(row, case.person("alice")) != view.address:
                self.wrong.append(f"minute {minute}: the link leads to no agreement that holds")
            else:
                self.tabs[view.address] = row
        elif view.elsewhere != (row is not None):
            self.wrong.append(f"minute {minute}: the link says where it is, and is wrong")
        elif row is not None and row.status == rows.STANDING:
            self.wrong.append(f"minute {minute}: it stands, and the link leads nowhere")

    def _customer(self) -> None:
        """Signs where the link leads, or in an old tab."""
        case = self.case
        if case.request().state not in OPEN_STATES:
            return
        old = [row for row in self.tabs.values() if row.reference]
        if old and self.dice.random() < 0.4:
            self._sign_there(self.dice.choice(old))
            return
        view = case.desk.view(case.token("alice"))
        row = case.agreement()
        if view.address and row is not None:
            self._sign_there(row)
        elif row is None and case.request().provider == "canvas" and not self._is_new():
            case.sign("alice")
            self.signed_at.append("canvas")

    def _is_new(self) -> bool:
        return self.case.request().state in ("draft", "preparing")

    def _sign_there(self, row: HostedAgreement) -> None:
        self.case.act("alice", "view_attachment", row, attachment="Photo")
        if self.case.act("alice", "sign", row):
            self.signed_at.append(f"{row.provider} {row.number}")

    def _late_hooks(self) -> None:
        """Calls about every agreement there ever was, as they come after hours."""
        case = self.case
        for row in case.agreements():
            if not row.reference:
                continue
            said = {"event": "document.signed", "document": {"id": row.reference}}
            secret = case.core.links.hook_secret("alice", row.provider)
            raw = RawHook(
                "POST", case.core.links.hook("alice", row.provider), {}, {},
                json.dumps(said).encode(), "127.0.0.1", datetime.now(UTC),
            )  # fmt: skip
            case.house.hooks.receive("alice", row.provider, secret, raw)

    def _over(self) -> None:
        """Everybody answers again; the customer signs by the link if nothing counts yet."""
        case = self.case
        for site in case.sites.values():
            site.sandbox.account.gate.board.clear()
        self._late_hooks()
        for turn in range(_AFTER):
            case.later(minutes=5)
            self._look(_MINUTES + 5 * turn)
            if turn == 20 and case.request().state in OPEN_STATES:
                row = case.agreement()
                if row is not None and row.status == rows.STANDING:
                    self._sign_there(row)
                elif row is None:
                    case.sign("alice")
                    self.signed_at.append("canvas")

    def _judged(self) -> Iterator[str]:
        """What must hold in the end."""
        case = self.case
        request = case.request()
        if request.state != "completed":
            yield f"the request is {request.state} ({request.reason})"
            return
        binding = [one.kind for one in case.acceptances() if one.current]
        if binding != ["signed"] or case.events().count("signed") != 1:
            yield f"binding signatures: {binding}"
        agreements = case.agreements()
        counted = len(self.signed_at) - 1
        if case.events().count("late") > max(counted, 0) or len(set(self.signed_at)) - 1 > (
            case.events().count("late")
        ):
            yield f"signed {self.signed_at}, {case.events().count('late')} told as late"
        for row in agreements:
            yield from self._left_behind(row)
        for key, site in case.sites.items():
            names = {row.external_id for row in agreements if row.provider == key}
            stray = [
                one["id"]
                for one in site.control("GET", "documents")
                if one["external_id"] not in names
            ]
            if stray or len(site.control("GET", "documents")) > len(names):
                yield f"documents that nobody asked for: {stray}"
        yield from self._proof(agreements)

    def _left_behind(self, row: HostedAgreement) -> Iterator[str]:
        """Every document there that does not hold is taken back, or over with its answer told."""
        site = self.case.sites[row.provider]
        for one in site.control("GET", "documents"):
            if one["external_id"] != row.external_id:
                continue
            told = f"{row.provider} {row.number}" in self.signed_at
            wanted = {"signed"} if row.current or told else {"recalled"}
            if one["status"] not in wanted:
                told_of = f"{one['status']} there, {row.status} here"
                yield f"{row.provider} {row.number} is left {told_of}"

    def _proof(self, agreements: list[HostedAgreement]) -> Iterator[str]:
        case = self.case
        if len(case.proofs()) != 1 or "zip" not in case.files():
            yield f"{len(case.proofs())} proofs"
            return
        content = case.files()["zip"].content
        if not case.verdict(content).ok:
            yield "the proof does not verify"
        with zipfile.ZipFile(io.BytesIO(content)) as bundle:
            members: dict[str, Any] = {
                name.rpartition("/")[2]: json.loads(bundle.read(name))
                for name in bundle.namelist()
                if "/agreement-" in name
            }
        if set(members) != {f"agreement-{row.number}.json" for row in agreements}:
            yield f"the proof holds {sorted(members)} of {len(agreements)} agreements"
        holding = [one["number"] for one in members.values() if one["holds"]]
        if holding != [row.number for row in agreements if row.current]:
            yield f"the proof says that {holding} hold"
