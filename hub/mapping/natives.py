"""The functions that an expression may call: JSONata's, each under the limits.

Left out are those that would make the result depend on anything but the input, or run text as code:
``$eval``, ``$random``, ``$shuffle``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import ceil
from typing import Any

import jsonata.jsonata as library
import orjson
from jsonata import Functions, JException, Jsonata, Utils

from hub.mapping.limits import TEXT, Guard, LimitExceeded, current, weigh
from hub.mapping.patterns import Pattern
from hub.mapping.signatures import Fit, fit_for

REMOVED = frozenset({"eval", "random", "shuffle"})
_LONGEST_PICTURE = 100
_KEPT = 200  # combinations of types, for each function
_WIDTH = re.compile(r",[^],]*\d{3}[^],]*\]")  # behind the last comma of a component
_WRITTEN_OUT = 10**21  # from here on JSONata writes an exponent
_EXACT = 2**53  # whole numbers up to here are the same as a float

# The library prints values of the record to standard output when a non-function is called.
library.print = lambda *values: None


class Native(Jsonata.JFunction):  # type: ignore[misc]
    """One of the library's functions; each call is checked before and weighed after."""

    def __init__(self, inner: Any, name: str) -> None:
        super().__init__(None, None)
        self._inner = inner
        self._method, self._wanted = inner.method, int(inner.nargs)
        self._check = _CHECKS.get(name)
        self._instead = _INSTEAD.get(name)
        self._fits: dict[tuple[type, ...], Fit | None] = {}
        self.signature = inner.signature
        self.function_name = name

    def validate(self, args: Any, context: Any) -> Any:
        """As the library does, which takes a regular expression for it; so the answer for the same
        types is kept."""
        kinds = tuple(map(type, args))
        try:
            fit = self._fits[kinds]
        except KeyError:
            fit = fit_for(self.signature, kinds)
            if len(self._fits) < _KEPT:
                self._fits[kinds] = fit
        given = None if fit is None else fit(args)
        return self._inner.validate(args, context) if given is None else given

    def get_number_of_args(self) -> int:
        """As the library does."""
        return self._wanted

    def call(self, input: Any, args: Sequence[Any] | None) -> Any:
        """Called by the library, which may go deeper by that without working out a part."""
        guard = current()
        if guard is None:
            raise LimitExceeded("it was called outside an evaluation")
        guard.enter()
        result = self._work(guard, list(args or ()))
        guard.depth -= 1
        return result

    def invoke(self, guard: Guard, args: list[Any], context: Any) -> Any:
        """Called by a closure."""
        return self._work(guard, self.validate(args, context))

    def _work(self, guard: Guard, given: list[Any]) -> Any:
        """Call it, if the limits allow."""
        guard.tick()
        if self._check:
            self._check(given)
        result = self._instead(given) if self._instead else _LATER
        if result is _LATER:
            missing = self._wanted - len(given)
            result = self._method(*given, *(None,) * missing)
            if type(result) is float or (type(result) is int and abs(result) > _EXACT):
                result = Utils.convert_number(result)
        if type(result) is str:
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


def _check_date(position: int) -> Callable[[list[Any]], None]:
    """A check whose date picture is the argument at ``position``."""

    def check(args: list[Any]) -> None:
        _check_pictures(args)
        picture = args[position] if len(args) > position else None
        if isinstance(picture, str) and _WIDTH.search(picture):
            # The library computes with ten to the power of it.
            raise LimitExceeded("a date picture asks for a width of more than 99 characters")

    return check


def _check_to_millis(args: list[Any]) -> None:
    _check_date(1)(args)
    picture = args[1] if len(args) > 1 and args[0] is not None else None
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
    "fromMillis": _check_date(1),
    "now": _check_date(0),
    "formatNumber": _check_pictures,
    "formatInteger": _check_pictures,
    "parseInteger": _check_pictures,
}


def _replace(args: list[Any]) -> Any:
    """The library's is quadratic for a plain text, and with a limit it replaces one after the other
    in what it has made, as often as the limit says."""
    string, pattern, replacement = (*args, None, None, None)[:3]
    limit = args[3] if len(args) > 3 else None
    if not isinstance(string, str) or not pattern or (limit is not None and limit < 0):
        return _LATER
    if isinstance(pattern, Pattern):
        if limit is None:
            return _LATER
        return _replace_matches(string, pattern, replacement, ceil(limit))
    if not isinstance(pattern, str) or not isinstance(replacement, str):
        return _LATER
    count = string.count(pattern) if limit is None else min(string.count(pattern), int(limit))
    if len(string) + count * len(replacement) > TEXT:
        raise LimitExceeded(f"it made a text of more than {TEXT} characters")
    return string.replace(pattern, replacement, count)


def _replace_matches(string: str, pattern: Pattern, replacement: Any, times: int) -> str:
    def made(match: Any) -> str:
        text = Functions.func_apply(replacement, [Functions.to_jsonata_match(match)])
        if not isinstance(text, str):
            raise JException("D3012", -1)
        return text

    if times < 1:
        return string
    if isinstance(replacement, str):
        return pattern.sub(Functions.safe_replacement(replacement), string, times)
    return pattern.sub(made, string, times)


def _distinct(args: list[Any]) -> Any:
    """The library's is quadratic."""
    if not args or not isinstance(args[0], list) or len(args[0]) <= 1:
        return _LATER
    kept: dict[bytes, Any] = {}
    for item in args[0]:
        kept.setdefault(orjson.dumps(item, default=repr, option=orjson.OPT_SORT_KEYS), item)
    return Utils.create_sequence_from_iter(kept.values())


def _string(args: list[Any]) -> Any:
    """The library rounds whole numbers to 15 digits, and ids upstream have more."""
    prettify = args[1] if len(args) > 1 else None
    return _LATER if not args or args[0] is None or prettify else to_text(args[0])


def to_text(value: Any) -> str:
    """A value as ``&`` and ``$string`` write it; undefined is empty."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    if type(value) is int and -_WRITTEN_OUT < value < _WRITTEN_OUT:
        return str(value)
    return Functions.string(value, None)  # type: ignore[no-any-return]


_INSTEAD = {"replace": _replace, "distinct": _distinct, "string": _string}


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
