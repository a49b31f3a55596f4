"""Mails are signed so that any receiver can verify them, and a key that cannot sign is told."""

from __future__ import annotations

import base64

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from dkim import dnsplug

from hub.channels.smtp.dkim_key import SIGNED
from hub.contracts.channel import File
from hub.kernel.errors import AuthenticationFailed
from tests.channels.smtp.smtp_driver import SmtpDriver
from tests.contracts.channel_driver import caught

SELECTOR = {"dkim_domain": "paraph.example", "dkim_selector": "s1"}
NAME = b"s1._domainkey.paraph.example."


@pytest.fixture
def driver(tmp_path):
    driver = SmtpDriver(tmp_path)
    yield driver
    driver.stop()


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def dns(monkeypatch):
    """What DNS answers, by name; everything else is not there."""
    known = {}

    def look(name, timeout=5):
        found = known.get(name)
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(dnsplug, "get_txt", look)
    return known


def pem(key, password=None):
    locked = serialization.NoEncryption()
    if password:
        locked = serialization.BestAvailableEncryption(password)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked
    ).decode()


def record(key, head="v=DKIM1; k=rsa; p="):
    half = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return (head + base64.b64encode(half).decode()).encode()


def sent(driver, **changes):
    """The bytes of a mail with everything in it."""
    message = driver.message(
        html="<p>Hej</p>",
        reply_token="abc234",
        unsubscribe="https://hub.example/n/x/unsubscribe",
        files=(File("a.pdf", "application/pdf", b"%PDF-1.7\r\n.\r\n"),),
    )
    driver.answering(list_unsubscribe="<mailto:stop@paraph.example>", **SELECTOR, **changes).send(
        message, "key-1"
    )
    return driver.sandbox.taken()[-1].raw


def test_a_signed_mail_verifies_and_any_change_of_what_is_signed_breaks_it(driver, key, dns):
    dns[NAME] = record(key)
    raw = sent(driver, dkim_private_key=pem(key))

    def holds(mail):
        return dkim.verify(mail, dnsfunc=dnsplug.get_txt)

    assert holds(raw)
    assert not holds(b"Subject: Another\r\n" + raw)
    assert not holds(b"From: bob@evil.example\r\n" + raw)
    head, blank, body = raw.partition(b"\r\n\r\n")
    there = {line.partition(b":")[0].lower().decode() for line in head.split(b"\r\n")}
    assert {
        "list-unsubscribe",
        "list-unsubscribe-post",
        "list-id",
        "reply-to",
        "references",
        "content-type",
        "mime-version",
    } <= there
    for name in set(SIGNED) & there:
        old = next(line for line in head.split(b"\r\n") if line.lower().startswith(name.encode()))
        assert not holds(head.replace(old, old + b"x") + blank + body), name
    assert not holds(raw[:-30] + b"x" + raw[-29:])


def test_the_key_may_stand_in_a_file(driver, key, dns, tmp_path):
    dns[NAME] = record(key)
    (tmp_path / "dkim.pem").write_text(pem(key))
    raw = sent(driver, dkim_key_file=str(tmp_path / "dkim.pem"))
    assert dkim.verify(raw, dnsfunc=dnsplug.get_txt)


def test_without_a_key_nothing_is_signed(driver):
    driver.channel().send(driver.message(), "key-1")
    assert b"DKIM-Signature" not in driver.sandbox.taken()[0].raw


def test_the_probe_is_content_with_a_key_that_dns_knows(driver, key, dns):
    spaced = record(key).replace(b"; ", b" ; ")
    dns[NAME] = spaced[:150] + b" " + spaced[150:]  # as some servers join long records
    assert driver.channel(**SELECTOR, dkim_private_key=pem(key)).probe().warnings == ()


def test_the_probe_says_what_to_publish_and_when_dns_is_not_there(driver, key, dns):
    channel = driver.channel(**SELECTOR, dkim_private_key=pem(key))
    (told,) = channel.probe().warnings
    assert record(key).decode() in told
    dns[NAME] = dkim.DnsTimeoutError("too slow")
    (told,) = channel.probe().warnings
    assert "DNS was not reached" in told


def test_a_short_key_is_named(driver, dns):
    short = rsa.generate_private_key(65537, 1024)
    dns[NAME] = record(short)
    (told,) = driver.channel(**SELECTOR, dkim_private_key=pem(short)).probe().warnings
    assert "1024 bits" in told


WRONG = {
    "no key": (lambda key: "hello", "no private key in PEM"),
    "a public key": (
        lambda key: key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode(),
        "no private key in PEM",
    ),
    "another kind": (lambda key: pem(ec.generate_private_key(ec.SECP256R1())), "no RSA key"),
    "a password": (lambda key: pem(key, b"secret"), "has a password"),
    "cut": (lambda key: pem(key)[:400] + "\n-----END PRIVATE KEY-----\n", "no private key in PEM"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_key_that_cannot_sign_is_told_by_the_probe_and_sends_nothing(driver, key, dns, what):
    make, words = WRONG[what]
    given = make(key)
    channel = driver.channel(**SELECTOR, dkim_private_key=given)
    for error in (caught(channel.probe), caught(lambda: channel.send(driver.message(), "key-1"))):
        assert isinstance(error, AuthenticationFailed)
        assert (error.code, words in error.detail) == ("dkim_key", True)
        assert "mend 'dkim_private_key'" in error.detail
        assert given[40:80] not in str(error) or len(given) < 80
    assert driver.taken() == []


def test_a_key_that_dns_knows_otherwise_is_told_by_the_probe(driver, key, dns):
    channel = driver.channel(**SELECTOR, dkim_private_key=pem(key))
    dns[NAME] = record(rsa.generate_private_key(65537, 2048))
    error = caught(channel.probe)
    assert isinstance(error, AuthenticationFailed)
    assert "DNS has another one at s1._domainkey.paraph.example." in error.detail
    dns[NAME] = b"v=DKIM1; p="
    assert "revoked" in caught(channel.probe).detail


def test_a_missing_key_file_pauses_the_instance_and_sends_nothing_unsigned(driver):
    channel = driver.channel(**SELECTOR, dkim_key_file="/nowhere/key.pem")
    error = caught(lambda: channel.send(driver.message(), "key-1"))
    assert isinstance(error, AuthenticationFailed)
    assert "mend 'dkim_key_file'" in error.detail
    assert driver.taken() == []
