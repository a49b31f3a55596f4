"""E-mails and webhooks that follow an event, as steps of a mapping.

They are owed, tried again and done once as all steps are. A webhook goes out as those of
subscriptions do: signed by Standard Webhooks, through the guard, never redirected.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from hub.engine.retry import GONE
from hub.engine.work import Work
from hub.kernel.errors import ConfigurationError, Refused
from hub.mapping.sendings import Email, Sending, Webhook
from hub.services import messages
from hub.services.core import Core
from hub.services.handing_over import hand_over
from hub.services.receipts import LARGEST
from hub.services.receivers import judge
from hub.services.webhooks import RECEIVER_GONE
from hub.toolkit.signatures import sign


def send(core: Core, work: Work, sending: Sending) -> dict[str, Any]:
    """Send it; what is kept of the answer. Raises as channels and receivers do, ``Refused`` for a
    file that no mail server takes."""
    if isinstance(sending, Email):
        return _mail(core, work, sending)
    return _call(core, work, sending)


def _mail(core: Core, work: Work, mail: Email) -> dict[str, Any]:
    size = sum(len(one.content) for one in mail.files)
    if size > LARGEST:
        raise Refused(
            f"the file that goes along has {size // 1_000_000} MB, more than mail servers take for "
            "sure: take 'attach' out of the step",
            code="file_too_large",
        )
    absent_since = None
    if work.uncertain:
        with core.db.read() as session:
            absent_since = messages.absent_since(session, work.id)
    payload = {
        "to": mail.to,
        "to_name": "",
        "text": mail.text,
        "sender": core.workspace(work.workspace_id).name,
        "subject": " ".join(mail.subject.split()),
        "html": None,
        "language": mail.language,
    }
    receipt = hand_over(core, replace(work, payload=payload), absent_since, mail.files)
    return {"reference": receipt.reference, "parts": receipt.parts, "repeated": receipt.repeated}


def _call(core: Core, work: Work, webhook: Webhook) -> dict[str, Any]:
    secrets = core.workspace(work.workspace_id).webhook_secrets
    if webhook.secret not in secrets:
        raise ConfigurationError(
            f"the workspace has no webhook secret '{webhook.secret}': add it to webhook_secrets"
        )
    body = orjson.dumps(webhook.body)
    ident = f"msg_{work.id}"  # the same on every attempt, as the body is
    signed = sign(ident, core.clock.wall(), body, [secrets[webhook.secret]])
    answer = core.receivers.post(webhook.url, body, {**signed, "idempotency-key": ident})
    try:
        judge(answer)
    except Refused as error:
        raise _of_this_step(error) from None
    return {"status": answer.status}


def _of_this_step(error: Refused) -> Refused:
    """One address that is gone says nothing about others that the same secret signs for."""
    return Refused(error.detail, code=RECEIVER_GONE if error.code == GONE else error.code)
