"""The sandbox as a server: real sockets on loopback, both channels through it."""

from __future__ import annotations

import re
import threading
from email import message_from_string, policy

import pytest
import requests

from hub.channels.sms_46elks.channel import ElksChannel
from hub.channels.smtp.channel import SmtpChannel
from hub.contracts.channel import Message
from hub.contracts.plugin import PluginContext
from hub.contracts.settings import load_settings
from hub.kernel.clock import SystemClock
from hub.kernel.errors import OutcomeUnknown
from hub.sandbox.runner import SandboxServer, run, where_to_look
from hub.sandbox.scan import manifests_with_sandbox


@pytest.fixture(scope="module")
def channels():
    return manifests_with_sandbox(("hub.channels",))


@pytest.fixture
def server(tmp_path, channels):
    with SandboxServer(tmp_path, manifests=channels) as server:
        yield server


@pytest.fixture
def get(server):
    with requests.Session() as session:
        session.trust_env = False
        yield lambda path: session.get(server.url + path, timeout=10)


def channel(server, kind, key):
    settings = server.house.settings()[key]["settings"]
    return kind(load_settings(kind.Settings, settings, key), PluginContext(key))


def message(to, text):
    return Message(to, text, SystemClock().now(), subject="Din reparation")


def test_an_sms_appears_on_the_phone_and_a_mail_in_the_mailbox(server, get):
    channel(server, ElksChannel, "sms_46elks").send(message("+46701740605", "Hej Alice"), "k1")
    channel(server, SmtpChannel, "smtp").send(message("alice@kund.example", "Hej mejl"), "k2")
    assert get("/phone/messages").json()["messages"][0]["text"] == "Hej Alice"
    assert get("/mailbox/messages").json()["messages"][0]["text"].strip() == "Hej mejl"
    raw = get("/smtp/_control/messages").json()[0]["raw"]
    assert message_from_string(raw, policy=policy.default)["Subject"] == "Din reparation"


def test_a_simulator_can_break_a_connection_of_this_server(server):
    server.house.simulators["sms_46elks"].switches.switch_on("drop_after", times=1)
    elks = channel(server, ElksChannel, "sms_46elks")
    with pytest.raises(OutcomeUnknown):
        elks.send(message("+46701740605", "Hej"), "k1")
    assert elks.send(message("+46701740605", "Hej"), "k1", uncertain=True).repeated


@pytest.mark.parametrize(
    "path", ["/", "/phone", "/mailbox", "/static/sandbox.css", "/static/phone.js",
             "/static/mailbox.js", "/static/moments.js", "/health",
             "/sms_46elks/_control/numbers", "/smtp/_control/recipients"],
)  # fmt: skip
def test_everything_that_the_pages_need_is_served(get, path):
    assert get(path).status_code == 200


def test_no_page_asks_another_host(get):
    for path in ("/", "/phone", "/mailbox", "/static/sandbox.css"):
        asked = re.findall(r"""(?:src=|<link[^>]*href=|url\(|@import)\s*["']?(\w*:?//[^"')\s]*)""",
                           get(path).text)  # fmt: skip
        assert asked == []


def test_addresses_are_the_same_after_a_restart(tmp_path, channels):
    with SandboxServer(tmp_path, manifests=channels) as first:
        before = (first.url, first.house.settings()["smtp"]["settings"]["port"])
    with SandboxServer(tmp_path, manifests=channels) as second:
        assert (second.url, second.house.settings()["smtp"]["settings"]["port"]) == before


def test_a_server_can_be_stopped_twice(tmp_path, channels):
    server = SandboxServer(tmp_path, manifests=channels)
    server.start()
    server.stop()
    server.stop()


def test_the_terminal_says_where_to_look(server):
    text = "\n".join(where_to_look(server.house))
    assert f"{server.url}/phone" in text
    assert f"{server.url}/mailbox" in text
    assert "_control" not in text


def test_run_serves_until_it_is_told_to_stop(tmp_path, capsys, monkeypatch, channels):
    monkeypatch.setattr("hub.sandbox.runner.manifests_with_sandbox", lambda: channels)
    stop = threading.Event()
    thread = threading.Thread(target=run, args=("127.0.0.1", 0, tmp_path), kwargs={"until": stop})
    thread.start()
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert "The sandbox is up: http://127.0.0.1:" in capsys.readouterr().out
