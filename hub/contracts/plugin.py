"""What every plugin gets when it is made, and what its probe answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.kernel.clock import Clock, SystemClock


@dataclass(frozen=True)
class PluginContext:
    """The surroundings of one configured plugin (an *instance*).

    ``hook_url`` is the public address where the other side may call this instance (it already
    holds the instance's hook secret). ``hook_secret`` is that secret. ``environment`` is
    ``production``, ``test`` or ``demo``; a plugin refuses sandbox settings in production.
    ``ports`` are the hub's own services that the manifest asks for by name.
    """

    instance: str
    workspace: str = "default"
    environment: str = "test"
    clock: Clock = field(default_factory=SystemClock)
    hook_url: str = ""
    hook_secret: str = ""
    public_host: str = ""
    ports: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ProbeResult:
    """The answer of ``probe()``: reached, with these facts (no secrets). A failure raises."""

    summary: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class RawHook:
    """An inbound call exactly as it arrived. Header names are lower case.

    ``url`` is the public address that was called, ``remote_ip`` the caller as trusted proxies tell.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    remote_ip: str
    received_at: datetime


@dataclass(frozen=True)
class HookAnswer:
    """What the hub answers to an inbound call that verified."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


Wording = Mapping[str, str]
"""A text for people in several languages: language code → text; always has ``en``."""

PluginFactory = Callable[[Any, PluginContext], Any]
