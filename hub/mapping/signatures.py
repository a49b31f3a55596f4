"""Which arguments a function of JSONata takes, worked out once for each combination of types.

A fit gives what the library's ``Signature.validate`` gives for arguments of those types, or None
where the library has to look itself: at values, at the context, or to say what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jsonata import Utils

from hub.mapping.patterns import Pattern

Fit = Callable[[list[Any]], list[Any] | None]

_SYMBOLS: dict[type, str] = {
    type(None): "m",
    str: "s",
    bool: "b",
    int: "n",
    float: "n",
    list: "a",
    Utils.JList: "a",
    Utils.RangeList: "a",
    dict: "o",
    type(Utils.NULL_VALUE): "m",
    Pattern: "f",
}


def fit_for(signature: Any, kinds: tuple[type, ...]) -> Fit | None:
    """The fit for arguments of these types; None when the library has to look."""
    symbols = "".join(_SYMBOLS.get(kind, "?") for kind in kinds)
    found = signature._regex.fullmatch(symbols)
    if "?" in symbols or found is None:
        return None
    takes: list[Callable[[list[Any]], Any]] = []
    for number, param in enumerate(signature._params, start=1):
        symbol = found.group(number)
        if len(symbol) > 1 or (not symbol and param.context):
            return None
        take = _take(param, symbol, len(takes), len(kinds))
        if take is None:
            return None
        takes.append(take)
    return lambda args: _all(takes, args)


def _take(param: Any, symbol: str, index: int, count: int) -> Callable[[list[Any]], Any] | None:
    """How one parameter gets its value."""
    if index >= count or (param.type == "a" and symbol == "m"):
        return lambda args: None
    if not symbol or param.type != "a" or (symbol == "a" and param.subtype is None):
        return lambda args: args[index]
    if symbol == "a":
        return lambda args: _checked(args[index], param.subtype[0])
    if param.subtype is None or symbol == param.subtype:
        return lambda args: [args[index]]
    return None


class _Misfit(Exception):
    pass


def _checked(items: list[Any], symbol: str) -> list[Any]:
    for item in items:
        if _SYMBOLS.get(type(item)) != symbol:
            raise _Misfit
    return items


def _all(takes: list[Callable[[list[Any]], Any]], args: list[Any]) -> list[Any] | None:
    try:
        return [take(args) for take in takes]
    except _Misfit:
        return None
