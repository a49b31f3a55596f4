"""``hub/REFERENCE.md`` says what the code says."""

from __future__ import annotations

import pytest

from hub.contracts.capabilities import Capability
from hub.contracts.events import EventKind
from hub.contracts.requests import Reason
from hub.contracts.settings import settings_info
from hub.settings import HubSettings
from tests.house import reference


@pytest.fixture(scope="module")
def made() -> str:
    return reference.reference()


def test_the_reference_is_up_to_date(made):
    told = reference.PAGE.read_text(encoding="utf-8")
    assert told == made, "run: .venv/bin/python -m tests.house.reference"


def test_it_lists_every_setting_event_reason_and_capability(made):
    settings = [*settings_info(HubSettings), *settings_info(reference.WorkspaceFile)]
    names = [*settings, *EventKind, *Reason, *Capability]
    assert [name for name in names if f"| `{name}` |" not in made] == []


def test_it_lists_the_commands_and_routes(made):
    assert "| `paraph serve` |" in made
    assert "`POST /api/v1/triggers/<mapping>`" in made
    assert "`GET /health/ready`" in made


@pytest.mark.parametrize("cls", [HubSettings, reference.WorkspaceFile])
def test_every_setting_says_what_it_is(cls):
    info = settings_info(cls)
    assert [name for name, one in info.items() if not one.title or not one.help] == []


def test_every_command_and_route_says_what_it_does(made):
    silent = [
        line
        for chapter in ("## Commands", "## Routes", "## Event kinds", "## Capabilities")
        for line in made.partition(chapter)[2].partition("\n## ")[0].splitlines()
        if line.startswith("| `") and line.endswith("|  |")
    ]
    assert silent == []
