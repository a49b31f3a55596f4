"""Subscriptions at a provider that keeps the document are kept by the hub."""

from __future__ import annotations

from hub.services import health


def told(case):
    (workspace,) = health.sync(case.core)
    return {one.instance: one for one in workspace.hooks}["there"]


def urls(site):
    return [one.target_url for one in site.sandbox.account.webhooks.subscriptions.values()]


def test_a_house_has_its_account_call_it_and_puts_right_what_is_not_so(hosted):
    case = hosted()
    site = case.site
    case.later(seconds=10)
    url = case.core.links.hook("alice", "there")
    assert set(urls(site)) == {url}
    number = len(urls(site))
    assert "added, 0 removed" in told(case).done
    first = next(iter(site.sandbox.account.webhooks.subscriptions))
    del site.sandbox.account.webhooks.subscriptions[first]
    case.later(days=1)
    assert urls(site) == [url] * number
    assert "1 added, 0 removed" in told(case).done
    assert told(case).status == "ok"
