"""SMTP keeps the contract, and what is particular to mail."""

from __future__ import annotations

import pytest

from hub.channels.smtp.channel import SmtpChannel
from hub.channels.smtp.codes import Phase, failure
from hub.channels.smtp.sandbox import REPLY_DOMAIN
from hub.contracts.plugin import PluginContext
from hub.contracts.settings import load_settings
from hub.kernel.errors import AuthenticationFailed, ConfigurationError, Refused, Retryable
from hub.toolkit.addresses import BadAddress, wire_address
from tests.channels.smtp.smtp_driver import SmtpDriver
from tests.contracts.channel_driver import caught
from tests.contracts.channel_suite import ChannelSuite


@pytest.fixture
def driver(tmp_path):
    driver = SmtpDriver(tmp_path)
    yield driver
    driver.stop()


class TestSmtpKeepsTheContract(ChannelSuite):
    """Every test of the suite, with the fixture above."""


@pytest.mark.parametrize(
    ("code", "text", "phase", "kind", "word"),
    [
        (421, b"4.3.2 closing", Phase.RECIPIENT, Retryable, "unavailable"),
        (450, b"4.2.0 greylisted", Phase.RECIPIENT, Retryable, "unavailable"),
        (452, b"4.2.2 over quota", Phase.CONTENT, Retryable, "unavailable"),
        (454, b"4.7.0 temporary", Phase.LOGIN, Retryable, "unavailable"),
        (554, b"no service", Phase.CONNECT, Retryable, "unavailable"),
        (530, b"5.7.0 login first", Phase.SENDER, AuthenticationFailed, "authentication_failed"),
        (535, b"5.7.8 wrong", Phase.LOGIN, AuthenticationFailed, "authentication_failed"),
        (553, b"5.7.1 not yours", Phase.SENDER, AuthenticationFailed, "sender_not_allowed"),
        (550, b"5.1.1 no such user", Phase.RECIPIENT, Refused, "bad_address"),
        (550, b"no enhanced code", Phase.RECIPIENT, Refused, "bad_address"),
        (550, b"5.2.1 disabled", Phase.RECIPIENT, Refused, "bad_address"),
        (552, b"5.2.2 full", Phase.RECIPIENT, Refused, "message_refused"),
        (550, b"5.7.1 policy", Phase.RECIPIENT, Refused, "blocked"),
        (552, b"5.3.4 too big", Phase.SENDER, Refused, "message_refused"),
        (554, b"5.7.1 spam", Phase.CONTENT, Refused, "blocked"),
        (554, b"transaction failed", Phase.CONTENT, Refused, "message_refused"),
    ],
)
def test_each_reply_becomes_what_the_engine_must_do(code, text, phase, kind, word):
    error = failure(code, text, phase)
    assert type(error) is kind
    assert error.code == word
    assert str(code) in error.detail


@pytest.mark.parametrize(
    ("to", "kind", "code"),
    [
        ("policy@kund.example", Refused, "blocked"),
        ("full@kund.example", Refused, "message_refused"),
        ("later@kund.example", Retryable, "unavailable"),
    ],
)
def test_the_servers_refusals_arrive_without_the_address(driver, to, kind, code):
    error = caught(lambda: driver.channel().send(driver.message(to=to), "key-1"))
    assert type(error) is kind
    assert error.code == code
    assert to not in str(error)


def test_a_refused_content_is_refused_for_good(driver):
    driver.fault("data_refused")
    error = caught(lambda: driver.channel().send(driver.message(), "key-1"))
    assert isinstance(error, Refused)
    assert error.code == "message_refused"


def test_the_reference_is_the_mails_own_id_and_the_servers_last_word_is_kept(driver):
    receipt = driver.channel().send(driver.message(), "key-1")
    [taken], [mail] = driver.sandbox.taken(), driver.mails()
    assert mail["Message-ID"] == f"<{receipt.reference}@paraph.example>"
    assert len(receipt.reference) <= 120  # as much as is kept of one
    assert receipt.detail["answer"] == f"2.0.0 Ok: queued as {taken.reference}"


def test_each_workspace_is_a_list_of_its_own(driver):
    driver.channel().send(driver.message(), "key-1")
    assert driver.mails()[0]["List-Id"] == "<default.paraph.example>"


