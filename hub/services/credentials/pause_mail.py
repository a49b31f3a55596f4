"""E-mails to operations: an instance is paused for its credentials, and goes on. They are written
in English, like commands, health and logs."""

from __future__ import annotations

from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.contracts.capabilities import Capability
from hub.contracts.manifest import PluginKind
from hub.engine.outbox import owe
from hub.services import owed_kinds
from hub.services.core import Core
from hub.services.moments import in_zone
from hub.storage.models import Delivery, Instance, InstancePause

OWED, NO_ADDRESS, NO_CHANNEL = "owed", "no_address", "no_channel"
# What is owed, as people call it.
_KINDS = {
    "message": "messages", "notice": "notices", "step": "steps", "intake": "new requests",
    "follow": "changed records",
    "place": "documents to place", "survey": "looks at documents", "say": "remarks",
    "withdraw": "documents to take back", "collect": "signed documents to fetch",
}  # fmt: skip


def way(core: Core, row: Instance) -> str:
    """Whether operations can be told of a paused instance by e-mail, and if not, why."""
    if not core.workspace(row.workspace_id).operations_email:
        return NO_ADDRESS
    return OWED if _channel(core, row.workspace_id, row.key) else NO_CHANNEL


def untold(pause: InstancePause | None) -> str:
    """For health: why nobody was told by e-mail; empty where somebody was."""
    if pause is None or pause.mail == OWED:
        return ""
    if pause.mail == NO_ADDRESS:
        return "nobody was told by e-mail: add operations: {email: …} to the workspace"
    return "nobody was told by e-mail: no other channel sends e-mail"


def commands(core: Core, workspace: str, instance: str) -> tuple[str, str]:
    """Where credentials are mended: the command, and the address of the API."""
    several = f" --workspace {workspace}" if len(core.workspaces) > 1 else ""
    command = f"paraph mend-credentials {instance}{several} --set NAME"
    address = f"{core.links.public_url}/api/v1/instances/{quote(instance)}/credentials"
    return command, address


def owe_paused(core: Core, session: Session, pause: InstancePause, why: str) -> None:
    """Owe the mail that tells of the pause, in its transaction."""
    workspace = core.workspace(pause.workspace_id)
    where = core.instance(pause.workspace_id, pause.instance)
    title = core.registry.manifest(where).title
    command, address = commands(core, workspace.key, pause.instance)
    text = (
        f"{title} refuses the hub's sign-in. The instance {pause.instance} of {workspace.name} is "
        f"paused since {in_zone(pause.began_at, workspace.zone)}: nothing is sent there, and what "
        f"is owed to it waits.\n\nWhat it said: {why}\n\nWhat waits: "
        f"{_owed(session, pause)}.\n\nMend it, either by\n\n  {command}\n\n(asks for the value; "
        f"NAME is password, for example) or by\n\n  PATCH {address}\n\nor in the settings at "
        f"{core.registry.settings(where).where}. New values are tried before they are kept. Then "
        "everything goes out in its order; nothing is lost meanwhile."
    )
    _owe(core, session, pause, "paused", f"Paused: {title} refuses the sign-in", text)


def owe_resumed(core: Core, session: Session, pause: InstancePause) -> None:
    """Owe the mail that tells that it goes on."""
    workspace = core.workspace(pause.workspace_id)
    text = (
        f"The instance {pause.instance} of {workspace.name}, paused since "
        f"{in_zone(pause.began_at, workspace.zone)}, is in service again.\n\nWhat waited goes out "
        f"now, in its order: {_owed(session, pause)}."
    )
    _owe(core, session, pause, "resumed", f"Goes on: {pause.instance}", text)


def _owe(
    core: Core, session: Session, pause: InstancePause, about: str, subject: str, text: str
) -> None:
    workspace = core.workspace(pause.workspace_id)
    channel = _channel(core, pause.workspace_id, pause.instance)
    if channel is None:  # it was taken out of the settings meanwhile
        return
    owe(
        session,
        workspace_id=pause.workspace_id,
        request_id=None,
        entity=f"pause:{pause.id}",
        kind=owed_kinds.NOTICE,
        step=f"pause_{about}",
        destination=channel,
        payload={
            "to": workspace.operations_email,
            "to_name": workspace.name,
            "text": text,
            "sender": workspace.name,
            "subject": " ".join(subject.split()),
            "html": None,
            "language": "en",
            "files": [],
        },
        key=f"pause:{pause.id}:{about}",
        seq=0 if about == "paused" else 1,
        now=core.clock.now(),
        wall=core.clock.wall(),
    )


def _channel(core: Core, workspace_id: str, paused: str) -> str | None:
    """The workspace's first channel for e-mail that is not the paused instance itself."""
    for key in core.workspace(workspace_id).instances:
        manifest = core.registry.manifest(core.instance(workspace_id, key))
        mails = manifest.kind is PluginKind.CHANNEL and manifest.can(Capability.EMAIL)
        if mails and key != paused:
            return key
    return None


def _owed(session: Session, pause: InstancePause) -> str:
    """What is owed to the instance, counted by kind."""
    query = (
        select(Delivery.kind, func.count())
        .where(
            Delivery.workspace_id == pause.workspace_id,
            Delivery.destination == pause.instance,
            Delivery.state.in_(("pending", "retry", "leased", "paused")),
        )
        .group_by(Delivery.kind)
        .order_by(Delivery.kind)
    )
    counted = [f"{count} {_KINDS.get(kind, kind)}" for kind, count in session.execute(query)]
    return ", ".join(counted) or "nothing yet"
