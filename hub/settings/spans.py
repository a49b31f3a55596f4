"""Spans of time in settings, written as in mappings: ``90s``, ``30m``, ``24h``, ``14d``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marshmallow import ValidationError

from hub.contracts.json_schema import JsonSchema, Walk
from hub.mapping.durations import written
from hub.mapping.grammar import Duration


class Span(Duration):
    """A span no shorter than ``least`` and no longer than ``most``."""

    def __init__(
        self,
        least: timedelta = timedelta(seconds=1),
        most: timedelta = timedelta(days=3650),
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._least = least
        self._most = most

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> timedelta:
        span = super()._deserialize(value, attr, data, **kwargs)
        if span < self._least:
            raise ValidationError(f"is too short; write at least {written(self._least)}")
        if span > self._most:
            raise ValidationError(f"is too long; write at most {written(self._most)}")
        return span

    def json_schema(self, walk: Walk) -> JsonSchema:
        # How long it is, no pattern can say; the hub does.
        return super().json_schema(walk)
