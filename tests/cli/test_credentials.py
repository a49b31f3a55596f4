"""``paraph mend-credentials``: values from the line, from stdin, and what is refused."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from connectors.simulated.upstream import upstream
from hub.channels.simulated.gateway import gateway
from hub.cli import cli
from hub.services import probes
from tests.cli.test_commands import trigger
from tests.simulated_house import RECORD, SimulatedHouse

NEW = "planted-new-password"


@pytest.fixture
def simulated(tmp_path):
    with capture_logs():
        made = SimulatedHouse(tmp_path)
        gateway(f"{made.world}-alice").password = NEW
        trigger(made)
        yield made
        made.close()


@pytest.fixture
def mend(simulated):
    def run(*arguments, code=0, stdin=""):
        command = ["mend-credentials", *arguments, "--config", str(simulated.config)]
        result = CliRunner().invoke(cli, command, input=stdin)
        assert result.exit_code == code, result.output
        assert "planted" not in result.output
        return result.output

    return run


def test_a_value_from_stdin_is_tried_and_kept_and_what_waited_goes_out(simulated, mend):
    told = mend("sms", "--set", "password", stdin=f"{NEW}\n")
    assert "ok   sms: reached the simulated gateway" in told
    assert "1 value of this instance (password) is kept in the database" in told
    simulated.house.core.follow_kept()
    simulated.work()
    assert len(gateway(f"{simulated.world}-alice").taken()) == 1
    shown = CliRunner().invoke(cli, ["probe", "sms", "--config", str(simulated.config)]).output
    assert "(password) is kept in the database" in shown


def test_a_value_on_the_line_may_hold_equals_signs(simulated, mend):
    gateway(f"{simulated.world}-alice").password = "planted=a=b"
    assert "ok   sms" in mend("sms", "--set", "password=planted=a=b")


def test_a_wrong_value_is_refused_in_words(simulated, mend):
    told = mend("sms", "--set", "password=planted-wrong", code=1)
    assert "nothing was kept: the simulated gateway refused the password" in told
    probes.probe(simulated.house.core, simulated.house.core.registry.instances("alice")[2])
    simulated.work()
    assert gateway(f"{simulated.world}-alice").taken() == []


def test_what_is_kept_can_be_forgotten(mend):
    mend("sms", "--set", "password", stdin=f"{NEW}\n")
    told = mend("sms", "--forget", "password", code=1)
    assert "FAIL sms: authentication_failed" in told
    assert "nothing is kept in the database: the file counts" in told


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("fax", "--set", "password=x"), 2, "there are: source, signing, sms, hub_register"),
        (("sms",), 1, "say what to set or to forget; there are: password"),
        (("sms", "--set", "gateway=x"), 1, "'gateway' is no credential of sms"),
        (("hub_register", "--set", "password=x"), 1, "this plugin has none"),
        (("sms", "--set", "password"), 2, "stdin ended before a value for password"),
    ],
)
def test_what_does_not_fit_is_told_with_what_does(mend, arguments, code, said):
    assert said in mend(*arguments, code=code)


def test_commands_beside_the_hub_sign_in_with_what_is_kept(simulated, mend):
    world = upstream(f"{simulated.world}-alice")
    world.put("case", "9", RECORD)
    world.password = NEW
    config = ["--config", str(simulated.config)]
    assert CliRunner().invoke(cli, ["dry-run", "repair", "9", *config]).exit_code == 1
    mend("source", "--set", "password", stdin=f"{NEW}\n")
    told = CliRunner().invoke(cli, ["dry-run", "repair", "9", *config])
    assert told.exit_code == 0, told.output
