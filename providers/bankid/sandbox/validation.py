"""Which requests the sandbox takes: the strict rules of the API, one table for all calls."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


class ApiError(Exception):
    """An error answer."""

    def __init__(self, status: int, code: str, details: str = "") -> None:
        super().__init__(details)
        self.status = status
        self.code = code
        self.details = details


def invalid(details: str) -> ApiError:
    """The answer to everything that breaks a rule."""
    return ApiError(400, "invalidParameters", details)


@dataclass(frozen=True)
class Rule:
    """One call: which members are needed, and the limits of its texts after base64."""

    needed: tuple[str, ...]
    visible_limit: int = 0
    hidden_limit: int = 0
    optional: tuple[str, ...] = ()


_COMMON = ("userVisibleDataFormat", "requirement", "returnRisk")
_BROWSER = ("returnUrl", "web", "app")
_TEXTS = ("userVisibleData", "userNonVisibleData")
_PAYMENT = ("userVisibleTransaction", "riskFlags")
RULES: dict[str, Rule] = {
    "auth": Rule(("endUserIp",), 1_500, 1_500, (*_TEXTS, *_COMMON, *_BROWSER)),
    "sign": Rule(("endUserIp", "userVisibleData"), 40_000, 200_000, (*_TEXTS, *_COMMON, *_BROWSER)),
    "payment": Rule(
        ("endUserIp", "userVisibleTransaction"),
        1_500,
        1_500,
        (*_TEXTS, *_COMMON, *_BROWSER, *_PAYMENT),
    ),
    "phone/auth": Rule(("personalNumber", "callInitiator"), 1_500, 1_500, (*_TEXTS, *_COMMON)),
    "phone/sign": Rule(
        ("personalNumber", "callInitiator", "userVisibleData"),
        40_000,
        200_000,
        (*_TEXTS, *_COMMON),
    ),
    "other/payment": Rule(
        ("personalNumber", "userVisibleTransaction"), 1_500, 1_500, (*_COMMON, *_PAYMENT)
    ),
    "collect": Rule(("orderRef",)),
    "cancel": Rule(("orderRef",)),
}

_OID = re.compile(r"\d+(\.\d+){3,}(\.\*)?")
_DOMAIN = re.compile(r"[a-z0-9.-]{3,253}")


def check_body(operation: str, body: Any) -> Mapping[str, Any]:
    """``body`` if it keeps every rule of ``operation``. Raises ``ApiError``."""
    if not isinstance(body, dict):
        raise invalid("the body is not a JSON object")
    rule = RULES[operation]
    for name in rule.needed:
        if name not in body:
            raise invalid(f"No such parameter: {name}")
    if unknown := body.keys() - set(rule.needed) - set(rule.optional):
        raise invalid(f"Unknown parameter: {sorted(unknown)[0]}")
    if "web" in body and "app" in body:
        raise invalid("web and app exclude each other")
    for name, value in body.items():
        _CHECKS.get(name, _text)(name, value)
    for name, limit in (
        ("userVisibleData", rule.visible_limit),
        ("userNonVisibleData", rule.hidden_limit),
    ):
        if name in body:
            _base64(name, body[name], limit)
    return body


def _text(name: str, value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise invalid(f"Invalid {name}")


def _base64(name: str, value: str, limit: int) -> None:
    try:
        base64.b64decode(value, validate=True).decode("utf-8" if "NonV" not in name else "latin-1")
    except (binascii.Error, ValueError):
        raise invalid(f"Invalid {name}: not base64 of UTF-8") from None
    if len(value) > limit:
        raise invalid(f"Invalid {name}: longer than {limit}")


def _boolean(name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise invalid(f"Invalid {name}")


def _address(name: str, value: Any) -> None:
    try:
        ipaddress.ip_address(value if isinstance(value, str) else "")
    except ValueError:
        raise invalid(f"Invalid {name}") from None


def _personal_number(name: str, value: Any) -> None:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{12}", value):
        raise invalid(f"Invalid {name}")


def _one_of(*values: str) -> Callable[[str, Any], None]:
    def check(name: str, value: Any) -> None:
        if value not in values:
            raise invalid(f"Invalid {name}")

    return check


def _policies(name: str, value: Any) -> None:
    fits = isinstance(value, list) and value
    if not fits or not all(isinstance(p, str) and _OID.fullmatch(p) for p in value):
        raise invalid(f"Invalid {name}")


def _object(checks: Mapping[str, Callable[[str, Any], None]]) -> Callable[[str, Any], None]:
    def check(name: str, value: Any) -> None:
        if not isinstance(value, dict) or not value:
            raise invalid(f"Invalid {name}")
        for key, inner in value.items():
            if key not in checks:
                raise invalid(f"Unknown parameter: {name}.{key}")
            checks[key](f"{name}.{key}", inner)

    return check


def _limited(
    low: int, high: int, shape: re.Pattern[str] | None = None
) -> Callable[[str, Any], None]:
    def check(name: str, value: Any) -> None:
        if not isinstance(value, str) or not low <= len(value) <= high:
            raise invalid(f"Invalid {name}")
        if shape and not shape.fullmatch(value):
            raise invalid(f"Invalid {name}")

    return check


def _return_url(name: str, value: Any) -> None:
    if not isinstance(value, str) or not re.match(r"[a-z][a-z0-9+.-]*:", value, re.IGNORECASE):
        raise invalid(f"Invalid {name}")


def _transaction(name: str, value: Any) -> None:
    if not isinstance(value, dict) or value.get("transactionType") not in {"card", "npa"}:
        raise invalid(f"Invalid {name}.transactionType")
    recipient = value.get("recipient")
    if not isinstance(recipient, dict) or not recipient.get("name"):
        raise invalid(f"Invalid {name}.recipient")
    if ("money" in value) != (value["transactionType"] == "card"):
        raise invalid(f"Invalid {name}.money")


def _flags(name: str, value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(flag, str) for flag in value):
        raise invalid(f"Invalid {name}")


_REQUIREMENT = {
    "personalNumber": _personal_number,
    "pinCode": _boolean,
    "mrtd": _boolean,
    "cardReader": _one_of("class1", "class2"),
    "certificatePolicies": _policies,
    # The official demo writes upper case, another client lower case.
    "risk": _one_of("low", "moderate", "LOW", "MODERATE"),
}
_CHECKS: dict[str, Callable[[str, Any], None]] = {
    "endUserIp": _address,
    "personalNumber": _personal_number,
    "callInitiator": _one_of("user", "RP"),
    "userVisibleDataFormat": _one_of("plaintext", "simpleMarkdownV1"),
    "requirement": _object(_REQUIREMENT),
    "returnUrl": _return_url,
    "returnRisk": _boolean,
    "web": _object(
        {
            "referringDomain": _limited(3, 253, _DOMAIN),
            "userAgent": _limited(1, 256),
            "deviceIdentifier": _limited(1, 64),
        }
    ),
    "app": _object(
        {
            name: _limited(1, 256)
            for name in ("appIdentifier", "deviceOS", "deviceModelName", "deviceIdentifier")
        }
    ),
    "userVisibleTransaction": _transaction,
    "riskFlags": _flags,
}
