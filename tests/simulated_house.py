"""A whole house on simulated plugins, in one folder and one process."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from hub.kernel.clock import ManualClock
from hub.services.access import create_key
from hub.services.house import House, open_house
from tests.made_before import lend_processes, put_seal

NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
RECORD = {
    "state": "New",
    "name": "Alice Andersson",
    "mobile": "070-174 06 05",
    "what": "Dishwasher",
}

_HUB = """\
environment: test
outgoing_networks: [127.0.0.0/8]
public_url: https://hub.example
data_folder: {data}
body_limit: 20000
{more}
"""
_WORKSPACE = """\
name: {name}
sender: Verkstad
language: en
instances:
  source: {{plugin: connector:simulated, settings: {{upstream: {world}, adopt: true}}}}
  signing: {{plugin: provider:simulated, settings: {{desk: {world}}}}}
  sms: {{plugin: channel:simulated, settings: {{gateway: {world}}}}}
  hub_register: {{plugin: hub_register}}
mappings: [repair]
texts:
  sms_invite: {{en: "{{{{ sender }}}}: {{{{ title }}}} {{{{ link }}}}"}}
  sms_reminder: {{en: "{{{{ sender }}}}: again, {{{{ link }}}}"}}
  terms: {{en: "It costs 500 kr."}}
  signed_text: {{en: "{{{{ sender }}}} {{% for row in rows %}}{{{{ row[1] }}}}{{% endfor %}} {{{{ terms }}}}"}}
  signature: {{en: "{{{{ signature.name }}}} {{{{ signature.national_id_last }}}} {{{{ signature.at_local }}}}"}}
"""  # noqa: E501 - a text of a file, line by line
_MAPPING = """\
mapping: repair
source: {connector: source, table: case}
trigger: [button, webhook, api]
when: state != "Closed"
request:
  kind: information_request
  title: "Repair of {{ what }}"
  provider: signing
  channels: [sms]
  language: en
  expires_after: 14d
  reminders: {after: 24h, every: 24h, limit: 3, quiet: "21:00-08:00"}
  recipient:
    - {to: name,   from: name, convert: trim, required: true}
    - {to: mobile, from: mobile, convert: [trim, "e164:SE"], required: true}
records:
  customer:
    in: hub_register
    match: [mobile]
    rows: [{to: name, from: recipient.name}, {to: mobile, from: recipient.mobile}]
  repair_case:
    in: hub_register
    note: signature
    rows: [{to: customer, from: records.customer.id}, {to: title, from: request.title}]
back:
  invited:   [{update: [{to: state, value: Sent}]}]
  completed: [{update: [{to: state, value: Signed}, {to: case, from: records.repair_case.number}]}]
  declined:  [{update: [{to: state, value: Declined}, {to: reason, from: outcome.reason_text}]}]
  expired:   [{update: [{to: state, value: Expired}]}]
  failed:    [{update: [{to: state, value: Failed}, {to: reason, from: outcome.reason_text}]}]
examples:
  - name: a case
    given: {record: {state: New, name: Alice, mobile: 070-174 06 05, what: Dishwasher}}
    expect: {recipient: {name: Alice, mobile: "+46701740605"}}
"""


def write_files(
    folder: Path, world: str, workspaces: tuple[str, ...] = ("alice",), database: str | None = None
) -> Path:
    """A configuration folder; each workspace has a world (upstream, desk, gateway) of its own."""
    config = folder / "config"
    for name in ("workspaces", "forms", "mappings"):
        (config / name).mkdir(parents=True, exist_ok=True)
    more = f"database_url: {database}" if database else ""
    text = _HUB.format(data=folder / "data", more=more)
    (config / "paraph.yaml").write_text(text, encoding="utf-8")
    (config / "mappings" / "repair.yaml").write_text(_MAPPING, encoding="utf-8")
    for key in workspaces:
        text = _WORKSPACE.format(name=key.title(), world=f"{world}-{key}")
        (config / "workspaces" / f"{key}.yaml").write_text(text, encoding="utf-8")
    return config


class SimulatedHouse:
    """The house with its clock, its worlds' name and an API key per workspace."""

    def __init__(
        self,
        folder: Path,
        workspaces: tuple[str, ...] = ("alice",),
        database: str | None = None,
    ) -> None:
        self.world = uuid4().hex
        self.clock = ManualClock(NOON)
        self.config = write_files(folder, self.world, workspaces, database)
        put_seal(folder / "data", self.clock)
        self.house: House = self._open()
        core = self.house.core
        self.keys = {
            key: create_key(core.db, self.clock, core.workspace_ids[key], "tests")
            for key in workspaces
        }

    def restart(self) -> None:
        """Another process on the same database, after this one has died."""
        self.close()
        self.house = self._open()

    def work(self) -> int:
        """Do everything that is due; how much it was."""
        return self.house.engine.run_due()

    def close(self) -> None:
        """Close the house; its engine was never started."""
        self.house.engine.runner.close()
        self.house.core.workshop.close()
        self.house.core.registry.close()
        self.house.core.db.close()

    def _open(self) -> House:
        house = open_house(self.config, clock=self.clock)
        lend_processes(house.core)
        return house
