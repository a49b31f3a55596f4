"""How the simulated server says no: a .NET class name for SOAP, a code for OData, and a text."""

from __future__ import annotations

_TYPES = "Microsoft.Dynamics.Nav.Types.Exceptions."
BROKER = "Microsoft.Dynamics.Nav.Service.WebServices.ServiceBrokerException"
NOT_FOUND = _TYPES + "NavCSideRecordNotFoundException"
DUPLICATE = _TYPES + "NavCSideDuplicateKeyException"
DIALOG = _TYPES + "NavNCLDialogException"
TEST_FIELD = _TYPES + "NavTestFieldException"
RELATION = _TYPES + "NavCSideValidateTableRelationException"
EVALUATE = _TYPES + "NavNCLEvaluateException"
TOO_LONG = _TYPES + "NavNCLStringLengthExceededException"
FILTER = _TYPES + "NavFilterException"
CALLBACK = _TYPES + "NavNCLCallbackNotAllowedException"

# class → (HTTP status, error code) of the OData surfaces
ODATA = {
    BROKER: (400, "BadRequest"),
    NOT_FOUND: (404, "Internal_RecordNotFound"),
    DUPLICATE: (400, "Internal_EntityWithSameKeyExists"),
    DIALOG: (400, "Application_DialogException"),
    TEST_FIELD: (400, "Application_FieldValidationException"),
    RELATION: (400, "Internal_InvalidTableRelation"),
    EVALUATE: (400, "Application_EvaluateException"),
    TOO_LONG: (400, "Application_StringExceededLength"),
    FILTER: (400, "Application_FilterErrorException"),
    CALLBACK: (400, "Application_CallbackNotAllowed"),
}


class NavError(Exception):
    """A refusal. ``word`` names its text in ``words.py``, ``given`` fills it in."""

    def __init__(self, kind: str, word: str, **given: object) -> None:
        super().__init__(f"{kind}: {word}")
        self.kind = kind
        self.word = word
        self.given = given


class Stale(NavError):
    """Somebody else changed the record since its Key or etag was read."""

    def __init__(self, page: str, key: str) -> None:
        super().__init__(BROKER, "stale", page=page, key=key)


class HttpError(Exception):
    """A refusal below the services: a status, and for OData a code with it."""

    def __init__(self, status: int, code: str = "", text: str = "") -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.text = text
