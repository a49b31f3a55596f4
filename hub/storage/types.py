"""Column types: aware UTC moments, and JSON or text that is sealed at rest.

Sealing needs the installation's vault; ``Database`` hangs it on the engine's dialect object,
which is one per engine and is what SQLAlchemy passes to a type.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

from hub.kernel.clock import aware
from hub.kernel.crypto import Vault


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment. Naive datetimes are refused when written."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = aware(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PlainJson(TypeDecorator[Any]):
    """JSON without personal data, stored as text on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value, default=str).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


class SealedJson(TypeDecorator[Any]):
    """JSON with personal data: encrypted and authenticated at rest."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return _vault(dialect).seal(orjson.dumps(value, default=str).decode())

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(_vault(dialect).open(value))


class SealedText(TypeDecorator[str]):
    """Text that is encrypted and authenticated at rest."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _vault(dialect).seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _vault(dialect).open(value)


def _vault(dialect: Dialect) -> Vault:
    vault = getattr(dialect, "paraph_vault", None)
    if not isinstance(vault, Vault):  # an engine that Database did not make
        raise RuntimeError("this engine has no vault: open it through hub.storage.db.Database")
    return vault
