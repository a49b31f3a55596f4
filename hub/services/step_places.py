"""Where a step goes: the instance, channel or receiver that it is owed to, and in whose order."""

from __future__ import annotations

from hub.contracts.events import EventKind
from hub.mapping.sendings import AIMS, EMAIL, WEBHOOK
from hub.mapping.steps import SOURCE, StepSpec
from hub.services import addressing
from hub.services.core import Core
from hub.services.webhooks import receiver
from hub.storage.models import Request


def destination(core: Core, request: Request, step: StepSpec) -> str:
    """The engine's destination of a step. An e-mail without a channel goes to one that is not
    there: it is tried until somebody adds one."""
    if step.kind == EMAIL:
        return addressing.channel_for(core, request, EMAIL) or EMAIL
    if step.kind == WEBHOOK:
        return receiver(step.instance)
    return request.source_instance if step.instance == SOURCE else step.instance


def held_entity(request_id: str) -> str:
    """The order of what a record is told of waiting: behind what waits it would come too late."""
    return f"{request_id}:held"


def entity(request: Request, step: StepSpec, place: str, event: str) -> str:
    """Steps go out one after the other; what is sent and needs no record has an order of its own,
    so that a receiver that is down holds no write-back."""
    if event in (EventKind.HELD, EventKind.RESUMED):
        return held_entity(request.id)
    alone = step.kind in AIMS and not step.needs
    return f"{request.id}:{place}" if alone else f"{request.id}:back"
