"""Lists page by page: every style, and servers that lead in circles or to elsewhere."""

from __future__ import annotations

from types import SimpleNamespace

import orjson
import pytest
from werkzeug import Request, Response

from connectors.crm_rest import writes
from connectors.crm_rest.connector import CrmRestConnector
from connectors.crm_rest.paging import TooManyPages
from connectors.crm_rest.settings import CrmRestSettings
from hub.contracts.plugin import PluginContext
from hub.contracts.records import Create
from hub.contracts.settings import load_settings
from hub.kernel.errors import MalformedAnswer, OutcomeUnknown, ParaphError, Refused, Retryable

ROWS = [{"id": n, "at": n, "email": f"{n}@example.com"} for n in range(1, 8)]
CHANGES = {"field": "at", "parameter": "since", "sort": {"sort": "at"}}


class Crm:
    """Answers ``GET /rows`` by a function of the request; remembers what was asked."""

    def __init__(self, httpserver):
        self.url = httpserver.url_for("/api")
        self.asked = []
        self.answer = lambda request: []
        httpserver.expect_request("/api/rows").respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        self.asked.append(request.query_string.decode())
        found = self.answer(request)
        if isinstance(found, Response):
            return found
        return Response(orjson.dumps(found), content_type="application/json")

    def made(self, **changes):
        table = {"path": "/rows", "changes": CHANGES, **changes.pop("table", {})}
        data = {"base_url": self.url, "auth": "none", "tables": {"rows": table}, **changes}
        settings = load_settings(CrmRestSettings, data, "crm")
        return CrmRestConnector(settings, PluginContext("crm"))

    def ids(self, **changes):
        """What all pages of ``changes`` hold."""
        connector = self.made(**changes)
        try:
            return [int(ref.id) for ref, _ in connector.changes("rows", None)]
        finally:
            connector.close()


@pytest.fixture
def crm(httpserver):
    return Crm(httpserver)


def by_number(request, name="page", size=3):
    page = int(request.args[name])
    return ROWS[(page - 1) * size : page * size]


def test_pages_by_number_end_with_an_empty_one_since_sizes_may_be_capped(crm):
    crm.answer = by_number
    paging = {"style": "page", "parameter": "page", "size_parameter": "size", "size": 50}
    assert crm.ids(paging=paging) == list(range(1, 8))
    assert crm.asked == [f"sort=at&size=50&page={n}" for n in (1, 2, 3, 4)]


def test_pages_may_begin_at_zero(crm):
    crm.answer = lambda request: ROWS[int(request.args["p"]) * 4 :][:4]
    assert crm.ids(paging={"style": "page", "parameter": "p", "first": 0}) == list(range(1, 8))


def test_a_total_in_the_answer_or_in_a_header_saves_the_empty_page(crm):
    paging = {"style": "page", "parameter": "page", "total": "count"}
    crm.answer = lambda request: {"rows": by_number(request), "count": 7}
    assert crm.ids(paging=paging, table={"items": "rows"}) == list(range(1, 8))
    assert len(crm.asked) == 3
    crm.asked.clear()
    crm.answer = lambda request: Response(
        orjson.dumps(by_number(request)), headers={"X-Total": "7"}, content_type="application/json"
    )
    assert crm.ids(paging={**paging, "total": "X-Total"}) == list(range(1, 8))
    assert len(crm.asked) == 3


def test_offsets_count_what_came(crm):
    crm.answer = lambda request: ROWS[int(request.args["skip"]) :][:5]
    assert crm.ids(paging={"style": "offset", "parameter": "skip"}) == list(range(1, 8))
    assert crm.asked == ["sort=at&skip=0", "sort=at&skip=5", "sort=at&skip=7"]


def test_cursors_are_handed_back(crm):
    def answer(request):
        start = int(request.args.get("after", 0))
        more = {"after": start + 3} if start < 6 else {}
        return {"result": {"rows": ROWS[start : start + 3]}, "paging": {"next": more}}

    crm.answer = answer
    paging = {"style": "cursor", "parameter": "after", "next": "paging.next.after"}
    assert crm.ids(paging=paging, table={"items": "result.rows"}) == list(range(1, 8))


@pytest.mark.parametrize("form", ["whole", "rooted", "relative"])
def test_a_next_link_is_followed_in_every_form_that_links_have(crm, form):
    begin = {"whole": f"{crm.url}/rows", "rooted": "/api/rows", "relative": ""}[form]

    def answer(request):
        start = int(request.args.get("$skip", 0))
        body = {"value": ROWS[start : start + 4]}
        return {**body, "@odata.nextLink": f"{begin}?$skip=4"} if start == 0 else body

    crm.answer = answer
    paging = {"style": "next_link", "next": "@odata.nextLink"}
    assert crm.ids(paging=paging, table={"items": "value"}) == list(range(1, 8))


@pytest.mark.parametrize(
    "link",
    [
        '<{url}?p=2>; rel="next"',
        '<{url}?p=9>; rel="last", <{url}?p=2>; rel=next',
        '<{url}?p=9>; title="next, rel=next"; rel="last", <{url}?p=2>; rel="prefetch next"',
    ],
)
def test_the_link_header_is_read_as_rfc_8288_writes_it(crm, link):
    def answer(request):
        if request.args.get("p") == "2":
            return ROWS[4:]
        headers = {"Link": link.format(url=f"{crm.url}/rows")}
        return Response(orjson.dumps(ROWS[:4]), headers=headers, content_type="application/json")

    crm.answer = answer
    assert crm.ids(paging={"style": "link_header"}) == list(range(1, 8))


