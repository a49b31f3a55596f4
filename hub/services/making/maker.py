"""Who has documents and proofs made. The libraries for that are large and busy the processor, so
they are loaded in processes of their own, which end when nobody has asked them for a while.

What goes to them is pickled, since both ends are this program; what they answer is JSON and bytes,
since they have opened what others sent.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from hub.kernel import errors
from hub.kernel.clock import Clock
from hub.kernel.errors import ConfigurationError, ParaphError, Retryable, Unfit
from hub.services.apart import wire
from hub.services.apart.child import Child, Ended
from hub.services.apart.pool import Pool
from hub.settings import HubSettings, data_folder

if TYPE_CHECKING:
    from hub.services.evidence.case import Case
    from hub.services.typeset.sheet import Sheet

AT_ONCE = 2  # processes of each kind; each makes one thing after the other
_MODULE = "hub.services.making.process"
_USES = 200  # of one process
_PATIENCE = 180.0  # seconds; authorities are asked for up to 15 each, several for a B-LTA seal
_HEAD, _FILE = 1_000_000, 1 << 31  # bytes of an answer's JSON, and of a file
_PIN_REFUSED = "seal_token_pin"
_Answer = tuple[dict[str, Any], list[bytes]]


@dataclass(frozen=True)
class Proof:
    """A bundle, the sealed PDF in it, the seal's level and the report of how it was made."""

    bundle: bytes
    pdf: bytes
    level: str
    report: dict[str, Any]


@dataclass(frozen=True)
class Pools:
    """The processes of a hub. Those that set documents are others than those that make proofs: an
    authority that is slow to answer keeps no offer from being sent."""

    setting: Pool
    proving: Pool

    def close(self) -> None:
        """End them."""
        self.setting.close()
        self.proving.close()


class Maker:
    """Any thread may ask. ``Retryable``: try again later; ``Permanent``, ``Unfit`` and
    ``ConfigurationError`` as of what is asked for."""

    def __init__(self, settings: HubSettings, clock: Clock, pools: Pools) -> None:
        self._seal = (settings.seal, data_folder(settings))
        self._clock = clock
        self._pools = pools
        self._refused: ParaphError | None = None

    def typeset(self, template: str, sheet: Sheet) -> bytes:
        """A document, see ``hub.services.typeset.press``."""
        _, (pdf,) = self._made(self._pools.setting, "typeset", template, sheet)
        return pdf

    def put_together(
        self, documents: list[bytes], sheet: Sheet | None, title: str, language: str
    ) -> tuple[dict[str, Any], bytes]:
        """One PDF of documents and of a page on which a sheet's lines are offered, see
        ``hub.services.hosted.composing_pages``."""
        asked = ("put together", documents, sheet, title, language)
        told, (pdf,) = self._made(self._pools.setting, *asked)
        return told, pdf

    def prove(self, case: Case) -> Proof:
        """The proof of a case, see ``hub.services.evidence.building``, sealed as the settings
        say."""
        if self._refused:  # some tokens lock after three wrong PINs
            raise self._refused
        try:
            told, (bundle, pdf) = self._made(self._pools.proving, "prove", case)
        except Retryable as error:
            if error.code == _PIN_REFUSED:
                self._refused = error
            raise
        return Proof(bundle, pdf, told["level"], told["report"])

    def close(self) -> None:
        """End the processes."""
        self._pools.close()

    def _made(self, processes: Pool, what: str, *arguments: object) -> _Answer:
        return _asked(processes, (what, arguments, self._seal, self._clock.wall()))


def pools(settings: HubSettings) -> Pools:
    """The processes of a hub with these settings; none is begun before there is something to do."""
    return Pools(_pool(settings), _pool(settings))


def tried_seal(settings: HubSettings, clock: Clock) -> str:
    """Has a tiny PDF sealed and checked (design section 9) in a process that ends with that. What
    is missing for now, for people to read; empty when all is well. Raises ``ConfigurationError``
    when the hub is not to start."""
    own = _pool(settings)
    try:
        _asked(own, ("try", (), (settings.seal, data_folder(settings)), clock.wall()))
    except Retryable as error:
        return error.detail
    finally:
        own.close()
    return ""


def _pool(settings: HubSettings) -> Pool:
    begin = partial(_begun, settings.log_level, settings.log_json)
    return Pool(begin, at_once=AT_ONCE, uses=_USES)


def _begun(level: str, json: bool) -> Child:
    return Child(_MODULE, [level, "json" if json else "text"], quiet=False)


def _asked(
    processes: Pool, question: tuple[str, tuple[object, ...], tuple[Any, Path], Any]
) -> _Answer:
    try:
        told, files = processes.ask([pickle.dumps(question)], _read, _PATIENCE)
    except Ended as ended:
        why = "took too long" if ended.late else f"ended ({ended.code})"
        raise Retryable(f"the process that makes documents {why}") from None
    if "error" in told:
        raise _error(told)
    return told, files


def _read(stream: BinaryIO) -> _Answer:
    told = wire.receive_json(stream, _HEAD)
    return told, [wire.receive(stream, _FILE) for _ in range(told.get("files", 0))]


def _error(told: dict[str, Any]) -> Exception:
    """The error as the engine sorts it; a fault of the program by its name only, since its places
    are in the log of the process where it came about."""
    kind = getattr(errors, told["error"], None)
    if kind is None:
        return RuntimeError(f"{told['error']} while making a document")
    if kind is Unfit:
        return Unfit(told["code"], told["detail"], words=told["words"], **told["values"])
    if issubclass(kind, ConfigurationError):
        return ConfigurationError(told["detail"])
    return cast("Exception", kind(told["detail"], code=told["code"], customer=told["customer"]))
