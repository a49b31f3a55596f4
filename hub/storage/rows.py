"""Rows that are made ready outside of a transaction and stored inside it, many at a time.

Making a row ready (its id, its seals, its JSON) takes far longer than storing it, and needs no
lock. And each statement lets go of the interpreter: a thread that stores one row after the other
waits for its turn after every one. So the rows of many triggers or of many deliveries are stored by
one statement for each table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.orm import Session

from hub.storage.models import Base
from hub.storage.prepared import Convert, Prepared, driver_errors, driver_of, insert

_AT_ONCE = 16  # rows of one statement; a power of two
_NAMED = re.compile(r"%\((\w+)\)s")  # a parameter of PostgreSQL's driver


class Stale(Exception):
    """A row is not as it was when its change was made ready: nothing may be stored."""


@dataclass(frozen=True)
class _Plan:
    """A statement for many rows. ``ready`` makes one row's parameters; ``text`` the statement."""

    names: tuple[tuple[str, Convert | None, bool, Any], ...]  # name, converter, required, default
    head: str
    group: str
    tail: str
    changes: bool  # an update: it must change each row that it is given

    def ready(self, values: Mapping[str, Any]) -> list[Any]:
        """The parameters of one row, in order. ``KeyError`` for one that is missing."""
        return [
            value if convert is None or value is None else convert(value)
            for value, convert in [
                (values[name] if required else values.get(name, default), convert)
                for name, convert, required, default in self.names
            ]
        ]

    def text(self, count: int) -> str:
        """The statement for ``count`` rows."""
        return self.head + ", ".join([self.group] * count) + self.tail


class Many:
    """One statement that stores many rows. ``make`` gives its plan for a dialect."""

    def __init__(self, rank: int, make: Callable[[Dialect], _Plan]) -> None:
        self.rank = rank  # in which order statements run: changes first, then parents before rows
        self._make = make

    def plan(self, dialect: Dialect) -> _Plan:
        """How it is run there."""
        # by engine, since converters seal with the engine's vault
        plans: dict[Many, _Plan] = dialect.__dict__.setdefault("paraph_plans", {})
        found = plans.get(self)
        if found is None:
            found = plans[self] = self._make(dialect)
        return found


@cache
def inserted(model: Any, unique: tuple[str, ...] | None = None) -> Many:
    """Insert rows of ``model``; with ``unique`` only those that are not there yet."""
    rank = 1 + [table.name for table in Base.metadata.sorted_tables].index(model.__tablename__)
    single = insert(model, unique)

    def make(dialect: Dialect) -> _Plan:
        compiled = single.compiled(dialect)
        head, group, tail = _parts(compiled.sql)
        order = _NAMED.findall(group)
        by_name = {one[0]: one for one in compiled.names}
        names = tuple(by_name[name] for name in order) if order else compiled.names
        return _Plan(names, head, _NAMED.sub("%s", group), tail, changes=False)

    return Many(rank, make)


def changed(
    model: Any, where: Mapping[str, str], to: Mapping[str, str], fixed: str = "", only: str = ""
) -> Many:
    """Change rows that are still as they were. ``where`` and ``to`` map parameters to columns: what
    the row must have, and what it gets; ``fixed`` and ``only`` are SQL that is the same for all."""
    table = model.__table__

    def make(dialect: Dialect) -> _Plan:
        columns = {**where, **to}
        names = tuple(
            (name, _converter(table.c[column], dialect), True, None)
            for name, column in columns.items()
        )
        value = {name: f"v.column{place}" for place, name in enumerate(columns, start=1)}
        sets = ", ".join([f"{column} = {value[name]}" for name, column in to.items()])
        sets = ", ".join(part for part in (sets, fixed) if part)
        tests = " AND ".join(f"{table.name}.{c} = {value[name]}" for name, c in where.items())
        tests += f" AND {only}" if only else ""
        head = f"UPDATE {table.name} SET {sets} FROM (VALUES "  # noqa: S608 - our names, no values
        group = ", ".join(_placeholder(table.c[column], dialect) for column in columns.values())
        return _Plan(names, head, f"({group})", f") AS v WHERE {tests}", changes=True)

    return Many(0, make)


