"""What Agiloft says when it says no, and what that means to us.

Texts are those of the vendor's REST help pages (fact sheet, section 11), exception names those of
its SOAP pages (section 13), codes of the webhook API those of section 12.2. A text nobody has
mapped falls back to its status, is logged once, and stays in the error's detail, redacted.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from hub.kernel.errors import (
    AuthenticationFailed,
    NotFound,
    OutcomeUnknown,
    ParaphError,
    Permanent,
    RecordLocked,
    Refused,
    Retryable,
)
from hub.kernel.logging import get_logger
from hub.kernel.redact import redact_text

_log = get_logger(__name__)


class SessionEnded(Exception):
    """Token or session is over: renew it and repeat the call once. Never leaves the plugin."""


# (pattern in the message, class, code); the first one that fits wins.
TEXTS: tuple[tuple[re.Pattern[str], type[Exception], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind, code)
    for pattern, kind, code in (
        (r"refresh token.*expired", SessionEnded, "token_expired"),
        (
            r"token.*(expired|blocked)|no active session|session.*(expired|invalid)",
            SessionEnded,
            "",
        ),
        (r"both .*token|token and (login|credentials)", Permanent, "both_credentials"),
        (r"neither .*token|no credentials|authorization scheme", SessionEnded, ""),
        (r"token.*(another|different|other) (kb|knowledge)", AuthenticationFailed, "wrong_kb"),
        (
            r"(login|password|credentials) .*(wrong|incorrect|invalid)",
            AuthenticationFailed,
            "",
        ),
        (r"(wrong|incorrect|invalid|bad) (login|password|credential)", AuthenticationFailed, ""),
        (r"user.*(blocked|may not log ?in|cannot log ?in)", AuthenticationFailed, "user_blocked"),
        (r"group.*not allowed|ip.*(black ?list|blocked)", AuthenticationFailed, "api_not_allowed"),
        (r"(unknown|no such|invalid) (kb|knowledge ?base)", AuthenticationFailed, "unknown_kb"),
        (r"\block(ed|s)?\b|being edited", RecordLocked, "record_locked"),
        (r"wrong format|no choice|linked|no (single )?match|several match", Refused, "bad_value"),
        (r"no data|record .*not found|does not exist|no record", NotFound, "not_found"),
        (r"table .*not found|no (such )?table", Refused, "unknown_table"),
        (r"no column|no field", Refused, "bad_field"),
        (r"no search", Refused, "unknown_search"),
        (r"missing (required )?(parameter|id|\$)|bad where|wrong query", Refused, "bad_call"),
        (r"dependants|dependents", Refused, "has_dependants"),
        (r"permission|not permitted|forbidden", Refused, "forbidden"),
        (r"extension", Refused, "file_type_refused"),
    )
)

STATUS: dict[int, tuple[type[Exception], str]] = {
    400: (Refused, "rejected"),
    401: (SessionEnded, "unauthorized"),
    403: (Refused, "forbidden"),
    404: (NotFound, "not_found"),
    405: (Permanent, "method_not_supported"),
    409: (Refused, "conflict"),
    413: (Refused, "too_large"),
    415: (Permanent, "wrong_content_type"),
    429: (Retryable, "too_many_calls"),
}

# exception class names, in SOAP faults and on HTML error pages.
EXCEPTIONS: dict[str, tuple[type[Exception], str]] = {
    "EWIntegrityException": (Refused, "integrity"),
    "EWOperationException": (Refused, "operation_forbidden"),
    "EWPermissionException": (Refused, "forbidden"),
    "EWSessionException": (SessionEnded, "session_expired"),
    "EWUnexpectedException": (OutcomeUnknown, "unexpected"),
    "EWWrongDataException": (Refused, "bad_value"),
}

WEBHOOKS: dict[str, tuple[type[Exception], str]] = {
    "BAD_REQUEST": (Refused, "bad_call"),
    "INVALID_JSON": (Permanent, "bad_call"),
    "MISC_ERROR": (Refused, "rejected"),
    "INVALID_PARAMETERS": (Refused, "bad_field"),
    "MISSING_REQUIRED_PARAM": (Refused, "bad_field"),
    "INVALID_URL": (Refused, "handshake_failed"),
    "WEBHOOK_LIMIT_EXCEEDED": (Refused, "too_many_webhooks"),
    "UNAUTHORIZED": (SessionEnded, "unauthorized"),
    "INVALID_ACCESS_TOKEN": (SessionEnded, "unauthorized"),
    "INVALID_LOGIN": (AuthenticationFailed, "authentication_failed"),
    "FORBIDDEN": (Refused, "forbidden"),
    "WEBHOOK_CREATION_NOT_ALLOWED": (Refused, "webhooks_not_allowed"),
    "INVALID_WEBHOOK_KEY": (NotFound, "not_found"),
    "METHOD_NOT_ALLOWED": (Permanent, "method_not_supported"),
    "CONFLICT": (RecordLocked, "record_locked"),
    "SERVER_ERROR": (Retryable, "unavailable"),
}

# What a page of somebody in front of Agiloft may say that is to be believed. The rest passes.
_BELIEVED_OF_A_PAGE = (SessionEnded, AuthenticationFailed, Retryable)
_TOO_LARGE = 413  # a proxy's own limit stays

_EXCEPTION_NAME = re.compile(r"\bEW[A-Z]\w*Exception\b")
_seen: set[str] = set()
_seen_lock = threading.Lock()


def failure(status: int, message: str, *, changes: bool) -> Exception:
    """The error for an answer with ``status`` and Agiloft's ``message``.

    ``changes`` says that the call may have had an effect: a server error then leaves the outcome
    unknown, since a proxy may answer 502 for a call that went through.
    """
    detail = f"Agiloft answered {status}: {redact_text(message)[:300]}".rstrip(": ")
    for pattern, kind, code in TEXTS:
        if pattern.search(message):
            return _make(kind, code, detail)
    named = _EXCEPTION_NAME.search(message)
    if named and named.group() in EXCEPTIONS:
        kind, code = EXCEPTIONS[named.group()]
        return _make(Retryable if kind is OutcomeUnknown and not changes else kind, code, detail)
    _log_once(status, named.group() if named else "")
    if status in STATUS:
        return _make(*STATUS[status], detail)
    if status >= 500 or status < 300:
        return _make(OutcomeUnknown if changes else Retryable, "", detail)
    return _make(Permanent, "", detail)


def page_failure(status: int, message: str, *, changes: bool) -> Exception:
    """The error for an HTML page. Agiloft's own pages name one of its exceptions; any other is a
    proxy's, and its 403 or 404 says nothing about the record."""
    error = failure(status, message, changes=changes)
    if _EXCEPTION_NAME.search(message) or status == _TOO_LARGE:
        return error
    if isinstance(error, _BELIEVED_OF_A_PAGE) and not isinstance(error, RecordLocked):
        return error
    detail = f"a page that is not Agiloft's, with status {status}: {redact_text(message)[:300]}"
    return _make(OutcomeUnknown if changes else Retryable, "", detail.rstrip(": "))


