"""What is planted in secrets, addresses and answers of receivers is found nowhere afterwards."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs
from werkzeug import Response

from hub.kernel.errors import ParaphError
from hub.services import health
from hub.services.subscriptions import Subscriptions
from hub.storage.models import Attempt
from tests.receiver import receiving
from tests.services.one_case import OneCase

ANSWER = {"planted-as-key": "planted-as-value", "status": "planted-as-word"}
IN_ADDRESS = "planted-in-query"
PLANTED = [*ANSWER, *ANSWER.values(), IN_ADDRESS, "planted-in-header"]
PLANTED.remove("status")


@pytest.fixture
def told(tmp_path):
    """A receiver that was tested, failed, redirected us and left; its secrets, and what was logged
    before any masking."""
    with capture_logs() as logged:
        case = played(OneCase(tmp_path))
    case.logged = logged
    yield case
    case.core.receivers.close()
    case.simulated.close()


def played(case):
    mine = Subscriptions(case.core, case.core.workspace_ids["alice"])
    with receiving() as receiver:
        shown, first, _ = mine.create(receiver.url(f"?token={IN_ADDRESS}"))
        case.secrets = [first, mine.rotate(shown["id"])]
        headers = {"Location": "/planted-in-header", "X-Echo": "planted-in-header"}
        for status in (500, 302, 410):
            receiver.will_answer(Response(json.dumps(ANSWER), status, headers))
            mine.test(shown["id"])
            case.pass_time(timedelta(hours=1), step=timedelta(minutes=10))
        case.errors = [refusal(mine, receiver, answer) for answer in (302, 410)]
    case.lists = str(mine.all()).replace(shown["url"], "")
    return case


def refusal(mine, receiver, status):
    receiver.will_answer(Response(json.dumps(ANSWER), status, {"Location": "/planted-in-header"}))
    with pytest.raises(ParaphError) as caught:
        mine.create(receiver.url(f"?token={IN_ADDRESS}"))
    return f"{caught.value.code} {caught.value.detail} {caught.value.customer}"


def check_absent(text, told):
    words = [*PLANTED, *(secret.removeprefix("whsec_") for secret in told.secrets)]
    assert [word for word in words if word in text] == []


def test_attempts_hold_outlines_only(told):
    with told.core.db.read() as session:
        rows = [vars(row) for row in session.scalars(select(Attempt))]
    assert [row["code"] for row in rows] == ["http_500", None, "redirected", "gone"]
    (call,) = rows[0]["exchange"]
    assert call["status"] == 500
    assert call["url"].endswith("/•••")
    assert call["answered"] == f"{len(json.dumps(ANSWER))} bytes"
    check_absent(str(rows), told)


def test_deliveries_errors_lists_and_health_hold_none_of_it(told):
    for row in told.deliveries("webhook"):
        check_absent(f"{row.error_code} {row.error_detail} {row.key} {row.result}", told)
    check_absent(" ".join(told.errors), told)
    check_absent(told.lists + str(health.sync(told.core)), told)


def test_what_is_logged_holds_none_of_it(told):
    assert {"delivery_retry", "delivery_gave_up"} <= {entry["event"] for entry in told.logged}
    check_absent(str(told.logged), told)


def test_the_database_file_cannot_be_read_without_the_key(told, tmp_path):
    files = [path for path in (tmp_path / "data").glob("paraph.db*") if path.is_file()]
    raw = b"".join(path.read_bytes() for path in files)
    assert b"webhook_subscription" in raw, "these are not the bytes of the database"
    check_absent(raw.decode("latin-1"), told)
