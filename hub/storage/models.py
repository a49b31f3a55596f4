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
from hub.storage.models_hosted import HostedAgreement
from hub.storage.models_lines import JobLine
from hub.storage.models_notices import HeldNotice, Preference
from hub.storage.models_paper import (
    Acceptance,
    Attachment,
    Blob,
    Document,
    DocumentPage,
    Evidence,
    OneTimeCode,
    Viewing,
)
from hub.storage.models_polled import KeptHooks, PolledTable
from hub.storage.models_portal import (
    Contact,
    PortalEntry,
    PortalSession,
    PublicLink,
    PublicTry,
    Share,
)
from hub.storage.models_register import CaseNote, Customer, CustomerKey, NumberSeries, RepairCase
from hub.storage.models_request import (
    AccessToken,
    Recipient,
    Request,
    RequestEvent,
    SigningOrder,
)
from hub.storage.models_secret import HeldRequest, InstancePause, InstanceSecret
from hub.storage.models_talk import Message, MessageFile
from hub.storage.models_webhook import WebhookSubscription
from hub.storage.models_work import Attempt, Delivery, Lease, Replay, ReplayItem, Timer

__all__ = [
    "Acceptance",
    "AccessToken",
    "ApiKey",
    "Attachment",
    "Attempt",
    "Base",
    "Blob",
    "CaseNote",
    "Contact",
    "Customer",
    "CustomerKey",
    "Delivery",
    "Document",
    "DocumentPage",
    "Evidence",
    "HeldNotice",
    "HeldRequest",
    "HostedAgreement",
    "Inbound",
    "Instance",
    "InstancePause",
    "InstanceSecret",
    "JobLine",
    "KeptHooks",
    "Lease",
    "MappingVersion",
    "Message",
    "MessageFile",
    "NumberSeries",
    "OneTimeCode",
    "PolledTable",
    "PortalEntry",
    "PortalSession",
    "Preference",
    "PublicLink",
    "PublicTry",
    "Recipient",
    "RepairCase",
    "Replay",
    "ReplayItem",
    "Request",
    "RequestEvent",
    "Scoped",
    "Share",
    "SigningOrder",
    "Timer",
    "Viewing",
    "WebhookSubscription",
    "Workspace",
]
