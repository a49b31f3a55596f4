"""What comes back: an answer without what was quoted, a bounce of a mail of ours, or nothing."""

from __future__ import annotations

from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels.smtp.quotes import own_words
from hub.channels.smtp.sandbox import REPLY_DOMAIN
from hub.channels.smtp.sandbox_answers import undelivered, written
from hub.contracts.channel import ChannelHook, File, ReportStatus
from hub.contracts.plugin import RawHook
from hub.kernel.errors import HookRejected
from tests.channels.smtp.smtp_driver import SmtpDriver
from tests.contracts.channel_driver import HOOK_URL, STARTED, caught

TO = f"reply+abc234@{REPLY_DOMAIN}"
# How mail programs of each language say whose words are quoted below.
HEADS = {
    "en": "On Mon, 2 Mar 2026 at 10:30, Verkstaden <hub@paraph.example> wrote:",
    "sv": "Den mån 2 mars 2026 kl 10:30 skrev Verkstaden <hub@paraph.example>:",
    "da": "Den man. 2. mar. 2026 kl. 10.30 skrev Verkstaden <hub@paraph.example>:",
    "nb": "man. 2. mars 2026 kl. 10:30 skrev Verkstaden <hub@paraph.example>:",
    "fi": "ma 2. maalisk. 2026 klo 10.30 Verkstaden (hub@paraph.example) kirjoitti:",
    "ro": "În lun., 2 mar. 2026 la 10:30, Verkstaden <hub@paraph.example> a scris:",
    "fr": "Le lun. 2 mars 2026 à 10:30, Verkstaden <hub@paraph.example> a écrit :",
    "de": "Am Mo., 2. März 2026 um 10:30 Uhr schrieb Verkstaden <hub@paraph.example>:",
}
# How Outlook heads a mail that it does not mark otherwise.
BLOCKS = {
    "en": ("From", "Sent"), "sv": ("Från", "Skickat"), "da": ("Fra", "Sendt"),
    "nb": ("Fra", "Sendt"), "fi": ("Lähettäjä", "Lähetetty"), "ro": ("De la", "Trimis"),
    "fr": ("De", "Envoyé"), "de": ("Von", "Gesendet"),
}  # fmt: skip


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    driver = SmtpDriver(tmp_path_factory.mktemp("smtp"))
    yield driver
    driver.stop()


@pytest.fixture
def channel(driver):
    return driver.answering()


def mail(text="Is it blue?", to=TO, **headers):
    made = EmailMessage(policy=SMTP)
    made["From"] = "Alice <alice@kund.example>"
    made["To"] = to
    made["Message-ID"] = "<1@kund.example>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def call(body, media_type="message/rfc822", url=HOOK_URL, method="POST"):
    raw = body if isinstance(body, bytes) else body.as_bytes()
    return RawHook(method, url, {"content-type": media_type}, {}, raw, "192.0.2.1", STARTED)


def test_an_answer_names_whom_it_is_from_and_itself(channel):
    made = mail("Is it blue?\n\n> What colour?\n")
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    (reply,) = channel.read_hook(call(made, "Message/RFC822; charset=utf-8")).replies
    assert (reply.token, reply.text) == ("abc234", "Is it blue?")
    assert reply.files == (File("a.pdf", "application/pdf", b"%PDF"),)
    assert reply.name == "<1@kund.example>"


def test_photographs_of_a_phone_are_files_and_a_letterhead_is_none(channel):
    made = mail("See here")
    made.make_mixed()
    made.add_attachment(
        b"photo", maintype="image", subtype="jpeg", filename="IMG_1.jpg", disposition="inline"
    )
    made.add_attachment(
        b"logo", maintype="image", subtype="png", filename="l.png", cid="<1>", disposition="inline"
    )
    (reply,) = channel.read_hook(call(made)).replies
    assert [(one.name, one.content) for one in reply.files] == [("IMG_1.jpg", b"photo")]
    assert reply.text == "See here"


def test_a_file_alone_is_an_answer(channel):
    made = mail("> quoted\n")
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    (reply,) = channel.read_hook(call(made)).replies
    assert (reply.text, len(reply.files)) == ("", 1)


def test_an_answer_without_an_id_is_known_by_its_bytes(channel):
    made, other = mail(), mail("Is it red?")
    for one in (made, other):
        del one["Message-ID"]
    names = [channel.read_hook(call(one)).replies[0].name for one in (made, other, made)]
    assert names[0] == names[2] != names[1]


@pytest.mark.parametrize("header", ["X-Original-To", "Delivered-To", "Envelope-To", "Cc"])
def test_whom_the_envelope_named_counts_also_where_to_says_another(channel, header):
    made = mail(to="office@example.com", **{header: TO.upper()})
    assert channel.read_hook(call(made)).replies[0].token == "abc234"


