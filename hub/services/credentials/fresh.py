"""A sign-in that was refused because the credentials were mended meanwhile is no reason to pause:
the work is tried again with the new ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.engine.conditions import pause
from hub.engine.work import Failure, Handler, Work
from hub.kernel.errors import AuthenticationFailed, ConfigurationError, Retryable
from hub.registry import InstanceKey
from hub.services.core import Core

MENDED = "credentials_mended"


class Fresh(Handler):
    """A handler of deliveries that looks for mended credentials when those it had are refused."""

    def __init__(self, core: Core, inner: Handler) -> None:
        self._core = core
        self._inner = inner
        foreseen = getattr(inner, "foreseen", None)
        if foreseen is not None:
            self.foreseen = foreseen

    def perform(self, work: Work) -> Any:
        """As the handler does it."""
        where = self._where(work)
        turn = self._core.registry.turn(where) if where else 0
        try:
            return self._inner.perform(work)
        except AuthenticationFailed:
            if where is None or not mended_since(self._core, where, turn):
                raise
            raise Retryable("its credentials were mended meanwhile", code=MENDED) from None

    def delivered(self, session: Session, work: Work, result: Any) -> None:
        """As the handler does it."""
        self._inner.delivered(session, work, result)

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """As the handler does it."""
        self._inner.gave_up(session, work, failure)

    def _where(self, work: Work) -> InstanceKey | None:
        try:
            where = self._core.instance(work.workspace_id, work.destination)
            self._core.registry.settings(where)
        except (LookupError, ConfigurationError):  # a subscription, or an instance that is gone
            return None
        return where


def pause_refused(
    core: Core,
    session: Session,
    place: tuple[str, str],
    error: AuthenticationFailed,
    began: datetime | None,
) -> None:
    """Pause an instance that refused a call of a timer or a page which began at ``began`` (real
    time), unless it was mended meanwhile, here or in another process of which this one has not
    heard yet: the next call goes with the new credentials."""
    if not core.kept.is_behind(session):
        pause(session, place, error.code, error.detail, core.clock.wall(), began)


def mended_since(core: Core, where: InstanceKey, turn: int) -> bool:
    """Whether an instance has other settings than when its ``turn`` was looked at; takes up at once
    what another process has kept."""
    core.follow_kept()
    return core.registry.turn(where) != turn
