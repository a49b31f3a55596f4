"""Whether what a step sends can leave: a channel for e-mails, an address, the webhook's secret."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hub.contracts.capabilities import Capability
from hub.contracts.manifest import PluginKind
from hub.mapping.known import Around
from hub.mapping.people import Unfit
from hub.mapping.problems import Path, Problem, unknown_word
from hub.mapping.sendings import AIM_OF, ASSIGNED, EMAIL
from hub.mapping.steps import Step


def sending_problems(around: Around, step: Step) -> Iterator[Problem]:
    """Everything about an e-mail or a webhook that follows an event."""
    at: Path = (*step.path, step.action)
    if step.spec.kind == EMAIL:
        yield from _email(around, step, at)
    elif step.spec.instance not in around.secrets:
        message = unknown_word("webhook secret", step.spec.instance, around.secrets)
        where = f"{message} (webhook_secrets of {around.workspace})"
        yield around.problem((*at, "secret"), where)
    yield from _aim(around, step, (*at, step.aim))


def _email(around: Around, step: Step, at: Path) -> Iterator[Problem]:
    channels = [one for one in around.instances.values() if one.kind is PluginKind.CHANNEL]
    if not any(Capability.EMAIL in one.capabilities for one in channels):
        yield around.problem(
            at, "no channel of the workspace can do 'email'; add one, or remove it"
        )
    path = step.target.path if step.target is not None else None
    notify = around.mapping.request.notify
    if path is not None and path.root == ASSIGNED and (notify is None or notify.email is None):
        message = "nobody is assigned; give request.notify an email, or write an address"
        yield around.problem((*at, step.aim), message)


def _aim(around: Around, step: Step, at: Path) -> Iterator[Problem]:
    """An address that a workspace sets is known now."""
    path = step.target.path if step.target is not None else None
    if path is None or path.root != "values" or len(path.parts) != 2:
        return
    value: Any = around.mapping.values.get(str(path.parts[1]))
    if value in (None, ""):
        return  # nobody is meant, or it is told as a value that nobody sets
    try:
        AIM_OF[step.spec.kind](value)
    except Unfit as fault:
        yield around.problem(at, f"the value '{path.parts[1]}' {fault}; set another one")
