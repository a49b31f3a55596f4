"""What each answer of a CRM means: a table of statuses, pages, codes and broken bodies."""

from __future__ import annotations

import pytest

from connectors.crm_rest.codes import SignInRefused, failure, ours
from connectors.crm_rest.settings import CrmRestSettings
from hub.kernel.errors import (
    AuthenticationFailed,
    NotFound,
    OutcomeUnknown,
    Permanent,
    RecordLocked,
    Refused,
    Retryable,
)
from hub.toolkit.http import Answer

JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
SETTINGS = CrmRestSettings(
    base_url="https://crm.example.com",
    tables={},
    auth="none",
    error_code="error.code",
    error_message="error.message",
    error_words={
        "busy": "later",
        "editing": "locked",
        "no_such": "not_found",
        "expired": "sign_in",
    },
    lock_retry_after=120.0,
)


def meaning(status, body=b"{}", headers=JSON, *, changes=False, sent=()):
    return failure(Answer(status, headers, body, 0.1), SETTINGS, changes=changes, sent=sent)


# status, for a read, for a write, code
TABLE = [
    (400, Refused, Refused, "rejected"),
    (401, AuthenticationFailed, AuthenticationFailed, "authentication_failed"),
    (403, Refused, Refused, "forbidden"),
    (404, NotFound, NotFound, "not_found"),
    (405, Permanent, Permanent, "method_not_supported"),
    (409, Refused, Refused, "conflict"),
    (410, NotFound, NotFound, "gone"),
    (412, Refused, Refused, "changed_meanwhile"),
    (413, Refused, Refused, "too_large"),
    (415, Permanent, Permanent, "wrong_content_type"),
    (418, Permanent, Permanent, "rejected"),
    (422, Refused, Refused, "bad_value"),
    (423, RecordLocked, RecordLocked, "record_locked"),
    (425, Retryable, Retryable, "too_early"),
    (428, Refused, Refused, "version_wanted"),
    (429, Retryable, Retryable, "too_many_calls"),
    (501, Permanent, Permanent, "method_not_supported"),
]


@pytest.mark.parametrize("changes", [False, True])
@pytest.mark.parametrize(("status", "read", "write", "code"), TABLE)
def test_a_status_means_what_the_table_says(status, read, write, code, changes):
    error = meaning(status, changes=changes)
    assert isinstance(error, write if changes else read)
    assert not isinstance(error, OutcomeUnknown)
    assert error.code == code
    assert str(status) in error.detail


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 599])
def test_a_server_error_is_tried_again_and_leaves_a_write_unknown(status):
    assert type(meaning(status)) is Retryable
    assert type(meaning(status, changes=True)) is OutcomeUnknown


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_not_final(status):
    headers = {**JSON, "Location": "https://elsewhere.example/?key=secret"}
    read, write = meaning(status, headers=headers), meaning(status, headers=headers, changes=True)
    assert type(read) is Retryable
    assert type(write) is OutcomeUnknown
    assert "correct base_url" in read.detail
    assert "secret" not in read.detail


@pytest.mark.parametrize("status", [200, 201, 400, 403, 404, 409, 422, 500, 503])
@pytest.mark.parametrize("headers", [HTML, {"Content-Type": "application/json"}, {}])
def test_a_page_instead_of_json_passes_whatever_its_status(status, headers):
    page = b"  <!doctype html><h1>alice@example.com is not here</h1>"
    assert type(meaning(status, page, headers)) is Retryable
    error = meaning(status, page, headers, changes=True)
    assert type(error) is OutcomeUnknown
    assert "alice" not in error.detail


@pytest.mark.parametrize(
    ("status", "kind"), [(401, SignInRefused), (413, Refused), (429, Retryable)]
)
def test_a_page_is_believed_where_only_it_can_know(status, kind):
    assert type(meaning(status, b"<html>", HTML, changes=True)) is kind


@pytest.mark.parametrize("status", [200, 201, 202, 204, 206])
def test_a_good_status_is_good(status):
    assert meaning(status) is None
    assert meaning(status, b"", {}) is None


@pytest.mark.parametrize(
    ("status", "header", "after"),
    [
        (429, "17", 17),
        (503, "9", 9),
        (423, "60", 60),
        (423, "", 120),
        (429, "", None),
        (423, "0", 0),
    ],
)
def test_retry_after_is_kept(status, header, after):
    error = meaning(status, headers={**JSON, **({"Retry-After": header} if header else {})})
    assert error.retry_after == after


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("busy", Retryable),
        ("editing", RecordLocked),
        ("no_such", NotFound),
        ("expired", SignInRefused),
    ],
)
def test_the_crms_own_codes_mean_what_the_settings_say(code, kind):
    body = b'{"error": {"code": "%s"}}' % code.encode()
    error = meaning(400, body, changes=True)
    assert type(error) is kind
    assert f"({code})" in error.detail


@pytest.mark.parametrize(
    "code",
    ['"alice@example.com"', '"Bob Berg is unknown"', '"+46701740605"', "null", "[1]", "true"],
)
def test_a_code_that_is_no_plain_word_is_left_out(code):
    error = meaning(400, b'{"error": {"code": %s}}' % code.encode())
    assert error.detail == "the CRM answered 400"


def test_a_message_is_kept_without_what_we_sent_and_what_looks_personal():
    text = "Bob Berg (bob@example.com, +46 70 174 06 05) of Fjällsport is not known"
    body = b'{"error": {"code": 7, "message": "%s"}}' % text.encode()
    error = meaning(422, body, sent=("Bob Berg", "Fjällsport", "x"))
    assert "is not known" in error.detail
    assert "(7)" in error.detail
    for word in ("Bob", "Berg", "bob@", "174", "Fjällsport"):
        assert word not in error.detail


@pytest.mark.parametrize("body", [b"", b"[]", b"not json", b'{"error": "x"}', b"\xff\xfe", b"null"])
def test_an_error_with_any_body_is_an_error(body):
    assert meaning(400, body, {"Content-Type": "text/plain"}).detail == "the CRM answered 400"


def test_a_replayed_answer_is_known_by_its_header():
    assert ours({"Idempotent-Replayed": "true"})
    assert not ours({"Idempotent-Replayed": "false"})
    assert not ours({})
