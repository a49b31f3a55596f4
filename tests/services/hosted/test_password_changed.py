"""Somebody changes the password at the provider while much is owed to it: everything waits, people
are told once, and after it is mended everything goes out once, by ``seq``."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from hub.app import create_app
from hub.cli import cli
from hub.contracts.records import RecordRef
from hub.engine.outbox import owe
from hub.registry import InstanceKey
from hub.services import health, probes, remarks
from hub.services.credentials import pauses
from hub.services.house import open_house
from hub.services.owed_kinds import SAY
from hub.storage.models import Attempt, Delivery, HostedAgreement, Request
from tests.made_before import lend_processes

THERE = InstanceKey("alice", "there")
FORMER, NEW, WRONG = "sandbox-password", "planted-new-password", "planted-wrong-password"
COUNT = 30


class Changed:
    """A placed offer; its account has another password and takes no former token any more."""

    def __init__(self, case):
        self.case, self.site = case, case.site
        self.row = case.place()
        self.site.control("POST", "password", {"password": NEW})
        self.site.control("POST", "tokens/revoke")
        self.owe_remarks()

    def owe_remarks(self):
        """Thirty answers of the sender; those that are owed first go out last."""
        core = self.case.core
        with core.db.write() as session:
            request = session.get_one(Request, self.row.request_id)
            for seq in reversed(range(COUNT)):
                text, now = f"Answer {seq:02}", core.clock.now()
                message = remarks.keep(
                    core, session, request, request.recipients[0], remarks.OUT, text, at=now
                )
                session.flush()
                owe(
                    session, workspace_id=request.workspace_id, request_id=request.id,
                    entity=f"{request.id}:say", kind=SAY, step="say", destination="there",
                    payload={"agreement": self.row.id, "message": message.id},
                    key=f"say:{message.id}", seq=seq, now=now, wall=core.clock.wall(),
                )  # fmt: skip

    def said(self):
        told = self.site.control("GET", f"documents/{self.row.reference}")["comments"]
        return [one["text"] for one in told if one["text"].startswith("Answer")]

    def condition(self):
        (told,) = health.sync(self.case.core)
        return next(one for one in told.instances if one.instance == "there")

    def mails(self):
        return [
            taken.message
            for taken in self.case.gateway.taken()
            if taken.message.to == "office@example.com"
        ]

    def notes(self):
        """What stands on the record beside the answers."""
        notes = self.case.upstream.notes(RecordRef("offer", "1"))
        return [one for one in notes if not one.startswith("We: ")]

    def by_cli(self, value):
        arguments = ["mend-credentials", "there", "--set", "password"]
        config = ["--config", str(self.case.config)]
        told = CliRunner().invoke(cli, [*arguments, *config], input=f"{value}\n")
        self.case.core.follow_kept()  # as each process does every two seconds
        return told.exit_code == 0, told.exit_code, told.output

    def by_api(self, value):
        headers = {"Authorization": f"Bearer {self.case.keys['alice']}"}
        told = (
            create_app(self.case.house)
            .test_client()
            .patch(
                "/api/v1/instances/there/credentials",
                json={"set": {"password": value}},
                headers=headers,
            )
        )
        return told.status_code == 200, told.status_code, told.text


@pytest.fixture
def changed(hosted):
    return Changed(hosted())


@pytest.mark.both_stores
@pytest.mark.parametrize(("way", "refused"), [("by_cli", 1), ("by_api", 422)])
def test_everything_waits_is_told_once_and_goes_out_once_and_in_order(changed, way, refused):
    case, mend = changed.case, getattr(changed, way)
    with capture_logs() as logged:
        for _ in range(4):
            case.later(seconds=31)
            probes.probe(case.core, THERE)
            pauses.look(case.core)
        case.work()
        assert (changed.condition().paused, changed.condition().backlog) == (
            "authentication_failed", COUNT,
        )  # fmt: skip
        (mail,) = changed.mails()
        assert f"What waits: {COUNT} remarks." in mail.text
        assert len(changed.notes()) == 1
        assert changed.said() == []
        good, status, told = mend(WRONG)
        assert (good, status) == (False, refused)
        assert "GetAccept refused e-mail and password" in told
        case.later(seconds=31)
        assert changed.condition().paused == "authentication_failed"
        good, _, more = mend(NEW)
        assert good, more
        case.work()
        pauses.look(case.core)
        case.work()
    assert changed.said() == [f"Answer {seq:02}" for seq in range(COUNT)]
    assert {row.state for row in case.deliveries(SAY)} == {"delivered"}
    assert (changed.condition().paused, changed.condition().backlog) == (None, 0)
    assert [mail.subject for mail in changed.mails()[1:]] == ["Goes on: there"]
    assert len(changed.notes()) == 2
    attempts = [(one.detail, one.exchange) for one in case.rows(Attempt)]
    seen = [told, more, str(logged), str(attempts), str(changed.condition()), mail.text]
    for secret in (FORMER, NEW, WRONG):
        assert [text for text in seen if secret in text] == []


@pytest.mark.both_stores
def test_two_processes_pause_it_once_and_take_the_new_password_up_while_they_work(changed):
    case = changed.case
    other = open_house(case.config, clock=case.clock)
    lend_processes(other.core)
    try:
        probes.probe(other.core, THERE)  # its instance is made with the former password
        case.work()
        assert pauses.look(other.core) + pauses.look(case.core) == 2  # operations, one record
        assert changed.by_api(NEW)[0]
        other.engine.run_due()  # does not know of it yet
        assert changed.condition().paused is None
        for _ in range(COUNT):
            case.clock.advance(pauses.EVERY)
            other.engine.run_due(most=1)
            case.house.engine.run_due(most=1)
        case.work()
        assert changed.said() == [f"Answer {seq:02}" for seq in range(COUNT)]
        assert pauses.look(other.core) + pauses.look(case.core) == 2
        assert changed.condition().paused is None
    finally:
        other.core.registry.close()
        other.core.workshop.close()
        other.core.db.close()


def test_the_agreement_stays_where_it_is(changed):
    changed.case.work()
    changed.case.later(minutes=30)
    assert changed.by_api(NEW)[0]
    changed.case.work()
    (row,) = changed.case.rows(HostedAgreement)
    assert (row.provider, row.status, row.number) == ("there", changed.row.status, 1)
    assert not [one for one in changed.case.rows(Delivery) if one.state == "gave_up"]
