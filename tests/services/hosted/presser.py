"""Somebody at the buttons of a record, and what is noted there."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from hub.services.record_buttons import RecordButtons
from hub.services.record_views import Said

YES = Said("accepted", "Bob Berg", "phone", "Ring first", frozenset({"hose"}))
NO = Said("declined", "Bob Berg", "counter", "", frozenset({"hose"}))


class Presser:
    """Somebody at the record's buttons."""

    def __init__(self, case, table="offer", record="1", workspace="alice"):
        self.case, self.desk = case, RecordButtons(case.core)
        self.table, self.record, self.workspace = table, record, workspace

    def link(self, action, **more):
        where = (self.workspace, "source", action, self.table, self.record)
        return self.case.core.links.record_button(*where, **more)

    def query(self, action, **more):
        return dict(parse_qsl(urlsplit(self.link(action, **more)).query))

    def view(self, action="check", request_id=""):
        return self.desk.view("source", action, self.query(action), request_id)

    def look(self):
        self.desk.look("source", self.query("check"), self.view().request_id)

    def cancel(self, request_id=None):
        request_id = request_id or self.view().request_id
        self.desk.cancel("source", self.query("cancel"), request_id)

    def decide(self, said=YES, request_id=None):
        request_id = request_id or self.view().request_id
        self.desk.decide("source", self.query("decide"), request_id, said)
