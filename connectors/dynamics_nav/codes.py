"""What NAV says when it says no, and what that means to us.

A fault's class decides first, then its text, which comes in the server's language; codes of OData
and of the API stand beside them. A word that nobody has mapped is logged once; the vendor's text
stays in the error's detail without what was sent and what looks personal.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection

from connectors.dynamics_nav.refusals import BLOCKED, INVOICED, NO_LINES, NO_RATE, RELEASED, WORDS
from hub.kernel.errors import (
    AuthenticationFailed,
    ConfigurationError,
    MalformedAnswer,
    NotFound,
    OutcomeUnknown,
    ParaphError,
    RecordLocked,
    Refused,
    Retryable,
    TooLarge,
    Unfit,
)
from hub.kernel.logging import get_logger
from hub.kernel.redact import MASK, redact_text

_log = get_logger(__name__)
_LONGEST = 300  # of the vendor's text that is kept
_SHORTEST = 3  # of a value that is masked in it


class LostRace(Refused):
    """The record seems to have changed since it was read: look, and try again."""

    code = "changed_meanwhile"


class Duplicate(Refused):
    """A record with this key is there already."""

    code = "duplicate"


class SignInRefused(AuthenticationFailed):
    """Status 401: a token may have ended."""


# The end of a .NET exception's name in a fault's code → our error and code. Where the code is
# empty, the text decides.
FAULTS: dict[str, tuple[type[ParaphError], str]] = {
    "ServiceBrokerException": (LostRace, ""),  # seen for a stale Key; to be confirmed by reading
    "NavCSideRecordNotFoundException": (NotFound, ""),  # also of a rate that is missing
    "NavCSideDuplicateKeyException": (Duplicate, "duplicate"),
    "NavNCLDialogException": (Refused, ""),
    "NavTestFieldException": (Refused, ""),
    "NavCSideException": (Refused, ""),
    "NavCSideValidateTableRelationException": (Refused, "unknown_relation"),
    "NavCSideDataException": (Refused, ""),
    "NavNCLEvaluateException": (Refused, "bad_value"),
    "NavNCLInvalidOptionException": (Refused, "bad_option"),
    "NavNCLStringLengthExceededException": (Refused, "too_long"),
    "NavFilterException": (Refused, "unsearchable"),
    "NavNCLCallbackNotAllowedException": (Refused, "dialog_opened"),
    "NavPermissionException": (Refused, "forbidden"),
    "NavCSideLockTimeoutException": (RecordLocked, "record_locked"),
    "NavCSideDeadlockException": (RecordLocked, "record_locked"),
}

# error.code of OData and the API; the longest beginning that fits wins.
CODES: dict[str, tuple[type[ParaphError], str]] = {
    "Request_EntityChanged": (LostRace, ""),
    "BadRequest_InvalidToken": (LostRace, ""),  # an ETag that is none any more
    "Internal_RecordNotFound": (NotFound, ""),
    "BadRequest_NotFound": (NotFound, "not_found"),
    "BadRequest_ResourceNotFound": (NotFound, "not_found"),
    "Internal_EntityWithSameKeyExists": (Duplicate, "duplicate"),
    "Internal_InvalidTableRelation": (Refused, "unknown_relation"),
    "Internal_CompanyNotFound": (ConfigurationError, "unknown_company"),
    "Application_DialogException": (Refused, ""),
    "Application_TestFieldException": (Refused, ""),
    "Application_FieldValidationException": (Refused, ""),
    "Application_CallbackNotAllowed": (Refused, "dialog_opened"),
    "Application_StringExceededLength": (Refused, "too_long"),
    "Authentication_": (AuthenticationFailed, "authentication_failed"),
    "Authorization_": (Refused, "forbidden"),
    "BadRequest_": (Refused, "bad_call"),
    "Application_": (Refused, ""),
}

_Texts = tuple[tuple[re.Pattern[str], type[ParaphError], str], ...]


def _compiled(*rows: tuple[str, type[ParaphError], str]) -> _Texts:
    return tuple((re.compile(row[0], re.IGNORECASE | re.DOTALL), *row[1:]) for row in rows)


# What the texts of faults say in the servers' languages; the first that fits wins.
TEXTS = _compiled(
    (
        (
            r"(other user|annan användare|anden bruger|annen bruker|toinen käyttäjä|autre "
            r"utilisateur|anderer benutzer|alt utilizator).{0,60}(modif|chang|ändr|ændr|endr|"
            r"muokannut|muuttanut|geändert)"
        ),
        LostRace,
        "changed_meanwhile",
    ),
    (
        (
            r"\b(lock(ed)?|låst|lukit|verrouill|gesperrt).{0,40}(other|another|annan|anden|annen|"
            r"toinen|toisen|autre|ander)"
        ),
        RecordLocked,
        "record_locked",
    ),
    (
        (
            r"exchange ?rate|växelkurs|valutakurs|valuuttakurssi|taux de change|wechselkurs|"
            r"curs valutar"
        ),
        Unfit,
        NO_RATE,
    ),
    (
        (
            r"(customer|kund|debitor|kunde|asiakas|client)\w*\b.{0,60}"
            r"(blocked|spärra|spærr|sperr|blockera|estetty|bloqu|blocat)"
        ),
        Unfit,
        BLOCKED,
    ),
    (
        r"\binvoiced|fakturera[dt]|faktureret|fakturert|laskutettu|fakturiert|facturé|factura",
        Unfit,
        INVOICED,
    ),
    (
        (
            r"nothing to (release|post|send|invoice)|inget att|intet at |ingenting å |ei ole "
            r"mitään|nichts (freizugeben|zu)|rien à|nimic de|(no|inga|ingen|keine) "
            r"(lines|rader|linjer|zeilen)"
        ),
        Unfit,
        NO_LINES,
    ),
    (
        (
            r"\bstatus\b.{0,60}(open|öppen|åben|åpen|avoin|ouvert|offen|deschis)|\breleased\b|"
            r"släppt|frigivet|frigitt|vapautettu|freigegeben|lancé|eliberat"
        ),
        Unfit,
        RELEASED,
    ),
)

# Only where the class says nothing: another record than ours may be meant.
LOOSE = _compiled(
    (
        (
            r"does not exist|finns inte|findes ikke|finnes ikke|ei ole olemassa|n'existe pas|"
            r"existiert nicht|nu există"
        ),
        NotFound,
        "not_found",
    ),
    (
        (
            r"already exists|finns redan|findes allerede|finnes allerede|on jo olemassa|existe "
            r"déjà|existiert bereits|există deja"
        ),
        Duplicate,
        "duplicate",
    ),
)

_TYPE = re.compile(r"(\w+Exception)\b")
_IDENTIFYING = re.compile(r"(Identification fields and values:).*", re.DOTALL)
_seen: set[str] = set()
_seen_lock = threading.Lock()


def fault(code: str, message: str, *, sent: Collection[str] = ()) -> ParaphError:
    """The error for a business fault. NAV has rolled back what the call did."""
    found = _TYPE.findall(code)
    name = found[-1] if found else code
    if name not in FAULTS:
        _log_once("fault", name)
    kind, word = FAULTS.get(name, (Refused, ""))
    known = name in FAULTS and kind is not LostRace
    return _judged(kind, word, message, f"NAV says ({name})", sent, known=known)


def coded(
    code: str, message: str, *, status: int, sent: Collection[str] = ()
) -> ParaphError | None:
    """The error for ``{"error": {"code": ..., "message": ...}}``; None for a code that says no more
    than the status does."""
    near = [word for word in CODES if code.startswith(word)]
    if not near:
        if code:
            _log_once("code", code)
        return None
    kind, word = CODES[max(near, key=len)]
    text = message.partition("CorrelationId:")[0].strip()
    return _judged(kind, word, text, f"Business Central answered {status} ({code})", sent)


def by_status(
    status: int, *, changes: bool, retry_after: float | None = None, what: str = ""
) -> ParaphError:
    """The error for an answer without a business fault: IIS, a proxy, a server that is busy."""
    detail = f"the server answered {status}{f' ({what})' if what else ''}"
    match status:
        case 401:
            return SignInRefused(f"{detail}: it does not take the credentials")
        case 403:
            return Refused(f"{detail}: the user may not call this", code="forbidden")
        case 404:
            return NotFound(f"{detail}: nothing is published under this address")
        case 405:
            return Retryable(
                f"{detail}: this surface is switched off on the server; have it enabled (SOAP, "
                "OData or API services of the instance)",
                code="surface_off",
            )
        case 413:
            return TooLarge(f"{detail}: the message is larger than the server takes")
        case 429:
            return Retryable(detail, retry_after=retry_after, code="too_many_calls")
        case 400 | 406 | 409 | 412 | 415 | 422:
            return Refused(detail, code="rejected")
    if changes:
        return OutcomeUnknown(detail, retry_after=retry_after)
    return Retryable(detail, retry_after=retry_after)


def unreadable(what: str, *, changes: bool) -> ParaphError:
    """An answer that is not what the protocol promises."""
    if changes:
        return OutcomeUnknown(what)
    return Retryable(what, code=MalformedAnswer.code)


def told(message: str, sent: Collection[str] = ()) -> str:
    """The vendor's text, fit for a log."""
    text = _IDENTIFYING.sub(rf"\1 {MASK}", message.strip())
    for word in sorted({one.strip() for one in sent}, key=len, reverse=True):
        if len(word) >= _SHORTEST:
            text = text.replace(word, MASK)
    return redact_text(text)[:_LONGEST]


def _judged(
    kind: type[ParaphError],
    code: str,
    message: str,
    who: str,
    sent: Collection[str],
    *,
    known: bool = True,
) -> ParaphError:
    detail = f"{who}: {told(message, sent)}".rstrip(": ")
    if not code:
        for pattern, other, word in TEXTS if known else (*TEXTS, *LOOSE):
            if pattern.search(message):
                kind, code = other, word
                break
    if kind is Unfit:
        return Unfit(code, detail, words=WORDS[code])
    if kind is ConfigurationError:
        return ConfigurationError(f"{detail}: correct the setting company")
    return kind(detail, code=code or None)


def _log_once(kind: str, name: str) -> None:
    word = f"{kind} {name}"
    with _seen_lock:
        if word in _seen:
            return
        _seen.add(word)
    _log.warning("dynamics_nav_answer_not_mapped", kind=kind, code=name[:100])
