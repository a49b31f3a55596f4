"""Wrong credentials: the instance is paused and named, with the place to mend; what is owed waits,
and goes on by itself once the probe succeeds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.kernel.clock import SystemClock
from hub.services import probes
from providers.bankid.sandbox.certificates import Authorities
from tests.story.inside import with_settings
from tests.story.world import mobile_of


def check_paused(inside, instance):
    """Named in health, with file and line of its settings."""
    shown = inside.health_of(instance)
    assert shown["status"] == "broken"
    assert shown["paused"] is not None
    file = inside.world.config / "workspaces" / "demo.yaml"
    name, _, rest = shown["mend"].partition("mend the settings at ")[2].rpartition("demo.yaml:")
    assert name + "demo.yaml" == str(file)
    line = int(rest.split(":")[0])
    lines = file.read_text(encoding="utf-8").splitlines()
    assert instance in "\n".join(lines[line - 3 : line])
    return shown


def test_agiloft_credentials_refused_when_the_record_is_read(inside):
    record = inside.world.new_case(0)
    assert inside.trigger(record).status_code == 202
    inside.world.agiloft.modes.refuse_credentials = True
    inside.work()
    assert check_paused(inside, "agiloft")["backlog"] == 1
    tries = len(inside.attempts())
    inside.pass_time(timedelta(hours=100), step=timedelta(hours=10))
    assert len(inside.attempts()) == tries, "a paused instance is left in peace"
    assert not inside.probe("agiloft")[0]
    inside.world.agiloft.modes.refuse_credentials = False
    probes.probe_due(inside.core)
    inside.pass_time(timedelta(minutes=1))
    probes.probe_due(inside.core)
    inside.work()
    assert inside.health_of("agiloft")["status"] == "ok"
    assert len(inside.world.texts_to(mobile_of(0))) == 1


def test_agiloft_credentials_refused_when_the_outcome_goes_back(inside):
    record, link = inside.invited()
    inside.world.agiloft.modes.refuse_credentials = True
    assert inside.sign(link).url.endswith("/done")
    check_paused(inside, "agiloft")
    inside.world.agiloft.modes.refuse_credentials = False
    assert inside.probe("agiloft")[0]
    inside.work()
    assert inside.upstream(record)["sign_state"] == "Signed"
    assert len(inside.world.writes_to(record)) == 2


@pytest.mark.parametrize("broken", ["password", "credit"])
def test_the_gateway_refuses_the_account(inside, broken):
    good = inside.world.gateway.credentials
    account = inside.world.gateway.account
    if broken == "password":
        inside.world.gateway.credentials = ("u-sandbox", "changed")
    else:
        account.balance = 0
    record = inside.world.new_case(0)
    inside.press(record)
    assert check_paused(inside, "sms")["backlog"] == 1
    inside.pass_time(timedelta(hours=1), step=timedelta(minutes=20))
    assert inside.world.phone.all() == []
    inside.world.gateway.credentials = good
    account.balance = 1_000_000
    assert inside.probe("sms")[0]
    inside.work()
    assert len(inside.world.texts_to(mobile_of(0))) == 1
    assert inside.entry(record).requests[0].state == "sent"


def test_bankid_refuses_our_certificate(make_inside, tmp_path):
    """One of another authority: BankID does not even finish the handshake."""
    (tmp_path / "foreign").mkdir()
    foreign = Authorities(tmp_path / "foreign", SystemClock())
    own = {"certificate": foreign.path("client"), "key": foreign.path("client", "key")}
    inside = make_inside(with_settings(bankid=own))
    good, said = inside.probe("bankid")
    assert not good
    assert check_paused(inside, "bankid")["probe"] == said
    _, link = inside.invited()
    browser = inside.browser()
    page = inside.begin(browser, inside.fill_in(browser, link))
    assert page.status == 503


def test_bankid_refuses_us_while_a_customer_signs(inside):
    record, link = inside.invited()
    browser = inside.browser()
    review = inside.fill_in(browser, link)
    inside.world.bankid.faults.switch_on("unauthorized_401", operation="sign")
    assert inside.begin(browser, review).status == 503
    check_paused(inside, "bankid")
    assert inside.probe("bankid")[0]
    assert inside.health_of("bankid")["status"] == "ok"
    assert inside.sign(link, browser).url.endswith("/done")
    assert inside.upstream(record)["sign_state"] == "Signed"


def test_secrets_are_never_repeated_in_health(make_inside):
    inside = make_inside(with_settings(sms={"password": "a-secret-nobody-may-see"}))
    inside.press(inside.world.new_case(0))
    inside.probe("sms")
    assert "a-secret-nobody-may-see" not in str(inside.health_of("sms"))
    assert check_paused(inside, "sms")["paused"] == "authentication_failed"
