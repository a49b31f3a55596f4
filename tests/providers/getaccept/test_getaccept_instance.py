"""A hosted provider is found, checked, made and probed like any other plugin."""

from __future__ import annotations

import pytest

from hub.contracts.hosted import HostedProvider
from hub.contracts.plugin import PluginContext
from hub.registry import InstanceKey, Registry, find_manifests
from hub.settings import InstanceSettings, WorkspaceSettings

WHERE = InstanceKey("w", "hosted")


@pytest.fixture
def registry(driver):
    """A workspace with one instance; ``changes`` are its settings."""
    made = []

    def registry(**changes):
        settings = {**driver.settings(), **changes}
        instances = {"hosted": InstanceSettings("hosted", "getaccept", settings, "w.yaml")}
        workspace = WorkspaceSettings(
            key="w", name="Workshop", sender="Workshop", phone="", email="", website="", zone="UTC",
            address="", registration="",
            language="en", accent=None, logo=None, texts={}, instances=instances, mappings=(),
        )  # fmt: skip
        made.append(
            Registry(
                find_manifests(),
                {"w": workspace},
                lambda where, _: PluginContext(where.key, clock=driver.clock),
            )
        )
        return made[-1]

    yield registry
    for one in made:
        one.close()


def test_it_is_found_checked_made_and_probed(registry):
    found = registry()
    assert found.check() == []
    assert isinstance(found.plugin(WHERE), HostedProvider)
    assert found.plugin(WHERE).probe().facts["entity"] == "ent0001a"


def test_a_wrong_setting_is_told_by_name_and_no_secret_with_it(registry):
    (problem,) = registry(auth="magic", password="sandbox-password").check()
    assert "auth" in problem
    assert "sandbox-password" not in problem
