"""GetAccept's words and answers, and what each means to us.

Statuses stand in the vendor's OpenAPI file and in its own Lime CRM add-on; names of events are
inferred from the webhooks' (``document.signed``). Two shapes of errors are in use, a refusal may
come with status 200, and 401 may be empty. An answer's text is told without what we sent, without
addresses and without what looks personal.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from hub.contracts.agreements import AgreementState as A
from hub.contracts.events import EventKind as E
from hub.kernel.errors import (
    AuthenticationFailed,
    MalformedAnswer,
    NotFound,
    OutcomeUnknown,
    ParaphError,
    Permanent,
    Refused,
    Retryable,
    TooLarge,
)
from hub.kernel.logging import get_logger
from hub.kernel.redact import redact_text
from hub.toolkit.http import Answer
from providers.getaccept.reading import meta, without_addresses

_log = get_logger(__name__)

STATUSES: dict[str, A] = {
    "importing": A.PREPARING,
    "processing": A.PREPARING,
    "draft": A.PREPARING,
    "scheduled": A.PREPARING,
    "sealed": A.SENT,
    "sent": A.SENT,
    "viewed": A.OPENED,
    "reviewed": A.OPENED,
    "signed": A.COMPLETED,
    "signedwithoutverification": A.COMPLETED,
    "rejected": A.DECLINED,
    "expired": A.EXPIRED,
    "recalled": A.CANCELLED,
    "lost": A.CANCELLED,  # the sender has given it up
    "hardbounced": A.UNDELIVERED,
}
IMPORTING = frozenset({"importing", "processing", "scheduled"})
DRAFT = "draft"
# A person's status is free text at the vendor; these were seen or are the app's words.
PERSON_STATUSES: dict[str, str] = {
    "draft": "waiting",
    "waiting": "waiting",
    "pending": "waiting",
    "added": "invited",
    "sent": "invited",
    "sealed": "invited",
    "delivered": "invited",
    "viewed": "opened",
    "opened": "opened",
    "reviewed": "opened",
    "verified": "opened",
    "signed": "signed",
    "approved": "approved",
    "rejected": "declined",
    "hardbounced": "undelivered",
    "hardbounce": "undelivered",
    "bounced": "undelivered",
}
EVENTS: dict[str, E] = {
    "created": E.STARTED,
    "imported": E.PREPARED,
    "sealed": E.PREPARED,
    "sent": E.INVITED,
    "viewed": E.OPENED,
    "reviewed": E.VIEWED,
    "signed": E.COMPLETED,
    "partiallysigned": E.SIGNED,
    "approved": E.APPROVED,
    "rejected": E.DECLINED,
    "expired": E.EXPIRED,
    "recalled": E.CANCELLED,
    "lost": E.CANCELLED,
    "downloaded": E.DOWNLOADED,
    "printed": E.DOWNLOADED,
    "forwarded": E.FORWARDED,
    "commented": E.REMARKED,
    "hardbounced": E.UNREACHABLE,
}
# What GetAccept is asked to call for: all that a survey may find changed. Not ``created``: it was
# us, and the hub does not know the reference yet.
HOOK_EVENTS = (
    "document.imported", "document.sent", "document.viewed", "document.reviewed",
    "document.signed", "document.partially_signed", "document.approved", "document.rejected",
    "document.expired", "document.downloaded", "document.printed", "document.forwarded",
    "document.commented", "document.hardbounced",
)  # fmt: skip


class SignInRefused(AuthenticationFailed):
    """Status 401: the token is renewed once."""


class Forbidden(Refused):
    """Status 403: the account or its plan does not allow it."""

    code = "forbidden"


# status → class, code. What is missing falls to its hundred, below.
ANSWERS: dict[int, tuple[type[ParaphError], str]] = {
    400: (Refused, "rejected"),
    401: (SignInRefused, "authentication_failed"),
    402: (Forbidden, "forbidden"),
    403: (Forbidden, "forbidden"),
    404: (NotFound, "not_found"),
    405: (Permanent, "method_not_supported"),
    408: (OutcomeUnknown, "outcome_unknown"),
    409: (Refused, "conflict"),
    410: (NotFound, "not_found"),  # "gone" would take the whole account out of service
    413: (TooLarge, "too_large"),
    422: (Refused, "rejected"),
    429: (Retryable, "too_many_calls"),
}
_BELIEVED = frozenset({401, 413, 429})  # also where a proxy's page says so
_LONGEST = 200
_LONGEST_WAIT = 3600.0
_MOST_TOLD = 1000  # words; what is free text there must not fill log and memory
_SHORTEST = 3  # of what is taken out of a message
_told: set[tuple[str, str, str]] = set()
_lock = threading.Lock()


def plain(word: Any) -> str:
    """A vendor's word as the tables have it: ``document.partially_signed``, ``Hard bounced``."""
    name = str(word).strip().lower().rpartition(".")[2] if isinstance(word, str) else ""
    return re.sub(r"[\s_-]", "", name)


