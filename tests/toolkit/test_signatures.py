"""Signatures of webhooks, looked at with the receivers' own library."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
import time_machine
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from hub.kernel.errors import ConfigurationError
from hub.toolkit.signatures import key_of, new_secret, sign

AT = datetime(2026, 3, 2, 11, 0, 0, 700_000, tzinfo=UTC)
BODY = '{"type":"request.signed","data":{"name":"Åsa"}}'.encode()
OLD, NEW, OTHER = (
    f"whsec_{base64.b64encode(letter * 32).decode()}" for letter in (b"a", b"b", b"c")
)


def test_the_example_of_the_standard_is_signed_as_it_says() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        at,
        b'{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@time_machine.travel(AT, tick=False)
def test_receivers_with_the_old_or_the_new_secret_are_content() -> None:
    headers = sign("msg_1", AT, BODY, [NEW, OLD])
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (NEW, OLD):
        assert Webhook(secret).verify(BODY, headers)["type"] == "request.signed"
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(BODY, headers)


@time_machine.travel(AT, tick=False)
def test_what_was_changed_on_the_way_does_not_verify() -> None:
    headers = sign("msg_1", AT, BODY, [NEW])
    for name, value in (
        ("webhook-id", "msg_2"),
        ("webhook-timestamp", str(int(AT.timestamp()) + 1)),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(NEW).verify(BODY, {**headers, name: value})
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(BODY + b" ", headers)


def test_new_secrets_differ_and_have_the_length_that_the_standard_wants() -> None:
    made = {new_secret() for _ in range(20)}
    assert len(made) == 20
    assert all(len(key_of(secret)) == 32 for secret in made)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        OLD.removeprefix("whsec_"),
        "whsec_" + base64.b64encode(b"x" * 23).decode(),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
        "whsec_not base64 at all, certainly not",
    ],
)
def test_what_is_no_secret_is_refused_without_repeating_it(secret: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        key_of(secret)
    assert secret[6:] not in caught.value.detail or len(secret) < 7


@pytest.mark.parametrize("length", [24, 64])
def test_the_shortest_and_the_longest_secret_are_taken(length: int) -> None:
    assert key_of("whsec_" + base64.b64encode(b"x" * length).decode()) == b"x" * length


def test_an_id_with_a_dot_is_refused() -> None:
    with pytest.raises(ValueError, match="dot"):
        sign("msg.1", AT, BODY, [NEW])