def coded_failure(status: int, code: str, description: str, *, changes: bool) -> Exception:
    """The error for ``{"error": CODE, "error_description": ...}`` (locks, webhook API)."""
    if code in WEBHOOKS:
        kind, word = WEBHOOKS[code]
        if kind is Retryable and changes:
            kind, word = OutcomeUnknown, ""
        return _make(
            kind, word, f"Agiloft answered {status} {code}: {redact_text(description)[:300]}"
        )
    return failure(status, description or code, changes=changes)


def final(error: Exception) -> ParaphError:
    """What leaves the plugin: an ended session that a fresh sign-in did not cure is refusal."""
    if isinstance(error, ParaphError):
        return error
    return AuthenticationFailed(f"Agiloft does not accept the session: {error}")


@contextmanager
def without_address() -> Iterator[None]:
    """Cut the chain of causes: requests puts the whole address, credentials included, into its
    own messages."""
    try:
        yield
    except ParaphError as error:
        raise error from None


def _make(kind: type[Exception], code: str, detail: str) -> Exception:
    if issubclass(kind, ParaphError):
        return kind(detail, code=code or None)
    return kind(detail)


def _log_once(status: int, name: str) -> None:
    word = f"{status} {name}".strip()
    with _seen_lock:
        if word in _seen:
            return
        _seen.add(word)
    _log.warning("agiloft_answer_not_mapped", status=status, kind=name)
