"""All models under one roof, so that one import knows the whole schema."""

from __future__ import annotations

from hub.storage.models_core import (
    ApiKey,
    Base,
    Inbound,
    Instance,
    MappingVersion,
    Scoped,
    Workspace,
)
from hub.storage.models_register import CaseNote, Customer, CustomerKey, NumberSeries, RepairCase
from hub.storage.models_request import (
    AccessToken,
    Recipient,
    Request,
    RequestEvent,
    SigningOrder,
)
from hub.storage.models_webhook import WebhookSubscription
from hub.storage.models_work import Attempt, Delivery, Lease, Replay, ReplayItem, Timer

__all__ = [
    "AccessToken",
    "ApiKey",
    "Attempt",
    "Base",
    "CaseNote",
    "Customer",
    "CustomerKey",
    "Delivery",
    "Inbound",
    "Instance",
    "Lease",
    "MappingVersion",
    "NumberSeries",
    "Recipient",
    "RepairCase",
    "Replay",
    "ReplayItem",
    "Request",
    "RequestEvent",
    "Scoped",
    "SigningOrder",
    "Timer",
    "WebhookSubscription",
    "Workspace",
]