@pytest.mark.parametrize("language", HEADS)
@pytest.mark.parametrize("mark", ["> ", ">", " > ", ""])
@pytest.mark.parametrize("broken", [False, True])
def test_the_quoted_mail_is_cut_off_in_every_language(language, mark, broken):
    head = HEADS[language]
    if broken:  # as programs do before the address
        head = head.replace(" Verkstaden", "\nVerkstaden")
    quoted = "\n".join(f"{mark}{line}" for line in ("Hej Alice,", "här är offerten."))
    assert own_words(f"Kan den bli blå?\nOch när?\n\n{head}\n\n{quoted}\n") == (
        "Kan den bli blå?\nOch när?"
    )


@pytest.mark.parametrize("language", BLOCKS)
@pytest.mark.parametrize("above", ["", "________________________________\n", "---- Mail ----\n"])
def test_the_mail_below_outlooks_block_is_cut_off(language, above):
    sender, sent = BLOCKS[language]
    block = f"{sender}: Verkstaden <hub@paraph.example>\n{sent}: den 2 mars 2026 10:30\nTo: Alice\n"
    assert own_words(f"Ja tack.\n\n{above}{block}\nHej Alice") == "Ja tack."


WHOLE = {
    "a sentence that ends so": "My husband wrote at 10:30:\nit must be blue.",
    "one with a year": "Anna skrev 2026 så här:\nden ska vara blå",
    "words between quotes": "Yes to this.",
    "a dash": "blue - not green\n-- or red --",
    "a letter that names people": "From: my garage\nTo: yours\nthe drive is free",
    "empty lines": "One\n\n\n\nTwo",
    "a list": "- hose\n- clamp\n-- spare --",
}


@pytest.mark.parametrize("what", WHOLE)
def test_words_of_the_writers_own_stay(what):
    assert own_words(WHOLE[what]) == WHOLE[what]


def test_answers_between_quoted_lines_stay_and_the_signature_goes():
    text = f"{HEADS['en']}\n> Which colour?\nBlue.\n> And when?\nIn May.\n-- \nAlice\n070-174 06 05"
    assert own_words(text) == "Blue.\nIn May."


def test_an_answer_in_html_only_is_read_without_its_quote_and_scripts(channel):
    made = mail()
    made.set_content(
        "<html><head><title>x</title><style>p{}</style></head><body><p>Is it <b>blue</b>?</p>"
        "<script>alert(1)</script><div>And when?<br>In May?</div>"
        '<div class="gmail_quote">On 2 March …<blockquote>Hej</blockquote></div></body></html>',
        subtype="html",
    )
    assert channel.read_hook(call(made)).replies[0].text == "Is it blue?\nAnd when?\nIn May?"


def test_a_script_stays_words(channel):
    made = mail("<script>alert(1)</script> {{ link }}")
    assert channel.read_hook(call(made)).replies[0].text == "<script>alert(1)</script> {{ link }}"


def test_letters_of_another_character_set_are_read(channel):
    raw = mail("blå").as_bytes().replace(b"utf-8", b"iso-8859-1")
    raw = raw.replace(b"Content-Transfer-Encoding: 8bit", b"Content-Transfer-Encoding: binary")
    raw = raw.replace("blå".encode(), "blå".encode("latin-1"))
    assert channel.read_hook(call(raw)).replies[0].text == "blå"
    unknown = raw.replace(b"iso-8859-1", b"klingon")
    assert channel.read_hook(call(unknown)).replies[0].text == "bl\ufffd"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"}, {"Auto_Submitted": "auto-generated; x=1"},
        {"Precedence": "bulk"}, {"Precedence": "auto_reply"}, {"Precedence": "list"},
        {"Return_Path": "<>"}, {"X_Autoreply": "yes"}, {"X_Failed_Recipients": "a@b.example"},
    ],
)  # fmt: skip
def test_what_machines_write_is_taken_and_is_nothing(channel, headers):
    assert channel.read_hook(call(mail(**headers))) == ChannelHook()


def test_a_mail_of_our_own_that_comes_back_is_nothing(channel):
    made = mail()
    made.replace_header("From", "Verkstaden <VERKSTADEN@paraph.example>")
    assert channel.read_hook(call(made)) == ChannelHook()


def test_a_person_may_say_that_no_machine_wrote(channel):
    made = mail(Auto_Submitted="no", Precedence="normal", Return_Path="<alice@kund.example>")
    assert len(channel.read_hook(call(made)).replies) == 1


def refused(channel, *given, **more):
    error = caught(lambda: channel.read_hook(call(*given, **more)))
    assert isinstance(error, HookRejected)
    assert "alice" not in f"{error} {error.customer} {error.detail}"
    return error.status, error.code


