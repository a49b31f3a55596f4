"""What GetAccept's answers mean, what of them is told, and how its odd values are read."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from hub.contracts.agreements import NOT_YET, AgreementPerson, AgreementState
from hub.kernel.clock import ManualClock
from hub.kernel.errors import (
    AuthenticationFailed,
    MalformedAnswer,
    NotFound,
    OutcomeUnknown,
    Refused,
    Retryable,
    TooLarge,
)
from providers.getaccept import codes, reading
from providers.getaccept.settings import TOKEN, GetAcceptSettings
from providers.getaccept.wire import Wire, address
from tests.contracts.provider_driver import STARTED, caught

OBSERVED = {"code": 400, "message": "Bad thing", "errors": "Bad thing"}
DECLARED = {"status": 400, "error": "Invalid", "description": "Bad thing"}


@pytest.fixture
def wire(httpserver: HTTPServer):
    settings = GetAcceptSettings(
        base_url=httpserver.url_for("/v1"), auth=TOKEN, access_token="pasted", timeout=5.0
    )
    made = Wire(settings, ManualClock(STARTED))
    yield made
    made.close()


def answered(httpserver, status=200, *, method="POST", **given):
    httpserver.expect_oneshot_request("/v1/x", method=method).respond_with_response(
        _response(status, **given)
    )


def _response(status, json=None, data=b"", headers=None):
    if json is not None:
        return Response(orjson.dumps(json), status, headers, content_type="application/json")
    return Response(data, status, headers)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused), (401, AuthenticationFailed), (403, Refused), (404, NotFound),
        (410, NotFound),
        (408, OutcomeUnknown), (413, TooLarge), (422, Refused), (429, Retryable),
        (500, OutcomeUnknown), (503, OutcomeUnknown), (302, OutcomeUnknown),
    ],
)  # fmt: skip
@pytest.mark.parametrize("body", [OBSERVED, DECLARED, None], ids=["observed", "declared", "empty"])
def test_each_status_means_one_thing_in_both_shapes(wire, httpserver, status, kind, body):
    answered(httpserver, status, json=body)
    error = caught(lambda: wire.call("POST", "/x", json={}))
    assert isinstance(error, kind)
    assert error.code != "gone"  # for the hub that means the whole account
    assert not isinstance(error, OutcomeUnknown) or kind is OutcomeUnknown
    assert ("Bad thing" in error.detail) is (body is not None and status not in (302,))


@pytest.mark.parametrize("status", [302, 408, 500, 502])
def test_a_read_that_failed_there_is_tried_again(wire, httpserver, status):
    answered(httpserver, status, method="GET", json=OBSERVED)
    error = caught(lambda: wire.call("GET", "/x"))
    assert isinstance(error, Retryable)
    assert not isinstance(error, OutcomeUnknown)


def test_an_error_with_status_200_is_a_failure(wire, httpserver):
    answered(httpserver, json={"error": "Not allowed now"})
    assert isinstance(caught(lambda: wire.call("POST", "/x", json={})), Refused)
    answered(httpserver, method="GET", json={"error": "Not allowed now"})
    assert isinstance(caught(lambda: wire.call("GET", "/x")), Retryable)
    answered(httpserver, json={"error": "", "id": "a"})
    assert wire.json("POST", "/x", json={}) == {"error": "", "id": "a"}


def test_a_page_or_garbage_instead_of_json_leaves_an_effect_open(wire, httpserver):
    answered(httpserver, data=b"<html>proxy</html>", headers={"Content-Type": "text/html"})
    assert isinstance(caught(lambda: wire.json("POST", "/x", json={})), OutcomeUnknown)
    answered(httpserver, data=b"{broken", headers={"Content-Type": "application/json"})
    assert isinstance(caught(lambda: wire.json("POST", "/x", json={})), OutcomeUnknown)
    answered(httpserver, method="GET", data=b"{broken")
    assert caught(lambda: wire.json("GET", "/x")).code == MalformedAnswer.code
    answered(httpserver, data=b"{broken")
    error = caught(lambda: wire.json("POST", "/x", changes=False, json={}))
    assert not isinstance(error, OutcomeUnknown)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7", "X-Rate-Limit-Reset": "20"}, 7.0),
        ({"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "20"}, 20.0),
        ({}, None),
        ({"X-Rate-Limit-Reset": "1796000000"}, 3600.0),  # a moment, not seconds
        ({"Retry-After": "9" * 400}, 3600.0),
    ],
)
def test_429_waits_as_it_is_told(wire, httpserver, headers, wait):
    answered(httpserver, 429, json=OBSERVED, headers=headers)
    error = caught(lambda: wire.call("POST", "/x", json={}))
    assert error.retry_after == wait
    assert not isinstance(error, OutcomeUnknown)


def test_while_it_asked_to_wait_nothing_is_sent(wire, httpserver):
    answered(httpserver, 429, headers={"Retry-After": "7"})
    caught(lambda: wire.call("POST", "/x", json={}))
    error = caught(lambda: wire.call("GET", "/x"))
    assert (error.code, error.retry_after) == ("too_many_calls", 7.0)
    assert len(httpserver.log) == 1


def test_what_was_sent_addresses_and_numbers_are_not_told(wire, httpserver):
    said = {
        "message": "alice@example.com or Alice Andersson at +46701740605 is wrong, see "
        "https://app.example/v/preview/abc?token=secret"
    }
    answered(httpserver, 400, json=said)
    body = {"recipients": [{"first_name": "Alice", "last_name": "Andersson"}]}
    detail = caught(lambda: wire.call("POST", "/x", json=body)).detail
    words = ("alice@", "Alice", "Andersson", "1740605", "preview", "secret")
    assert not [word for word in words if word in detail]
    assert "is wrong" in detail


def test_the_token_is_sent_to_the_api_and_never_to_the_storage(wire, httpserver):
    answered(httpserver, method="GET", json={})
    wire.call("GET", "/x")
    httpserver.expect_request("/bucket/a.pdf").respond_with_data(b"%PDF-1.7")
    assert wire.fetch(httpserver.url_for("/bucket/a.pdf?X-Amz-Signature=1"), 100) == b"%PDF-1.7"
    assert [request.headers.get("Authorization") for request, _ in httpserver.log] == [
        "Bearer pasted", None,
    ]  # fmt: skip


@pytest.mark.parametrize("url", ["", "ftp://x.example/a", "file:///etc/passwd", "javascript:1"])
def test_a_file_is_fetched_from_the_web_only(wire, url):
    assert isinstance(caught(lambda: wire.fetch(url, 100)), Retryable)


def test_with_https_the_storage_must_have_it_too():
    settings = GetAcceptSettings(auth=TOKEN, access_token="pasted")
    wire = Wire(settings, ManualClock(STARTED))
    error = caught(lambda: wire.fetch("http://127.0.0.1:1/a.pdf", 100))
    assert error.code == MalformedAnswer.code
    wire.close()


def test_an_address_of_the_storage_stands_in_no_error(wire, httpserver):
    httpserver.expect_request("/bucket/a.pdf").respond_with_data(b"<Error/>", status=403)
    error = caught(lambda: wire.fetch(httpserver.url_for("/bucket/a.pdf?X-Amz-Signature=9"), 100))
    assert "bucket" not in error.detail + str(error)
    assert error.code == NOT_YET


@pytest.mark.parametrize("one", ["", ".", "..", "a" * 201, "a\nb"])
def test_what_cannot_be_an_id_is_in_no_address(one):
    assert isinstance(caught(lambda: address("/documents/{}", one)), NotFound)


def test_an_id_stays_one_piece_of_the_path():
    assert address("/documents/{}/x", "a/../b?c") == "/documents/a%2F..%2Fb%3Fc/x"


MOMENTS = [
    ("2023-09-12T15:13:23+00:00", datetime(2023, 9, 12, 15, 13, 23, tzinfo=UTC)),
    ("2023-09-12T15:13:23+02:00", datetime(2023, 9, 12, 13, 13, 23, tzinfo=UTC)),
    ("2023-09-12T15:13:23Z", datetime(2023, 9, 12, 15, 13, 23, tzinfo=UTC)),
    ("2020-10-17 08:46:00", datetime(2020, 10, 17, 8, 46, tzinfo=UTC)),
    *(
        (text, datetime(2020, 10, 31, tzinfo=UTC))
        for text in ("2020-10-31", "31-10-2020", "10/31/2020", 1604102400, "1604102400")
    ),
]
NO_MOMENTS = [
    None, "", " ", "0000-00-00 00:00:00", "0000-00-00", 0, "0", True, [], {}, "soon", "2020-13-45",
    10**30, "9" * 40, float("nan"), "0001-01-01T00:00:00+14:00",
]  # fmt: skip


def test_moments_are_read_in_every_form_and_nonsense_is_none():
    assert [reading.moment(value) for value, _ in MOMENTS] == [moment for _, moment in MOMENTS]
    assert [value for value in NO_MOMENTS if reading.moment(value) is not None] == []


def test_boxes_are_ticked_by_numbers_and_words():
    ticked = [1, "1", 1.0, "1.0", True, "true", "on", "Checked"]
    left = [0, "0", None, "", False, "false", "off", [], {}, "2"]
    assert [value for value in ticked if not reading.ticked(value)] == []
    assert [value for value in left if reading.ticked(value)] == []


def test_lists_come_bare_under_a_name_or_not_at_all():
    assert reading.rows([{"a": 1}, None, 3]) == [{"a": 1}]
    assert reading.rows({"recipients": [{"a": 1}]}, "recipients") == [{"a": 1}]
    assert reading.rows([{"a": 1}], "recipients") == [{"a": 1}]
    for nothing in (None, {}, "", 7, {"recipients": None}):
        assert reading.rows(nothing, "recipients") == []
    assert reading.an_object([{"id": "a"}]) == {"id": "a"} == reading.an_object({"id": "a"})
    assert reading.an_object(None) == {}


def test_addresses_are_taken_out_at_every_depth():
    told = {
        "name": "Offer",
        "preview_url": "https://x",
        "list": [{"document_url": "https://y", "text": "see https://z?token=1 there"}],
        "download_url": None,
        "access_token": "t",
    }
    assert reading.without_addresses(told) == {
        "name": "Offer", "list": [{"text": "see ••• there"}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "company", "parts"),
    [
        ("Alice Andersson", "", ("Alice", "Andersson")),
        ("  Anna  von der  Lin ", "", ("Anna", "von der Lin")),
        ("Alice", "Bilhuset AB", ("Alice", "Bilhuset AB")),
        ("Alice", "", ("Alice", "-")),
    ],
)
def test_a_name_always_has_two_parts(name, company, parts):
    assert reading.first_and_last(AgreementPerson("a", name, "sv", company=company)) == parts


def test_every_status_of_the_vendor_has_a_meaning_and_a_new_one_is_told_once(capsys):
    for word in ("Importing", "SIGNED", "signed-without_verification", "hardBounced"):
        assert codes.state_of(word, "one") is not AgreementState.UNKNOWN
    capsys.readouterr()
    for _ in range(3):
        assert codes.state_of("archived", "this instance") is AgreementState.UNKNOWN
    assert capsys.readouterr().out.count("getaccept_unknown_word") == 1
    codes.state_of("archived", "another instance")
    assert capsys.readouterr().out.count("getaccept_unknown_word") == 1


def test_words_without_end_fill_neither_log_nor_memory(capsys, monkeypatch):
    monkeypatch.setattr(codes, "_told", set())
    for number in range(codes._MOST_TOLD + 50):
        codes.tell_once("this instance", "person", f"word-{number:x}")
    assert capsys.readouterr().out.count("getaccept_unknown_word") == codes._MOST_TOLD


def test_a_reason_is_found_wherever_it_stands():
    told = ["Too dear", {"reason": "Too dear"}, '{"message": "Too dear"}']
    assert {codes.reason_in(one) for one in told} == {"Too dear"}
    untold = ['{"x": 1}', None, 7, [], {"reason": 7}, {}]
    assert {codes.reason_in(one) for one in untold} == {""}
    assert codes.reason_in("{broken") == "{broken"
