"""Every error of Paraph, sorted by what the engine does next.

ParaphError
├── Retryable              try again later, with backoff
│   ├── RecordLocked       somebody is editing the record; ``retry_after`` says when the lock ends
│   ├── OwnTrouble         a part of the hub itself does not work: no destination is to blame
│   └── OutcomeUnknown     the call may have had its effect: look it up before doing it again
├── Permanent              never try again by itself; a person must look
│   ├── NotFound           the thing does not exist there
│   ├── Refused            the other side understood and said no (bad number, closed record, ...)
│   │   ├── Unfit          what a person gave is not in order; its words say how to mend it
│   │   └── TooLarge       more bytes than are taken
│   ├── Unsupported        the plugin does not declare this capability
│   ├── Spoiled            stored bytes are not what was stored; only a backup helps
│   └── MalformedAnswer    the other side answered something we cannot read; deliveries wait for
│                          it as for ``Retryable``, since a proxy's page passes
├── AuthenticationFailed   pause the instance, alert, resume when its probe succeeds
├── HookRejected           an inbound call did not verify
└── ConfigurationError     what a person wrote in a file or a setting is wrong
    └── MappingError       a mapping rule and this record do not fit together

Each carries two texts: ``customer`` may be shown to anybody, ``detail`` is for operators and
goes to logs and attempts. Neither may hold personal data or secrets.
"""

from __future__ import annotations

from collections.abc import Mapping


class ParaphError(Exception):
    """Root of the tree. ``code`` is a stable word for programs, e.g. ``bad_number``."""

    code = "error"
    customer = "Something went wrong. Please try again in a little while."

    def __init__(
        self, detail: str = "", *, code: str | None = None, customer: str | None = None
    ) -> None:
        super().__init__(detail or self.__doc__ or self.code)
        self.detail = detail
        if code is not None:
            self.code = code
        if customer is not None:
            self.customer = customer


class Retryable(ParaphError):
    """The call failed in a way that passes by itself."""

    code = "unavailable"

    def __init__(
        self,
        detail: str = "",
        *,
        retry_after: float | None = None,
        code: str | None = None,
        customer: str | None = None,
    ) -> None:
        super().__init__(detail, code=code, customer=customer)
        self.retry_after = retry_after  # seconds, as the other side asked for


class RecordLocked(Retryable):
    """Somebody has the record open for editing."""

    code = "record_locked"


class OwnTrouble(Retryable):
    """A part of the hub itself does not work now: its object store, the process that looks at
    documents. Nothing of it is counted against the other side."""

    code = "own_trouble"


class OutcomeUnknown(Retryable):
    """The connection broke after the request was sent: look up before repeating."""

    code = "outcome_unknown"


class Permanent(ParaphError):
    """Trying again will not help."""

    code = "rejected"


class NotFound(Permanent):
    """The referenced thing does not exist at the other side."""

    code = "not_found"


class Refused(Permanent):
    """The other side understood the call and said no."""

    code = "refused"


class Unfit(Refused):
    """What a person gave cannot be taken as it is; ``words`` (language → text, where the one who
    raises has some) say how to mend it, ``customer`` is the English one, ``detail`` is for
    operators, ``values`` what words need (a number, a limit)."""

    code = "unfit"

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        words: Mapping[str, str] | None = None,
        **values: str | int,
    ) -> None:
        super().__init__(detail or code, code=code, customer=(words or {}).get("en"))
        self.words = words or {}
        self.values = values


class TooLarge(Refused):
    """More bytes than are taken."""

    code = "too_large"


class Spoiled(Permanent):
    """Stored bytes are missing a part, changed, or belong elsewhere."""

    code = "spoiled"


class Unsupported(Permanent):
    """The plugin does not declare this capability."""

    code = "unsupported"


class MalformedAnswer(Permanent):
    """The answer cannot be read as what its protocol promises."""

    code = "malformed_answer"


class AuthenticationFailed(ParaphError):
    """Credentials were refused: the instance is paused until its probe succeeds."""

    code = "authentication_failed"


class HookRejected(ParaphError):
    """An inbound call did not verify, or cannot be taken. ``status`` is the HTTP status that it is
    answered with; one who has shown the secret may be told more in ``customer``."""

    code = "hook_rejected"
    customer = "The call was not accepted."

    def __init__(
        self,
        detail: str = "",
        *,
        status: int = 401,
        code: str | None = None,
        customer: str | None = None,
    ) -> None:
        super().__init__(detail, code=code, customer=customer)
        self.status = status


class ConfigurationError(ParaphError):
    """A file or setting is wrong. ``problems`` holds one line per fault, with file and position."""

    code = "configuration"

    def __init__(self, detail: str = "", *, problems: tuple[str, ...] = ()) -> None:
        super().__init__("\n".join((detail, *problems)) if problems else detail)
        self.problems = problems


class MappingError(ConfigurationError):
    """A mapping rule could not be applied. ``rule`` and ``path`` say which one, on what, and
    ``word`` how, for programs (``bad_number``, ``missing``)."""

    code = "mapping_error"

    def __init__(
        self,
        detail: str = "",
        *,
        rule: str = "",
        path: str = "",
        word: str = "",
        problems: tuple[str, ...] = (),
    ) -> None:
        super().__init__(detail, problems=problems)
        self.rule = rule
        self.path = path
        self.word = word
