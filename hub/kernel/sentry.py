"""Errors to Sentry, when a DSN is set, without personal data.

What the hub logs as an error becomes one event: type, places and masked fields, never the text of
an exception that is not ours, nor anything that a request carried.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.kernel.frames import Place, chain, places
from hub.kernel.logging import observe_errors
from hub.kernel.redact import redact, redact_text

# its own troubles must not be reported through itself
_NOT_OURS = ("sentry_sdk", "urllib3")
_FRAME = ("filename", "function", "lineno", "module", "in_app")
_CONTEXTS = ("trace", "runtime", "os")


def start_sentry(dsn: str | None, environment: str) -> bool:
    """Begin to report errors. Whether there is anywhere to report to."""
    if not dsn:
        return False
    import sentry_sdk  # only where it is used: it costs memory
    from sentry_sdk.integrations.logging import LoggingIntegration

    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        traces_sample_rate=0.0,
        # it sees the rendered line only; what is logged is reported from before it is rendered
        integrations=[LoggingIntegration(level=None, event_level=None)],
        before_send=_masked,
    )

    def report(logger: str, event: Mapping[str, Any], error: BaseException | None) -> None:
        if not logger.startswith(_NOT_OURS):
            sentry_sdk.capture_event(_event(logger, event, error))

    observe_errors(report)
    return True


def _event(logger: str, logged: Mapping[str, Any], error: BaseException | None) -> Any:
    left_out = ("event", "level", "at", "exception")
    event: dict[str, Any] = {
        "level": "fatal" if logged["level"] == "critical" else "error",
        "logger": logger,
        "logentry": {"message": str(logged.get("event", ""))},
        "extra": {key: value for key, value in logged.items() if key not in left_out},
    }
    if error is not None:
        found = [_value(each) for each in chain(error)]
        event["exception"] = {"values": found[::-1]}  # the outermost last, as Sentry wants it
    return event


def _value(error: BaseException) -> dict[str, Any]:
    frames = [_frame(place) for place in places(error)]
    return {
        "type": type(error).__name__,
        "module": type(error).__module__,
        "stacktrace": {"frames": frames} if frames else None,
    }


def _frame(place: Place) -> dict[str, Any]:
    return {
        "filename": place.file,
        "function": place.function,
        "lineno": place.line,
        "in_app": place.ours,
    }


def _masked(event: Any, hint: Any) -> Any:
    """Whoever made the event: drop what a request or an exception carried, mask the rest."""
    request = event.get("request")
    if isinstance(request, dict):
        event["request"] = {"method": request.get("method")}
    for value in (event.get("exception") or {}).get("values") or ():
        value.pop("value", None)
        for frame in (value.get("stacktrace") or {}).get("frames") or ():
            for key in set(frame) - set(_FRAME):
                del frame[key]
    if "logentry" in event:
        event["logentry"] = {"message": redact_text(str(event["logentry"].get("message", "")))}
    if "contexts" in event:
        event["contexts"] = {k: v for k, v in event["contexts"].items() if k in _CONTEXTS}
    for key in ("message", "extra", "data"):
        if key in event:
            event[key] = redact(event[key], limit=20_000)
    for key in ("breadcrumbs", "user", "threads"):
        event.pop(key, None)
    return event
