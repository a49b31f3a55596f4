"""Errors to Sentry, when a DSN is set, without personal data: the same masking as the logs."""

from __future__ import annotations

from typing import Any

from hub.kernel.redact import redact


def start_sentry(dsn: str | None, environment: str) -> bool:
    """Begin to report errors. Whether there is anywhere to report to."""
    if not dsn:
        return False
    import sentry_sdk  # only where it is used: it costs memory

    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        include_local_variables=False,
        max_request_body_size="never",
        traces_sample_rate=0.0,
        before_send=_masked,
        before_breadcrumb=_masked,
    )
    return True


def _masked(event: Any, hint: Any) -> Any:
    """Mask everything that looks personal or secret; drop what a request carried."""
    request = event.get("request")
    if isinstance(request, dict):
        event["request"] = {"method": request.get("method")}
    for key in ("message", "logentry", "exception", "extra", "breadcrumbs", "data", "contexts"):
        if key in event:
            event[key] = redact(event[key], limit=20_000)
    return event
