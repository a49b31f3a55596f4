"""The JSON Schemas of ``config/`` say what the settings say."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from marshmallow import ValidationError

from hub.cli.schema import settings_of_plugins
from hub.contracts.settings import schema_of
from hub.mapping.document import read_document
from hub.settings import HubSettings
from hub.settings.json_schema import config_schema, plugin_schema, workspace_schema
from hub.settings.texts import text_problems
from hub.settings.workspace import WorkspaceFile
from tests.json_schemas import differences, messages, refusals, validator
from tests.mapping.samples import ROOT
from tests.settings.test_settings import HUB, WORKSPACE

FOLDERS = ("config", "tests/bench/config", "tests/chaos/config")
INSTALLATIONS = [ROOT / folder / "paraph.yaml" for folder in FOLDERS]
WORKSPACES = sorted(
    path for folder in FOLDERS for path in (ROOT / folder / "workspaces").glob("*.yaml")
)
PLUGINS = settings_of_plugins()
CONFIG = """\
environment: test
public_url: https://sign.example.com
data_folder: data
database_url: postgresql+psycopg://paraph@db/paraph
executor: dramatiq
broker_url: redis://broker
redis_url: null
secret_keys: [0123456789abcdef0123456789abcdef]
trusted_proxies: 1
blobs:
  s3: {bucket: paraph, endpoint: "https://s3.example.com", region: eu-north-1, access_key: a,
       secret_key: s, prefix: hub}
documents: {pages: 50, megabytes: 10, seconds: 30, memory: 800}
body_limit: 20000
outgoing_networks: [10.0.0.0/8, "fd00::/8"]
workers: 8
keep_deliveries: 30d
keep_inbound: 30d
keep_timers: 7d
log_level: INFO
log_json: false
sentry_dsn: null
clock_speed: 1.5
seal:
  level: B-LTA
  pkcs12: {file: seal.p12, passphrase: secret}
  pem: {key: seal.key, certificate: seal.pem, chain: chain.pem, passphrase: null}
  pkcs11: {module: m.so, token: hub, pin: "1234", key: seal, certificate: seal.pem}
  trust_roots: [root.pem]
  timestamp_url: https://timestamps.example.com/
  timestamp_roots: [stamps.pem]
  when_unavailable: downgrade
"""
WHOLE = """\
name: Alice's workshop
sender: Alice
phone: 018-17 06 05
email: alice@example.com
website: https://alice.example
address: Storgatan 1
registration: 556000-0001
zone: Europe/Stockholm
language: sv
accent: "#0b5c4a"
logo: /logo.svg
mappings: [repair]
values: {depot: 17, series: null}
values_in: {test: {series: T}}
operations: {email: bob@example.com}
portal: {region: DK, idle: 30m, lives: 12h}
webhook_secrets: {erp: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz}
instances:
  source: {plugin: connector:simulated, settings: {upstream: one, patience: 2.5, adopt: true}}
  sms:
    plugin: sms_46elks
    settings: {username: u, password: p, sender: Alice, timeout: 3, allowed_ips: [10.0.0.0/8]}
    concurrency: 4
    per_second: 0.5
    retry: {first: 1s, longest: 1h, total: 72h, least_tries: 3, longest_retry_after: 2h,
            unexpected_tries: 4}
    disable_after: 3d
    poll_every: 2m
texts:
  sms_invite: {sv: "{{ sender }}: {{ link }}"}
  terms: {sv: Fritt, en: Free}
  signed_text: {sv: "{{ sender }} {% for row in rows %}{{ row[1] }}{% endfor %} {{ terms }}"}
  note_done: {en: Done}
"""
# What the settings say and a JSON Schema cannot know, and why.
LEFT = {
    "is too (short|long)": "a pattern cannot reckon",
    "is no network": "the schema knows only the letters of one",
    "does not contain": "only the template's parser knows",
    "unknown name": "only the template's parser knows",
    "Not a valid URL": "the schema knows scheme and spaces only",
    "must be an IP address": "a rule that the plugin writes as a function",
    "must be 3 to 11 letters": "a rule that the plugin writes as a function",
}
# What the hub reads all the same and an editor may well complain about.
STRICTER = {"trusted_proxies = 0.5": "the hub cuts the fraction off"}


def data_of(text: str) -> Any:
    return read_document(text, "file.yaml").data


def refused(settings: type, data: Any) -> list[str]:
    try:
        schema_of(settings)().load(data)
    except ValidationError as error:
        return messages(error.messages)
    return []


def workspace_refused(data: Any) -> list[str]:
    """As the hub does it: the file, its texts, then each instance's settings."""
    found = refused(WorkspaceFile, data)
    if found:
        return found
    loaded = schema_of(WorkspaceFile)().load(data)
    found = [text for _, text in text_problems(loaded["texts"])]
    for one in loaded["instances"].values():
        hits = [cls for name, cls in PLUGINS.items() if one["plugin"] in (name, name.split(":")[1])]
        if len(hits) != 1:
            found.append("unknown plugin")
        elif one["settings"]:  # an empty block is left to whoever fills it in
            found += refused(hits[0], one["settings"])
    return found


