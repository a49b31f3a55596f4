"""One run of the story: documents are sent, faults strike, customers answer, the hub dies between
steps; and then time passes until nobody owes anybody anything."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from hub.contracts.agreements import Choice
from hub.services import remarks
from hub.services.history import is_open
from hub.services.hosted import rows
from hub.services.withdrawals import withdraw
from hub.storage.models import Delivery, HostedAgreement, Request, Timer
from providers.getaccept.body import labels
from tests.story_a import faults
from tests.story_a.judging import Job, judge
from tests.story_a.world import World

RECORDS = (
    ("offer", "VQ1001"), ("offer", "VQ1002"), ("offer", "VQ1003"), ("sale", "VO1001"),
    ("sale", "VO1002"), ("sale", "VO1003"),
)  # fmt: skip
ANSWERS = ("sign", "sign", "sign", "sign", "reject", "nothing", "withdraw", "sign_withdraw")
_UNFINISHED = ("pending", "retry", "leased", "paused")
_MOST_STEPS = 600


@dataclass
class Outcome:
    """What a run came to: ``wrong`` is empty where all is as it must be, and ``hooks`` is how many
    webhooks the hub has taken."""

    seed: int
    told: str
    hooks: int = 0
    wrong: list[str] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)


class Run:
    """The story by one seed."""

    def __init__(self, seed: int, world: World) -> None:
        self.dice, self.world = random.Random(f"story {seed}"), world
        self.faults = faults.draw(self.dice)
        self.jobs = [
            Job(mapping, number, self.dice.choice(ANSWERS))
            for mapping, number in self.dice.sample(RECORDS, self.dice.choice((1, 1, 2)))
        ]
        self.restarts = self.dice.choice((0.0, 0.0, 0.05, 0.15))
        self.hooks = self.dice.random() < 0.8
        told = ", ".join(f"{one.mapping} {one.number} {one.answer}" for one in self.jobs)
        struck = "; ".join(map(str, self.faults))
        self.told = f"{told} | {struck} | restarts {self.restarts} | hooks {self.hooks}"

    def play(self) -> list[str]:
        """From the button to the end; what is wrong then."""
        if self.hooks:
            self.world.register_hooks()
        self._strike(faults.PLACING)
        for job in self.jobs:
            self.world.trigger(job.mapping, job.number)
        self._until(self._placed, timedelta(minutes=10))
        self._strike(faults.ANSWERING)
        for job in self.jobs:
            self._answer(job)
            self._pass(timedelta(minutes=self.dice.choice((0, 1, 40))))
        faults.mend(self.world)
        self._until(self._settled, timedelta(hours=3))
        faults.end(self.world)
        self._until(self._settled, timedelta(hours=3))
        for _ in range(3):  # webhooks that come two days late
            self._pass(timedelta(hours=17))
        self._until(self._settled, timedelta(hours=3))
        refused = any(one.name.endswith("error_200") for one in self.faults)
        return judge(self.world, self.jobs, refused=refused)

    def _strike(self, part: str) -> None:
        for fault in self.faults:
            if fault.part == part:
                faults.switch_on(self.world, fault)

    def _pass(self, span: timedelta) -> None:
        if self.dice.random() < self.restarts:
            self.world.restart()
        self.world.step(span)

    def _until(self, done: object, longest: timedelta) -> None:
        """Time passes, from one thing that is due to the next."""
        assert callable(done)
        for turn in range(_MOST_STEPS):
            if done():
                return
            if turn == 60:  # whoever looks after the account has noticed by now
                faults.mend(self.world)
            self._pass(self._next(longest))

    def _next(self, longest: timedelta) -> timedelta:
        """Until something is due."""
        due = (Delivery.state.in_(("pending", "retry")), Timer.state == "pending")
        with self.world.core.db.read() as session:
            found = [
                session.scalar(select(func.min(Delivery.next_at)).where(due[0])),
                session.scalar(select(func.min(Timer.due_at)).where(due[1])),
            ]
        waits = [one - self.world.clock.now() for one in found if one is not None]
        return min(max(timedelta(seconds=5), min(waits, default=longest)), longest)

    def _placed(self) -> bool:
        """Whether everybody has the link, or it is over."""
        for job in self.jobs:
            request = self.world.request(job.mapping, job.number)
            if request is None or (is_open(request) and request.state in ("draft", "preparing")):
                return False
        return True

    def _settled(self) -> bool:
        """Whether nobody owes anybody anything."""
        with self.world.core.db.read() as session:
            owed = session.scalar(select(Delivery.id).where(Delivery.state.in_(_UNFINISHED)))
            under_way = HostedAgreement.status.in_(rows.UNDER_WAY)
            there = session.scalar(select(HostedAgreement.id).where(under_way).limit(1))
            found = list(session.scalars(select(Request)))
        return owed is None and there is None and not any(map(is_open, found))

    def _answer(self, job: Job) -> None:
        """What the customer does, and the workshop."""
        world, dice = self.world, self.dice
        request = world.request(job.mapping, job.number)
        if request is None or not is_open(request):
            return
        row = world.agreements(request)[-1]
        if row.status == rows.STANDING:
            self._at_the_provider(job, request, row)
        if "withdraw" in job.answer:
            if dice.random() < 0.5:
                self._pass(timedelta(minutes=dice.choice((0, 5))))
            request = world.request(job.mapping, job.number)
            if request is not None and is_open(request):
                withdraw(world.core, world.workspace, request.id, by="tests")

    def _at_the_provider(self, job: Job, request: Request, row: HostedAgreement) -> None:
        world, dice = self.world, self.dice
        if dice.random() < 0.6:
            world.act(row.reference, "open")
            self._pass(timedelta(minutes=dice.choice((0, 2, 30))))
        for number in range(dice.choice((0, 0, 1, 2))):
            text = f"Fråga {number} om {job.number}?"
            if world.act(row.reference, "comment", text=text):
                job.chat.append(text)
                self._pass(timedelta(minutes=dice.choice((0, 1))))
                if dice.random() < 0.5 and is_open(world.request(job.mapping, job.number)):
                    remarks.answer_remark(
                        world.core, world.workspace, request.id, "customer", f"Svar {number}."
                    )
                    job.answers.append(f"Svar {number}.")
                    self._pass(timedelta(minutes=1))
        if job.answer in ("sign", "sign_withdraw"):
            self._sign(job, row)
        elif job.answer == "reject":
            job.done = "reject" if world.act(row.reference, "reject", reason="För dyrt") else ""

    def _sign(self, job: Job, row: HostedAgreement) -> None:
        """Tick and untick, then sign."""
        world = self.world
        choices = [Choice(**one) for one in row.choices or ()]
        job.accepted = {line for line, one in job.offered(world).items() if not one}
        for choice in choices:
            takes = self.dice.random() < 0.6
            if world.act(row.reference, "check", field=labels(choices)[choice.line],
                         value=int(takes)) and takes:  # fmt: skip
                job.accepted.add(int(choice.line))
        world.act(row.reference, "view_attachment", attachment="Foto")
        job.done = "sign" if world.act(row.reference, "sign") else ""


def run(seed: int, folder: Path, database: str = "", *, deaf: bool = False) -> Outcome:
    """Play one seed in a folder of its own. ``deaf``: no webhook ever gets through."""
    world = World(folder, database)
    world.door.shut = deaf
    try:
        played = Run(seed, world)
        outcome = Outcome(seed, played.told, jobs=played.jobs)
        try:
            outcome.wrong = played.play()
        except Exception as error:  # it is the finding
            outcome.wrong = [f"broke off: {type(error).__name__}: {error}"]
        outcome.hooks = world.door.taken
        return outcome
    finally:
        world.close()
