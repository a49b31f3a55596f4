"""Structured logs, one JSON object a line (or coloured text on a terminal), personal data
masked. Of an exception only its type and its places are told."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from hub.kernel.bare_structlog import structlog
from hub.kernel.frames import told
from hub.kernel.redact import redact

Observer = Callable[[str, Mapping[str, Any], BaseException | None], None]
_observers: list[Observer] = []


def configure(level: str = "INFO", *, json: bool = True) -> None:
    """Set up structlog and route the standard library's loggers through the same masking."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _masked,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("urllib3", "zeep", "apscheduler", "werkzeug", "alembic.runtime.plugins"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
    # its warning about odd headers holds the whole address, which may be a receiver's secret
    logging.getLogger("urllib3.connection").setLevel(max(logging.ERROR, root.level))


def get_logger(name: str) -> Any:
    """The logger of a module."""
    return structlog.get_logger(name)


def observe_errors(observer: Observer | None) -> None:
    """From now on call ``observer`` with each error that is logged: the logger's name, what is
    logged (masked), the exception. None: call nobody."""
    _observers[:] = [observer] if observer is not None else []


def _masked(logger: Any, _: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    error = _exception(event.pop("exc_info", None))
    if error is not None:
        event["exception"] = told(error)
    keep = {key: event[key] for key in ("at", "level") if key in event}
    masked: MutableMapping[str, Any] = redact({k: v for k, v in event.items() if k[0] != "_"})
    masked.update(keep)
    if event.get("level") in ("error", "critical"):
        name = event["_record"].name if "_record" in event else getattr(logger, "name", "")
        for observer in _observers:
            observer(name, dict(masked), error)
    masked.update({k: v for k, v in event.items() if k[0] == "_"})
    return masked


def _exception(given: Any) -> BaseException | None:
    """The exception behind the forms that ``exc_info`` may have."""
    if isinstance(given, tuple):
        given = given[1]
    elif given and not isinstance(given, BaseException):
        given = sys.exc_info()[1]
    return given if isinstance(given, BaseException) else None
