"""Looks at requests against the published shapes, and remembers what was refused."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import jsonschema_rs

from providers.getaccept.sandbox import schemas
from providers.getaccept.sandbox.modes import Modes
from providers.getaccept.sandbox.refusals import Refusal

_MASK = "the value"  # what people wrote does not belong into messages
_BODIES = {
    name: jsonschema_rs.Draft202012Validator(schema, mask=_MASK)
    for name, schema in schemas.BODIES.items()
}
_QUERIES = {
    name: jsonschema_rs.Draft202012Validator(schemas.members(**known), mask=_MASK)
    for name, known in schemas.QUERIES.items()
}
_NO_QUERY = jsonschema_rs.Draft202012Validator(schemas.members(), mask=_MASK)


@dataclass(frozen=True)
class Violation:
    """One thing that was wrong with a request; what was merely unwise is not ``refused``."""

    operation: str
    path: str
    text: str
    refused: bool
    status: int = 400


class Checker:
    """Judges bodies and queries of each operation."""

    def __init__(self, modes: Modes) -> None:
        self._modes = modes
        self._lock = threading.Lock()
        self._seen: deque[Violation] = deque(maxlen=10_000)

    def clear(self) -> None:
        """Forget what was seen."""
        with self._lock:
            self._seen.clear()

    def violations(self) -> list[dict[str, Any]]:
        """What was refused or unwise, oldest first."""
        with self._lock:
            return [asdict(one) for one in self._seen]

    def note(
        self, operation: str, path: str, text: str, *, refused: bool, status: int = 400
    ) -> None:
        """Remember one."""
        with self._lock:
            self._seen.append(Violation(operation, path, text, refused, status))

    def body(self, operation: str, path: str, body: Any) -> dict[str, Any]:
        """The body as a JSON object. Raises ``Refusal``."""
        if body is None and operation in schemas.BODILESS:
            return {}
        if not isinstance(body, dict):
            raise Refusal(400, "A JSON object is expected")
        validator = _BODIES[operation]
        self._judge(operation, path, validator.iter_errors(body))
        return body

    def query(self, operation: str, path: str, query: dict[str, str]) -> None:
        """The query parameters. Raises ``Refusal``."""
        validator = _QUERIES.get(operation, _NO_QUERY)
        self._judge(operation, path, validator.iter_errors(query))

    def _judge(
        self, operation: str, path: str, errors: Iterable[jsonschema_rs.ValidationError]
    ) -> None:
        wrong = []
        for error in errors:
            place = ".".join(str(part) for part in error.instance_path)
            text = f"{place}: {error.message}" if place else error.message
            unknown = isinstance(error.kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties)
            if unknown and not self._modes.strict:
                self.note(operation, path, text, refused=False)
            else:
                wrong.append(text)
        if wrong:
            raise Refusal(400, "; ".join(wrong))
