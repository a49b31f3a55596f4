"""What a mapping makes of one record, as one value for each rule, to be compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub.contracts.records import Create, Note, Update
from hub.mapping.people import RECIPIENT_KEY
from hub.mapping.plan import RequestPlan
from hub.mapping.rehearsal import Rehearsed
from hub.mapping.rows import plain
from hub.mapping.sendings import Email, Webhook
from hub.services.new_requests import plan_data

_PLAIN = ("kind", "title", "number", "language", "form", "currency", "carries_on")


def flat_plan(plan: RequestPlan | None) -> dict[str, Any]:
    """A request, rule by rule; only ``when`` where there is none to make."""
    if plan is None:
        return {"when": False}
    data = plan_data(plan)
    found: dict[str, Any] = {"when": True}
    found |= {f"request.{name}": data[name] for name in _PLAIN if data[name]}
    found["request.provider"] = list(plan.providers)
    found["request.channels"] = list(plan.channels)
    found["request.expires_after"] = data["expires_after"]
    found["request.reminders"] = data["reminders"]
    for person in plan.recipients:
        alone = person.key == RECIPIENT_KEY
        own = "request.recipient" if alone else f"request.recipients.{person.key}"
        for name, value in vars(person).items():
            if value and name != "key" and not (alone and name in ("role", "turn")):
                found[f"{own}.{name}"] = value
    for part in ("documents", "attachments"):
        for paper in data[part]:
            for name in ("title", "file_name", "source", "must_view"):
                if name in paper:
                    found[f"request.{part}.{paper['key']}.{name}"] = paper[name]
    found["request.signing"] = data["signing"]
    if data["notify"] is not None:
        found["request.notify"] = data["notify"]
    found |= {f"request.prefill.{name}": value for name, value in plan.prefill.items()}
    for index, line in enumerate(plan.lines, 1):
        for name, value in line.data().items():
            found[f"request.lines[{index}].{name}"] = value
    found |= {f"problem of {one.rule}": one.code for one in plan.problems}
    return found


def flat_steps(steps: Iterable[Rehearsed], about: str | None = None) -> dict[str, Any]:
    """The steps of an event, rule by rule; ``about`` is the line that it was about."""
    found: dict[str, Any] = {}
    for one in steps:
        key = f"{one.spec.key}({about})" if about else one.spec.key
        found.update(_flat_step(key, one))
    return found


def _flat_step(key: str, one: Rehearsed) -> dict[str, Any]:
    operation = one.operation
    if one.error is not None:
        return {f"problem of {one.error.rule or key}": one.error.code}
    if isinstance(operation, Create):
        fields = {f"{key}.{name}": plain(value) for name, value in operation.fields.items()}
        return {key: f"create {operation.table} at {one.spec.instance}", **fields}
    if isinstance(operation, Update):
        fields = {f"{key}.{name}": plain(value) for name, value in operation.fields.items()}
        return {key: f"update {operation.ref.table} at {one.spec.instance}", **fields}
    if isinstance(operation, Email):
        said = {f"{key}.{name}": getattr(operation, name) for name in ("to", "subject", "text")}
        return {key: " with ".join(("email", *(one.name for one in operation.files))), **said}
    if isinstance(operation, Webhook):
        body = {f"{key}.{name}": plain(value) for name, value in operation.body.items()}
        return {key: f"webhook {operation.url} signed with {operation.secret}", **body}
    if isinstance(operation, Note):
        return {key: f"note at {one.spec.instance}", f"{key}.text": operation.text}
    return {}
