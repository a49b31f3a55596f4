"""Statements of the hot path: compiled once per database, run on the driver's own cursor.

A statement through the session costs several times what SQLite needs for it: cache key, result
object, autoflush. Here stays what matters: the statement is written in SQLAlchemy Core, its
columns' types convert in both directions (sealing, UTC), it runs inside the session's transaction,
and the driver's errors are SQLAlchemy's. What the session has not flushed yet is not seen.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Dialect, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.sql.selectable import SelectBase

Convert = Callable[[Any], Any]
_NOTHING: Mapping[str, Any] = {}


class Prepared:
    """One statement. ``statement`` gives it for a dialect's name, where the dialects differ."""

    def __init__(self, statement: Callable[[str], Any]) -> None:
        self.statement = statement

    @classmethod
    def of(cls, statement: Any) -> Prepared:
        """A statement that is the same for every dialect."""
        return cls(lambda _: statement)

    def run(self, session: Session, values: Mapping[str, Any]) -> int:
        """Execute it; how many rows there were."""
        plan = self._plan(session)
        return int(plan.execute(session, plan.parameters(values)).rowcount)

    def run_many(self, session: Session, many: Iterable[Mapping[str, Any]]) -> None:
        """Execute it once for each of ``many``."""
        plan = self._plan(session)
        plan.execute(session, [plan.parameters(values) for values in many], many=True)

    def all(self, session: Session, values: Mapping[str, Any] = _NOTHING) -> list[Any]:
        """Execute it; all its rows, as named tuples."""
        plan = self._plan(session)
        rows = plan.execute(session, plan.parameters(values)).fetchall()
        return [plan.row(row) for row in rows]

    def first(self, session: Session, values: Mapping[str, Any] = _NOTHING) -> Any:
        """Execute it; its first row as a named tuple, or None when there is none."""
        plan = self._plan(session)
        row = plan.execute(session, plan.parameters(values)).fetchone()
        return None if row is None else plan.row(row)

    def compiled(self, dialect: Dialect) -> _Plan:
        """The statement for a dialect, with its converters."""
        return _compiled(self.statement(dialect.name), dialect)

    def _plan(self, session: Session) -> _Plan:
        plans: dict[Prepared, _Plan] = session.info["prepared"]
        found = plans.get(self)
        if found is None:
            found = plans[self] = self.compiled(session.get_bind().dialect)
        return found


@cache
def insert(model: Any, unique: tuple[str, ...] | None = None) -> Prepared:
    """Insert a row of ``model``; what is not given is the column's default, or NULL.

    With ``unique``: only when no row has the same values in those columns (``run`` gives 0 then).
    """
    columns = model.__table__.columns

    def make(dialect: str) -> Any:
        values = {
            c.key: bindparam(c.key, _default(c), type_=c.type, required=not _optional(c))
            for c in columns
        }
        statement = insert_into(dialect, model.__table__).values(values)
        return statement.on_conflict_do_nothing(index_elements=unique) if unique else statement

    return Prepared(make)


def insert_into(dialect: str, table: Any) -> Any:
    """The dialect's INSERT, which knows what to do on a conflict. Only the dialect in use is
    loaded: the other one would cost a start some 50 ms and 3 MB."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


def store(session: Session, row: Any) -> None:
    """Insert a new row at once, and keep it in the session as if it had been read."""
    values = {name: value for name, value in vars(row).items() if name[0] != "_"}
    model: Any = type(row)
    insert(model).run(session, values)
    adopt(session, row)


def adopt(session: Session, row: Any) -> None:
    """Take ``row``, made from columns that were read, into the session; the rest loads by need."""
    make_transient_to_detached(row)
    session.add(row)


def _optional(column: Any) -> bool:
    return bool(column.nullable) or _default(column) is not None


def _default(column: Any) -> Any:
    default = column.default
    return default.arg if default is not None and default.is_scalar else None


@dataclass(frozen=True)
class _Plan:
    """A compiled statement: its text, its parameters with converters, its columns' converters."""

    dialect: Dialect
    sql: str
    names: tuple[tuple[str, Convert | None, bool, Any], ...]  # name, converter, required, default
    positional: bool
    results: tuple[Convert | None, ...]
    named: Callable[[Iterable[Any]], Any]

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """``values`` as the driver takes them. ``KeyError`` for one that is missing."""
        ready = [
            (convert(value) if convert else value)
            for value, convert in (
                (values[name] if required else values.get(name, default), convert)
                for name, convert, required, default in self.names
            )
        ]
        if self.positional:
            return ready
        return {one[0]: value for one, value in zip(self.names, ready, strict=True)}

    def execute(self, session: Session, parameters: Any, *, many: bool = False) -> Any:
        """The driver's cursor, after the statement."""
        cursor = driver_of(session).cursor()
        with driver_errors(self.dialect, self.sql):
            (cursor.executemany if many else cursor.execute)(self.sql, parameters)
        return cursor

    def row(self, row: tuple[Any, ...]) -> Any:
        """A row of the driver, named and with its values converted."""
        pairs = zip(self.results, row, strict=True)
        return self.named([convert(value) if convert else value for convert, value in pairs])


class driver_errors:
    """Within this block the driver's errors become SQLAlchemy's. Used like a function; a generator
    would cost three times as much."""

    __slots__ = ("_dialect", "_sql")

    def __init__(self, dialect: Dialect, sql: str) -> None:
        self._dialect = dialect
        self._sql = sql

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if error is None:
            return
        driver: Any = self._dialect.dbapi
        if isinstance(error, driver.Error):
            raise DBAPIError.instance(
                self._sql, None, error, driver.Error, hide_parameters=True, dialect=self._dialect
            ) from error


def driver_of(session: Session) -> Any:
    """The driver's connection of the session's transaction; ``Database`` forgets it at the end."""
    driver = session.info.get("driver")
    if driver is None:
        driver = session.info["driver"] = session.connection().connection.dbapi_connection
    return driver


def _compiled(statement: Any, dialect: Dialect) -> _Plan:
    compiled = statement.compile(dialect=dialect)
    order = compiled.positiontup or list(compiled.binds)
    names = tuple(
        (
            name,
            compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect),
            compiled.binds[name].required,
            compiled.binds[name].value,
        )
        for name in order
    )
    columns = list(statement.selected_columns) if isinstance(statement, SelectBase) else []
    results = tuple(c.type.dialect_impl(dialect).result_processor(dialect, None) for c in columns)
    shape: Any = namedtuple("Row", [c.key for c in columns])  # type: ignore[misc]
    positional = bool(compiled.positional)
    return _Plan(dialect, compiled.string, names, positional, results, shape._make)