def test_answers_go_where_they_are_taken_and_name_who_is_asked(driver):
    message = driver.message(reply_token="abc234")
    driver.channel().send(message, "key-1")
    driver.channel(reply_to="svar@paraph.example").send(message, "key-2")
    both = driver.answering(reply_to="svar@paraph.example")
    both.send(message, "key-3")
    both.send(driver.message(), "key-4")  # nobody's in particular
    assert [mail["Reply-To"] for mail in driver.mails()] == [
        None, "svar@paraph.example", f"reply+abc234@{REPLY_DOMAIN}", "svar@paraph.example",
    ]  # fmt: skip


def test_the_envelope_sender_is_the_bounce_address(driver):
    driver.channel(bounce_address="bounce@paraph.example").send(driver.message(), "key-1")
    [taken] = driver.sandbox.taken()
    assert taken.sender == "bounce@paraph.example"
    assert taken.to == (driver.good,)
    assert "verkstaden@paraph.example" in str(driver.mails()[0]["From"])


def test_the_mail_says_who_writes_that_a_machine_does_and_where_to_answer(driver):
    driver.channel(reply_to="svar@paraph.example").send(
        driver.message(sender="Bobs Bil, Åkeri; (AB)"), "key-1"
    )
    [mail] = driver.mails()
    assert mail["From"].addresses[0].display_name == "Bobs Bil, Åkeri; (AB)"
    assert mail["To"].addresses[0].display_name == "Alice Andersson"
    assert mail["Subject"] == "Din reparation"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Reply-To"] == "svar@paraph.example"
    assert mail["Date"].datetime == driver.clock.now()
    assert "List-Unsubscribe" not in mail
    assert "Sender" not in mail


def test_mails_of_one_request_share_a_conversation_and_have_ids_of_their_own(driver):
    channel = driver.channel()
    channel.send(driver.message(), "key-1")
    channel.send(driver.message(text="Påminnelse"), "key-2")
    channel.send(driver.message(thread="request-2"), "key-3")
    first, second, other = driver.mails()
    assert first["References"] == second["References"] == second["In-Reply-To"]
    assert other["References"] != first["References"]
    assert len(set(driver.identities())) == 3


def test_long_ids_and_lists_stay_plain_words_on_the_wire(driver):
    long_domain = "a" * 50 + "." + "b" * 40 + ".example"
    unsubscribe = f"<https://hub.example/{'u' * 90}>, <mailto:stop@hub.example>"
    driver.channel(from_address=f"x@{long_domain}", list_unsubscribe=unsubscribe).send(
        driver.message(), "key-1"
    )
    [taken] = driver.sandbox.taken()
    assert b"=?" not in taken.raw.split(b"\r\n\r\n")[0]
    assert driver.mails()[0]["List-Unsubscribe"] == unsubscribe
    assert driver.mails()[0]["In-Reply-To"].endswith(f"@{long_domain}>")


def test_a_notice_can_be_refused_by_one_click_and_other_mails_by_what_is_set(driver):
    own = "<mailto:stop@hub.example>"
    address = f"https://hub.example/n/{'u' * 43}/unsubscribe"
    channel = driver.channel(list_unsubscribe=own)
    channel.send(driver.message(unsubscribe=address), "key-1")
    channel.send(driver.message(), "key-2")
    channel.send(driver.message(unsubscribe="http://127.0.0.1/n/x/unsubscribe"), "key-3")
    found = [(mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]) for mail in driver.mails()]
    assert found == [
        (f"<{address}>", "List-Unsubscribe=One-Click"),
        (own, None),
        ("<http://127.0.0.1/n/x/unsubscribe>", None),  # RFC 8058 wants https
    ]


def test_text_and_html_arrive_whole_dots_and_letters_and_all(driver):
    text = "Hej Åsa!\n.\n..två punkter\nslut " + "x" * 1200
    driver.channel().send(driver.message(text=text, html="<p>Hej Åsa</p>"), "key-1")
    [mail] = driver.mails()
    assert mail.get_body(("plain",)).get_content().splitlines() == text.splitlines()
    assert mail.get_body(("html",)).get_content().strip() == "<p>Hej Åsa</p>"
    [taken] = driver.sandbox.taken()
    assert taken.raw.isascii()
    assert max(map(len, taken.raw.splitlines())) <= 998
    assert driver.shown[0].html.strip() == "<p>Hej Åsa</p>"


def test_a_long_subject_with_accents_is_cut_and_still_readable(driver):
    driver.channel().send(driver.message(subject="Återkoppling på ärende " * 9), "key-1")
    subject = str(driver.mails()[0]["Subject"])
    assert subject.startswith("Återkoppling på ärende")
    assert len(subject) <= 78