def test_what_cannot_be_taken_is_answered_with_the_reason(channel):
    assert refused(channel, mail(), "application/json") == (415, "media_type")
    assert refused(channel, mail("x" * 30_000_000)) == (413, "too_large")
    assert refused(channel, mail("")) == (422, "no_text")
    assert refused(channel, mail("> only quoted\n-- \nAlice")) == (422, "no_text")
    assert refused(channel, mail(to="office@paraph.example")) == (404, "unknown_reply")
    assert refused(channel, mail(to=TO.replace(REPLY_DOMAIN, "evil.example")))[0] == 404
    assert refused(channel, b"") == (400, "no_mail")
    assert refused(channel, b"\xff\xfe\x00 hello") == (400, "no_mail")
    assert refused(channel, mail(), method="GET") == (405, "hook_rejected")
    assert refused(channel, mail(), url=HOOK_URL[:-1] + "x") == (401, "hook_rejected")


@settings(max_examples=300)
@given(
    st.binary(max_size=300),
    st.sampled_from(["From", "To", "Message-ID", "Content-Type", "Return-Path", "Cc"]),
    st.binary(max_size=60),
)
def test_no_mail_however_odd_breaks_it(driver, body, name, value):
    channel = driver.answering()
    head = name.encode() + b": " + value.replace(b"\n", b" ").replace(b"\r", b" ") + b"\r\n"
    for raw in (body, head + mail().as_bytes(), head + b"\r\n" + body):
        with suppress(HookRejected):
            for reply in channel.read_hook(call(raw)).replies:
                f"{reply.text}{reply.name}".encode()


def sent(driver, channel, key="key-1"):
    receipt = channel.send(driver.message(reply_token="abc234", html="<p>Hej</p>"), key)
    return receipt.reference, driver.sandbox.taken()[-1].raw


def test_a_bounce_is_a_report_on_the_mail_that_it_is_about(driver, channel):
    reference, raw = sent(driver, channel)
    bounce = undelivered(raw, driver.good, STARTED)
    (report,) = channel.read_hook(call(bounce)).reports
    assert (report.reference, report.status) == (reference, ReportStatus.FAILED)
    assert (report.reason, report.at) == ("bad_address", STARTED)


@pytest.mark.parametrize(
    ("status", "reason"),
    [("5.1.1", "bad_address"), ("5.2.2", "message_refused"), ("5.7.1", "blocked"),
     ("5.0.0", "message_refused")],
)  # fmt: skip
def test_the_reason_of_a_bounce_is_one_of_ours(driver, channel, status, reason):
    _, raw = sent(driver, channel)
    bounce = undelivered(raw, driver.good, STARTED).replace(
        b"Status: 5.1.1", f"Status: {status}".encode()
    )
    assert channel.read_hook(call(bounce)).reports[0].reason == reason


def test_a_bounce_may_bring_the_headers_only_or_name_the_mail_itself(driver, channel):
    reference, raw = sent(driver, channel)
    bounce = undelivered(raw, driver.good, STARTED)
    head = raw.partition(b"\r\n\r\n")[0].decode()
    cut = bounce.index(b"Content-Type: message/rfc822")
    begin = bounce.rindex(b"--=", 0, cut)
    boundary = bounce[begin:cut].strip()
    told = bounce[:cut] + f"Content-Type: text/rfc822-headers\r\n\r\n{head}\r\n".encode()
    bare = bounce[:begin] + boundary + b"--\r\n"
    named = bare.replace(
        b"Reporting-MTA", f"Original-Message-ID: <{reference}@x.example>\r\nReporting-MTA".encode()
    )
    for one in (told + boundary + b"--\r\n", named):
        assert channel.read_hook(call(one)).reports[0].reference == reference
    assert channel.read_hook(call(bare)) == ChannelHook()


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"Action: failed", b"Action: delayed"), (b"Status: 5.1.1", b"Status: 4.2.2"),
     (b"Message-ID: <m.", b"Message-ID: <x.")],
)  # fmt: skip
def test_a_delay_or_another_ones_bounce_reports_nothing(driver, channel, old, new):
    _, raw = sent(driver, channel)
    bounce = undelivered(raw, driver.good, STARTED)
    assert old in bounce
    assert channel.read_hook(call(bounce.replace(old, new))) == ChannelHook()


def test_the_simulated_customer_answers_as_mail_programs_do(driver, channel):
    _, raw = sent(driver, channel)
    (reply,) = channel.read_hook(call(written(raw, driver.good, "Is it blue?", STARTED))).replies
    assert (reply.token, reply.text) == ("abc234", "Is it blue?")
