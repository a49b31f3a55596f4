"""What an administrator writes wrong is told with file, line, column and how to mend it."""

from __future__ import annotations

import secrets
from dataclasses import fields
from datetime import timedelta

import pytest
from sqlalchemy import text

from hub.engine.retry import RetrySchedule
from hub.engine.settings import DestinationLimits
from hub.kernel.errors import ConfigurationError
from hub.services.house import open_house
from hub.settings import (
    load_hub_settings,
    load_workspace,
    load_workspaces,
    make_private,
    retrying,
    secret_keys,
)
from tests.simulated_house import write_files

HUB = "public_url: https://sign.example.com\n"
WORKSPACE = """\
name: Alice's workshop
sender: Alice
instances:
  sms: {plugin: sms_46elks, settings: {username: u, password: "${env:SMS_PASSWORD}"}}
mappings: []
texts:
  sms_invite: {sv: "{{ sender }}: {{ link }}"}
  terms: {sv: Fritt}
  signed_text: {sv: "{{ sender }} {% for row in rows %}{{ row[1] }}{% endfor %} {{ terms }}"}
"""
SECRET = {"SMS_PASSWORD": "hunter22"}


def hub(tmp_path, text, environ=None):
    path = tmp_path / "paraph.yaml"
    path.write_text(text, encoding="utf-8")
    return load_hub_settings(path, environ or {})


def workspace(tmp_path, text, environ=SECRET):
    path = tmp_path / "alice.yaml"
    path.write_text(text, encoding="utf-8")
    return load_workspace(path, environ)


def problems(tmp_path, load, text):
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, text)
    return "\n".join(caught.value.problems or (caught.value.detail,))


def test_good_files_are_read_with_their_secrets_put_in(tmp_path):
    assert hub(tmp_path, HUB).environment == "production"
    read = workspace(tmp_path, WORKSPACE)
    assert (read.key, read.zone, read.language) == ("alice", "Europe/Stockholm", "sv")
    assert read.instances["sms"].settings["password"] == "hunter22"
    assert read.text("terms", "en") == "Fritt"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            HUB + "public_ulr: x\n",
            "paraph.yaml:2:1: public_ulr: unknown key 'public_ulr'; did you mean 'public_url'?",
        ),
        ("environment: demo\n", "'public_url' is missing; add it"),
        (HUB + "workers: many\n", "paraph.yaml:2:1: workers: not a valid integer"),
        (HUB + "clock_speed: 5\n", "paraph.yaml:2:1: clock_speed: is for demo and test; remove it"),
        (HUB + "secret_keys: [short]\n", "paraph.yaml:2:"),
        (HUB + "log_level: LOUD\n", "must be one of: DEBUG, INFO, WARNING, ERROR"),
        (HUB + "sentry_dsn: ${env:NO_SUCH}\n", "the environment variable NO_SUCH does not exist"),
        ("public_url: [\n", "paraph.yaml:"),
        (HUB + "executor: celery\n", "must be one of: embedded, dramatiq"),
        (
            HUB + "executor: dramatiq\ndatabase_url: postgresql+psycopg://h/p\n",
            "paraph.yaml:2:1: executor: dramatiq needs a broker: add broker_url: redis://",
        ),
        (
            HUB + "executor: dramatiq\nbroker_url: redis://h/0\n",
            "paraph.yaml:2:1: executor: dramatiq needs PostgreSQL: add database_url:",
        ),
        (
            HUB + "broker_url: redis://h/0\n",
            "paraph.yaml:2:1: broker_url: is for the executor dramatiq only: write executor:",
        ),
        (HUB + "broker_url: kafka://h\n", "broker_url: begin it with redis://, rediss://, amqp://"),
        (HUB + "redis_url: localhost\n", "redis_url: begin it with redis:// or rediss://"),
        (
            HUB + "database_url: postgresql://h/p\n",
            "database_url: begin it with sqlite:/// or postgresql+psycopg://",
        ),
    ],
)
def test_faults_of_the_installation_name_their_place(tmp_path, text, said):
    assert said in problems(tmp_path, hub, text)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "sender: Alice",
            "sendr: Alice",
            "alice.yaml:2:1: sendr: unknown key 'sendr'; did you mean 'sender'?",
        ),
        ("sender: Alice", "sender: 4711", "alice.yaml:2:1: sender:"),
        (
            "sender: Alice",
            "sender: Alice\nzone: Europe/Stokholm",
            "alice.yaml:3:1: zone: is no time zone",
        ),
        ("plugin: sms_46elks", "plugins: sms_46elks", "alice.yaml:4:"),
        (
            "${env:SMS_PASSWORD}",
            "${env:SMS_PASWORD}",
            "the environment variable SMS_PASWORD does not exist",
        ),
        (
            ": {{ link }}",
            "",
            "alice.yaml:7:16: texts.sms_invite.sv: 1:1: does not contain {{ link }}",
        ),
        ("{{ link }}", "{{ link }} {{ lnik }}", "lnik"),
        (": {{ link }}", "{{ link }}", "texts.sms_invite.sv: 1:1: {{ link }} is glued to what"),
        ("  terms: {sv: Fritt}\n", "", "the text 'terms' is missing; add it: Costs and terms."),
        (
            "  terms:",
            "  sms_invit: {sv: x}\n  terms:",
            "unknown text 'sms_invit'; did you mean 'sms_invite'?",
        ),
        ("{sv: Fritt}", "{sw: Fritt}", "alice.yaml:8:"),
    ],
)
def test_faults_of_a_workspace_name_their_place(tmp_path, old, new, said):
    assert old in WORKSPACE
    found = problems(tmp_path, workspace, WORKSPACE.replace(old, new))
    assert said in found
    assert "hunter22" not in found


