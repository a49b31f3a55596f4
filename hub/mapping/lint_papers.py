"""Whether what surrounds a mapping can do what its documents, attachments and signing need."""

from __future__ import annotations

from collections.abc import Iterator

from hub.contracts.capabilities import Capability as C
from hub.contracts.manifest import PluginKind
from hub.contracts.papers import ACTING, APPROVER, ATTACHMENT, COPY, SIGNER
from hub.mapping.known import Around
from hub.mapping.notify import DIGEST
from hub.mapping.problems import Path, Problem
from hub.mapping.signing import ADDRESSES

_SIGNING: Path = ("request", "signing")
_CARRIES = {"sms": C.SMS, "email": C.EMAIL}
# What only the hub's own canvas does.
_CANVAS = ("methods", "code")


def paper_problems(around: Around) -> Iterator[Problem]:
    """Everything about papers and signing."""
    yield from _files(around)
    yield from _canvas(around)
    yield from _code(around)
    yield from _notify(around)
    yield from _ticks(around)
    yield from _receipts(around)


def _files(around: Around) -> Iterator[Problem]:
    """Files of the record need a source that hands them over."""
    key = around.mapping.source_instance
    info = around.instances.get(key)
    if info is None or info.kind is not PluginKind.CONNECTOR or C.FILES in info.capabilities:
        return
    for paper in around.mapping.request.papers:
        if paper.kind == ATTACHMENT:
            message = f"a file of the record needs 'files', which '{key}' cannot do"
            yield around.problem((*paper.path, ATTACHMENT), f"{message}; use url or base64")


def _canvas(around: Around) -> Iterator[Problem]:
    """One of the providers must have the canvas that is spoken of."""
    mapping = around.mapping
    infos = [around.instances.get(key) for key in mapping.providers]
    if any(info is None or C.CANVAS in info.capabilities for info in infos):
        return
    for word in _CANVAS:
        if word in mapping.request.signing.given:
            named = ", ".join(f"'{key}'" for key in mapping.providers)
            message = f"'{word}' needs 'canvas', which {named} cannot do"
            mend = "name a provider that signs on the hub's canvas, or remove it"
            yield around.problem((*_SIGNING, word), f"{message}; {mend}")


def _code(around: Around) -> Iterator[Problem]:
    """A code needs a channel that carries it, and somewhere to go for each signer."""
    request = around.mapping.request
    code = request.signing.fixed.code
    if code is None:
        return
    channels = [one for one in around.instances.values() if one.kind is PluginKind.CHANNEL]
    if not any(_CARRIES[code] in one.capabilities for one in channels):
        message = f"no channel of the workspace can do '{_CARRIES[code]}'; add one, or remove it"
        yield around.problem((*_SIGNING, "code"), message)
    for person in request.people:
        given = {row.to for row in person.rows if row.direction != "out"}
        if person.role == SIGNER and ADDRESSES[code] not in given:
            name = ADDRESSES[code]
            message = f"a code by {code} needs '{name}'; add a row with to: {name}"
            yield around.problem(person.path, message)


def _notify(around: Around) -> Iterator[Problem]:
    """News need a channel that carries them."""
    rule = around.mapping.request.notify
    if rule is None:
        return
    channels = [one for one in around.instances.values() if one.kind is PluginKind.CHANNEL]
    for place, way in (
        ("by", rule.by),
        *(("ways", way) for way in dict.fromkeys(rule.ways.values())),
    ):
        able = _CARRIES["email" if way == DIGEST else way]
        if not any(able in one.capabilities for one in channels):
            message = f"no channel of the workspace can do '{able}'; add one, or remove it"
            yield around.problem(("request", "notify", place), message)


def _ticks(around: Around) -> Iterator[Problem]:
    """An approval fixes the lines, so that nobody ticks one whose approver comes first."""
    request = around.mapping.request
    offered = request.lines.rows if request.lines is not None else ()
    if not any(row.to == "optional" for row in offered):
        return
    first = min(one.turn for one in request.people if one.role == SIGNER)
    for person in request.people:
        if person.role == APPROVER and person.turn < first:
            message = "approves before anybody could choose an optional line, and fixes them"
            yield around.problem(person.path, f"{message}; give a later turn", severity="warning")


def _receipts(around: Around) -> Iterator[Problem]:
    """What was signed goes to an address that a channel reaches."""
    channels = [one for one in around.instances.values() if one.kind is PluginKind.CHANNEL]
    able = [way for way in _CARRIES if any(_CARRIES[way] in one.capabilities for one in channels)]
    names = [ADDRESSES[way] for way in able]
    asked = around.mapping.request.signing.fixed.receipt
    for person in around.mapping.request.people:
        given = {row.to for row in person.rows if row.direction != "out"}
        if not (person.role == COPY or (asked and person.role in ACTING)):
            continue
        if not given.intersection(names):
            what = "a copy" if person.role == COPY else "the receipt"
            message = f"{what} goes to no address: add a row with to: email"
            yield around.problem(person.path, message, severity="warning")