@pytest.mark.parametrize(
    "url",
    ["https://elsewhere.example/rows", "//elsewhere.example/rows", "http://127.0.0.1:1/rows",
     "file:///etc/passwd", "http://127.0.0.1:99999/"],
)  # fmt: skip
def test_credentials_never_follow_a_link_to_another_host(crm, url):
    crm.answer = lambda request: {"rows": ROWS[:2], "next": url}
    paging = {"style": "next_link", "next": "next"}
    with pytest.raises(MalformedAnswer, match="another host"):
        crm.ids(paging=paging, table={"items": "rows"}, auth="bearer", token="t0ken")
    assert len(crm.asked) == 1


def test_a_server_that_ignores_the_page_number_is_noticed(crm):
    crm.answer = lambda request: ROWS
    with pytest.raises(MalformedAnswer, match="same page came twice"):
        crm.ids(paging={"style": "page", "parameter": "pge"})
    assert len(crm.asked) == 2


def test_links_that_lead_in_a_circle_are_noticed(crm):
    def answer(request):
        page = int(request.args.get("p", 0))
        return {"rows": ROWS[page : page + 1], "next": f"?p={(page + 1) % 3}"}

    crm.answer = answer
    with pytest.raises(MalformedAnswer, match="circle"):
        crm.ids(paging={"style": "next_link", "next": "next"}, table={"items": "rows"})
    assert len(crm.asked) <= 4


def test_a_list_without_end_is_read_to_its_bound(crm):
    numbers = iter(range(1, 1000))
    crm.answer = lambda request: [{"id": (n := next(numbers)), "at": n}]
    paging = {"style": "page", "parameter": "page"}
    assert crm.ids(paging=paging, max_pages=5) == [1, 2, 3, 4, 5]  # sorted: the rest comes later
    unsorted = {"changes": {"field": "at", "parameter": "since"}}
    with pytest.raises(Refused, match=r"changes\.sort"):
        crm.ids(paging=paging, max_pages=5, table=unsorted)
    connector = crm.made(paging=paging, max_pages=5)
    with pytest.raises(TooManyPages, match="raise max_pages"):
        connector.apply(Create("rows", {"email": "x@example.com"}, ("email",)), "key-1")
    connector.close()


@pytest.mark.parametrize("body", [b'{"rows": 5}', b'{"rows": ["a"]}', b"[]", b"12", b"{", b""])
def test_a_list_that_is_none_is_told_with_its_place(crm, body):
    crm.answer = lambda request: Response(body, content_type="application/json")
    with pytest.raises(Retryable):
        crm.ids(table={"items": "rows.list"})


def test_an_empty_list_may_be_null_or_left_out_where_a_total_says_so(crm):
    crm.answer = lambda request: {"rows": None}
    assert crm.ids(table={"items": "rows"}) == []
    crm.answer = lambda request: {"count": 0}
    assert crm.ids(table={"items": "rows"}, paging={"total": "count"}) == []


def test_an_answer_larger_than_allowed_is_not_read(crm):
    crm.answer = lambda request: [{"id": 1, "at": 1, "text": "x" * 5000}]
    with pytest.raises(MalformedAnswer, match="larger than 4000"):
        crm.ids(max_bytes=4000)


@pytest.mark.parametrize("table", [{"items": "rwos"}, {"id": "key"}, {"hit": "attributes"}])
def test_a_mistaken_path_into_a_search_makes_no_record(crm, table):
    crm.answer = lambda request: {"rows": ROWS}
    connector = crm.made(table={"items": "rows", "create_path": "/nowhere", **table})
    with pytest.raises(ParaphError) as caught:
        connector.apply(Create("rows", {"email": "1@example.com"}, ("email",)), "key-1")
    assert caught.value.code == "malformed_answer"
    connector.close()


def test_a_crm_that_does_not_keep_our_key_is_told_of(crm, httpserver, monkeypatch):
    told = []
    monkeypatch.setattr(
        writes, "_log", SimpleNamespace(warning=lambda *a, **b: told.append((a, b)))
    )
    for answer in ({"id": 8, "email": "x"}, {"id": 9, "own": "key-1"}, {"id": 10, "own": "key-1"}):
        httpserver.expect_ordered_request("/api/made").respond_with_json(answer)
    connector = crm.made(table={"create_path": "/made", "external_id_field": "own"})
    for number in ("8", "9", "10"):
        made = connector.apply(Create("rows", {"email": "x"}), "key-1")
        assert made.ref.id == number
    assert [given["field"] for _, given in told] == ["own"]
    connector.close()


def test_an_unreadable_answer_to_a_create_leaves_its_outcome_unknown(crm, httpserver):
    httpserver.expect_request("/api/made").respond_with_data(b"{", content_type="application/json")
    connector = crm.made(table={"create_path": "/made"})
    with pytest.raises(OutcomeUnknown):
        connector.apply(Create("rows", {"email": "x@example.com"}), "key-1")
    connector.close()