INSTANCE = "sms: {plugin: sms_46elks, "


def test_a_retry_schedule_is_read_per_instance(tmp_path):
    retry = "retry: {first: 5s, longest: 2h, total: 7d, least_tries: 4}, "
    retry += "disable_after: 2d, poll_every: 2m, "
    read = workspace(tmp_path, WORKSPACE.replace(INSTANCE, INSTANCE + retry)).instances["sms"]
    assert RetrySchedule(**read.retry) == RetrySchedule(
        first=timedelta(seconds=5), longest=timedelta(hours=2), total=timedelta(days=7),
        least_tries=4,
    )  # fmt: skip
    assert (read.disable_after, read.poll_every) == (timedelta(days=2), timedelta(minutes=2))
    plain = workspace(tmp_path, WORKSPACE).instances["sms"]
    assert RetrySchedule(**plain.retry) == RetrySchedule()
    assert (plain.disable_after, plain.poll_every) == (timedelta(days=5), timedelta(minutes=5))


def test_the_defaults_that_are_told_are_the_engines():
    assert (RetrySchedule.first, RetrySchedule.longest) == (retrying._FIRST, retrying._LONGEST)
    assert RetrySchedule.total == retrying.LEAST_TOTAL
    assert DestinationLimits.disable_after == retrying.DISABLE_AFTER
    assert set(retrying.RETRY) == {one.name for one in fields(RetrySchedule)} - {"shortest"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("retry: {total: 71h}", "retry.total: 71h is too short: a system that is down over"),
        ("retry: {total: 71h}", "write 3d or more (less is for 'environment: test' and 'demo')"),
        ("retry: {longest: 13h}", "retry.longest: is too long; write at most 12h"),
        ("retry: {longest_retry_after: 2d}", "is too long; write at most 12h"),
        ("retry: {first: 2h}", "retry.first: the first pause (2h) is longer than the longest (1h)"),
        ("retry: {first: 5m, longest: 1m}", "retry.longest: the first pause (5m) is longer"),
        ("retry: {first: soon}", "retry.first: is no duration; write for example 90s"),
        ("retry: {least_tries: 0}", "retry.least_tries: must be greater than or equal to 1"),
        ("retry: {unexpected_tries: many}", "retry.unexpected_tries: not a valid integer"),
        ("retry: {longst: 1h}", "unknown key 'longst'; did you mean 'longest'?"),
        ("disable_after: 5m", "disable_after: is too short; write at least 1h"),
        ("poll_every: 5s", "poll_every: is too short; write at least 10s"),
        ("poll_every: 2d", "poll_every: is too long; write at most 1d"),
        ("disable_aftr: 5d", "unknown key 'disable_aftr'; did you mean 'disable_after'?"),
    ],
)
def test_faults_of_a_retry_schedule_name_their_place(tmp_path, written, said):
    text = WORKSPACE.replace(INSTANCE, f"{INSTANCE}{written}, ")
    found = problems(tmp_path, workspace, text)
    assert said in found
    assert "alice.yaml:4:" in found


