"""An answer that came by telephone or over the counter: noted by hand, through the API and by
command, and what follows from it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from hub.app import create_app
from hub.cli import cli
from hub.contracts.requests import RequestState
from hub.kernel.errors import Refused, Unfit
from hub.services.deciding import LONGEST_REMARK, Noted, decide
from hub.services.history import verify_chain
from hub.storage.models import RequestEvent
from tests.services.one_case import CLIENT
from tests.services.test_step_events import FOLLOW, LINES, PARTS, rewrite, texts
from tests.simulated_house import RECORD

BACK = """\
back:
  decided:
    - update:
        - {to: state, expr: '"By hand: " & outcome.decision'}
        - {to: how, from: outcome.how}
        - {to: taken_by, from: outcome.by}
        - {to: said, from: outcome.remark}
        - {to: why, from: outcome.reason_text}
"""
THEN = """\
  decided:
    - for_each: {expr: 'lines[decision = "accepted"]'}
      create: {in: source, table: work_order, rows: [{to: text, from: item.text}]}
  line_declined:
"""
YES = Noted("accepted", "Bob Berg", "phone", "Ring first")


@pytest.fixture
def offered(case):
    rewrite(
        case,
        ("  recipient:\n", LINES),
        ("back:\n", BACK),
        ("examples:\n", FOLLOW.replace("  line_declined:\n", THEN)),
    )
    case.upstream.put("case", "1", {**RECORD, "parts": PARTS})
    return case


@pytest.fixture
def api(offered):
    client = create_app(offered.simulated.house).test_client()

    def call(request_id, key=offered.simulated.keys["alice"], **body):
        address = f"/api/v1/requests/{request_id}/decide"
        return client.post(address, json=body, headers={"Authorization": f"Bearer {key}"})

    return call


def note(case, noted=YES):
    workspace = case.core.workspace_ids["alice"]
    decide(case.core, workspace, case.request().id, noted, door="test")
    case.work()


def test_a_yes_over_the_telephone_goes_to_the_record_and_to_the_lines(offered):
    token = offered.invite()
    note(offered, Noted("accepted", "Bob Berg", "phone", "Ring first", {"3": "accepted"}))
    record = offered.record()
    assert (record["state"], record["how"]) == ("By hand: accepted", "phone")
    assert (record["taken_by"], record["said"]) == ("Bob Berg", "Ring first")
    assert record["why"] == "The customer said yes; this was noted by hand."
    assert texts(offered, "work_order") == ["Pump", "Seal"]
    assert texts(offered, "order") == ["Pump", "Seal"]
    assert texts(offered, "offer") == ["Hose"]
    assert offered.cases.view(token).state is RequestState.CANCELLED
    assert (offered.request().decision, offered.request().state) == ("accepted", "cancelled")


def test_what_the_customer_had_ticked_counts_where_nothing_else_is_said(offered):
    token = offered.invite()
    offered.cases.choose_lines(token, ["2"])
    note(offered)
    assert texts(offered, "order") == ["Pump", "Hose"]


def test_a_no_declines_every_line(offered):
    offered.invite()
    note(offered, Noted("declined", "Bob Berg", "counter"))
    assert texts(offered, "offer") == ["Pump", "Hose", "Seal"]
    assert offered.record()["state"] == "By hand: declined"


def test_names_and_remarks_are_personal_in_the_history(offered):
    offered.invite()
    note(offered)
    with offered.core.db.read() as session:
        events = list(session.scalars(select(RequestEvent).order_by(RequestEvent.seq)))
    (noted,) = [one for one in events if one.kind == "decided"]
    told = {name: value for name, value in noted.data.items() if name != "_commitments"}
    assert told == {"decision": "accepted", "how": "phone", "door": "test"}
    assert noted.personal["by"]["value"] == "Bob Berg"
    assert noted.personal["remark"]["value"] == "Ring first"
    assert verify_chain(events) is None


def test_what_is_under_way_at_the_provider_ends(offered):
    token = offered.invite()
    order = offered.begin(token)
    note(offered)
    assert (offered.order(order).status, offered.order(order).code) == ("cancelled", "request_over")
    offered.pass_time(timedelta(days=3))
    assert len(offered.texts()) == 1  # no reminder


@pytest.mark.parametrize(
    ("decision", "lines", "code"),
    [
        ("accepted", {"9": "accepted"}, "unknown_line"),
        ("accepted", {"1": "declined"}, "line_not_optional"),
        ("declined", {"2": "accepted"}, "all_declined"),
    ],
)
def test_lines_that_cannot_be_decided_so_are_refused(offered, decision, lines, code):
    offered.invite()
    with pytest.raises(Refused) as refused:
        note(offered, Noted(decision, "Bob Berg", "phone", lines=lines))
    assert refused.value.code == code
    assert offered.request().state == "sent"


def test_a_yes_to_nothing_is_no_yes(offered):
    parts = [{**one, "optional": True} for one in PARTS]
    offered.upstream.put("case", "1", {**RECORD, "parts": parts})
    offered.invite()
    with pytest.raises(Refused) as refused:
        note(offered, Noted("accepted", "Bob Berg", "phone"))
    assert refused.value.code == "nothing_accepted"


@pytest.mark.parametrize(
    ("noted", "field"),
    [
        (Noted("maybe", "Bob", "phone"), "decision"),
        (Noted("accepted", " ", "phone"), "by"),
        (Noted("accepted", "Bob", "pigeon"), "how"),
        (Noted("accepted", "Bob", "phone", "x" * (LONGEST_REMARK + 1)), "remark"),
        (Noted("accepted", "Bob", "phone", lines={"2": "maybe"}), "lines"),
    ],
)
def test_what_is_missing_is_named(offered, noted, field):
    offered.invite()
    with pytest.raises(Unfit) as unfit:
        note(offered, noted)
    assert unfit.value.values["field"] == field


def test_a_request_that_is_over_is_not_decided(offered):
    token = offered.invite()
    offered.cases.decline(token, "Too dear", CLIENT)
    with pytest.raises(Refused) as refused:
        note(offered)
    assert refused.value.code == "request_over"


def test_the_api_takes_it_once_and_tells(offered, api):
    offered.invite()
    request_id = offered.request().id
    said = {"decision": "accepted", "by": "Bob Berg", "how": "counter", "lines": {"2": "accepted"}}
    answer = api(request_id, **said)
    assert (answer.status_code, answer.json["decision"]) == (200, "accepted")
    assert [one["decision"] for one in answer.json["lines"]] == ["accepted", "accepted", "declined"]
    again = api(request_id, **said)
    assert (again.status_code, again.json["code"]) == (422, "request_over")
    assert api("nothing", **said).status_code == 404
    assert api(request_id, **{**said, "how": "pigeon"}).status_code == 422
    assert api(request_id, decision="accepted").status_code == 422


def test_an_operator_notes_it_by_command(offered):
    offered.invite()
    request_id = offered.request().id

    def run(*more):
        given = [
            "decide",
            request_id,
            "--by",
            "Bob Berg",
            "--config",
            str(offered.simulated.config),
        ]
        return CliRunner().invoke(cli, [*given, *more])

    said = ["--decision", "accepted", "--how", "phone"]
    assert run(*said, "--line", "2").exit_code == 2
    told = run(*said, "--line", "2=accepted", "--remark", "Ring first")
    assert told.exit_code == 0, told.output
    assert "noted" in told.output
    assert offered.request().answers["lines"]["2"] == "accepted"
    over = run(*said)
    assert (over.exit_code, "is over" in over.output) == (1, True)
