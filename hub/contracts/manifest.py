"""``manifest.toml`` of a plugin: what it is, which class, what it can do, how ready it is.

::

    key = "sms_46elks"                  # the folder's name
    kind = "channel"                    # connector | provider | channel
    title = "46elks SMS"
    class = "channel:ElksChannel"       # module inside the folder : class
    protocol = "HTTPS, form in, JSON out"
    capabilities = ["sms", "reports", "lookup"]
    needs = []                          # ports of the hub
    sandbox = "sandbox:ElksSandbox"     # optional: the simulator, module : class

    [readiness]                         # every rule of READINESS: "done", or "exempt: reason"
    probe = "done"
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from hub.contracts.capabilities import Capability
from hub.kernel.errors import ConfigurationError

READINESS = (
    "contract_suite",  # inherits the suite of its kind
    "probe",  # checks reach and credentials without changing anything
    "error_mapping",  # every vendor code that the fact sheet lists is mapped
    "unknown_outcome",  # a broken connection never leads to a double effect
    "redaction",  # nothing personal in its logs and errors
    "sandbox",  # a simulator that speaks the vendor's real protocol
    "readme",  # setup, quirks, limits
    "live_account",  # tried against the real thing
)


class PluginKind(StrEnum):
    """The three kinds of plugin."""

    CONNECTOR = "connector"
    PROVIDER = "provider"
    CHANNEL = "channel"


@dataclass(frozen=True)
class Manifest:
    """One plugin folder, as its manifest says. ``package`` is its import path."""

    key: str
    kind: PluginKind
    title: str
    class_path: str
    protocol: str
    package: str
    folder: Path
    capabilities: frozenset[Capability]
    needs: tuple[str, ...]
    sandbox: str | None
    readiness: dict[str, str]

    def can(self, capability: Capability) -> bool:
        """Whether the capability is declared."""
        return capability in self.capabilities


def read_manifest(path: Path, package: str) -> Manifest:
    """Parse and check one ``manifest.toml``. Raises ``ConfigurationError`` naming file and key."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from error
    problems = list(_problems(data, path))
    if problems:
        raise ConfigurationError(f"{path}: the manifest is not valid", problems=tuple(problems))
    return Manifest(
        key=data["key"],
        kind=PluginKind(data["kind"]),
        title=data["title"],
        class_path=data["class"],
        protocol=data["protocol"],
        package=package,
        folder=path.parent,
        capabilities=frozenset(Capability(name) for name in data["capabilities"]),
        needs=tuple(data.get("needs", ())),
        sandbox=data.get("sandbox"),
        readiness=dict(data["readiness"]),
    )


_KEYS = {"key", "kind", "title", "class", "protocol", "capabilities", "readiness"}
_OPTIONAL = {"needs", "sandbox"}


def _problems(data: dict[str, Any], path: Path) -> list[str]:
    found = [f"{path}: '{key}' is missing" for key in sorted(_KEYS - data.keys())]
    found += [f"{path}: unknown key '{key}'" for key in sorted(data.keys() - _KEYS - _OPTIONAL)]
    if found:
        return found
    if data["key"] != path.parent.name:
        found.append(f"{path}: key '{data['key']}' must be the folder's name '{path.parent.name}'")
    if data["kind"] not in set(PluginKind):
        found.append(f"{path}: kind '{data['kind']}' is none of {', '.join(PluginKind)}")
    for name in data["capabilities"]:
        if name not in set(Capability):
            found.append(f"{path}: unknown capability '{name}'")
    for rule in READINESS:
        value = data["readiness"].get(rule, "")
        if value != "done" and not (value.startswith("exempt: ") and len(value) > 8):
            found.append(f"{path}: readiness.{rule} must be 'done' or 'exempt: <reason>'")
    found += [
        f"{path}: unknown readiness rule '{rule}'"
        for rule in data["readiness"].keys() - set(READINESS)
    ]
    return found