@pytest.mark.parametrize("environment", ["test", "demo"])
def test_only_tests_and_demos_may_give_up_sooner_than_after_72_hours(tmp_path, environment):
    path = tmp_path / "alice.yaml"
    text = WORKSPACE.replace(INSTANCE, f"{INSTANCE}retry: {{total: 1h}}, ")
    path.write_text(text, encoding="utf-8")
    read = load_workspaces(tmp_path, SECRET, environment=environment)["alice"]
    assert read.instances["sms"].retry == {"total": timedelta(hours=1)}
    with pytest.raises(ConfigurationError):
        load_workspaces(tmp_path, SECRET)


def test_periods_of_retention_are_spans_of_at_least_a_day(tmp_path):
    read = hub(tmp_path, HUB + "keep_deliveries: 30d\n")
    kept = (read.keep_deliveries, read.keep_inbound, read.keep_timers)
    assert kept == (timedelta(days=30), timedelta(days=90), timedelta(days=7))
    assert "write at least 1d" in problems(tmp_path, hub, HUB + "keep_timers: 1h\n")


def test_a_folder_without_workspaces_says_what_to_add(tmp_path):
    with pytest.raises(ConfigurationError, match="add one"):
        load_workspaces(tmp_path)


def test_all_bad_files_are_told_at_once(tmp_path):
    (tmp_path / "alice.yaml").write_text("name: x\n", encoding="utf-8")
    (tmp_path / "bob.yaml").write_text("name: [\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_workspaces(tmp_path)
    told = "\n".join(caught.value.problems)
    assert "alice.yaml" in told
    assert "bob.yaml" in told


def test_the_secret_key_is_made_once_and_is_readable_by_its_owner_only(tmp_path):
    settings = hub(tmp_path, f"{HUB}data_folder: {tmp_path}/data\n")
    first = secret_keys(settings)
    assert secret_keys(settings) == first
    assert len(first[0]) >= 32
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_key_from_the_environment_wins_over_a_made_one(tmp_path):
    key = "a key that an administrator has chosen"
    assert secret_keys(hub(tmp_path, HUB, {"PARAPH_SECRET_KEY": key})) == (key,)


def test_nobody_sees_a_key_that_is_still_being_written(tmp_path, monkeypatch):
    settings = hub(tmp_path, HUB + f"data_folder: {tmp_path / 'data'}\n")
    other = []

    def meanwhile(count):  # the other process starts while this one makes its key
        if not other:
            other.append(None)
            other[0] = secret_keys(settings)
        return "k" * count

    monkeypatch.setattr(secrets, "token_urlsafe", meanwhile)
    assert secret_keys(settings) == other[0]
    assert len(other[0][0]) == 48
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret.key"]


def test_the_data_folder_and_the_database_are_for_this_account_only(tmp_path):
    config = write_files(tmp_path, "quiet")
    house = open_house(config)
    with house.core.db.write() as session:
        session.execute(text("SELECT 1"))
        modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()}
    house.core.db.close()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert modes.keys() >= {"secret.key", "paraph.db", "paraph.db-wal"}
    assert set(modes.values()) == {0o600}


def test_a_database_of_a_former_version_is_closed_to_others(tmp_path):
    settings = hub(tmp_path, HUB + f"data_folder: {tmp_path / 'data'}\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "paraph.db").touch(mode=0o644)
    make_private(settings)
    assert (tmp_path / "data" / "paraph.db").stat().st_mode & 0o777 == 0o600


def test_a_start_with_faulty_instances_leaves_nothing_behind(tmp_path):
    config = write_files(tmp_path, "quiet")
    file = config / "workspaces" / "alice.yaml"
    file.write_text(file.read_text().replace("gateway: ", "gatway: "), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        open_house(config)
    assert "gatway" in "\n".join(caught.value.problems)
    assert not (tmp_path / "data").exists()
