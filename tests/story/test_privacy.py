"""Where personal data must not be: not in logs, attempts, health or the API, and not readable in
the database file (D6, F8)."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import pytest
import requests

from connectors.agiloft.sandbox.schema import Field
from hub.kernel import logging as hub_logging
from hub.kernel.bare_structlog import structlog
from hub.storage.models import Inbound
from tests.story.inside import form_with
from tests.story.world import TABLE, mobile_of

NUMBER = 7
NUMBER_FIELD = "customer_personal_number"
MOBILE = mobile_of(NUMBER)
EMAIL = f"alice{NUMBER}@example.com"
# Nothing of hers stands in the examples of the mapping, which is kept as it is.
CHARLIE = "197503142387"
ANSWERS = {
    "name": "Charlie Cederlund-Ek",
    "address": "Hemliga vägen 77",
    "problem_description": "Den låter som en skrikande mås.",
}
REASON = "Jag har ångrat mig helt"
# The whole personal number in all its spellings, and what else points at a person.
BORN, LAST = CHARLIE[:8], CHARLIE[8:]
WHOLE_NUMBER = (CHARLIE, CHARLIE[2:], f"{BORN}-{LAST}", f"{BORN[2:]}-{LAST}")
CONTACT = (MOBILE, MOBILE.removeprefix("+46"), f"0{MOBILE.removeprefix('+46')}", EMAIL)
PERSON = (*WHOLE_NUMBER, *CONTACT, *ANSWERS.values(), "Charlie Cederlund", REASON)


@pytest.fixture
def logs(tmp_path):
    """Everything that the hub and its libraries log, down to the last detail, as it is written."""
    path = tmp_path / "everything.log"
    root = logging.getLogger()
    before, ours = (root.handlers[:], root.level), structlog.get_config()
    hub_logging.configure("DEBUG", json=True)
    with path.open("w", encoding="utf-8") as file:
        own = root.handlers[0]
        own.setStream(file)
        yield path
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.configure(**ours)


@pytest.fixture
def told(logs, inside):
    """A hub after a whole story with mishaps, of a customer who is named by personal number, and
    one who declined."""
    fields = inside.world.agiloft.store.table(TABLE).fields
    fields[NUMBER_FIELD] = Field(NUMBER_FIELD, "Personal number")
    inside.world.gateway.switches.switch_on("error_500", times=2)
    record, link = play(inside)
    inside.told_record, inside.told_link = record, link
    return inside


def play(inside):
    given = {NUMBER_FIELD: f"{BORN}-{LAST}"}
    record = inside.world.new_case(NUMBER, **given)
    inside.press(record)
    inside.pass_time(timedelta(minutes=2), step=timedelta(seconds=20))
    link = inside.link(MOBILE)
    inside.world.bankid.faults.switch_on("internal_error", operation="sign")
    browser = inside.browser()
    assert inside.begin(browser, inside.fill_in(browser, link, **ANSWERS)).status == 503
    inside.world.agiloft.modes.refuse_credentials = True
    assert inside.sign(link, browser, CHARLIE).url.endswith("/done")
    inside.world.agiloft.modes.refuse_credentials = False
    inside.probe("agiloft")
    inside.pass_time(timedelta(minutes=2), step=timedelta(seconds=20))
    assert inside.upstream(record)["sign_state"] == "Signed"
    _, other = inside.invited(NUMBER, customer_mobile="+46701740680")
    browser = inside.browser()
    form = form_with(browser.open(f"{other}/decline"), "/decline")
    browser.send(form, {"reason": REASON})
    inside.press(inside.world.new_case(NUMBER, customer_mobile=f"{MOBILE}99", **given))
    inside.work()
    return record, link


def check_absent(text, *words):
    assert [word for word in words if word in text] == []


def test_the_note_shows_who_when_and_which_order_but_never_the_whole_number(told):
    entry = told.entry(told.told_record, NUMBER)
    (note,) = entry.notes
    order = next(one for one in entry.orders if one.status == "accepted")
    assert "Charlie Cederlund" in note.text
    assert CHARLIE[-4:] in note.text
    assert order.reference in note.text
    check_absent(note.text, *WHOLE_NUMBER)
    check_absent(str(told.upstream(told.told_record)["notes"]), *WHOLE_NUMBER)


def test_logs_of_a_whole_story_hold_no_personal_data(told, logs):
    text = logs.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert len(lines) > 20, "the story was not logged at all"
    check_absent(text, *PERSON)
    check_absent(text, told.told_link.rpartition("/")[2])
    check_absent(text, told.core.links.hook_secret("demo", "agiloft"))


def test_attempts_and_deliveries_hold_no_personal_data(told):
    rows = [vars(row) for row in told.attempts()]
    assert any(row["exchange"] for row in rows)
    check_absent(str(rows), *PERSON)
    for delivery in told.owed():
        check_absent(f"{delivery.error_code} {delivery.error_detail} {delivery.key}", *PERSON)


def test_health_metrics_and_api_hold_no_personal_number_and_no_contact(told):
    headers = {"Authorization": f"Bearer {told.key()}"}

    def read(path):
        answer = requests.get(told.url + path, headers=headers, timeout=10)
        assert answer.status_code == 200
        return answer.text

    for path in ("/health/live", "/health/ready", "/health/sync", "/metrics"):
        check_absent(read(path), *PERSON)
    listed = json.loads(read("/api/v1/requests"))["items"]
    assert len(listed) == 3
    for path in [
        *(f"/api/v1/requests/{one['id']}" for one in listed),
        *(f"/api/v1/deliveries/{one.id}" for one in told.owed()),
        "/api/v1/requests",
        "/api/v1/deliveries",
    ]:
        check_absent(read(path), *WHOLE_NUMBER, *CONTACT, told.told_link.rpartition("/")[2])
    for path in ("/api/v1/customers", "/api/v1/repair-cases"):
        check_absent(read(path), *WHOLE_NUMBER)


def test_the_database_file_cannot_be_read_without_the_key(told):
    folder = told.world.stage.folder / "data"
    files = [path for path in folder.iterdir() if path.name.startswith("paraph.db")]
    raw = b"".join(path.read_bytes() for path in files if path.is_file())
    assert b"agiloft_information_request" in raw, "these are not the bytes of the database"
    token = told.told_link.rpartition("/")[2]
    found = [word for word in (*PERSON, token) if word.encode() in raw]
    assert found == []


def test_what_was_received_is_kept_without_the_secrets_of_its_headers(told):
    with told.core.db.read() as session:
        kept = [str(row.headers) + row.path for row in session.query(Inbound)]
    assert kept
    check_absent(" ".join(kept), told.core.links.hook_secret("demo", "agiloft"), *PERSON)


def test_events_hold_personal_data_as_commitments_only(told):
    for event in told.entry(told.told_record).events:
        check_absent(str(event.data), *PERSON)
    signed = [e for e in told.entry(told.told_record).events if e.kind == "signed"]
    assert set(signed[0].data["_commitments"]) == {"name", "national_id"}
