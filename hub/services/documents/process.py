"""The process in which hostile files are opened: ``python -m hub.services.documents.process``.

It answers one question after the other until its input ends. It cannot write files, has bounds on
memory and on processor time for each file, and knows no secret: its environment is empty.
"""

from __future__ import annotations

import gc
import os
import resource
import select
import sys
from dataclasses import asdict
from typing import Any

import orjson

from hub.kernel.errors import Unfit
from hub.services.apart import wire
from hub.services.documents import attached, enclosed, pdf
from hub.services.documents.shapes import PageImage

_IDLE = 300.0  # seconds without a question, after which it ends
_MOST = 1 << 30  # bytes of a question; the hub has looked at the size already


def main() -> None:
    """Answer until nobody asks any more."""
    asked, told = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    gc.freeze()  # modules stay; to look through them after each file would take longer than it
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what a library prints is no answer
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold the document
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    while select.select([asked], [], [], _IDLE)[0]:
        try:
            question = wire.receive_json(asked, _MOST)
            content = wire.receive(asked, _MOST)
            wire.send(told, *_answered(question, content))
        except (wire.Broken, BrokenPipeError):
            return  # the hub is gone
        del content
        gc.collect()


def _answered(question: dict[str, Any], content: bytes) -> list[bytes]:
    try:
        _bound(question["seconds"], question["memory"])
        answer, pictures = _looked_at(question, content)
        return [orjson.dumps(answer), *(one.content for one in pictures)]
    except Unfit as error:
        return [orjson.dumps({"unfit": error.code, "detail": error.detail, "values": error.values})]
    except MemoryError:
        return [orjson.dumps({"unfit": "too_heavy", "detail": "memory", "values": {}})]
    except Exception as error:  # not foreseen; the file is what is new, so it is to blame
        detail = f"not foreseen: {type(error).__name__}"
        return [orjson.dumps({"unfit": "broken", "detail": detail, "values": {}})]


def _looked_at(question: dict[str, Any], content: bytes) -> tuple[dict[str, Any], list[PageImage]]:
    if question["what"] == "pdf":
        pictures = _within(question["output"], pdf.pages(content, question["pages"]))
        return {"pages": [_plain(one) for one in pictures]}, pictures
    if question["what"] == "enclosed":
        media_type, shown = enclosed.looked_at(content)
        count = 0
    else:
        media_type, shown, count = attached.looked_at(content, question["name"])
    pictures = [shown] if shown else []
    answer = {"media_type": media_type, "count": count, "pages": [_plain(one) for one in pictures]}
    return answer, pictures


def _within(output: int, pages: Any) -> list[PageImage]:
    """Pages, as long as all of them together stay small enough to be shown."""
    found: list[PageImage] = []
    for page in pages:
        output -= len(page.content) + len(page.text)
        if output < 0:
            raise Unfit("too_heavy", "pictures")
        found.append(page)
    return found


def _plain(page: PageImage) -> dict[str, Any]:
    return {name: value for name, value in asdict(page).items() if name != "content"}


def _bound(seconds: int, memory: int) -> None:
    """The bounds for the next file. Who uses up his time is ended by SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    _limit(resource.RLIMIT_CPU, spent + 1 + seconds)
    _limit(resource.RLIMIT_AS, memory)


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (soft, hard))


if __name__ == "__main__":
    main()
