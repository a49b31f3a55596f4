"""A house with records, a channel for mail beside the one for SMS, and who looks after it."""

from __future__ import annotations

from hub.channels.simulated.gateway import gateway
from hub.contracts.records import RecordRef
from hub.services import health
from hub.services.credentials import pauses
from hub.services.house import open_house
from tests.made_before import lend_processes
from tests.services.one_case import OneCase
from tests.simulated_house import RECORD

FORMER, NEW = "simulated-former", "simulated-new"


class Watched(OneCase):
    """``gateway`` takes SMS with the password ``FORMER``; ``mail`` takes e-mail."""

    def __init__(self, folder, database, logs):
        super().__init__(folder, database)
        self.logs = logs
        self.gateway.password = FORMER
        self.mail = gateway(f"{self.simulated.world}-mail")
        world = f"{{gateway: {self.simulated.world}-"
        self.mail_line = f"  mail: {{plugin: channel:simulated, settings: {world}mail}}}}"
        self.change(
            "workspaces/alice.yaml",
            (f"{world}alice", f"{world}alice, password: {FORMER}"),
            ("  hub_register:", f"{self.mail_line}\n  hub_register:"),
            ("language: en", "language: en\noperations: {email: ops@example.com}"),
        )

    def change(self, name, *pairs):
        path = self.simulated.config / name
        text = path.read_text(encoding="utf-8")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new, 1)
        path.write_text(text, encoding="utf-8")
        self.simulated.house.reload()

    def other_process(self):
        """Another hub on the same files and database."""
        house = open_house(self.simulated.config, clock=self.simulated.clock)
        lend_processes(house.core)
        return house

    def ask_for(self, count):
        """Asks for a signature on so many records, numbered from 2; nothing is done yet."""
        for number in range(2, count + 2):
            self.upstream.put("case", str(number), RECORD)
            self.trigger(str(number))

    def held(self, count=3):
        """The gateway's password is changed, so many invitations wait for it, and it is told."""
        self.gateway.password = NEW
        self.ask_for(count)
        self.work()
        self.look()
        self.work()

    def look(self):
        return pauses.look(self.core)

    def mails(self):
        return [taken.message for taken in self.mail.taken()]

    def notes(self, number):
        return self.upstream.notes(RecordRef("case", str(number)))

    def condition(self, key="sms"):
        return next(
            one for told in health.sync(self.core) for one in told.instances if one.instance == key
        )
