"""Reading what Agiloft's webhooks send: any shape that holds an id, and nothing that is forged."""

from __future__ import annotations

from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.agiloft.hooks import read
from hub.contracts.plugin import RawHook
from hub.contracts.records import RecordRef
from hub.kernel.errors import HookRejected
from tests.contracts.connector_driver import HOOK_SECRET, HOOK_URL, STARTED

JSON = {"content-type": "application/json", "verification-code": "code-1"}
CASE = RecordRef("service_case", "41")


def raw(body, *, method="POST", url=HOOK_URL, headers=JSON, query=None):
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return RawHook(method, url, headers, query or {}, content, "127.0.0.1", STARTED)


def reading(hook, **changes):
    given = {"secret": HOOK_SECRET, "state_key": "", "table": "service_case", **changes}
    return read(hook, **given)


def status_of(hook):
    """How the call is answered: read with good references, or rejected."""
    try:
        found = reading(hook)
    except HookRejected as error:
        return error.status
    return 200 if found.references and all(ref.id.isdigit() for ref in found.references) else 0


def test_a_handshake_is_echoed_in_the_same_header():
    answer = reading(raw(b"", method="GET", headers={"verification-code": "abc_-9"}))
    assert answer.references == ()
    assert (answer.answer.status, answer.answer.headers["Verification-Code"]) == (200, "abc_-9")


def test_a_notification_is_echoed_too():
    answer = reading(raw({"id": 41}))
    assert answer.answer.headers == {"Verification-Code": "code-1"}
    assert answer.references == (CASE,)


@pytest.mark.parametrize(
    "body",
    [
        {"id": 41},
        {"id": "41", "table": "service_case"},
        {"ID": "41", "tableName": "service_case"},
        {"record": {"id": 41, "sign_state": "Requested"}, "table_name": "service_case"},
        {"data": [{"id": 41}]},
        [{"id": 41}],
        {"$table": "service_case", "record_id": 41},
        {"service_case": {"id": "41"}},
    ],
)
def test_the_id_is_found_on_the_top_level_or_one_below(body):
    assert reading(raw(body)).references == (CASE,)


def test_a_form_is_read_as_well():
    body = urlencode({"id": "41", "sign_state": "Requested"}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
    assert reading(raw(body, headers=headers)).references == (CASE,)


def test_the_table_in_the_body_wins_over_the_setting():
    assert reading(raw({"id": 1, "table": "company"})).references[0].table == "company"


def test_without_any_table_the_call_is_rejected():
    with pytest.raises(HookRejected) as caught:
        reading(raw({"id": 41}), table="")
    assert caught.value.status == 400


@pytest.mark.parametrize("url", [f"{HOOK_URL}/", f"https://hub.example/x?k={HOOK_SECRET}"])
def test_the_secret_may_stand_anywhere_in_the_address(url):
    assert reading(raw({"id": 41}, url=url)).references


def test_the_state_key_may_come_in_any_header():
    hook = raw({"id": 41}, headers={**JSON, "x-some-name": "state-key-1"})
    assert reading(hook, state_key="state-key-1").references


@pytest.mark.parametrize("value", ["", "state-key", "state-key-12", "STATE-KEY-1"])
def test_a_wrong_or_missing_state_key_is_rejected(value):
    with pytest.raises(HookRejected):
        reading(raw({"id": 41}, headers={**JSON, "x-key": value}), state_key="state-key-1")


def test_the_handshake_needs_no_state_key():
    hook = raw(b"", method="GET", headers={"verification-code": "c"})
    assert reading(hook, state_key="state-key-1").answer.status == 200


def test_the_same_notification_has_the_same_name_and_another_content_another():
    one, two = reading(raw({"id": 41, "a": 1})), reading(raw({"id": 41, "a": 1}))
    assert one.dedupe == two.dedupe
    assert one.dedupe != reading(raw({"id": 41, "a": 2})).dedupe
    assert one.dedupe.startswith("service_case/41:")


@given(st.binary(max_size=400))
def test_no_body_breaks_the_reader(body):
    assert status_of(raw(body)) in (200, 400)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: (
    st.lists(inner) | st.dictionaries(st.sampled_from(["id", "table", "event", "x"]), inner)
)))  # fmt: skip
def test_no_json_breaks_the_reader(body):
    try:
        content = orjson.dumps(body)
    except TypeError:
        return
    assert status_of(raw(content)) in (200, 400)