@dataclass
class Rows:
    """What one piece of work stores, made ready for the database of ``dialect``."""

    dialect: Dialect
    parts: list[tuple[Many, list[Any]]] = field(default_factory=list)
    alone: list[tuple[Prepared, dict[str, Any]]] = field(default_factory=list)
    same: list[tuple[Prepared, dict[str, Any], Any]] = field(default_factory=list)

    def add(self, statement: Many, values: Mapping[str, Any]) -> None:
        """One more row."""
        self.parts.append((statement, statement.plan(self.dialect).ready(values)))

    def unless(self, query: Prepared, values: dict[str, Any]) -> None:
        """Store nothing where ``query`` finds anything, or another of the same group asks it too.
        For what no unique index tells."""
        self.alone.append((query, values))

    def while_same(self, query: Prepared, values: dict[str, Any], expected: Any) -> None:
        """Store nothing where ``query`` gives another value; many of a group may ask the same."""
        self.same.append((query, values, expected))


def store_all(session: Session, many: Iterable[Rows]) -> None:
    """Store the rows of many pieces of work at once. Raises ``Stale``, or what the database says:
    then none of it may be committed."""
    many = list(many)
    _check(session, [one for rows in many for one in rows.alone])
    shared = {(q, *v.values(), seen): (q, v) for rows in many for q, v, seen in rows.same}
    for (*_, seen), (query, values) in shared.items():
        if query.first(session, values)[0] != seen:
            raise Stale("what it rests on has changed meanwhile")
    gathered: dict[Many, list[list[Any]]] = {}
    for rows in many:
        for statement, ready in rows.parts:
            gathered.setdefault(statement, []).append(ready)
    if not gathered:
        return
    dialect = session.get_bind().dialect
    cursor = driver_of(session).cursor()
    for statement in sorted(gathered, key=lambda one: one.rank):
        plan, ready = statement.plan(dialect), gathered[statement]
        with driver_errors(dialect, plan.head):
            count = _run(cursor, plan, ready)
        if plan.changes and count != len(ready):
            raise Stale(f"{len(ready) - count} of {len(ready)} rows have changed meanwhile")


def _check(session: Session, alone: list[tuple[Prepared, dict[str, Any]]]) -> None:
    asked = {(query, *values.values()) for query, values in alone}
    if len(asked) < len(alone):
        raise Stale("two of a group are about the same")
    for query, values in alone:
        if query.first(session, values) is not None:
            raise Stale("somebody was first")


def _run(cursor: Any, plan: _Plan, ready: Sequence[list[Any]]) -> int:
    count = start = 0
    while start < len(ready):
        size = _AT_ONCE
        while size > len(ready) - start:
            size //= 2
        chunk = [value for row in ready[start : start + size] for value in row]
        cursor.execute(plan.text(size), chunk)
        count += cursor.rowcount
        start += size
    return count


def _parts(sql: str) -> tuple[str, str, str]:
    """An INSERT of one row as what stands before its values, the values in their parentheses, and
    what follows."""
    head, _, rest = sql.partition(" VALUES (")
    depth, end = 1, 0
    while depth:
        depth += {"(": 1, ")": -1}.get(rest[end], 0)
        end += 1
    return head + " VALUES ", "(" + rest[:end], rest[end:]


def _placeholder(column: Any, dialect: Dialect) -> str:
    """A value of VALUES. PostgreSQL takes it for text unless it is told what it is."""
    if dialect.name == "sqlite":
        return "?"
    kind = column.type.dialect_impl(dialect).compile(dialect=dialect)
    return "%s" if kind.startswith(("VARCHAR", "TEXT")) else f"%s::{kind}"


def _converter(column: Any, dialect: Dialect) -> Convert | None:
    found: Convert | None = column.type.dialect_impl(dialect).bind_processor(dialect)
    return found
