"""What a CRM says when it says no, and what that means to us.

Statuses mean what RFC 9110 says, as far as servers keep to it. A table of the settings adds the
vendor's own codes. An answer's text may hold personal data: it is taken only where a setting says
so, without anything that we sent and without what looks personal.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from connectors.crm_rest.settings import LATER, LOCKED, NOT_FOUND, REFUSED, SIGN_IN, CrmRestSettings
from connectors.crm_rest.shapes import at
from hub.kernel.errors import (
    AuthenticationFailed,
    MalformedAnswer,
    NotFound,
    OutcomeUnknown,
    ParaphError,
    Permanent,
    RecordLocked,
    Refused,
    Retryable,
)
from hub.kernel.redact import redact_text
from hub.toolkit.http import Answer


class SignInRefused(AuthenticationFailed):
    """Status 401: an OAuth2 token is renewed once; otherwise it is what it is."""


class LostRace(Refused):
    """Status 412: the record changed since it was read. Read again; never leaves the plugin
    unless nothing was compared."""


class Conflict(Refused):
    """Status 409: it clashes with another record."""


# status → class, code. What is missing falls to its hundred, below.
STATUS: dict[int, tuple[type[ParaphError], str]] = {
    400: (Refused, "rejected"),
    401: (SignInRefused, "authentication_failed"),
    403: (Refused, "forbidden"),
    404: (NotFound, "not_found"),
    405: (Permanent, "method_not_supported"),
    406: (Permanent, "wrong_content_type"),
    408: (OutcomeUnknown, "outcome_unknown"),
    409: (Conflict, "conflict"),
    410: (NotFound, "gone"),
    412: (LostRace, "changed_meanwhile"),
    413: (Refused, "too_large"),
    415: (Permanent, "wrong_content_type"),
    422: (Refused, "bad_value"),
    423: (RecordLocked, "record_locked"),
    425: (Retryable, "too_early"),
    428: (Refused, "version_wanted"),
    429: (Retryable, "too_many_calls"),
    501: (Permanent, "method_not_supported"),
}
WORDS: dict[str, type[ParaphError]] = {
    REFUSED: Refused,
    NOT_FOUND: NotFound,
    LOCKED: RecordLocked,
    LATER: Retryable,
    SIGN_IN: SignInRefused,
}
ADVICE = {
    405: "look at the table's paths and update_method",
    415: "look at update_type",
    428: "set if_match for this table",
}
# What a page of somebody in front of the CRM may say that is believed; the rest passes.
_BELIEVED = frozenset({401, 413, 429})
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,60}")
_SHORTEST = 3  # of what is taken out of a message
_LONGEST = 200


def failure(
    answer: Answer,
    settings: CrmRestSettings,
    *,
    changes: bool,
    sent: Collection[str] = (),
    is_file: bool = False,
) -> ParaphError | None:
    """What an answer means that is not as it should be; None for a good one. A file may look like
    a page, as drawings do, unless the server calls it one.

    ``changes``: the call may have had an effect. A server error, or a page instead of JSON, then
    leaves its outcome unknown, since a proxy may say so of a call that went through.
    """
    status = answer.status
    if is_file and "html" not in answer.headers.get("Content-Type", "").lower():
        return None
    if status < 300 and not is_page(answer):
        return None
    if is_page(answer) and status not in _BELIEVED:
        return _unclear(
            f"a page came instead of JSON, with status {status}; if it is not a proxy's that "
            "passes, correct base_url and the table's paths",
            changes=changes,
        )
    if 300 <= status < 400:
        return _unclear(
            f"the CRM answered {status}, another address: correct base_url, redirects are not "
            "followed",
            changes=changes,
        )
    body = _body(answer)
    code = _code(body, settings)
    detail = " ".join([f"the CRM answered {status}", *([f"({code})"] if code else [])]) + _message(
        body, settings, sent
    )
    if status in ADVICE:
        detail += f"; {ADVICE[status]}"
    word = settings.error_words.get(code)
    kind, meaning = (WORDS[word], "") if word else STATUS.get(status, (None, ""))
    if kind is None:
        kind = Permanent if status < 500 else OutcomeUnknown
    if kind is OutcomeUnknown and not changes:
        kind, meaning = Retryable, ""
    return _made(kind, meaning, detail, answer, settings)


def unreadable(answer: Answer, what: str, *, changes: bool) -> ParaphError:
    """A good status with a body that is not what it should be."""
    return _unclear(f"the CRM answered {answer.status}, but {what}", changes=changes)


def is_page(answer: Answer) -> bool:
    """Whether a browser was meant."""
    kind = answer.headers.get("Content-Type", "").lower()
    return bool(answer.body.strip()) and ("html" in kind or answer.body.lstrip()[:1] == b"<")


def _unclear(detail: str, *, changes: bool) -> ParaphError:
    return OutcomeUnknown(detail) if changes else Retryable(detail, code=MalformedAnswer.code)


def _made(
    kind: type[ParaphError], code: str, detail: str, answer: Answer, settings: CrmRestSettings
) -> ParaphError:
    if issubclass(kind, RecordLocked):
        after = answer.retry_after
        return kind(detail, retry_after=settings.lock_retry_after if after is None else after)
    if issubclass(kind, Retryable):
        return kind(detail, retry_after=answer.retry_after, code=code or None)
    return kind(detail, code=code or None)


def _body(answer: Answer) -> Any:
    try:
        return answer.json()
    except MalformedAnswer:
        return None


def _code(body: Any, settings: CrmRestSettings) -> str:
    found = at(body, settings.error_code) if settings.error_code else ""
    text = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    return text if _CODE.fullmatch(text) and redact_text(text) == text else ""


def _message(body: Any, settings: CrmRestSettings, sent: Collection[str]) -> str:
    found = at(body, settings.error_message) if settings.error_message else None
    if not isinstance(found, str):
        return ""
    for word in sorted(sent, key=len, reverse=True):
        if len(word) >= _SHORTEST:
            found = found.replace(word, "•••")
    return f": {redact_text(found)[:_LONGEST]}"


def ours(headers: Mapping[str, str]) -> bool:
    """Whether an answer to a repeated call says that it is the first one's."""
    names = ("Idempotent-Replayed", "Idempotency-Replayed", "Idempotent-Replay")
    return any(headers.get(name, "").lower() == "true" for name in names)
