"""JSONata with limits. An expression is compiled once and evaluated often, by many threads.

Every evaluation has a frame of its own, is bounded (``limits``), sees only guarded functions
(``natives``) and RE2 (``patterns``), and gives the same result for the same record and moment.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import re2
from jsonata import JException, Jsonata, Utils

from hub.mapping.evaluator import Evaluator, mark
from hub.mapping.limits import Guard, LimitExceeded, run_under, weigh
from hub.mapping.natives import REMOVED, base_frame, is_function
from hub.mapping.parsing import parse

MAX_EXPRESSION = 64 * 1024
_MOST_PARENTS = 100
STOPPED = "U1001"  # JSONata's code for an evaluation that its host stopped
_BASE = base_frame()
_thread = threading.local()

# Library code → words. Its own texts repeat values of the record, so they are never shown.
_WORDS = {
    "T0410": "a function got a value of the wrong type",
    "T0411": "a function got a value of the wrong type",
    "T0412": "a function got a list of the wrong type",
    "T1005": "something that is not a function was called; write $ before a function's name",
    "T1006": "something that is not a function was called",
    "T2001": "the left side of an operator is not a number",
    "T2002": "the right side of an operator is not a number",
    "T2009": "two values of different types were compared",
    "T2010": "only numbers and texts can be compared",
    "D1001": "a number is out of range",
    "D2014": "a range is too long",
    "D3030": "a value is not a number",
    "D3061": "a number is out of range",
    "D3110": "a value is not a date",
    "D3136": "the date picture needs at least the year",
    "D3137": "$error was called",
    "D3141": "$assert failed",
}

_KINDS: dict[type[Exception], str] = {
    ValueError: "a value is not what a function expects",
    TypeError: "a value has the wrong type",
    OverflowError: "a number is out of range",
}


class ExpressionError(Exception):
    """The expression cannot be compiled, or failed on this record. Holds no values of it.

    ``code`` is JSONata's own, where it has one (``T2001``).
    """

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Expression:
    """One compiled JSONata expression. Raises ``ExpressionError`` when it is not valid."""

    __slots__ = ("_ast", "text", "variables")

    def __init__(self, text: str) -> None:
        if len(text.encode(errors="surrogatepass")) > MAX_EXPRESSION:
            raise ExpressionError(f"the expression is larger than {MAX_EXPRESSION} bytes")
        if text.count("%") > _MOST_PARENTS:  # the library's parser looks for each from the start
            raise ExpressionError(f"the expression has more than {_MOST_PARENTS} of '%'")
        self.text = text
        try:
            self._ast = parse(text)
        except JException as error:
            raise ExpressionError(_syntax(error), str(error.error)) from None
        except re2.error as error:
            raise ExpressionError(f"the regular expression cannot be used: {_re2(error)}") from None
        except RecursionError:
            raise ExpressionError("the expression is nested too deeply") from None
        except Exception as error:  # the library trips over some texts instead of refusing them
            raise ExpressionError("the expression is not valid JSONata") from error
        if getattr(self._ast, "errors", None):
            raise ExpressionError("the expression is not valid JSONata")
        self.variables = mark(self._ast)
        forbidden = sorted(self.variables & REMOVED)
        if forbidden:
            raise ExpressionError(f"${forbidden[0]} is not available here")

    @property
    def tree(self) -> Any:
        """The parsed expression, for those who look at what it says."""
        return self._ast

    def evaluate(
        self, data: Mapping[str, Any], *, now: datetime, bindings: Mapping[str, Any] | None = None
    ) -> Any:
        """The result as plain JSON data; None when undefined. ``$now()`` is ``now``, and
        ``bindings`` are variables beside the record."""
        guard = Guard()
        frame = Jsonata.Frame(_BASE)
        frame.bindings = {"$": data, **bindings} if bindings else {"$": data}
        evaluator = _evaluator()
        millis = int(now.timestamp() * 1000)
        run_under(guard)
        try:
            result = evaluator.run(self._ast, data, frame, guard, millis)
            return result if result is None or type(result) in _SCALARS else _plain(result)
        except ExpressionError:
            raise
        except LimitExceeded as error:
            raise ExpressionError(f"the expression was stopped: {error}", STOPPED) from None
        except JException as error:
            words = _WORDS.get(str(error.error), f"JSONata refused it ({error.error})")
            raise ExpressionError(f"the expression failed: {words}", str(error.error)) from None
        except RecursionError:
            raise ExpressionError("the expression was stopped: it went too deep", STOPPED) from None
        except Exception as error:
            # Whatever else the library raises is about this expression and this record; its text
            # may repeat values, so only its kind is told.
            words = _KINDS.get(type(error), f"it raised {type(error).__name__}")
            raise ExpressionError(f"the expression failed: {words}") from None
        finally:
            run_under(None)


_SCALARS = frozenset({str, int, float, bool})


def _evaluator() -> Evaluator:
    if not hasattr(_thread, "evaluator"):
        _thread.evaluator = Evaluator()
    evaluator: Evaluator = _thread.evaluator
    return evaluator


def _plain(value: Any) -> Any:
    if value is Utils.NULL_VALUE:
        return None
    if is_function(value):
        raise ExpressionError("the expression gives a function, not a value")
    if isinstance(value, list | dict):
        weigh(value)
    return _copy(value)


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    if value is Utils.NULL_VALUE or is_function(value):
        return None
    return value


def _syntax(error: JException) -> str:
    words = JException.msg(error.error, -1, error.current, error.expected).rstrip(".")
    place = f" at character {error.location}" if error.location >= 0 else ""
    return f"the expression is not valid JSONata{place}: {words}"


def _re2(error: Exception) -> str:
    given = error.args[0] if error.args else ""
    return given.decode("utf-8", "replace") if isinstance(given, bytes) else str(given)
