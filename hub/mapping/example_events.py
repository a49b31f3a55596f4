"""What an example's event makes of a mapping's steps: records, write-backs, follow-ups, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.contracts import decisions
from hub.contracts.records import Create, Note, Operation, RecordRef, Update
from hub.kernel.errors import MappingError
from hub.mapping import line_steps
from hub.mapping.compiled import COMPLETED, ON_CALL, CompiledMapping, called
from hub.mapping.expectations import WorkspaceText
from hub.mapping.notify import assigned
from hub.mapping.plan import RequestPlan
from hub.mapping.sendings import Email, Sending, Webhook
from hub.mapping.share import public_link
from hub.mapping.steps import ATTACH_REMARK, REMARK, SEALED, Render, Step
from hub.mapping.texts import is_text_key

_TOLD = ("totals", "views", "evidence", "agreement", "remark")


@dataclass
class Happened:
    """``parts`` as ``expect`` names them. ``entries`` are the steps behind the entries of ``back``,
    ``then`` and ``on_call``; ``failed`` are those that could not be worked out."""

    parts: dict[str, Any] = field(
        default_factory=lambda: {"records": {}, "back": [], "then": [], ON_CALL: []}
    )
    entries: dict[tuple[str | int, ...], Step] = field(default_factory=dict)
    failed: list[MappingError] = field(default_factory=list)


def happened(
    mapping: CompiledMapping,
    given: Mapping[str, Any],
    plan: RequestPlan,
    now: datetime,
    render: Render,
) -> Happened:
    """Every step of the event, in order. One that fails is left out, as in real life, and so are
    those that need it."""
    event = called(given["call"]) if "call" in given else given.get("event", COMPLETED)
    context = _context(mapping, given, plan, event, now)
    found = Happened()
    source = RecordRef(mapping.source_table, "example")
    texts = _Texts(render)
    missing: set[str] = set()
    for spec in mapping.steps(event, lambda: context, now):
        own = spec.key.split(".")[1].partition("[")[0] if spec.key.startswith("records.") else ""
        if missing.intersection(spec.needs):
            missing.add(own)
            continue
        try:
            operation = mapping.operation(
                spec.key,
                context,
                source=source,
                now=now,
                render=texts.note,
                sealed=lambda what: b"",
            )
        except MappingError as error:
            found.failed.append(error)
            missing.add(own)
            continue
        part, _, rest = spec.key.partition(".")
        if part == "records":
            _record(found, given, rest, operation, context["records"])
        elif operation is not None:
            found.entries[part, len(found.parts[part])] = mapping.step(spec.key)
            found.parts[part].append(_shown(operation, spec.kind))
    return found


class _Texts:
    """Makes notes. A workspace's text is made only when somebody looks at it."""

    def __init__(self, render: Render) -> None:
        self._render = render

    def note(self, text: str, context: Mapping[str, Any]) -> Any:
        if not is_text_key(text):
            return self._render(text, context)
        return WorkspaceText(text, lambda: self._render(text, context))


def _record(
    found: Happened,
    given: Mapping[str, Any],
    rest: str,
    operation: Operation | Sending | None,
    records: dict[str, Any],
) -> None:
    kept = found.parts["records"]
    if isinstance(operation, Create):
        _made(given, rest, operation, kept, records)
    elif isinstance(operation, Note):
        name, _, index = rest.partition(".note")
        one = kept[name]
        (one[int(index[1:-1])] if index else one)["note"] = operation.text


def _made(
    given: Mapping[str, Any],
    rest: str,
    operation: Create,
    found: dict[str, Any],
    records: dict[str, Any],
) -> None:
    """A record that was made, or one of several."""
    name, _, index = rest.rstrip("]").partition("[")
    made = {"id": f"example-{rest}", "created": True}
    told = given.get("records", {}).get(name, {})
    if not index:
        found[name] = dict(operation.fields)
        records[name] = {**made, **told}
        return
    at = int(index)
    one = told[at] if isinstance(told, list) and at < len(told) else {}
    for kept, value in ((found, dict(operation.fields)), (records, {**made, **one})):
        entries = kept.setdefault(name, [])
        entries += [None] * (at - len(entries))  # items for which there was nothing to make
        entries.append(value)


def _context(
    mapping: CompiledMapping,
    given: Mapping[str, Any],
    plan: RequestPlan,
    event: str,
    now: datetime,
) -> dict[str, Any]:
    person = plan.signer
    moment = now.isoformat().replace("+00:00", "Z")
    contact = {"name": person.name, "mobile": person.mobile, "email": person.email}
    return {
        "record": given["record"],
        "form": given.get("form", {}),
        "recipient": {**contact, **given.get("recipient", {})},
        "recipients": _people(plan, given),
        "request": _request(plan, given),
        "outcome": {
            "event": event,
            "at": moment,
            "recipient": "",
            "what": "",
            **dict.fromkeys(decisions.TOLD, ""),
            **given.get("outcome", {}),
        },
        "signature": given.get("signature", {}),
        "signatures": given.get("signatures", {}),
        "records": dict(given.get("records", {})) if "call" in given else {},
        "lines": given.get("lines", [line.data() for line in plan.lines]),
        "line": {**line_steps.told(mapping.request.line_steps, event), **given.get("line", {})},
        **{name: given.get(name, {}) for name in _TOLD},
        "documents": given.get("documents", []),
        "assigned": assigned(plan.notify.data() if plan.notify else {}),
        "carries_on": mapping.carries_on,
        "handling": mapping.carries_on,
    }


def _request(plan: RequestPlan, given: Mapping[str, Any]) -> dict[str, Any]:
    called = {"id": "example", "number": "1", "url": "", "public_link": public_link(plan.share)}
    told = {"title": plan.title, "language": plan.language, "provider": plan.providers[0]}
    return {**called, **told, **given.get("request", {})}


def _people(plan: RequestPlan, given: Mapping[str, Any]) -> dict[str, Any]:
    """Everybody by key, as steps read them."""
    told = given.get("recipients", {})
    return {one.key: {**one.told(), **told.get(one.key, {})} for one in plan.recipients}


def _shown(operation: Operation | Sending, kind: str) -> dict[str, Any]:
    if isinstance(operation, Email):
        said = {"email": operation.to, "subject": operation.subject, "text": operation.text}
        return {**said, **_along(operation)}
    if isinstance(operation, Webhook):
        return {"webhook": operation.url, "body": dict(operation.body)}
    if isinstance(operation, Update):
        return {"update": dict(operation.fields)}
    if isinstance(operation, Create):
        return {"create": dict(operation.fields), "table": operation.table}
    if isinstance(operation, Note):
        return {"note": operation.text}
    what = REMARK if kind == ATTACH_REMARK else _sealed_as(operation.content_type)
    if what:
        return {"attach": operation.file_name, "file": what}
    return {"attach": operation.file_name, "content": operation.content.decode("utf-8", "replace")}


def _along(mail: Email) -> dict[str, str]:
    """The file that goes along."""
    return {
        name: value
        for one in mail.files
        for name, value in (("attach", one.name), ("file", _sealed_as(one.media_type)))
    }


def _sealed_as(media_type: str) -> str:
    """Which of what comes of a completed request has this type; empty for a text."""
    return next((what for what, _, kind in SEALED.values() if kind == media_type), "")