def state_of(status: Any, instance: str) -> A:
    """What a document's status means; ``UNKNOWN``, told once, for a new one."""
    found = STATUSES.get(plain(status))
    if found is None:
        tell_once(instance, "status", str(status))
    return found or A.UNKNOWN


def tell_once(instance: str, what: str, word: str) -> None:
    """Log a word that no table has, once for each instance; so many of them, and then no more."""
    word = redact_text(word)[:40]
    with _lock:
        if (instance, what, word) in _told or len(_told) >= _MOST_TOLD:
            return
        _told.add((instance, what, word))
    _log.warning("getaccept_unknown_word", instance=instance, kind=what, code=word)


def failure(answer: Answer, *, changes: bool, sent: Any = None) -> ParaphError | None:
    """What an answer means that is not as it should be; None for a good one. ``changes``: it may
    have had an effect. A server error, or a page instead of JSON, then leaves that open."""
    status = answer.status
    if is_page(answer) and status not in _BELIEVED:
        return _unclear(f"a page came instead of JSON, with status {status}", changes=changes)
    if 300 <= status < 400:
        return _unclear(f"GetAccept answered {status}, another address", changes=changes)
    if status < 300 and not has_error(answer):
        return None
    detail = f"GetAccept answered {status}{message(answer, sent)}"
    if status < 300:  # the vendor's own add-on takes 200 with an error for a failure
        if changes:
            return Refused(detail, code="rejected")
        return Retryable(detail, code="error_in_answer")
    kind, code = ANSWERS.get(status, (OutcomeUnknown if status >= 500 else Permanent, ""))
    if kind is OutcomeUnknown and not changes:
        kind, code = Retryable, ""
    if issubclass(kind, Retryable):
        return kind(detail, retry_after=wait_of(answer), code=code or None)
    return kind(detail, code=code or None)


def message(answer: Answer, sent: Any = None) -> str:
    """What an answer says went wrong, fit for logs; empty where it says nothing."""
    try:
        body = answer.json()
    except MalformedAnswer:
        return ""
    found = _first_word(body) if isinstance(body, Mapping) else ""
    for word in sorted(set(_words(sent)), key=len, reverse=True):
        found = re.sub(re.escape(word), "•••", found, flags=re.IGNORECASE)
    found = redact_text(str(without_addresses(found)))[:_LONGEST]
    return f": {found}" if found else ""


def wait_of(answer: Answer) -> float | None:
    """Seconds until the next call is welcome: ``Retry-After``, else the rest of the period. Never
    longer than an hour: a moment in the place of seconds would shut us out for years."""
    wait = answer.retry_after
    if wait is None:
        reset = answer.headers.get("X-Rate-Limit-Reset", "").strip()
        wait = float(reset) if answer.status == 429 and reset.isdecimal() else None
    return None if wait is None else min(wait, _LONGEST_WAIT)


def is_page(answer: Answer) -> bool:
    """Whether a browser was meant."""
    kind = answer.headers.get("Content-Type", "").lower()
    return bool(answer.body.strip()) and ("html" in kind or answer.body.lstrip()[:1] == b"<")


def unreadable(answer: Answer, what: str, *, changes: bool) -> ParaphError:
    """A good status with a body that is not what it should be."""
    return _unclear(f"GetAccept answered {answer.status}, but {what}", changes=changes)


def reason_in(value: Any) -> str:
    """What a person wrote when saying no, where an event's data hold it; no field is documented."""
    found = meta(value)
    if isinstance(found, Mapping):
        names = ("reason", "reject_reason", "message", "comment", "text")
        found = next((found[name] for name in names if found.get(name)), "")
    return found.strip() if isinstance(found, str) else ""


def _unclear(detail: str, *, changes: bool) -> ParaphError:
    return OutcomeUnknown(detail) if changes else Retryable(detail, code=MalformedAnswer.code)


def has_error(answer: Answer) -> bool:
    """Whether the body is an object with an ``error``; comes with status 200, too."""
    if b'"error"' not in answer.body[:2000]:
        return False
    try:
        body = answer.json()
    except MalformedAnswer:
        return False
    return isinstance(body, Mapping) and bool(body.get("error"))


def _first_word(body: Mapping[str, Any]) -> str:
    """``message``, ``description``, ``error`` or ``errors``, whichever is there."""
    for name in ("message", "description", "error", "errors"):
        words = [word for word in _words(body.get(name), 1) if word.strip()]
        if words:
            return "; ".join(words[:5])
    return ""


def _words(value: Any, shortest: int = _SHORTEST) -> Iterator[str]:
    """Every text in there of some length."""
    if isinstance(value, str):
        if len(value) >= shortest:
            yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _words(inner, shortest)
    elif isinstance(value, Collection) and not isinstance(value, bytes):
        for inner in value:
            yield from _words(inner, shortest)
