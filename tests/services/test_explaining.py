"""Explaining deliveries: which row of which version gave each value, masked unless asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.kernel.errors import NotFound, Refused
from hub.services.explaining import Explaining
from tests.simulated_house import RECORD

SECONDS = timedelta(seconds=3)


@pytest.fixture
def signed(case):
    """A case that is signed and written back."""
    case.approve(case.begin(case.invite()))
    case.pass_time(SECONDS)
    return case


def explaining(case, **more):
    core = case.core
    workspace = core.workspaces["alice"]
    files = case.simulated.config / "mappings"
    return Explaining(core, core.workspace_ids["alice"], workspace, files, **more)


def step(case, key):
    return next(row for row in case.deliveries("step") if row.step == key)


def rows(told):
    return {row["rule"]: row for row in told["rows"]}


def test_a_step_tells_row_file_position_reading_and_value(signed):
    told = explaining(signed).delivery(step(signed, "back.completed.0").id, reveal=True)
    file = signed.simulated.config / "mappings" / "repair.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    number = signed.record()["case"]
    found = rows(told)["back.completed.0.case"]
    path, line, _ = found["where"].rsplit(":", 2)
    assert path == str(file)
    assert "{to: case, from: records.repair_case.number}" in lines[int(line) - 1]
    assert found["read"] == [{"path": "records.repair_case.number", "value": number}]
    assert (found["value"], found["own"], found["problem"]) == (number, False, None)
    assert told["does"] == {"update": "case/1", "fields": {"state": "Signed", "case": number}}
    assert (
        told["mapping"]["version"]
        == signed.core.shelf.version(signed.request().mapping_version_id).sha256
    )
    assert told["event"] == "completed"
    assert told["delivery"]["state"] == "delivered"


def test_values_are_masked_unless_they_stand_in_the_mapping(signed):
    told = explaining(signed).delivery(step(signed, "records.customer").id)
    assert "Alice" not in str(told)
    assert "70174" not in str(told)
    assert rows(told)["records.customer.name"]["value"] == "A••• (15 characters)"
    told = explaining(signed).delivery(step(signed, "back.completed.0").id)
    assert rows(told)["back.completed.0.state"]["value"] == "Signed"
    assert rows(told)["back.completed.0.state"]["own"] is True


def test_a_note_tells_what_its_text_was_made_of(signed):
    told = explaining(signed).delivery(step(signed, "records.repair_case.note").id, reveal=True)
    (note,) = told["rows"]
    assert note["wrote"] == "text signature"
    assert {one["path"] for one in note["read"]} == {
        "signature.name", "signature.national_id_last", "signature.at_local",
    }  # fmt: skip
    assert "•••-2391" in note["value"]
    assert "199908072391" not in str(told)
    assert told["does"]["text"] == note["value"]


def test_a_message_tells_recipient_and_title_and_what_was_sent(signed):
    (message,) = signed.deliveries("message")
    told = explaining(signed).delivery(message.id, reveal=True)
    mobile = rows(told)["request.recipient.mobile"]
    assert mobile["read"] == [{"path": "mobile", "value": RECORD["mobile"]}]
    assert mobile["value"] == told["message"]["to"] == "+46701740605"
    assert rows(told)["request.title"]["read"] == [{"path": "what", "value": "Dishwasher"}]
    assert told["message"]["text"] == signed.texts()[0]
    masked = explaining(signed).delivery(message.id)
    assert "Alice" not in str(masked)
    assert "/s/" not in str(masked)


def test_the_reading_of_a_record_tells_the_whole_request(signed):
    (intake,) = signed.deliveries("intake")
    told = explaining(signed).delivery(intake.id)
    assert {"when", "request.recipient.name", "request.title"} <= set(rows(told))


def test_a_version_that_its_file_does_not_hold_any_more_is_named_by_its_hash(signed):
    file = signed.simulated.config / "mappings" / "repair.yaml"
    version = signed.core.shelf.version(signed.request().mapping_version_id)
    file.write_text(file.read_text().replace("Repair of", "Mending of"), encoding="utf-8")
    told = explaining(signed).delivery(step(signed, "back.completed.0").id)
    assert told["where"].startswith(f"repair@{version.sha256[:12]}:")
    assert told["mapping"]["version"] == version.sha256


def test_a_step_that_does_not_fit_tells_its_rule(case):
    file = case.simulated.config / "mappings" / "repair.yaml"
    text = file.read_text(encoding="utf-8")
    rule = "{to: state, value: Sent}, {to: day, from: record.what, convert: date}"
    file.write_text(text.replace("{to: state, value: Sent}", rule), encoding="utf-8")
    case.simulated.house.reload()
    case.invite()
    told = explaining(case).delivery(step(case, "back.invited.0").id)
    assert told["delivery"]["state"] == "gave_up"
    assert "back.invited.0.day" in told["problem"]
    assert "is not a date" in rows(told)["back.invited.0.day"]["problem"]
    assert told["does"] is None


def test_what_has_nothing_of_a_mapping_is_refused(case, mine, receiver):
    mine.create(url=receiver.url(), kinds=["invited"])
    case.invite()
    (webhook,) = case.deliveries("webhook")
    with pytest.raises(Refused, match="is a webhook: nothing in it comes from a mapping"):
        explaining(case).delivery(webhook.id)


def test_an_intake_that_led_to_no_request_has_nothing_to_explain(case):
    case.upstream.put("case", "1", {"state": "Closed"})
    case.trigger()
    case.work()
    (intake,) = case.deliveries("intake")
    with pytest.raises(Refused, match="no request came of this delivery"):
        explaining(case).delivery(intake.id)


def test_an_unknown_delivery_and_one_of_another_workspace_are_not_found(signed):
    with pytest.raises(NotFound, match="no delivery with this id: nothing"):
        explaining(signed).delivery("nothing")
    other = Explaining(signed.core, "another workspace")
    with pytest.raises(NotFound):
        other.delivery(step(signed, "back.completed.0").id)


def test_explaining_changes_nothing_and_calls_nobody(signed):
    effects = list(signed.upstream.effects)
    before = [(row.id, row.state, row.attempts) for row in signed.deliveries()]
    for row in signed.deliveries():
        if row.kind != "evidence":  # made of what happened, not of a mapping
            explaining(signed).delivery(row.id)
    assert [(row.id, row.state, row.attempts) for row in signed.deliveries()] == before
    assert signed.upstream.effects == effects
