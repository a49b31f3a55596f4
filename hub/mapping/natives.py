"""The functions that an expression may call: JSONata's, each under the limits.

Left out are those that would make the result depend on anything but the input, or run text as code:
``$eval``, ``$random``, ``$shuffle``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jsonata.jsonata as library
import orjson
from jsonata import Functions, JException, Jsonata, Utils

from hub.mapping.limits import TEXT, LimitExceeded, current, weigh

REMOVED = frozenset({"eval", "random", "shuffle"})
_LONGEST_PICTURE = 100

# The library prints values of the record to standard output when a non-function is called.
library.print = lambda *values: None


class Native(Jsonata.JFunction):  # type: ignore[misc]
    """One of the library's functions; each call is checked before and weighed after."""

    def __init__(self, inner: Any, name: str) -> None:
        super().__init__(None, None)
        self._inner = inner
        self._check = _CHECKS.get(name)
        self._instead = _INSTEAD.get(name)
        self.signature = inner.signature
        self.function_name = name

    def validate(self, args: Any, context: Any) -> Any:
        """As the library does."""
        return self._inner.validate(args, context)

    def get_number_of_args(self) -> int:
        """As the library does."""
        return int(self._inner.get_number_of_args())

    def call(self, input: Any, args: Sequence[Any] | None) -> Any:
        """Call it, if the limits allow."""
        guard = current()
        given = list(args or ())
        if guard is None:
            raise LimitExceeded("it was called outside an evaluation")
        guard.tick()
        if self._check:
            self._check(given)
        result = self._instead(given) if self._instead else _LATER
        if result is _LATER:
            result = self._inner.call(input, given)
        if isinstance(result, str):
            guard.charge(len(result))
        elif isinstance(result, list | dict):
            guard.charge(weigh(result))
        return result


_LATER = object()


def _check_weight(args: list[Any]) -> None:
    for arg in args:
        if isinstance(arg, list | dict):
            weigh(arg)


def _check_join(args: list[Any]) -> None:
    _check_weight(args)
    separator = args[1] if len(args) > 1 and isinstance(args[1], str) else ""
    parts = args[0] if isinstance(args[0], list) else []
    if len(separator) * len(parts) > TEXT:
        raise LimitExceeded(f"it made a text of more than {TEXT} characters")


def _check_pad(args: list[Any]) -> None:
    width = args[1] if len(args) > 1 else 0
    if isinstance(width, int | float) and abs(width) > TEXT:
        raise LimitExceeded(f"it made a text of more than {TEXT} characters")


def _check_pictures(args: list[Any]) -> None:
    if any(isinstance(arg, str) and len(arg) > _LONGEST_PICTURE for arg in args):
        raise LimitExceeded(
            f"a date, number or picture has more than {_LONGEST_PICTURE} characters"
        )


def _check_to_millis(args: list[Any]) -> None:
    _check_pictures(args)
    picture = args[1] if len(args) > 1 else None
    if isinstance(picture, str) and "[Y" not in picture:
        # Without a year the library takes today's, and the result would differ tomorrow.
        raise JException("D3136", -1)


_CHECKS = {
    "join": _check_join,
    "string": _check_weight,
    "clone": _check_weight,
    "distinct": _check_weight,
    "pad": _check_pad,
    "toMillis": _check_to_millis,
    "fromMillis": _check_pictures,
    "now": _check_pictures,
    "formatNumber": _check_pictures,
    "formatInteger": _check_pictures,
    "parseInteger": _check_pictures,
}


def _replace(args: list[Any]) -> Any:
    """The library's is quadratic for a plain text."""
    string, pattern, replacement = (*args, None, None, None)[:3]
    limit = args[3] if len(args) > 3 else None
    plain = isinstance(string, str) and isinstance(pattern, str) and isinstance(replacement, str)
    if not plain or not pattern or (limit is not None and limit < 0):
        return _LATER
    count = string.count(pattern) if limit is None else min(string.count(pattern), int(limit))
    if len(string) + count * len(replacement) > TEXT:
        raise LimitExceeded(f"it made a text of more than {TEXT} characters")
    return string.replace(pattern, replacement, count)


def _distinct(args: list[Any]) -> Any:
    """The library's is quadratic."""
    if not args or not isinstance(args[0], list) or len(args[0]) <= 1:
        return _LATER
    kept: dict[bytes, Any] = {}
    for item in args[0]:
        kept.setdefault(orjson.dumps(item, default=repr, option=orjson.OPT_SORT_KEYS), item)
    return Utils.create_sequence_from_iter(kept.values())


_INSTEAD = {"replace": _replace, "distinct": _distinct}


def base_frame() -> Any:
    """The frame below every evaluation: names to guarded functions."""
    frame = Jsonata.Frame(None)
    for name, function in Jsonata.static_frame.bindings.items():
        if name not in REMOVED:
            frame.bindings[name] = Native(function, name)
    return frame


FUNCTIONS = frozenset(str(name) for name in Jsonata.static_frame.bindings) - REMOVED


def is_function(value: Any) -> bool:
    """Whether ``value`` is something to call rather than data."""
    return bool(Utils.is_function(value) or Functions.is_lambda(value) or Functions.is_regex(value))
