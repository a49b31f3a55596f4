"""A record upstream in a table that is polled, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from hub.services import health
from hub.storage.models import Inbound, PolledTable
from tests.services.one_case import OneCase
from tests.simulated_house import RECORD

EVERY = timedelta(minutes=5)


class PolledCase(OneCase):
    """A house whose mapping is started by polling too, and only by records in state New."""

    def __init__(self, folder, database=None):
        super().__init__(folder, database)
        path = self.simulated.config / "mappings" / "repair.yaml"
        text = path.read_text(encoding="utf-8")
        text = text.replace("[button, webhook, api]", "[button, poll]")
        text = text.replace('when: state != "Closed"', 'when: state = "New"')
        path.write_text(text, encoding="utf-8")
        self.simulated.house.reload()
        self.work()

    def row(self):
        with self.core.db.read() as session:
            return session.scalars(select(PolledTable)).one()

    def calls(self):
        with self.core.db.read() as session:
            return list(session.scalars(select(Inbound).order_by(Inbound.id)))

    def new(self, record_id):
        self.upstream.put("case", record_id, RECORD)

    def poll(self, span=EVERY):
        """The next poll comes, and what it took is done."""
        self.simulated.clock.advance(span)
        self.work()

    def health(self):
        (workspace,) = health.sync(self.core)
        return workspace, workspace.polls[0]
