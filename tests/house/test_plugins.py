"""Every plugin folder is complete, and what its manifest claims is true where a test can tell.

Works on whatever folders there are: a new plugin is held to this without a change here.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.contracts.capabilities import Capability
from hub.contracts.channel import Channel
from hub.contracts.connector import Connector
from hub.contracts.hosted import HostedProvider
from hub.contracts.manifest import Manifest
from hub.contracts.provider import Provider
from hub.contracts.sandbox import Sandbox
from hub.contracts.settings import schema_of, settings_info
from hub.registry import load_class
from tests.house import tree

HOSTED = "hosted"
CONTRACTS: dict[str, type] = {"connector": Connector, "provider": Provider, "channel": Channel}
# What a plugin overrides when it declares a capability, or another one of the same method, and
# only then.
OPTIONAL_METHODS = {
    "connector": {Capability.CHANGES: "changes", Capability.HOOK: "read_hook"},
    "provider": {Capability.CANCEL: "cancel"},
    "channel": {Capability.REPORTS: "read_hook", Capability.REPLIES: "read_hook"},
    HOSTED: {
        Capability.HOOK: "read_hook",
        Capability.REMIND: "remind",
        Capability.MESSAGES: "say",
    },
}
CHAPTERS = {
    "setup": re.compile(r"set(ting)?[ -]?up", re.IGNORECASE),
    "quirks": re.compile(r"quirks?", re.IGNORECASE),
    "limits": re.compile(r"limits?|limitations?", re.IGNORECASE),
}
# A heading, or a paragraph or list item that begins with its subject: **Setup.** or - Limits:
SUBJECT = re.compile(r"^(?:#{1,4} +(.+)|\*\*(.+?)\*\*|[-*] +([\w ,]+):)", re.MULTILINE)
SECRETS = re.compile(r"password|secret|passphrase|(access|api|refresh)_(token|key)$|private_key$")

every_plugin = pytest.mark.parametrize(
    "manifest", [pytest.param(one, id=name) for name, one in sorted(tree.plugins().items())]
)


def class_of(manifest: Manifest) -> Any:
    return load_class(manifest, manifest.class_path)


def sort_of(manifest: Manifest) -> str:
    """The kind, or ``hosted``: such providers have a contract and a suite of their own."""
    return HOSTED if manifest.can(Capability.HOSTED) else str(manifest.kind)


def contract_of(manifest: Manifest) -> type:
    """The class that the plugin's class inherits."""
    return HostedProvider if manifest.can(Capability.HOSTED) else CONTRACTS[manifest.kind]


def suite_of(manifest: Manifest) -> type:
    """The contract suite of the plugin's kind."""
    sort = sort_of(manifest)
    module = importlib.import_module(f"tests.contracts.{sort}_suite")
    found: type = getattr(module, f"{sort.capitalize()}Suite")
    return found


def classes_in(folder: Path) -> Iterator[type]:
    """The test classes in a folder of tests."""
    for path in sorted(folder.glob("**/test_*.py")):
        module = importlib.import_module(tree.name(path).removesuffix(".py").replace("/", "."))
        yield from (
            member
            for name, member in inspect.getmembers(module, inspect.isclass)
            if name.startswith("Test") and member.__module__ == module.__name__
        )


def test_there_are_plugins_of_every_kind():
    assert {str(one.kind) for one in tree.plugins().values()} == set(CONTRACTS)


def test_every_folder_in_a_home_is_a_plugin_of_that_kind():
    homes = {tree.ROOT / home: kind for kind, home in tree.HOME_FOLDERS.items()}
    known = {one.folder: one.kind for one in tree.plugins().values()}
    folders = [
        (path, kind) for home, kind in homes.items() for path in home.iterdir()
        if path.is_dir() and list(path.glob("*.py"))
    ]  # fmt: skip
    assert [tree.name(path) for path, kind in folders if known.get(path) != kind] == []


@every_plugin
def test_its_class_keeps_the_contract_of_its_kind(manifest):
    cls = class_of(manifest)
    assert issubclass(cls, contract_of(manifest))
    assert not inspect.isabstract(cls)


@every_plugin
def test_every_setting_has_a_title_and_help(manifest):
    settings = class_of(manifest).Settings
    info = settings_info(settings)
    assert [name for name, one in info.items() if not one.title or not one.help] == []
    assert set(schema_of(settings)().fields) == set(info)


@every_plugin
def test_secret_settings_are_marked_secret(manifest):
    info = settings_info(class_of(manifest).Settings)
    assert [name for name, one in info.items() if SECRETS.search(name) and not one.secret] == []


@every_plugin
def test_its_settings_stand_in_settings_py(manifest):
    cls = class_of(manifest).Settings
    assert cls.__module__ == f"{manifest.package}.settings"


@every_plugin
def test_it_overrides_what_it_declares_and_declares_what_it_overrides(manifest):
    cls, contract = class_of(manifest), contract_of(manifest)
    optional = OPTIONAL_METHODS[sort_of(manifest)]
    for method in optional.values():
        named = [capability for capability, its in optional.items() if its == method]
        overridden = getattr(cls, method) is not getattr(contract, method)
        declared = any(manifest.can(capability) for capability in named)
        assert overridden == declared, f"{named} and {method} disagree"


@every_plugin
def test_its_readme_tells_setup_quirks_and_limits(manifest):
    text = (manifest.folder / "README.md").read_text(encoding="utf-8")
    subjects = " | ".join("".join(found) for found in SUBJECT.findall(text))
    assert [word for word, pattern in CHAPTERS.items() if not pattern.search(subjects)] == []


@every_plugin
def test_one_of_its_test_classes_inherits_the_suite_of_its_kind(manifest):
    folder, suite = tree.tests_of(manifest), suite_of(manifest)
    assert folder.is_dir(), f"{tree.name(folder)} is missing"
    assert [cls for cls in classes_in(folder) if issubclass(cls, suite)]


@every_plugin
def test_its_ledger_is_true_about_the_sandbox(manifest):
    assert (manifest.readiness["sandbox"] == "done") == (manifest.sandbox is not None)
    if manifest.sandbox is None:
        return
    sandbox = load_class(manifest, manifest.sandbox)
    assert issubclass(sandbox, Sandbox)
    assert not inspect.isabstract(sandbox)
    assert sandbox.title


@every_plugin
def test_its_ledger_is_true_about_suite_and_readme(manifest):
    # Both are demanded above, so nobody is exempt.
    assert manifest.readiness["contract_suite"] == "done"
    assert manifest.readiness["readme"] == "done"
    assert manifest.readiness["probe"] == "done"
