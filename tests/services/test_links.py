"""Links open what they name, for whom they were made, as long as they live; changed, nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from connectors.simulated.upstream import upstream
from hub.channels.simulated.gateway import gateway
from hub.kernel.crypto import Vault
from hub.services import places
from hub.services.house import open_house
from hub.services.links import TOKEN_LENGTH, Links, token_hash
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from tests.simulated_house import RECORD, SimulatedHouse

OLD = "the former master key, long enough to be one"
NEW = "the present master key, long enough to be one"
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


def test_a_new_master_key_leaves_the_links_that_were_handed_out():
    former = Links(Vault(OLD), "https://hub.example").customer_token("alice")
    stored = {"alice": [token_hash(former)]}
    links = Links(Vault(NEW, OLD), "https://hub.example", lambda one: stored.get(one, []))
    assert links.customer_token("alice") == former
    assert links.customer_token("bob") == Links(Vault(NEW), "https://hub.example").customer_token(
        "bob"
    )


def test_a_reminder_after_a_change_of_the_master_key_carries_a_link_that_opens(tmp_path):
    before = SimulatedHouse(tmp_path)
    upstream(f"{before.world}-alice").put("case", "1", RECORD)
    core = before.house.core
    accept(core, Trigger(core.workspace_ids["alice"], "repair", "1", "button"))
    before.work()
    before.close()
    old = (tmp_path / "data" / "secret.key").read_text(encoding="ascii")
    hub = before.config / "paraph.yaml"
    keys = f'secret_keys: ["{NEW}", "{old}"]\n'
    hub.write_text(hub.read_text(encoding="utf-8") + keys, encoding="utf-8")

    before.clock.advance(timedelta(hours=24))
    house = open_house(before.config, clock=before.clock)
    house.engine.run_due()
    texts = [one.message.text for one in gateway(f"{before.world}-alice").taken()]
    invited, reminded = (text.rpartition("/s/")[2] for text in texts)
    assert invited == reminded
    with house.core.db.read() as session:
        place = places.find(house.core, session, reminded)
        assert place.recipient.contact["name"] == "Alice Andersson"
    house.core.registry.close()
    house.core.db.close()


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


ONE = ("demo", "erp", "check", "quote", "Q1001")


def test_a_records_button_is_for_one_record_and_ends(links):
    end = NOW + timedelta(days=1)
    query = query_of(links.record_button(*ONE, end))
    assert links.record_button_matches("erp", "check", query, NOW)
    assert not links.record_button_matches("erp", "check", query, end)
    for name, value in (
        ("id", "Q1002"),
        ("table", "order"),
        ("w", "other"),
        ("e", str(int(end.timestamp()) + 999)),
        ("k", "x"),
        ("k", "é" * 43),
    ):
        assert not links.record_button_matches("erp", "check", {**query, name: value}, NOW)
    for lost in ("e", "id", "table", "w", "k"):
        less = {name: value for name, value in query.items() if name != lost}
        assert not links.record_button_matches("erp", "check", less, NOW)
    assert not links.record_button_matches("crm", "check", query, NOW)


@pytest.mark.parametrize("make", ["record_button", "record_button_template"])
def test_who_may_look_may_end_nothing_and_who_may_end_may_note_an_answer(links, make):
    opened = {
        made: {
            action
            for action in ("check", "cancel", "decide", "erase")
            if links.record_button_matches(
                "erp", action, query_of(getattr(links, make)("demo", "erp", made, "t", "7")), NOW
            )
        }
        for made in ("check", "cancel", "decide")
    }
    ending = {"cancel", "decide"}
    assert opened == {"check": {"check"}, "cancel": ending, "decide": ending}


def test_the_address_for_all_records_takes_any_record_of_its_instance(links):
    address = links.record_button_template("demo", "erp", "cancel")
    assert address.startswith("https://hub.example/r/erp/cancel?w=demo&k=")
    assert address.endswith("&table={table}&id={id}")
    query = {**query_of(address), "table": "order", "id": "1001"}
    assert links.record_button_matches("erp", "cancel", query, NOW)
    assert not links.record_button_matches("erp", "cancel", {**query, "w": "other"}, NOW)
    assert not links.record_button_matches("crm", "cancel", query, NOW)
    assert not links.record_button_matches("erp", "cancel", {**query, "e": "9999999999"}, NOW)
