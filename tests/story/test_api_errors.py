"""What programs get for bad calls: the right status and one error shape, whatever is wrong."""

from __future__ import annotations

import pytest
import requests

from hub.storage.models import Inbound
from tests.story.world import MAPPING

JSON = {"Content-Type": "application/json"}
LIMIT = 1_000_000


@pytest.fixture
def call(inside):
    """Calls the trigger with what a test says is wrong."""

    def made(body=b'{"id": "1"}', *, key=None, path=f"/api/v1/triggers/{MAPPING}", **headers):
        bearer = {"Authorization": f"Bearer {key or inside.key()}"} if key != "" else {}
        sent = {**bearer, **JSON, **headers}
        return requests.post(inside.url + path, data=body, headers=sent, timeout=20)

    return made


def check_problem(answer, status, code):
    """One shape (RFC 9457), with nothing of the inside in it."""
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "code", "detail"} <= set(body)
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"]
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("key", ["", "pk_" + "x" * 43, "nonsense", "ä"])
def test_a_wrong_api_key_is_401(call, key):
    answer = call(key=key.encode().decode("latin-1"))
    check_problem(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_body_over_the_limit_is_413(call):
    check_problem(call(b"[" + b"1," * LIMIT + b"1]"), 413, "body_too_large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_wrong_content_type_is_415(call, kind):
    check_problem(call(**{"Content-Type": kind}), 415, "unsupported_media_type")


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"id": "1"', b"nonsense"])
def test_bad_json_is_400(call, body):
    check_problem(call(body), 400, "bad_request")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'"text"',
        b'{"id": ""}',
        b'{"id": 7}',
        b'{"id": "1", "more": 1}',
        b'{"id": "%s"}' % (b"9" * 101),
    ],
)
def test_json_of_the_wrong_shape_is_422_and_names_the_field(call, body):
    answer = call(body)
    check_problem(answer, 422, "invalid")
    assert answer.json()["errors"]


def test_an_unknown_mapping_is_404(call):
    check_problem(call(path="/api/v1/triggers/no_such_mapping"), 404, "unknown_mapping")


def test_an_unknown_address_and_a_wrong_method_have_the_same_shape(inside):
    headers = {"Authorization": f"Bearer {inside.key()}"}
    unknown = requests.get(f"{inside.url}/api/v1/nothing", headers=headers, timeout=5)
    check_problem(unknown, 404, "not_found")
    wrong = requests.delete(f"{inside.url}/api/v1/requests", headers=headers, timeout=5)
    check_problem(wrong, 405, "method_not_allowed")


def test_a_whole_record_for_a_source_that_is_read_by_id_is_refused(call):
    check_problem(call(b'{"id": "1", "record": {"a": 1}}'), 422, "no_inline")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/hooks/demo/agiloft/" + "x" * 32, 404),
        ("/hooks/demo/nothing/" + "x" * 32, 404),
        ("/hooks/else/agiloft/short", 404),
    ],
)
def test_a_wrong_hook_address_is_404_and_stores_nothing(inside, path, status):
    answer = requests.post(inside.url + path, json={"id": 1}, timeout=5)
    check_problem(answer, status, "hook_rejected")
    assert inbound(inside) == 0


def test_a_hook_body_that_names_no_record_is_400(inside):
    url = inside.core.links.hook("demo", "agiloft")
    for body in (b"", b"{", b"{}", b'{"id": "abc"}'):
        answer = requests.post(url, data=body, headers=JSON, timeout=5)
        check_problem(answer, 400, "hook_rejected")
    huge = requests.post(url, data=b"x" * (LIMIT + 1), headers=JSON, timeout=5)
    check_problem(huge, 413, "body_too_large")
    assert inbound(inside) == 0


def test_nothing_bad_was_owed(inside, call):
    call(b"{")
    call(key="nonsense")
    inside.work()
    assert inside.owed() == []


def inbound(inside):
    with inside.core.db.read() as session:
        # Agiloft's handshake with the hub's address is kept too
        return session.query(Inbound).filter(Inbound.outcome != "no_record").count()
