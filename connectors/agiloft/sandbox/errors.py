"""How the simulator says no: status, exception class and text, which each surface words its way."""

from __future__ import annotations

WRONG_DATA = "EWWrongDataException"
OPERATION = "EWOperationException"
PERMISSION = "EWPermissionException"
SESSION = "EWSessionException"
INTEGRITY = "EWIntegrityException"
UNEXPECTED = "EWUnexpectedException"
FAULTS = (WRONG_DATA, OPERATION, PERMISSION, SESSION, INTEGRITY, UNEXPECTED)
# the codes of answers shaped {"error", "error_description"}
CODES = {400: "BAD_REQUEST", 401: "UNAUTHORIZED", 403: "FORBIDDEN", 409: "CONFLICT"}


class EwError(Exception):
    """A refusal. ``name`` is the exception class that Agiloft would show."""

    def __init__(self, status: int, text: str, name: str = WRONG_DATA, code: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.name = name
        self.code = code or CODES.get(status, "SERVER_ERROR")