@pytest.mark.parametrize("path", INSTALLATIONS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_shipped_installation_is_accepted(path):
    assert refusals(validator(config_schema()), data_of(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("path", WORKSPACES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_shipped_workspace_is_accepted(path):
    data = data_of(path.read_text("utf-8"))
    assert refusals(validator(workspace_schema(PLUGINS)), data) == []


def test_the_samples_of_other_tests_are_accepted():
    assert len(WORKSPACES) >= 3
    assert refusals(validator(config_schema()), data_of(HUB)) == []
    sample = data_of(WORKSPACE)
    del sample["instances"]["sms"]  # that sample leaves out what the plugin asks for
    assert refusals(validator(workspace_schema(PLUGINS)), sample) == []


def test_installations_changed_at_each_place_are_refused_by_both_or_by_none():
    data = data_of(CONFIG)
    assert set(data) == set(HubSettings.__dataclass_fields__)
    grammar = partial(refused, HubSettings)
    assert differences(data, grammar, config_schema(), LEFT, STRICTER) == []


def test_workspaces_changed_at_each_place_are_refused_by_both_or_by_none():
    data = data_of(WHOLE)
    assert set(data) == set(WorkspaceFile.__dataclass_fields__)
    assert workspace_refused(data) == []
    found = differences(data, workspace_refused, workspace_schema(PLUGINS), LEFT)
    assert found == []


@pytest.mark.parametrize("key", PLUGINS)
def test_the_settings_of_each_plugin_have_a_schema_of_their_own(key):
    schema = plugin_schema(key, PLUGINS[key])
    checked = validator(schema)
    assert schema["additionalProperties"] is False
    assert all(each["title"] and each["description"] for each in schema["properties"].values())
    assert refusals(checked, {"zzz": 1})
    assert bool(refusals(checked, {})) is bool(refused(PLUGINS[key], {}))


@pytest.mark.parametrize(
    "line",
    ["workers: ${env:N}", "log_json: ${env:N}", "keep_timers: ${file:/n}", "clock_speed: ${env:N}",
     "environment: ${env:N}", "database_url: ${env:N}", "secret_keys: ['${file:/n}']",
     "broker_url: redis://${env:N}", "public_url: https://${env:N}"],
)  # fmt: skip
def test_what_is_taken_from_outside_is_allowed_everywhere(line):
    key = line.partition(":")[0]
    data = {**data_of(CONFIG), **data_of(line)}
    assert refusals(validator(config_schema()), data) == []
    if key not in ("secret_keys", "broker_url", "public_url"):
        assert refusals(validator(config_schema()), {**data, key: "env:N"})


def test_numbers_of_a_plugin_may_be_taken_from_outside_too():
    data = data_of(WHOLE)
    data["instances"]["sms"]["settings"]["timeout"] = "${env:TIMEOUT}"
    data["instances"]["sms"]["per_second"] = "${env:RATE}"
    assert refusals(validator(workspace_schema(PLUGINS)), data) == []


def test_an_editor_is_told_which_plugin_wants_what():
    checked = validator(workspace_schema(PLUGINS))
    data = data_of(WHOLE)
    data["instances"]["sms"]["settings"] = {"user": "u"}
    (unknown, *missing) = refusals(checked, data)
    assert "instances.sms.settings" in unknown
    assert any("'password'" in text or '"password"' in text for text in [unknown, *missing])
    data["instances"]["sms"]["settings"] = {}  # as in the demo, which fills it in
    data["instances"]["mail"] = {"plugin": "smpt"}
    (told,) = refusals(checked, data)
    assert told.startswith("instances.mail.plugin")


def test_secrets_say_so_and_their_defaults_are_not_told():
    properties = plugin_schema("channel:simulated", PLUGINS["channel:simulated"])["properties"]
    assert "default" not in properties["password"]
    assert "${env:NAME}" in properties["password"]["description"]
    assert properties["lookup_wait"]["default"] == 30
    assert config_schema()["properties"]["keep_timers"]["default"] == "7d"
