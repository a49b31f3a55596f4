"""A real record becomes an example: made up, expected as it comes out, and the file else as it
was."""

from __future__ import annotations

import pytest

from hub.kernel.errors import ConfigurationError, NotFound, Refused, Retryable
from hub.mapping.loader import load_mapping
from hub.services.recording import Recording
from hub.services.study import open_study
from hub.services.versions import Versions
from tests.services.trying import change, with_form

REAL = {
    "state": "New",
    "name": "Selma Lagerlöf",
    "mobile": "073-123 45 67",
    "what": "Skrivmaskin",
    "remark": "granne till kungen",
}


def only(known):
    (key,) = known
    return key


@pytest.fixture
def file(case):
    case.upstream.put("case", "7", REAL)
    return case.simulated.config / "mappings" / "repair.yaml"


@pytest.fixture
def record(case, file):
    def record(record_id="7", mapping="repair", **more):
        study = open_study(case.simulated.config, only)
        try:
            return Recording(study, mapping).record(record_id, **more)
        finally:
            study.close()

    return record


def test_a_record_becomes_an_example_and_the_rest_stays_byte_for_byte(file, record):
    before = file.read_bytes()
    done = record()
    after = file.read_bytes()
    assert after.startswith(before)
    text = after.decode()
    for word in ("Selma", "Lager", "073-", "Skriv", "granne", "remark"):
        assert word not in text
    example = load_mapping(file).examples[-1]
    assert example["name"] == done.name == "recorded 1"
    assert example["given"]["record"] == {
        "state": "Text 1",
        "name": "Alice Andersson",
        "mobile": "070-174 06 05",
        "what": "Text 2",
    }
    assert example["expect"] == {
        "language": "en",
        "title": "Repair of Text 2",
        "recipient": {"name": "Alice Andersson", "mobile": "+46701740605"},
    }
    assert "recorded 1" in text.splitlines()[done.line - 1]
    assert done.problems == ()


def test_comments_quotes_and_line_ends_stay(file, record):
    text = "# ours\r\n" + file.read_text().replace("\n", "\r\n") + "# the end\r\n"
    file.write_bytes(text.encode())
    record()
    after = file.read_bytes().decode()
    assert after.startswith(text.removesuffix("# the end\r\n"))
    assert after.endswith("# the end\r\n")
    assert after.count("\n") == after.count("\r\n")


def test_an_event_with_answers_expects_what_is_written(case, file, record):
    with_form(case.simulated.config)
    answers = {"name": "Selma L", "phone": "073-123 45 68", "fault": "Tangenten S", "backup": True}
    record(event="completed", name="signed", answers=answers)
    example = load_mapping(file).examples[-1]
    assert "Selma" not in str(example)
    assert "Tangenten" not in str(example)
    assert example["given"]["event"] == "completed"
    assert example["given"]["form"]["backup"] is True
    assert example["given"]["form"]["phone"].startswith("+46701740")
    made = example["given"]["form"]["fault"]
    assert example["expect"]["back"] == [{"update": {"state": "Signed", "fault": made}}]
    assert example["expect"]["records"]["customer"]["name"] == "Alice Andersson"


def test_a_second_one_gets_the_next_name(file, record):
    assert [record().name, record().name, record(event="failed").name] == [
        "recorded 1", "recorded 2", "recorded 1, failed",
    ]  # fmt: skip
    mapping = load_mapping(file)
    assert mapping.examples[-1]["given"]["outcome"]["reason"] == "no_answer"
    assert mapping.examples[-1]["expect"]["back"][0]["update"]["state"] == "Failed"


def test_a_bad_record_is_recorded_as_bad(case, file, record):
    case.upstream.put("case", "7", {**REAL, "mobile": "073-12"})
    record()
    example = load_mapping(file).examples[-1]
    assert example["expect"]["problems"] == ["bad_number"]
    assert "073-12" not in file.read_text()


