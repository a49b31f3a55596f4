"""A list of named checks, each made once and noted with its result; the first failure ends it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from hub.kernel.errors import ConfigurationError

P = ParamSpec("P")
T = TypeVar("T")


def strict_base64(text: str) -> bytes:
    """The bytes behind ``text``, which must be the one way to write them: no line breaks, no stray
    characters, no spare bits. Raises ``ValueError``."""
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not canonical base64")
    return data


class CheckFailed(Exception):
    """A check did not pass. ``refusal`` is our code; ``note`` holds no personal data."""

    def __init__(self, refusal: str, note: str) -> None:
        super().__init__(note)
        self.refusal = refusal
        self.note = note


class CheckList:
    """The checks made so far, in order, as the evidence report shows them."""

    def __init__(self) -> None:
        self.results: list[dict[str, Any]] = []

    def make(
        self, name: str, refusal: str, check: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one check and note its result. Raises ``CheckFailed``."""
        try:
            result = check(*args, **kwargs)
        except CheckFailed as failure:
            self._note(name, False, failure.note)
            raise
        except ConfigurationError:
            raise
        except Exception as error:
            # What comes from outside goes through XML, ASN.1 and X.509 parsers, each with errors
            # of its own kind. All of them mean the same: this is not a proof.
            note = f"cannot be read ({type(error).__name__})"
            self._note(name, False, note)
            raise CheckFailed(refusal, note) from error
        self._note(name, True, "")
        return result

    def skip(self, name: str, why: str) -> None:
        """Note a check that did not apply."""
        self.results.append({"check": name, "passed": None, "note": why})

    def _note(self, name: str, passed: bool, note: str) -> None:
        self.results.append({"check": name, "passed": passed, "note": note})
