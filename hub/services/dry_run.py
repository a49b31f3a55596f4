"""``dry-run``: one record read in earnest, and what would follow from it, to whom and where.
Nothing is written at any system, and no row is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hub.contracts.capabilities import Capability
from hub.contracts.events import EventKind
from hub.contracts.records import RecordRef
from hub.kernel.errors import ConfigurationError, NotFound, Refused
from hub.mapping.compiled import CompiledMapping, called
from hub.mapping.durations import written
from hub.mapping.example_schema import EVENTS
from hub.mapping.explain import explain_plan
from hub.mapping.plan import RequestPlan
from hub.mapping.problems import Path, unknown_word
from hub.mapping.rehearsal import Rehearsed
from hub.mapping.steps import SOURCE
from hub.mapping.texts import TextError
from hub.services.deadlines import REMINDER
from hub.services.explaining import does
from hub.services.form_answers import checked_answers
from hub.services.imagined import Imagined
from hub.services.known_tables import known_tables
from hub.services.mapping_checks import check_mapping
from hub.services.messages import INVITE
from hub.services.new_requests import plan_data
from hub.services.record_ids import plain_id
from hub.services.study import Study
from hub.services.versions import SHORT
from hub.services.wordings import wording

LINK = "…"  # stands for the customer's token


class DryRun:
    """One record tried with one mapping of one workspace."""

    def __init__(self, study: Study, mapping: CompiledMapping) -> None:
        self._study, self._mapping = study, mapping
        self._now = study.clock.now()
        self._imagined = Imagined(study, mapping, self._now)

    def read(self, record_id: str) -> tuple[RecordRef, dict[str, Any]]:
        """The record as its upstream has it now. Raises ``NotFound``, ``Refused``, ``Retryable``,
        ``AuthenticationFailed``, ``ConfigurationError``."""
        study, mapping = self._study, self._mapping
        where = study.instance(mapping.source_instance)
        connector = study.registry.connector(where)
        ref = connector.canonical(RecordRef(mapping.source_table, plain_id(record_id)))
        try:
            with study.calling(where.key):
                record = connector.fetch(ref)
        except NotFound as error:
            raise NotFound(
                f"{where.key} has no record {ref}: {error.detail or 'it was not found'}",
                code="unknown_record",
            ) from None
        return ref, dict(record.fields)

    def run(
        self,
        record_id: str,
        *,
        event: str | None = None,
        answers: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """What would follow from the record: the request, its messages, and what is written after
        ``event``, or after each event of the mapping. ``answers`` fill in the form. Raises as
        ``read`` does, and ``ConfigurationError`` for answers that the form refuses."""
        mapping = self._mapping
        self.check_event(event)
        ref, record = self.read(record_id)
        plan, rows = explain_plan(mapping, record, self._now)
        told = self._about(ref)
        study = self._study
        tables = known_tables(study.registry, study.workspace.key, study.discovered)
        told["unfit"] = check_mapping(mapping, study.workspace, study.registry, study.forms, tables)
        if plan is None:
            return {**told, "wanted": False, "problems": []}
        places = {row.rule: row.path for row in rows}
        values = self._answers(plan, answers)
        told["wanted"] = True
        told["request"] = self._request(plan)
        told["problems"] = [
            {
                "rule": one.rule,
                "path": one.path,
                "code": one.code,
                "message": one.message,
                "where": self._where(places.get(one.rule, ("request",))),
            }
            for one in plan.problems
        ]
        names = [event] if event else self._imagined.events()
        if plan.problems:  # the request fails at once, and nobody is asked
            names = [one for one in names if one == EventKind.FAILED]
        told["messages"] = [] if plan.problems else list(self._messages(plan, ref))
        told["events"] = {one: self._steps(plan, ref, record, one, values) for one in names}
        return told

    def check_event(self, event: str | None) -> None:
        """Raises ``Refused`` for a word that is no event."""
        known = [*EVENTS, *map(called, self._mapping.call_steps)]
        if event is not None and event not in known:
            raise Refused(unknown_word("event", event, known), code="unknown_event")

    def _about(self, ref: RecordRef) -> dict[str, Any]:
        mapping = self._mapping
        in_force = self._study.in_force(mapping.key)
        return {
            "mapping": {
                "key": mapping.key,
                "version": mapping.sha256[:SHORT],
                "file": mapping.document.name,
                "in_force": in_force.sha256[:SHORT] if in_force else None,
                "held": in_force is not None and in_force.held,
            },
            "record": {"instance": mapping.source_instance, "table": ref.table, "id": ref.id},
        }

    def _answers(self, plan: RequestPlan, answers: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """The form as it would be filled in: the answers over what is known."""
        form = self._study.forms.get(plan.form or "")
        if answers is None:
            return plan.prefill
        if form is None:
            raise Refused("the mapping asks for no form: leave the answers out", code="no_form")
        return {**plan.prefill, **checked_answers(form, {**plan.prefill, **answers}, answers)}

    def _request(self, plan: RequestPlan) -> dict[str, Any]:
        study = self._study
        told = plan_data(plan)
        told.pop("problems")
        told["providers"] = [{"instance": key, "title": study.title(key)} for key in plan.providers]
        return told

    def _messages(self, plan: RequestPlan, ref: RecordRef) -> Iterator[dict[str, Any]]:
        """The invitation and the reminders, by the first channel that has an address."""
        person, rule = plan.recipients[0], plan.reminders
        channel = next((key for key in plan.channels if self._address(plan, key)), None)
        yield self._message(plan, ref, channel or plan.channels[0], INVITE, 0, "at once")
        wanted = rule.channel if rule.channel and self._address(plan, rule.channel) else channel
        if channel is None or person is None:
            return
        for number in range(1, rule.limit + 1):
            after = rule.after + rule.every * (number - 1)
            yield self._message(
                plan, ref, wanted or channel, REMINDER, number, f"after {written(after)}"
            )

    def _message(
        self, plan: RequestPlan, ref: RecordRef, channel: str, purpose: str, number: int, when: str
    ) -> dict[str, Any]:
        study, person = self._study, plan.recipients[0]
        values = {
            "link": f"{study.public_url}/s/{LINK}",
            "sender": study.workspace.name,
            "phone": study.workspace.phone,
            "name": person.name,
            "title": plan.title,
            "number": plan.number or ref.id,
            "reminder": number,
        }
        told: dict[str, Any] = {
            "purpose": purpose,
            "number": number,
            "when": when,
            "channel": channel,
            "to_name": person.name,
            "to": self._address(plan, channel),
            "problem": None if self._address(plan, channel) else "there is no address to send to",
        }
        try:
            way = "sms" if self._is_sms(channel) else "email"
            told_by = (study.workspace, way, purpose, person.language, values, plan.kind)
            text, subject = wording(*told_by)
            return {**told, "subject": subject, "text": text}
        except (KeyError, TextError, ConfigurationError) as error:
            missing = isinstance(error, KeyError)
            why = f"the text {error} is missing in the workspace" if missing else str(error)
            return {**told, "subject": "", "text": "", "problem": why}

    def _is_sms(self, channel: str) -> bool:
        study = self._study
        return study.registry.manifest(study.instance(channel)).can(Capability.SMS)

    def _address(self, plan: RequestPlan, channel: str) -> str | None:
        person = plan.recipients[0]
        try:
            return person.mobile if self._is_sms(channel) else person.email
        except ConfigurationError:  # told by the lint
            return None

    def _steps(
        self,
        plan: RequestPlan,
        ref: RecordRef,
        record: Mapping[str, Any],
        event: str,
        form: Mapping[str, Any],
    ) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for line in self._imagined.lines(plan, event):
            context = self._imagined.context(plan, record, event, form, line)
            for one in self._imagined.rehearsed(plan, ref, context, event):
                told = self._step(one)
                found.append({**told, "line": line["id"]} if line else told)
        return found

    def _step(self, one: Rehearsed) -> dict[str, Any]:
        mapping, spec = self._mapping, one.spec
        error = one.error
        instance = mapping.source_instance if spec.instance == SOURCE else spec.instance
        return {
            "step": spec.key,
            "where": self._where(mapping.step(spec.key).path),
            "instance": instance,
            "does": does(one.operation, reveal=True),
            "problem": None
            if error is None
            else {"rule": error.rule, "path": error.path, "message": error.detail},
        }

    def _where(self, path: Path) -> str:
        document = self._mapping.document
        line, column = document.where(path)
        return f"{document.file(path)}:{line}:{column}"