def test_a_record_that_is_not_wanted_is_recorded_as_skipped(case, file, record):
    case.upstream.put("case", "7", {**REAL, "state": "Closed"})
    record()
    example = load_mapping(file).examples[-1]
    assert example["expect"] == {"skipped": True}
    assert example["given"]["record"]["state"] == "Closed"


def test_the_example_keeps_what_was_recorded_from_changing(case, file, record):
    record()
    case.simulated.house.reload()
    change(file, 'title: "Repair of', 'title: "Mending of')
    with pytest.raises(ConfigurationError, match="example 'recorded 1'"):
        case.simulated.house.reload()


def refused(record, file, error, said, **more):
    before = file.read_bytes()
    with pytest.raises(error, match=said):
        record(**more)
    assert file.read_bytes() == before
    assert list(file.parent.glob(".recording-*")) == []


def test_names_that_are_taken_or_too_long_are_refused(file, record):
    refused(record, file, Refused, "there is an example 'a case' already", name="a case")
    refused(record, file, Refused, "1 to 100 characters", name=" ")


def test_what_is_not_there_or_away_is_told_and_the_file_stays(case, file, record):
    refused(record, file, NotFound, "no record case/99", record_id="99")
    refused(record, file, NotFound, "did you mean 'repair'", mapping="repare")
    refused(record, file, Refused, "did you mean 'completed'", event="complete")
    refused(record, file, Refused, "asks for no form", event="completed", answers={"a": "b"})
    case.upstream.fault("unreachable")
    refused(record, file, Retryable, "cannot be reached")


def test_a_record_that_comes_out_differently_when_made_up_is_refused(file, record):
    change(file, 'state != "Closed"', "$length(what) = 11")
    refused(record, file, Refused, "comes out differently .wanted.: write this example by hand")


def test_a_step_that_fails_on_the_record_is_refused(file, record):
    change(file, "{to: state, value: Sent}", "{to: day, from: record.what, convert: date}")
    refused(record, file, Refused, "a step fails on this record", event="invited")


def test_a_faulty_file_is_told_and_stays(file, record):
    change(file, "expires_after", "expire_after")
    refused(record, file, ConfigurationError, "did you mean 'expires_after'")


def test_older_examples_that_fail_are_told(file, record):
    change(file, "recipient: {name: Alice,", "recipient: {name: Bob,")
    (problem,) = record().problems
    assert "example 'a case'" in problem


def test_somebody_elses_change_at_the_same_moment_is_not_lost(file, record, monkeypatch):
    real = Recording._tried

    def meanwhile(self, *arguments):
        file.write_text(file.read_text() + "# mine\n", encoding="utf-8")
        return real(self, *arguments)

    monkeypatch.setattr(Recording, "_tried", meanwhile)
    with pytest.raises(Refused, match="was changed at the same moment"):
        record()
    assert file.read_text().endswith("# mine\n")


def test_a_signature_is_made_up_as_the_hub_would_tell_it(case, file, record):
    record(event="completed", name="signed")
    signature = load_mapping(file).examples[-1]["given"]["signature"]
    assert signature["at"] == "2026-01-15T12:00:00Z"
    assert signature["at_local"] == "2026-01-15 13:00 CET"
    assert signature["national_id_last"].endswith("-0000")
    assert set(signature) == {
        "name", "at", "at_local", "order_ref", "provider", "national_id_last",
    }  # fmt: skip


def test_a_rollback_is_not_ended_by_an_example(case, file, record):
    core = case.core
    versions = Versions(core, core.workspace_ids["alice"])
    change(file, "Repair of", "Mending of")
    case.simulated.house.reload()
    versions.rollback("repair", None, by="Alice", faults=lambda row: [])
    before = file.read_bytes()
    with pytest.raises(Refused, match="in force since a rollback"):
        record()
    assert file.read_bytes() == before
    copy = file.parent.parent / "copy.yaml"
    copy.write_bytes(before)
    assert record(mapping=str(copy)).file == copy
