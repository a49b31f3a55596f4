"""Links open what they name, for whom they were made, as long as they live; changed, nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from hub.kernel.crypto import Vault
from hub.services.links import TOKEN_LENGTH, Links

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def links():
    return Links(Vault("the master key of these tests, long enough"), "https://hub.example/")


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def test_a_customers_link_is_the_same_in_every_reminder_and_different_for_each(links):
    assert links.customer("alice") == links.customer("alice")
    assert links.customer("alice") != links.customer("bob")
    assert len(links.customer_token("alice")) == TOKEN_LENGTH


def test_a_hooks_secret_fits_one_instance_only(links):
    secret = links.hook_secret("demo", "agiloft")
    assert links.hook("demo", "agiloft").endswith(secret)
    assert links.hook_matches("demo", "agiloft", secret)
    for workspace, instance, given in (
        ("demo", "sms", secret),
        ("other", "agiloft", secret),
        ("demo", "agiloft", secret[:-1]),
        ("demo", "agiloft", ""),
        ("demo", "agiloft", "é" * 32),
    ):
        assert not links.hook_matches(workspace, instance, given)


def test_a_report_address_names_its_message(links):
    query = query_of(links.report("demo", "sms", "delivery-1"))
    assert links.reported_delivery(query) == "delivery-1"
    assert links.reported_delivery({**query, "m": "delivery-2"}) is None
    assert links.reported_delivery({"m": "delivery-1"}) is None


def test_a_button_link_is_for_one_record_and_ends(links):
    end = NOW + timedelta(days=1)
    query = query_of(links.button("demo", "repair", "7", end))
    assert links.button_matches("repair", query, NOW)
    assert not links.button_matches("repair", query, end)
    for name, value in (
        ("id", "8"),
        ("w", "other"),
        ("e", str(int(end.timestamp()) + 999)),
        ("k", "x"),
    ):
        assert not links.button_matches("repair", {**query, name: value}, NOW)
    assert not links.button_matches("another", query, NOW)
    assert not links.button_matches("repair", {k: v for k, v in query.items() if k != "e"}, NOW)


def test_the_button_for_all_records_takes_any_record_of_its_mapping(links):
    query = query_of(links.button_template("demo", "repair", "7"))
    assert links.button_matches("repair", query, NOW)
    assert links.button_matches("repair", {**query, "id": "8"}, NOW)
    assert not links.button_matches("repair", {**query, "w": "other"}, NOW)
    assert not links.button_matches("another", query, NOW)
    assert not links.button_matches("repair", {**query, "e": "9999999999"}, NOW)