NAMES = {
    "a mechanic": ("Alice \U0001f469\u200d\U0001f527", "Alice \U0001f469\u200d\U0001f527"),
    "Persian": ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",) * 2,
    "a mark of direction": ("Alice\u200e Andersson", "Alice Andersson"),
    "a soft hyphen": ("Ander\u00adsson", "Andersson"),
    "a hard space": ("Alice\u00a0Andersson", "Alice\u00a0Andersson"),
}


@pytest.mark.parametrize("name", NAMES)
def test_names_of_all_the_world_arrive(driver, name):
    given, there = NAMES[name]
    driver.channel().send(driver.message(to_name=given, sender=given, subject=given), "key-1")
    [mail] = driver.mails()
    assert mail["To"].addresses[0].display_name == there
    assert mail["From"].addresses[0].display_name == there
    assert str(mail["Subject"]).split() == there.split()
    assert driver.sandbox.taken()[0].raw.isascii()


@pytest.mark.parametrize("field", ["subject", "sender", "to_name"])
@pytest.mark.parametrize(
    "text", ["Hej\r\nBcc: bob@evil.example", "a\nb", "a\x00b", "a\u2028b", "a\u2029b", "a\udc80b"]
)
def test_a_header_text_with_control_characters_is_refused(driver, field, text):
    error = caught(lambda: driver.channel().send(driver.message(**{field: text}), "key-1"))
    assert isinstance(error, Refused)
    assert driver.taken() == []


def test_a_domain_with_letters_of_its_own_goes_out_in_idna(driver):
    driver.channel().send(driver.message(to="alice@åkeri.example"), "key-1")
    assert driver.sandbox.taken()[0].to == ("alice@xn--keri-poa.example",)


@pytest.mark.parametrize(
    "text",
    [
        "", "alice", "@kund.example", "alice@", "alice@localhost", "åsa@kund.example",
        "alice bob@kund.example", "alice@kund.example\r\nRCPT TO:<bob@evil.example>",
        "alice@kund.example>", '"alice"@kund.example', ".alice@kund.example",
        "alice@ku_nd.example", "a" * 65 + "@kund.example", "alice@kund..example",
        "alice@" + ("d" * 60 + ".") * 5 + "example",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused(text):
    with pytest.raises(BadAddress):
        wire_address(text)


def test_a_certificate_of_somebody_else_is_not_trusted(driver):
    channel = driver.channel(ca_file="")
    error = caught(lambda: channel.send(driver.message(), "key-1"))
    assert isinstance(error, Retryable)
    assert error.code == "tls_failed"
    assert driver.taken() == []


def test_a_ca_file_that_is_not_there_pauses_the_instance(driver):
    error = caught(driver.channel(ca_file="/nowhere/ca.pem").probe)
    assert isinstance(error, AuthenticationFailed)
    assert "ca_file" in error.detail


def test_a_relay_that_asks_for_tls_gets_nothing_in_the_clear(driver):
    channel = driver.channel(security="none")
    assert isinstance(caught(channel.probe), AuthenticationFailed)
    assert driver.taken() == []


def test_a_relay_that_is_not_there_is_tried_again(driver):
    driver.stop()
    assert isinstance(caught(driver.channel().probe), Retryable)
    driver.sandbox.start()
    assert driver.channel().probe().summary


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"security": "none", "host": "mail.example.com"}, "security"),
        ({"username": "u", "password": ""}, "password"),
        ({"dkim_domain": "paraph.example"}, "dkim_domain"),
        (
            {
                "dkim_domain": "a.example",
                "dkim_selector": "s",
                "dkim_key_file": "k",
                "dkim_private_key": "k",
            },
            "remove one of them",
        ),
        ({"reply_domain": "not a domain"}, "reply_domain"),
        ({"from_address": "not an address"}, "from_address"),
        ({"from_name": "a\r\nb"}, "from_name"),
        ({"port": 0}, "port"),
        ({"prot": 25}, "prot"),
    ],
)
def test_settings_that_cannot_work_are_refused_and_named(changes, word):
    data = {"host": "mail.example.com", "from_address": "a@paraph.example", **changes}
    with pytest.raises(ConfigurationError, match=word):
        SmtpChannel(load_settings(SmtpChannel.Settings, data, "mail"), PluginContext("mail"))
