"""Settings of the installation's network: where calls may go, and how processes find each other."""

from __future__ import annotations

import pytest

from hub.settings import load_hub_settings, outgoing_guard, redis_url
from tests.settings.test_settings import HUB, hub, problems


def test_outgoing_networks_are_told_with_their_place_when_they_are_none(tmp_path):
    found = problems(tmp_path, hub, HUB + "outgoing_networks:\n  - 10.0.0.0/8\n  - 10.1.2.3/16\n")
    assert "paraph.yaml:4:5: outgoing_networks[2]: '10.1.2.3/16' is no network" in found
    assert "write it like 10.1.0.0/16" in found
    assert "'erp' is no network" in problems(tmp_path, hub, HUB + "outgoing_networks: [erp]\n")


def test_outgoing_networks_and_the_environment_say_where_webhooks_may_go(tmp_path):
    strict = outgoing_guard(hub(tmp_path, HUB))
    assert (strict.networks, strict.plain) == ((), False)
    text = HUB + "environment: test\noutgoing_networks: [10.0.0.0/8, fd00::/8, 192.0.2.7]\n"
    loose = outgoing_guard(hub(tmp_path, text))
    assert [str(one) for one in loose.networks] == ["10.0.0.0/8", "fd00::/8", "192.0.2.7/32"]
    assert loose.plain


@pytest.mark.parametrize(
    ("broker", "redis", "used"),
    [
        ("redis://broker/0", None, "redis://broker/0"),
        ("amqp://broker/", None, None),
        ("amqp://broker/", "redis://hints/1", "redis://hints/1"),
        (None, "redis://hints/1", "redis://hints/1"),
        (None, None, None),
    ],
)
def test_wake_ups_go_through_redis_where_there_is_one(tmp_path, broker, redis, used):
    lines = [HUB, "database_url: postgresql+psycopg://h/p\n"]
    lines += [f"executor: dramatiq\nbroker_url: {broker}\n"] if broker else []
    lines += [f"redis_url: {redis}\n"] if redis else []
    path = tmp_path / "paraph.yaml"
    path.write_text("".join(lines), encoding="utf-8")
    assert redis_url(load_hub_settings(path, {})) == used
