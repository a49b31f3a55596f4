"""Faults that tests switch on, ``/_control/``, and the server below it all."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest
import requests
import zeep
from zeep.exceptions import Fault

from connectors.dynamics_nav.sandbox.keys import key_of, primary_key
from connectors.dynamics_nav.sandbox.ntlm import md4
from tests.connectors.dynamics_nav.sandbox.sandbox_site import Nav

READ = '<Read xmlns="NS"><No>VO1001</No></Read>'


def control(nav: Nav, path: str, body=None, method: str = "POST"):
    return requests.request(method, f"{nav.root}/_control{path}", json=body, timeout=20)


def update(nav: Nav, text: str):
    order = nav.soap("SalesOrder").Read(No="VO1001")
    change = {"Key": order.Key, "Your_Reference": text}
    return nav.soap("SalesOrder").Update(SalesOrder=change)


def reference(nav: Nav) -> str | None:
    return nav.soap("SalesOrder").Read(No="VO1001").Your_Reference


@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [("500", 500, "text/html"), ("html", 200, "text/html"), ("503", 503, ""), ("429", 429, "")],
)
def test_a_page_of_the_web_server_comes_instead_of_an_answer(nav, kind, status, content_type):
    nav.fault(kind, "read", seconds=7)
    answer = nav.post("SalesOrder", READ, "Read")
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith(content_type)
    assert answer.headers.get("Retry-After") == (None if content_type else "7")
    assert nav.post("SalesOrder", READ, "Read").status_code == 200


@pytest.mark.parametrize(("kind", "done"), [("drop_before", False), ("drop_after", True)])
def test_a_connection_breaks_before_or_after_the_commit(nav, kind, done):
    nav.fault(kind, "update")
    with pytest.raises(requests.ConnectionError):
        update(nav, "Ref")
    assert (reference(nav) == "Ref") is done


@pytest.mark.parametrize("kind", ["slow", "slow_after"])
def test_a_call_takes_longer_than_its_caller_waits(nav, kind):
    nav.fault(kind, "update")
    order = nav.soap("SalesOrder").Read(No="VO1001")
    sent = f"<Key>{order.Key}</Key><Your_Reference>Late</Your_Reference>"
    message = f'<Update xmlns="NS"><SalesOrder>{sent}</SalesOrder></Update>'
    with pytest.raises(requests.ReadTimeout):
        nav.post("SalesOrder", message, "Update", timeout=0.2)
    kept = nav.sandbox.company.get("Sales_Header", ("Order", "VO1001")).values["Your_Reference"]
    assert (kept == "Late") is (kind == "slow_after")
    nav.sandbox.gate.clear()
    assert nav.sandbox.gate.wait_idle(10)
    assert reference(nav) == "Late"


def test_somebody_else_is_quicker(nav):
    nav.fault("stale", "update")
    with pytest.raises(Fault) as caught:
        update(nav, "Ref")
    assert caught.value.code.endswith("ServiceBrokerException")
    assert update(nav, "Ref").Your_Reference == "Ref"
    nav.fault("stale", "update")
    address = f"{nav.odata}/SalesOrder(Document_Type='Order',No='VO1001')"
    etag = nav.get(address)["@odata.etag"]
    late = nav.session.patch(address, json={}, headers={"If-Match": etag})
    assert late.status_code == 409


@pytest.mark.parametrize(
    ("kind", "text"), [("illegal", b"E&#x1F;lsa"), ("illegal_raw", b"E\x1flsa")]
)
def test_a_text_holds_what_xml_cannot(nav, kind, text):
    nav.fault(kind, "read")
    assert text in nav.post("SalesOrder", READ, "Read").content
    nav.fault(kind, "read")
    address = f"{nav.odata}/SalesOrder(Document_Type='Order',No='VO1001')"
    raw = nav.session.get(address).content
    assert (b"E\\u001flsa" if kind == "illegal" else b"E\x1flsa") in raw


def test_a_column_that_no_wsdl_has_stands_in_the_middle(nav):
    nav.fault("extra", "read", count=2)
    text = nav.post("SalesOrder", READ, "Read").text
    assert "<No>VO1001</No><Paraph_Ny_Kolumn>ny</Paraph_Ny_Kolumn><Sell_to" in text
    row = nav.get(f"{nav.odata}/SalesOrder")["value"][0]
    assert row["Paraph_Ny_Kolumn"] == "ny"


def test_an_administrator_can_put_a_column_on_the_pages(nav):
    nav.sandbox.modes.extra_column = True
    with requests.Session() as session:
        session.auth = nav.session.auth
        order = nav.client("SalesOrder", session).service.Read(No="VO1001")
        assert order.Paraph_Ny_Kolumn == "ny"
    with pytest.raises(zeep.exceptions.XMLParseError):  # by who still has the former WSDL
        nav.soap("SalesOrder").Read(No="VO1001")


def test_a_fault_strikes_exactly_what_it_names(nav):
    nav.fault("503", "SigningHub.AddNote")
    nav.fault("503", "create")
    assert update(nav, "R").Your_Reference == "R"
    with pytest.raises(zeep.exceptions.TransportError):
        nav.soap("SigningHub").AddNote("Order", "VO1001", "x", "")
    assert nav.soap("SigningHub").AddNote("Order", "VO1001", "x", "") == 1
    nav.sandbox.gate.clear()
    assert nav.soap("Customer").Create(Customer={"Name": "Alice"}).No == "K10060"


def test_calls_and_effects_are_counted_and_told(nav):
    heard = []
    nav.sandbox.on_call = lambda operation, phase: heard.append((operation, phase))
    nav.fault("drop_after", "note")
    with pytest.raises(requests.ConnectionError):
        nav.soap("SigningHub").AddNote("Order", "VO1001", "Hemligt", "")
    counts = control(nav, "/counts", method="GET").json()
    assert (counts["calls"]["note"], counts["effects"]["note"]) == (1, 1)
    assert counts["calls"]["SigningHub.AddNote"] == 1
    assert heard[-2:] == [("note", "before"), ("note", "after")]
    assert "Hemligt" not in control(nav, "/calls", method="GET").text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/faults", {"kind": "unheard of"}),
        ("/faults", {"kin": "500"}),
        ("/faults", None),
        ("/modes", {"no_such_mode": True}),
        ("/modes", {"negotiate_only": "yes"}),
        ("/modes", {"auth": "kerberos"}),
    ],
)
def test_a_wrong_control_call_is_told_what_is_wrong(nav, path, body):
    answer = control(nav, path, body)
    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)


def test_control_looks_into_records_and_changes_them(nav):
    path = "/records/main/SalesOrder/VO1001"
    assert control(nav, path, method="GET").json()["SalesLines"][1]["Step"] == "Offered"
    changed = control(nav, path, {"Your_Reference": "Ny"}, "PUT").json()
    assert changed["Your_Reference"] == "Ny"
    before = nav.soap("SalesOrder").Read(No="VO1001").Key
    assert control(nav, f"{path}/touch").status_code == 200
    assert nav.soap("SalesOrder").IsUpdated(before) is True
    job = control(nav, "/records/main/JobLine/Order/VO1001/20000", method="GET").json()
    assert job["Description"] == "Byt kniv"
    other = f"/records/{nav.store.companies[1].id}/Customer/K10010"
    assert control(nav, other, method="GET").json()["Name"] == "Demokund ett"
    assert control(nav, "/records/main/SalesOrder/VO9", method="GET").status_code == 404
    refused = control(nav, "/records/main/SalesOrder/VO1003", {"Your_Reference": "X"}, "PUT")
    assert refused.status_code == 400
    assert len(control(nav, "/snapshot", method="GET").json()["SalesQuote"]) == 6


def test_control_switches_modes_and_begins_anew(nav):
    assert control(nav, "/modes", {"language": "sv"}).json()["language"] == "sv"
    update(nav, "Ref")
    assert control(nav, "/reset").status_code == 200
    assert reference(nav) is None
    assert control(nav, "/faults", {"kind": "503", "operation": "read"}).status_code == 200
    assert control(nav, "/faults", method="DELETE").status_code == 200
    assert reference(nav) is None
    assert control(nav, "/tick", {"all": True}).json() == {"tried": 0}
    assert control(nav, "/notices", method="GET").json() == []


def test_a_reset_gives_the_same_records_the_same_ids(nav):
    ids = [row.id for row in nav.sandbox.company.all("Sales_Header")]
    nav.sandbox.reset()
    assert [row.id for row in nav.sandbox.company.all("Sales_Header")] == ids


def test_a_key_looks_as_the_real_ones_and_names_its_row(nav):
    row = nav.sandbox.company.get("Sales_Header", ("Order", "VO1001"))
    key = key_of(row)
    length, text, version, _ = key.split(";")
    assert text[: int(length)].startswith("JAAAA")  # table 36, as in a Key of a real order
    assert version == str(row.version)
    assert primary_key(row.table, key) == ("Order", "VO1001")


def test_md4_is_that_of_the_rfc():
    assert md4(b"abc").hex() == "a448017aaf21d8525fc10ae87aa6729d"
    assert md4(b"1234567890" * 8).hex() == "e33b4ddc9c38f2199c3e7b164fcc0536"


def test_calls_without_a_length_or_too_long_are_refused(nav):
    where = urlsplit(nav.url)
    for head, status in (
        (b"Transfer-Encoding: chunked", b"411"),
        (b"Content-Length: 99999999999", b"413"),
    ):
        with socket.create_connection((where.hostname, where.port), 10) as connection:
            connection.sendall(b"POST /BC/WS/Services HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n")
            assert connection.recv(100).split()[1] == status


def test_the_server_comes_back_on_the_same_port(tmp_path):
    nav = Nav()
    url = nav.url
    nav.sandbox.stop()
    nav.sandbox.start()
    assert nav.url == url
    assert nav.session.get(nav.address("Customer")).status_code == 200
    nav.close()


def test_the_settings_say_where_the_server_is(nav):
    settings = nav.sandbox.settings()
    assert settings["server"] == nav.url
    assert settings["company"] == "Verkstad & Maskin i Åre AB"
    assert (settings["username"], settings["auth"]) == ("NORDIC\\paraph", "ntlm")
    assert settings["record_link"] == "https://sandbox.example/dynamics_nav/{table}/{id}"
