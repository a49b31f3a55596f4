"""Mending what an instance signs in with: the new values are tried before they are kept, and what
was owed goes on at once.

Only settings that are secret or belong to signing in can be mended. Nothing of a value comes back
in an answer, an error or a log.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from hub.contracts.plugin import ProbeResult
from hub.contracts.settings import credentials_of, settings_info
from hub.engine.conditions import resume
from hub.kernel.errors import (
    ConfigurationError,
    ParaphError,
    Refused,
    Retryable,
)
from hub.kernel.logging import get_logger
from hub.kernel.redact import redact_text
from hub.mapping.problems import did_you_mean
from hub.registry import InstanceKey
from hub.services import probes
from hub.services.core import Core
from hub.services.credentials.kept import SETTING
from hub.settings import Kept
from hub.storage.locks import alone
from hub.storage.models import Instance, InstanceSecret

_log = get_logger(__name__)
REFUSED = "credentials_refused"
_TELLING = 4  # characters


@dataclass(frozen=True)
class Mended:
    """What the other side said, and which values the database keeps for the instance now."""

    good: bool
    said: str
    kept: tuple[Kept, ...]


def mend(
    core: Core,
    where: InstanceKey,
    given: Mapping[str, Any],
    *,
    by: str,
    forget: Collection[str] = (),
) -> Mended:
    """Try the instance with ``given``, and where that succeeds keep it over the file's settings and
    go on; ``forget`` what was kept before. ``by`` says who, for the log. Raises ``Refused`` with
    the other side's words, and ``Retryable`` where it could not be asked: nothing is kept then."""
    _check(core, where, given, forget)
    if not given:
        return _forget(core, where, forget, by)
    one = core.registry.settings(where)
    filed = core.workspaces[where.workspace].instances[where.key].settings
    before = {name: filed[name] for name in forget if name in filed}
    left = {name: value for name, value in one.settings.items() if name not in forget}
    result = _tried(core, where, {**left, **before, **given})
    said = _plain("; ".join((result.summary, *result.warnings)), _secret(core, where, given))
    with core.db.write() as session:
        alone(session, "credentials")
        _remove(session, core, where, (*forget, *given))
        _keep(session, core, where, given, by)
        _note(session, core, where, said)
    core.follow_kept()
    core.wake()
    _log.info("credentials mended", instance=str(where), settings=", ".join(sorted(given)), by=by)
    return Mended(True, said, core.registry.settings(where).kept)


def _forget(core: Core, where: InstanceKey, names: Collection[str], by: str) -> Mended:
    """Taking a secret out of the database is always possible; what the file says is tried then."""
    with core.db.write() as session:
        alone(session, "credentials")
        _remove(session, core, where, names)
    core.follow_kept()
    good, said = probes.probe(core, where)
    _log.info(
        "credentials forgotten", instance=str(where), settings=", ".join(sorted(names)), by=by
    )
    return Mended(good, said, core.registry.settings(where).kept)


def _check(
    core: Core, where: InstanceKey, given: Mapping[str, Any], forget: Collection[str]
) -> None:
    known = credentials_of(core.registry.settings_class(where))
    names = ", ".join(known) or "none"
    for name in (*given, *forget):
        if name not in known:
            hint = did_you_mean(name, known) if known else "this plugin has none"
            raise Refused(
                f"'{name[:80]}' is no credential of {where.key}: {hint}; there are: {names}. Other "
                "settings are changed in the workspace's file",
                code="not_a_credential",
            )
    if not given and not forget:
        raise Refused(f"say what to set or to forget; there are: {names}", code="nothing_given")
    kept = {one.name for one in core.registry.settings(where).kept}
    unknown = [name for name in forget if name not in kept]
    if unknown and not given:
        raise Refused(
            f"nothing is kept for '{unknown[0]}'; kept are: {', '.join(sorted(kept)) or 'none'}",
            code="not_kept",
        )


def _tried(core: Core, where: InstanceKey, settings: Mapping[str, Any]) -> ProbeResult:
    """What the other side says to these settings."""
    secret = _secret(core, where, settings)
    try:
        instance = core.registry.made_with(where, settings)
    except ConfigurationError as error:
        told = "; ".join(error.problems) or error.detail
        raise Refused(f"nothing was kept: {told}", code="bad_setting") from None
    try:
        result: ProbeResult = instance.probe()
        return result
    except Retryable as error:
        said = _plain(error.detail, secret)
        told = f"nothing was kept, since it could not be tried: {said}"
        raise Retryable(told, retry_after=error.retry_after, code=error.code) from None
    except ParaphError as error:
        raise Refused(f"nothing was kept: {_plain(error.detail, secret)}", code=REFUSED) from None
    except Exception as error:  # a plugin's bug; its words may hold anything
        broke = f"nothing was kept: the probe broke: {type(error).__name__}"
        raise Refused(broke, code=REFUSED) from None
    finally:
        instance.close()


def _secret(core: Core, where: InstanceKey, settings: Mapping[str, Any]) -> list[str]:
    """The values that nobody may read again; shorter ones stand in too many words."""
    known = settings_info(core.registry.settings_class(where))
    secret = (value for name, value in settings.items() if name in known and known[name].secret)
    return [value for value in secret if isinstance(value, str) and len(value) >= _TELLING]


def _plain(text: str, secret: Collection[str]) -> str:
    """The other side's words without what was sent: it may have repeated it."""
    text = redact_text(text)
    for value in secret:
        text = text.replace(value, "…")
    return text[:1000]


def _remove(session: Session, core: Core, where: InstanceKey, names: Collection[str]) -> None:
    session.execute(
        delete(InstanceSecret)
        .where(
            InstanceSecret.workspace_id == core.workspace_ids[where.workspace],
            InstanceSecret.instance == where.key,
            InstanceSecret.kind == SETTING,
            InstanceSecret.name.in_(names),
        )
        .execution_options(synchronize_session=False)
    )


def _keep(
    session: Session, core: Core, where: InstanceKey, given: Mapping[str, Any], by: str
) -> None:
    filed = core.workspaces[where.workspace].instances[where.key]
    session.add_all(
        InstanceSecret(
            workspace_id=core.workspace_ids[where.workspace],
            instance=where.key,
            kind=SETTING,
            name=name,
            value=value,
            version=1,
            over=core.kept.mark(filed, name),
            saved_at=core.clock.wall(),
            saved_by=by[:120],
        )
        for name, value in given.items()
    )


def _note(session: Session, core: Core, where: InstanceKey, said: str) -> None:
    """The trial was a probe that succeeded: what waited is due at once."""
    place, wall = (core.workspace_ids[where.workspace], where.key), core.clock.wall()
    session.execute(
        update(Instance)
        .where(Instance.workspace_id == place[0], Instance.key == place[1])
        .values(probed_at=wall, probe_ok=True, probe_text=said, probe_final=False)
    )
    resume(session, place, wall)
