"""A new plugin touches no other file: the registry finds, makes and uses it where it lies.

Each kind's ``simulated`` plugin is taken under another name, in homes of its own. What a new plugin
does to floors, house tests and contract suites is shown in ``tests/growth``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.contracts.channel import Message
from hub.contracts.plugin import PluginContext
from hub.contracts.records import RecordRef
from hub.contracts.requests import RecipientView, SigningTask
from hub.kernel.clock import ManualClock
from hub.kernel.errors import NotFound
from hub.registry import HOMES, InstanceKey, Registry, find_manifests
from hub.settings import InstanceSettings, WorkspaceSettings
from tests.house import tree

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, ...]]:
    """Three more homes with one new plugin each, importable while the test runs."""
    made = []
    for kind, folder in tree.HOME_FOLDERS.items():
        home, package = f"new_{kind}s", f"{folder.replace('/', '.')}.simulated"
        tree.borrow(
            tree.ROOT / folder / "simulated",
            tmp_path / home / "borrowed",
            (package, f"{home}.borrowed"),
            ('key = "simulated"', 'key = "borrowed"'),
        )
        (tmp_path / home / "__init__.py").write_text('"""A home."""\n', encoding="utf-8")
        made.append(home)
    monkeypatch.syspath_prepend(tmp_path)
    yield tuple(made)
    for name in [name for name in sys.modules if name.split(".")[0] in made]:
        del sys.modules[name]


@pytest.fixture
def registry(homes: tuple[str, ...]) -> Iterator[Registry]:
    """A workspace with an instance of each new plugin."""
    instances = {
        kind: InstanceSettings(key=kind, plugin=f"{kind}:borrowed", settings={}, where="test.yaml")
        for kind in tree.HOME_FOLDERS
    }
    workspace = WorkspaceSettings(
        key="w", name="Workshop", sender="Workshop", phone="", email="", website="", zone="UTC",
        address="", registration="",
        language="en", accent=None, logo=None, texts={}, instances=instances, mappings=(),
    )  # fmt: skip
    registry = Registry(
        find_manifests((*HOMES, *homes)),
        {"w": workspace},
        lambda where, _: PluginContext(where.key, clock=ManualClock(NOON)),
    )
    yield registry
    registry.close()


def where(kind: str) -> InstanceKey:
    return InstanceKey("w", kind)


@pytest.mark.parametrize("kind", tree.HOME_FOLDERS)
def test_the_registry_finds_checks_makes_and_probes_a_new_plugin(registry, kind):
    assert registry.check() == []
    assert registry.manifest(where(kind)).package == f"new_{kind}s.borrowed"
    assert registry.plugin(where(kind)).probe().summary


def test_a_new_connector_is_used_like_any_other(registry):
    with pytest.raises(NotFound):
        registry.connector(where("connector")).fetch(RecordRef("service_case", "no such record"))


def test_a_new_provider_is_used_like_any_other(registry):
    alice = RecipientView(key="signer", name="Alice Andersson", language="en")
    task = SigningTask(
        order_id="o1", request_id="r1", recipient=alice, title="A repair", sender="Workshop",
        language="en", visible_text="I approve the costs.", requested_at=NOON,
    )  # fmt: skip
    assert registry.provider(where("provider")).begin(task).order.reference


def test_a_new_channel_is_used_like_any_other(registry):
    message = Message(to="+46701740605", text="Hello Alice", created_at=NOON)
    assert registry.channel(where("channel")).send(message, "key-1").reference


def test_without_its_folder_a_plugin_is_unknown(homes):
    assert {f"{kind}:borrowed" for kind in tree.HOME_FOLDERS} <= set(find_manifests(homes))
    assert not [name for name in find_manifests() if name.endswith(":borrowed")]
