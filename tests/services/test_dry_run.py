"""A dry run reads one record in earnest and writes nothing, here or there."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from hub.contracts.reason_texts import REASON_TEXTS
from hub.contracts.requests import Reason
from hub.kernel.errors import (
    AuthenticationFailed,
    ConfigurationError,
    NotFound,
    Refused,
    Retryable,
)
from hub.services.dry_run import DryRun
from hub.services.study import open_study, study_of
from hub.storage.models import Base
from tests.services.trying import change, with_form

NO_ANSWER = Reason.NO_ANSWER
ANSWERS = {"name": "Alice A", "phone": "070-174 06 06", "fault": "It leaks", "backup": True}


def only(known):
    (key,) = known
    return key


@pytest.fixture
def run(case):
    """A dry run with the files as they are now."""

    def run(record_id="1", mapping="repair", **more):
        study = open_study(case.simulated.config, only)
        try:
            return DryRun(study, study.mapping(mapping)).run(record_id, **more)
        finally:
            study.close()

    return run


def file(case):
    return case.simulated.config / "mappings" / "repair.yaml"


def counts(case):
    with case.core.db.read() as session:
        return {
            name: session.execute(text(f"SELECT count(*) FROM {name}")).scalar()
            for name in Base.metadata.tables
        }


def test_it_shows_the_request_to_whom_and_by_what(run):
    told = run()
    assert told["wanted"] is True
    assert (told["problems"], told["unfit"]) == ([], [])
    request = told["request"]
    (person,) = request["recipients"]
    assert (person["name"], person["mobile"]) == ("Alice Andersson", "+46701740605")
    assert request["title"] == "Repair of Dishwasher"
    assert request["providers"][0]["instance"] == "signing"
    assert request["channels"] == ("sms",)
    assert told["record"] == {"instance": "source", "table": "case", "id": "1"}


def test_messages_read_as_the_customer_would_read_them_without_a_link_that_works(run):
    told = run()["messages"]
    assert [(one["purpose"], one["number"], one["when"]) for one in told] == [
        ("invite", 0, "at once"),
        ("reminder", 1, "after 1d"),
        ("reminder", 2, "after 2d"),
        ("reminder", 3, "after 3d"),
    ]
    assert told[0]["text"] == "Alice: Repair of Dishwasher https://hub.example/s/…"
    assert (told[0]["to"], told[0]["channel"]) == ("+46701740605", "sms")


def test_every_event_tells_what_would_be_written_where(run):
    events = run()["events"]
    assert set(events) == {"invited", "declined", "completed", "expired", "failed"}
    (invited,) = events["invited"]
    assert invited["does"] == {"update": "case/1", "fields": {"state": "Sent"}}
    assert invited["instance"] == "source"
    customer, repair, note, back = events["completed"]
    assert customer["does"] == {
        "create": "customer",
        "fields": {"name": "Alice Andersson", "mobile": "+46701740605"},
        "match": ["mobile"],
    }
    assert repair["does"]["fields"]["customer"] == "new-customer"
    assert note["does"]["note"] == "repair_case/new-repair_case"
    assert "•••-0000" in note["does"]["text"]
    assert back["does"]["fields"] == {"state": "Signed", "case": "new-repair_case"}
    (failed,) = events["failed"]
    assert failed["does"]["fields"] == {"state": "Failed", "reason": REASON_TEXTS[NO_ANSWER]["en"]}


def test_one_event_alone_with_answers_fills_in_the_form(case, run):
    with_form(case.simulated.config)
    told = run(event="completed", answers=ANSWERS)
    assert list(told["events"]) == ["completed"]
    back = told["events"]["completed"][-1]
    assert back["does"]["fields"]["fault"] == "It leaks"
    assert told["request"]["prefill"] == {"name": "Alice Andersson", "phone": "070-174 06 05"}
    without = run(event="completed")
    assert "fault" not in without["events"]["completed"][-1]["does"]["fields"]


def test_answers_that_do_not_fit_are_told_field_by_field(case, run):
    with_form(case.simulated.config)
    with pytest.raises(ConfigurationError) as caught:
        run(event="completed", answers={"phone": "12", "foult": "x"})
    told = "\n".join(caught.value.problems)
    assert "foult: the form intake has no such field; did you mean 'fault'?" in told
    assert "phone: " in told
    assert "fault: " in told
    assert "12" not in told.replace("intake", "")


def test_answers_without_a_form_are_refused(run):
    with pytest.raises(Refused, match="asks for no form"):
        run(answers={"name": "Alice"})


def test_nothing_is_written_anywhere(case, run):
    before, effects = counts(case), list(case.upstream.effects)
    record = case.record()
    run()
    run(event="completed")
    assert counts(case) == before
    assert case.upstream.effects == effects
    assert case.record() == record
    assert case.gateway.taken() == []


def test_a_draft_is_tried_before_it_is_in_force_or_listed(case, run, tmp_path):
    draft = tmp_path / "draft.yaml"
    draft.write_text(
        file(case)
        .read_text()
        .replace("mapping: repair", "mapping: draft")
        .replace("Repair of", "Mending of"),
        encoding="utf-8",
    )
    assert run(mapping=str(draft))["request"]["title"] == "Mending of Dishwasher"
    change(file(case), "Repair of", "Overhaul of")
    assert run()["request"]["title"] == "Overhaul of Dishwasher"
    core = case.core
    active = core.shelf.active(core.workspace_ids["alice"], "repair")
    assert "Repair of" in active.mapping.text


def test_a_record_that_does_not_fit_tells_rule_path_and_position(case, run):
    case.upstream.put("case", "1", {"mobile": "070-12"})
    told = run()
    (problem,) = told["problems"]
    assert (problem["rule"], problem["path"], problem["code"]) == (
        "request.recipient.mobile", "mobile", "bad_number",
    )  # fmt: skip
    line = int(problem["where"].split(":")[-2])
    assert "to: mobile" in file(case).read_text().splitlines()[line - 1]
    assert "070-12" not in str(told["problems"])
    assert told["messages"] == []


def test_a_record_that_is_not_wanted_says_so(case, run):
    case.upstream.put("case", "1", {"state": "Closed"})
    told = run()
    assert (told["wanted"], "events" in told) == (False, False)


def test_a_mapping_that_does_not_fit_the_workspace_is_told_and_tried_all_the_same(case, run):
    change(file(case), "channels: [sms]", "channels: [smss]")
    told = run()
    assert "did you mean 'sms'" in told["unfit"][0]
    assert told["request"]["title"] == "Repair of Dishwasher"


def test_a_step_that_fails_tells_its_rule(case, run):
    change(file(case), "{to: state, value: Sent}", "{to: day, from: record.what, convert: date}")
    (step,) = run(event="invited")["events"]["invited"]
    assert step["problem"]["rule"] == "back.invited.0.day"
    assert step["does"] is None


@pytest.mark.parametrize(
    ("record_id", "error", "said"),
    [
        ("99", NotFound, "source has no record case/99"),
        ("", Refused, "is empty"),
        ("a\nb", Refused, "control characters"),
    ],
)
def test_a_record_that_is_not_there_is_told(run, record_id, error, said):
    with pytest.raises(error, match=said):
        run(record_id)


def test_an_upstream_that_is_away_or_refuses_us_is_told(case, run):
    case.upstream.fault("unreachable")
    with pytest.raises(Retryable, match="cannot be reached"):
        run()
    case.upstream.password = "changed"
    with pytest.raises(AuthenticationFailed):
        run()


def test_unknown_mappings_and_events_are_told_with_what_there_is(run):
    with pytest.raises(NotFound, match="no mapping 'repare'; did you mean 'repair'"):
        run(mapping="repare")
    with pytest.raises(Refused, match="did you mean 'completed'"):
        run(event="complete")


def test_a_running_hub_tries_the_mapping_in_force_and_spares_what_is_down(case):
    core = case.core
    workspace_id = core.workspace_ids["alice"]
    mapping = core.shelf.active(workspace_id, "repair").mapping
    dry = DryRun(study_of(core, workspace_id), mapping)
    assert dry.run("1")["request"]["title"] == "Repair of Dishwasher"
    with core.db.write() as session:
        session.execute(
            text("UPDATE instance SET paused_code = 'authentication_failed' WHERE key = 'source'")
        )
    with pytest.raises(Retryable, match="is paused"):
        dry.run("1")


def test_it_works_before_the_hub_was_ever_started(case, tmp_path):
    config = case.simulated.config
    hub, fresh = config / "paraph.yaml", tmp_path / "fresh"
    kept = [line for line in hub.read_text().splitlines() if not line.startswith("data")]
    hub.write_text("\n".join([*kept, f"data_folder: {fresh}"]), encoding="utf-8")
    study = open_study(config, only)
    assert DryRun(study, study.mapping("repair")).run("1")["wanted"] is True
    study.close()
    assert not fresh.exists()


def test_a_record_that_does_not_fit_goes_no_further_than_its_failure(case, run):
    case.upstream.put("case", "9", {"state": "New", "name": "Alice", "mobile": "07", "what": "x"})
    told = run("9")
    assert [one["code"] for one in told["problems"]] == ["bad_number"]
    assert told["messages"] == []
    assert list(told["events"]) == ["failed"]
    assert run("9", event="completed")["events"] == {}


def test_it_tells_which_version_new_requests_begin_with(case, run):
    core = case.core
    active = core.shelf.active(core.workspace_ids["alice"], "repair").mapping.sha256[:12]
    assert run()["mapping"]["in_force"] == run()["mapping"]["version"] == active
    change(file(case), "Repair of", "Mending of")
    told = run()["mapping"]
    assert (told["in_force"], told["held"]) == (active, False)
    assert told["version"] != active
    own = study_of(core, core.workspace_ids["alice"])
    assert own.in_force("repair").sha256[:12] == active
    assert own.in_force("other") is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_a_hub_nothing_is_in_force(case, tmp_path):
    config = case.simulated.config
    change(config / "paraph.yaml", str(case.simulated.config.parent), str(tmp_path / "elsewhere"))
    study = open_study(config, only)
    try:
        assert study.in_force("repair") is None
    finally:
        study.close()
