"""The process in which documents are set, and proofs made and sealed:
``python -m hub.services.making.process LEVEL json|text``. It answers one question after the other
until its input ends or nobody has asked for a while; what it logs goes where the hub's log goes.
"""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import sys
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from hub.kernel import logging
from hub.kernel.errors import ParaphError
from hub.services.apart import wire
from hub.settings import SealSettings

if TYPE_CHECKING:
    from hub.services.evidence.case import Case
    from hub.services.sealing import Sealer
    from hub.services.typeset.sheet import Sheet

_IDLE = 300.0  # seconds without a question, after which it ends
_MOST = 1 << 31  # bytes of a question: a case holds its documents
_SEALERS = 4  # that are kept: a hub has one
_log = logging.get_logger(__name__)
_Made = tuple[dict[str, Any], list[bytes]]


class _Told:
    """A clock that shows what the hub's shows."""

    def __init__(self) -> None:
        self.at = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def wall(self) -> datetime:
        return self.at

    def real_seconds(self, span: timedelta) -> float:
        return span.total_seconds()


class _Workbench:
    """What is kept from one question to the next: sealers with their keys and what they know of
    authorities. Each task loads its own libraries: who sets documents needs none for seals."""

    def __init__(self) -> None:
        self._clock = _Told()
        self._sealers: OrderedDict[bytes, Sealer] = OrderedDict()

    def answered(self, question: bytes) -> list[bytes]:
        """The frames of an answer."""
        try:
            what, arguments, seal, self._clock.at = pickle.loads(question)  # noqa: S301 - as above
            told, files = _TASKS[what](self, seal, *arguments)
            return [orjson.dumps({**told, "files": len(files)}), *files]
        except ParaphError as error:
            return [orjson.dumps(_described(error))]
        except Exception as error:
            _log.exception("making failed")
            return [orjson.dumps({"error": type(error).__name__})]

    def typeset(self, seal: object, template: str, sheet: Sheet) -> _Made:
        """A document."""
        from hub.services.typeset.press import typeset

        return {}, [typeset(template, sheet)]

    def put_together(
        self, seal: object, documents: list[bytes], sheet: Sheet | None, title: str, language: str
    ) -> _Made:
        """One PDF of a request's documents and the page of its lines."""
        from hub.services.hosted.composing_pages import put_together

        told, pdf = put_together(documents, sheet, title, language)
        return told, [pdf]

    def prove(self, seal: tuple[SealSettings, Path], case: Case) -> _Made:
        """A proof."""
        from hub.services.evidence.building import build

        made = build(case, self._sealer(seal).seal)
        return {"level": made.level, "report": made.report.data()}, [made.content, made.pdf]

    def try_seal(self, seal: tuple[SealSettings, Path]) -> _Made:
        """Whether sealing works."""
        self._sealer(seal).self_test()
        return {}, []

    def _sealer(self, seal: tuple[SealSettings, Path]) -> Sealer:
        from hub.services.sealing import Sealer

        key = pickle.dumps(seal)
        if key not in self._sealers:
            self._sealers[key] = Sealer(*seal, self._clock)
            if len(self._sealers) > _SEALERS:
                self._sealers.popitem(last=False)[1].close()
        self._sealers.move_to_end(key)
        return self._sealers[key]


_TASKS: dict[str, Callable[..., _Made]] = {
    "typeset": _Workbench.typeset,
    "put together": _Workbench.put_together,
    "prove": _Workbench.prove,
    "try": _Workbench.try_seal,
}


def main(level: str, form: str) -> None:
    """Answer until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the hub, which got it as well, ends this one
    logging.configure(level, json=form == "json")
    asked, told = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    bench, loaded = _Workbench(), False
    while select.select([asked], [], [], _IDLE)[0]:
        try:
            wire.send(told, *bench.answered(wire.receive(asked, _MOST)))
        except (wire.Broken, BrokenPipeError):
            return  # the hub is gone
        gc.collect()
        if not loaded:  # what the first question loaded stays; to walk it each time takes longer
            gc.freeze()  # than to make a proof
            loaded = True


def _described(error: ParaphError) -> dict[str, Any]:
    kinds = (kind for kind in type(error).__mro__ if kind.__module__ == ParaphError.__module__)
    return {
        "error": next(kinds).__name__,
        "code": error.code,
        "detail": error.detail,
        "customer": error.customer,
        "words": dict(getattr(error, "words", {})),
        "values": getattr(error, "values", {}),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
