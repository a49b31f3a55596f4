"""Files of a record: where the settings say, and no further than the limit."""

from __future__ import annotations

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.crm_rest.connector import CrmRestConnector
from hub.contracts.plugin import PluginContext
from hub.contracts.records import RecordRef
from hub.contracts.settings import load_settings
from hub.kernel.clock import ManualClock
from hub.kernel.errors import (
    ConfigurationError,
    NotFound,
    Permanent,
    Refused,
    Retryable,
    TooLarge,
    Unsupported,
)
from tests.contracts.connector_driver import STARTED

CASE = RecordRef("cases", "7")
CHUNK, MEGABYTES = 1_000_000, 100


def connector(httpserver: HTTPServer, **files: str) -> CrmRestConnector:
    table = {"path": "/cases", **({"files": files} if files else {})}
    where = httpserver.url_for("/api")
    data = {"base_url": where, "auth": "none", "tables": {"cases": table}}
    settings = load_settings(CrmRestConnector.Settings, data, "crm")
    return CrmRestConnector(settings, PluginContext("crm", clock=ManualClock(STARTED)))


def test_id_and_name_stand_where_the_settings_say(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/files/9 a").respond_with_data(
        b"%PDF", content_type="application/pdf; x=y"
    )
    crm = connector(httpserver, path="/files/{file}", id="ref.id", name="title")
    read = crm.read_file(CASE, {"ref": {"id": "9 a"}, "title": "Plan.pdf"}, 10)
    assert (read.name, read.media_type, read.content) == ("Plan.pdf", "application/pdf", b"%PDF")


def test_else_the_answer_tells_the_name_or_the_id_is_it(httpserver: HTTPServer) -> None:
    told = {"Content-Disposition": "attachment; filename*=UTF-8''ritning%20%C3%A5.pdf"}
    httpserver.expect_request("/api/cases/7/f/1").respond_with_data(b"1", headers=told)
    httpserver.expect_request("/api/cases/7/f/2").respond_with_data(b"2")
    crm = connector(httpserver, path="/cases/{id}/f/{file}")
    assert crm.read_file(CASE, 1, 10).name == "ritning å.pdf"
    assert crm.read_file(CASE, "2", 10).name == "2"


@pytest.mark.parametrize("file", [None, "", [], {}, {"id": {}}, True, ["1"], "a/b", "..", 1.5])
def test_what_cannot_be_an_id_is_asked_for_nowhere(httpserver: HTTPServer, file: object) -> None:
    for way in ("", "id"):
        with pytest.raises(Permanent):
            connector(httpserver, path="/files/{file}", id=way).read_file(CASE, file, 10)
    assert httpserver.log == []


def test_a_hundred_megabytes_stop_at_the_limit(httpserver: HTTPServer) -> None:
    sent = []

    def pour(request: Request) -> Response:
        def chunks():
            for _ in range(MEGABYTES):
                sent.append(CHUNK)
                yield bytes(CHUNK)

        return Response(chunks(), content_type="application/pdf")

    httpserver.expect_request("/api/files/1").respond_with_handler(pour)
    with pytest.raises(TooLarge):
        connector(httpserver, path="/files/{file}").read_file(CASE, 1, 25 * CHUNK)
    assert sum(sent) < 50 * CHUNK  # what is under way when nobody reads any more


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (404, "application/json", NotFound),
        (403, "application/json", Refused),
        (500, "application/json", Retryable),
        (502, "text/html", Retryable),
        (200, "text/html; charset=utf-8", Retryable),
        (302, "text/plain", Retryable),
    ],
)
def test_what_is_no_file_is_told(
    httpserver: HTTPServer, status: int, kind: str, error: type[Exception]
) -> None:
    body = b"{}" if "json" in kind else b"<p>No"
    httpserver.expect_request("/api/files/1").respond_with_data(body, status, content_type=kind)
    with pytest.raises(error):
        connector(httpserver, path="/files/{file}").read_file(CASE, 1, 100)


def test_without_a_way_it_is_unsupported(httpserver: HTTPServer) -> None:
    with pytest.raises(Unsupported, match="add 'files'"):
        connector(httpserver).read_file(CASE, 1, 100)


def test_a_path_without_a_place_for_the_file_is_refused(httpserver: HTTPServer) -> None:
    with pytest.raises(ConfigurationError, match=r"files\.path: must hold \{file\}"):
        connector(httpserver, path="/files")
