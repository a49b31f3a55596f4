"""From a signing task to the body of ``/sign``. Limits are checked before anything is sent."""

from __future__ import annotations

import base64
import ipaddress
import re
from typing import Any

from hub.contracts.requests import ClientContext, SigningTask
from hub.kernel.crypto import canonical_json
from hub.kernel.errors import Refused
from providers.bankid.codes import say
from providers.bankid.settings import BankIdSettings

VISIBLE_LIMIT = 40_000  # both after base64
HIDDEN_LIMIT = 200_000
_AGENT_LIMIT = 256
_DEVICE_LIMIT = 64
_DOMAIN = re.compile(r"[a-z0-9.-]{3,253}")
_PERSONAL_NUMBER = re.compile(r"\d{12}")


def sign_body(task: SigningTask, settings: BankIdSettings, public_host: str) -> dict[str, Any]:
    """What ``/sign`` is called with. Raises ``Refused`` with a code that says what is wrong."""
    body: dict[str, Any] = {
        "endUserIp": _client_ip(task),
        "userVisibleData": _limited(visible_data(task), VISIBLE_LIMIT, "text_too_long", task),
        "userNonVisibleData": _limited(hidden_data(task), HIDDEN_LIMIT, "data_too_long", task),
    }
    if not task.visible_text.strip():
        raise _refused("text_missing", "there is no text to sign", task)
    if settings.text_format != "plaintext":
        body["userVisibleDataFormat"] = settings.text_format
    if requirement := _requirement(task, settings):
        body["requirement"] = requirement
    if not settings.risk:
        body["returnRisk"] = True  # with a requirement BankID tells the risk anyhow
    if task.return_url:
        body["returnUrl"] = task.return_url
    if web := _web(task.client, public_host):
        body["web"] = web
    return body


def visible_data(task: SigningTask) -> bytes:
    """The exact bytes that the app shows and the customer signs."""
    return task.visible_text.encode()


def hidden_data(task: SigningTask) -> bytes:
    """The exact bytes that are signed unseen: one line that ties the signature to this order, so
    that no signature fits another one, then the hub's own data as given."""
    line = {
        "order": task.order_id,
        "request": task.request_id,
        "recipient": task.recipient.key,
        "documents": list(task.document_sha256),
    }
    return b"paraph/1 " + canonical_json(line) + b"\n" + task.hidden_data


def _client_ip(task: SigningTask) -> str:
    given = task.client.ip if task.client else ""
    try:
        return str(ipaddress.ip_address(given.partition("%")[0]))
    except ValueError:
        raise _refused(
            "client_ip_missing", "the customer's IP address is not known", task
        ) from None


def _limited(data: bytes, limit: int, code: str, task: SigningTask) -> str:
    encoded = base64.b64encode(data).decode()
    if len(encoded) > limit:
        raise _refused(code, f"{len(encoded)} characters after base64, BankID takes {limit}", task)
    return encoded


def _requirement(task: SigningTask, settings: BankIdSettings) -> dict[str, Any]:
    required: dict[str, Any] = {}
    if task.recipient.national_id:
        number = task.recipient.national_id.replace("-", "")
        if not _PERSONAL_NUMBER.fullmatch(number):
            raise _refused("bad_national_id", "the named personal number is not 12 digits", task)
        required["personalNumber"] = number
    if settings.pin_code:
        required["pinCode"] = True
    if settings.certificate_policies:
        required["certificatePolicies"] = list(settings.certificate_policies)
    if settings.risk:
        required["risk"] = settings.risk.upper()
    return required


def _web(client: ClientContext | None, public_host: str) -> dict[str, str]:
    """The browser as BankID's risk rating wants it; only what is known and well formed."""
    if client is None:
        return {}
    web: dict[str, str] = {}
    if domain := _domain(client.host or public_host):
        web["referringDomain"] = domain
    if client.user_agent:
        web["userAgent"] = client.user_agent[:_AGENT_LIMIT]
    if client.device_id:
        web["deviceIdentifier"] = client.device_id[:_DEVICE_LIMIT]
    return web


def _domain(host: str) -> str:
    name = host.rsplit(":", 1)[0] if host.count(":") == 1 else host
    try:
        name = name.encode("idna").decode().lower()
    except UnicodeError:
        return ""
    return name if _DOMAIN.fullmatch(name) else ""


def _refused(code: str, detail: str, task: SigningTask) -> Refused:
    return Refused(
        f"BankID order not started: {detail}", code=code, customer=say("internal", task.language)
    )
