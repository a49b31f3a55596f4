"""The simulator itself, called as the vendor's pages say, without our client's help."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
import zeep

from connectors.agiloft.grammar import parse_assignments
from hub.kernel.errors import Unsupported
from hub.toolkit.http import HttpClient
from tests.connectors.agiloft.driver import OAUTH, AgiloftDriver

BASE = {"$KB": "Nordic Service", "$lang": "en", "$table": "service_case"}
INLINE = {"$login": "hub", "$password": "sandbox-password"}
LOGIN = {**BASE, **INLINE}


@pytest.fixture
def token(api):
    return api.call("POST", "/ewws/EWLogin", data=LOGIN).json()


def bearer(token):
    scheme = token["authentication_scheme"]
    return {"Authorization": f"{scheme}{token['access_token']}"}


def test_a_login_answer_has_the_trailing_space_and_the_minutes(token):
    assert token["authentication_scheme"] == "Bearer "
    assert (token["expires_in"], token["expiration_time_unit"]) == (15, "minute")


def test_a_refresh_token_is_good_once(api, token):
    form = {**BASE, "refresh_token": token["refresh_token"]}
    renewed = api.call("POST", "/ewws/EWLogin", data=form, headers=bearer(token))
    assert renewed.json()["access_token"] != token["access_token"]
    again = api.call("POST", "/ewws/EWLogin", data=form, headers=bearer(token))
    assert again.status == 401


@pytest.mark.parametrize(
    ("given", "header", "status", "text"),
    [
        (LOGIN, "good", 400, "Both"),
        (BASE, None, 400, "Neither"),
        (BASE, "Basic abc", 401, "scheme"),
        (BASE, "Bearer wrong", 401, "blocked"),
        ({**LOGIN, "$password": "x"}, None, 403, "Wrong login"),
        ({**LOGIN, "$login": "alice"}, None, 403, "group"),
        ({**LOGIN, "$KB": "Other"}, None, 400, "Unknown KB"),
        ({**INLINE, "$KB": "Nordic Service", "$lang": "en"}, None, 400, "$table"),
    ],
)
def test_refusals_of_the_ew_surface(api, token, given, header, status, text):
    headers = bearer(token) if header == "good" else {"Authorization": header} if header else {}
    answer = api.call("POST", "/ewws/EWRead", data={**given, "id": "1"}, headers=headers)
    assert answer.status == status
    assert "text/html" in answer.headers["Content-Type"]
    assert text in answer.text


def test_an_expired_token_is_400(api, driver, token):
    driver.sandbox.sessions.expire_all()
    answer = api.call("POST", "/ewws/EWRead", data={**BASE, "id": "1"}, headers=bearer(token))
    assert (answer.status, "expired" in answer.text) == (400, True)


def test_after_logout_the_token_is_blocked(api, token):
    assert api.call("GET", "/ewws/EWLogout", params=BASE, headers=bearer(token)).status == 200
    answer = api.call("POST", "/ewws/EWRead", data={**BASE, "id": "1"}, headers=bearer(token))
    assert answer.status == 401


def test_json_failures_are_200_unless_the_real_status_is_asked_for(api):
    form = {**LOGIN, "id": "404"}
    plain = api.call("POST", "/ewws/EWRead/.json", data=form)
    honest = api.call("POST", "/ewws/EWRead/.json", data=form, params={"err_code_resp": "1"})
    assert (plain.status, plain.json()["success"]) == (200, False)
    assert (honest.status, honest.json()["success"]) == (400, False)


def test_two_equal_creates_make_two_rows(api, driver):
    form = {**LOGIN, "case_number": "SC-1"}
    ids = {api.call("POST", "/ewws/EWCreate", data=form).text for _ in range(2)}
    assert len(ids) == 2
    assert driver.count("service_case") == 9


def test_lines_may_end_in_crlf(api, driver):
    driver.sandbox.modes.crlf = True
    answer = api.call("POST", "/ewws/EWRead", data={**LOGIN, "id": "2"})
    assert b";\r\n" in answer.body
    assert parse_assignments(answer.text)["customer_city"] == "Stockholm"


def test_select_takes_sql_with_a_limit(api):
    form = {**LOGIN, "where": "status = 'New' limit 1,2"}
    values = parse_assignments(api.call("POST", "/ewws/EWSelect", data=form).text)
    assert values == {"id_length": "2", "id_0": "3", "id_1": "4"}


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("customer_language='English'", [6]),
        ("status!='New' && priority<=1", [2, 6]),
        ("(id='1' || id='2') && status='New'", [1]),
        ("customer_mobile=null", [4]),
        ("product~='nordvik'", [1, 4, 6]),
        ("sign_state=='Not requested' && id>6", [7]),
    ],
)
def test_the_query_language(driver, query, ids):
    assert [row["id"] for row in driver.sandbox.store.search("service_case", query)] == ids


@pytest.mark.parametrize(
    "query", ["", "x='1'", "status=", "status LIKE '%N%'", "status='a' or", "("]
)
def test_a_query_that_cannot_be_read_is_400(api, query):
    answer = api.call("POST", "/ewws/EWSearch", data={**LOGIN, "query": query, "field": "id"})
    assert answer.status == (200 if query == "" else 400)


def test_a_button_answers_with_a_number_to_ask_about(api, driver):
    form = {**LOGIN, "id": "2", "name": "send_for_signature"}
    values = parse_assignments(api.call("POST", "/ewws/async/EWActionButton", data=form).text)
    ask = {**LOGIN, "callback_id": values["EWCALLBACK_ID"]}
    statuses = [api.call("GET", "/ewws/EWAsyncStatus", params=ask).status for _ in range(3)]
    unknown = api.call("GET", "/ewws/EWAsyncStatus", params={**ask, "callback_id": "9"}).status
    assert (statuses, unknown) == ([202, 200, 200], 523)
    assert driver.sandbox.store.read("service_case", 2)["sign_state"] == "Requested"


def test_positions_move_up_when_a_file_is_removed(api):
    where = {**LOGIN, "id": "2", "field": "signed_documents"}
    for name in ("a.pdf", "b.pdf"):
        params = {**where, "fileName": name}
        answer = api.call("PUT", "/ewws/EWAttach", params=params, data=name.encode())
        assert "EWREST_signed_documents.length=" in answer.text
    api.call("POST", "/ewws/EWRemoveAttachment", params={**where, "filePosition": "0"})
    left = api.call("GET", "/ewws/EWAttachInfo/.json", params=where).json()["result"]
    assert left == [{"fileName": "b.pdf", "size": 5, "filePosition": 0}]
    got = api.call("GET", "/ewws/EWRetrieve", params={**where, "filePosition": "0"})
    assert got.body == b"b.pdf"


def test_a_lock_counts_down_and_another_user_needs_force(api, driver):
    driver.sandbox.store.lock("service_case", 2, "alice", 25)
    where = {**LOGIN, "id": "2"}
    shown = api.call("GET", "/ewws/EWLock", params=where).json()
    assert (shown["locked_by"], shown["lock_expires_in_minutes"]) == ("alice", 25)
    refused = api.call("DELETE", "/ewws/EWLock", params=where)
    assert (refused.status, refused.json()["error"]) == (409, "CONFLICT")
    forced = api.call("DELETE", "/ewws/EWLock", params={**where, "force": "true"}).json()
    assert forced["lock_status"] == "NO_LOCK"


@pytest.mark.parametrize("mode", ["match", "query"])
def test_upsert_takes_the_parameter_of_its_mode(api, driver, mode):
    driver.sandbox.modes.upsert = mode
    form = {**LOGIN, f"${mode}": "case_number='SC-5'", "case_number": "SC-5"}
    statuses = [api.call("POST", "/ewws/EWUpsert", data=form).status for _ in range(2)]
    other = {"match": "query", "query": "match"}[mode]
    wrong = {**LOGIN, f"${other}": "case_number='SC-5'", "case_number": "SC-5"}
    assert statuses == [201, 200]
    assert api.call("POST", "/ewws/EWUpsert", data=wrong).status == 400


def test_tables_and_saved_searches_need_a_token(api, token):
    assert api.call("POST", "/ewws/EWTable/.json", data={**LOGIN}).json()["success"] is False
    found = api.call("POST", "/ewws/EWTable/.json", data=BASE, headers=bearer(token)).json()
    names = [table["logicalName"] for table in found["result"]["tables"]]
    assert names == ["company", "note", "service_case"]


def test_a_table_is_described_by_every_sign_in_that_has_a_token(driver):
    for changes in ({}, OAUTH | {"login": "", "password": ""}, {"surface": "ew"}):
        connector = driver.make_instance(**changes)
        names = connector.describe("service_case")
        assert {"id", "case_number", "customer_mobile", "signed_documents"} <= set(names)
        assert "send_for_signature" not in names  # buttons are not listed
        connector.close()
    connector = driver.make_instance(surface="ew", auth="inline")
    with pytest.raises(Unsupported, match="to tokens only; set auth to token"):
        connector.describe("service_case")
    connector.close()


def test_retrieving_a_file_that_is_not_there_is_a_200_with_an_error(api, driver):
    login = {"login": "hub", "password": "sandbox-password", "KB": "Nordic Service", "lang": "en"}
    root = "/ewws/alrest/Nordic%20Service"
    token = api.call("POST", f"{root}/login", json=login).json()["result"]
    assert token["expires_in"] == 900
    answer = api.call(
        "POST", f"{root}/service_case/retrieveAttach/2",
        params={"field": "signed_documents", "filePosition": "3", "lang": "en"},
        headers={"Authorization": f"Bearer {token['access_token']}"},
    )  # fmt: skip
    assert (answer.status, answer.json()["success"]) == (200, False)


def test_the_wsdl_says_localhost_and_any_soap_client_can_read_it(site):
    client = zeep.Client(f"{site.url}/ewws/Nordic%20Service/EWWSv2Service?wsdl")
    service = client.wsdl.services["EWWSv2Service"]
    address = service.ports["EWWSv2Port"].binding_options["address"]
    assert urlsplit(address).hostname == "localhost"
    assert client.get_type("ns0:WSServiceCase")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/_control/faults", {"kind": "unheard of"}),
        ("/_control/faults", {"kin": "500"}),
        ("/_control/modes", {"no_such_mode": True}),
        ("/_control/modes", {"crlf": "yes"}),
        ("/_control/faults", None),
    ],
)
def test_a_wrong_control_call_is_told_what_is_wrong(api, path, body):
    answer = api.call("POST", path, json=body)
    assert answer.status == 400
    assert answer.json()["error"]


def test_faults_and_counts_work_over_http(api, driver):
    fault = {"kind": "500", "operation": "read", "count": 1}
    assert api.call("POST", "/_control/faults", json=fault).status == 200
    form = {**LOGIN, "id": "2"}
    statuses = [api.call("POST", "/ewws/EWRead", data=form).status for _ in range(2)]
    counts = api.call("GET", "/_control/counts").json()
    assert statuses == [500, 200]
    assert (counts["calls"]["read"], counts["effects"]["read"]) == (2, 1)
    log = api.call("GET", "/_control/calls").text
    assert "sandbox-password" not in log


def test_an_observer_in_the_process_hears_of_each_call(site, driver):
    heard = []
    driver.sandbox.on_call = lambda operation, phase: heard.append((operation, phase))
    driver.make_instance().fetch(driver.seed_record())
    assert heard[-2:] == [("read", "before"), ("read", "after")]


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("https://hub.example/b/send", "https://hub.example/b/send/2"),
        ("https://hub.example/b?t=1", "https://hub.example/b/2?t=1"),
        ("https://hub.example/b?r={table}&i={id}", "https://hub.example/b?r=service_case&i=2"),
        ("https://hub.example/b?k=1&id=$id", "https://hub.example/b?k=1&id=2"),
        ("", ""),
    ],
)
def test_the_button_link_is_made_from_the_hubs_base(driver, base, expected):
    driver.sandbox.connect({"button": base})
    assert driver.sandbox.button_link("service_case", 2) == expected


def test_the_settings_of_the_simulator_make_a_working_instance(site):
    driver = AgiloftDriver(site)
    connector = driver.make_instance(timeout=60.0)
    result = connector.probe()
    assert result.warnings == ()
    link = connector.record_url(driver.seed_record())
    client = HttpClient(link)
    assert "SC-1042" in client.call("GET", "").text
    assert parse_qsl(urlsplit(link).query) == []
    connector.close()
    client.close()
