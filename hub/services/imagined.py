"""What would be if an event happened now: the context that steps read, and each step's operation.
For trying mappings out; the signature, the outcome and the records are made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from hub.contracts import decisions
from hub.contracts.capabilities import Capability
from hub.contracts.events import ANSWERS, STEP_EVENTS, EventKind
from hub.contracts.money import offered, totals
from hub.contracts.papers import ACTING, APPROVER, SIGNER
from hub.contracts.pause_texts import pause_text
from hub.contracts.reason_texts import ENDING_TEXTS, REASON_TEXTS
from hub.contracts.records import RecordRef
from hub.contracts.requests import Reason, RequestState
from hub.kernel.redact import MASK
from hub.mapping import line_steps
from hub.mapping.compiled import COMPLETED, CompiledMapping, called
from hub.mapping.example_schema import EVENTS
from hub.mapping.notify import assigned
from hub.mapping.people import RecipientPlan
from hub.mapping.plan import RequestPlan
from hub.mapping.rehearsal import Rehearsed, rehearse
from hub.mapping.share import public_link
from hub.mapping.texts import render
from hub.services.moments import in_zone
from hub.services.study import Study

_PROVED = (EventKind.SEALED.value, EventKind.CLEARED.value)
# What somebody of the request does.
_DOINGS = frozenset(
    (
        EventKind.OPENED, EventKind.VIEWED, EventKind.DOWNLOADED, EventKind.REMARKED,
        EventKind.FORWARDED, EventKind.APPROVED, EventKind.SIGNED, EventKind.DECLINED,
    )
)  # fmt: skip
_PAUSES = (EventKind.HELD.value, EventKind.RESUMED.value)
_SOME_SYSTEM = "…"  # which one it will be nobody knows
_TALK = (EventKind.REMARKED, EventKind.REPLIED)
_SIGNED = (COMPLETED, EventKind.SIGNED.value, *ANSWERS, EventKind.SEALED.value)


class Imagined:
    """One mapping in one workspace, at one moment."""

    def __init__(self, study: Study, mapping: CompiledMapping, now: datetime) -> None:
        self._study, self._mapping, self._now = study, mapping, now

    def events(self) -> list[str]:
        """The events that the mapping does something after, and its follow-ups."""
        mapping = self._mapping
        named = {*mapping.back_steps, *mapping.then_steps}
        if mapping.record_steps:
            named.add(COMPLETED)
        return [*(one for one in EVENTS if one in named), *map(called, mapping.call_steps)]

    def lines(self, plan: RequestPlan, event: str) -> list[dict[str, Any]]:
        """The lines that an event is about; one that is about none happens once."""
        decision = event.removeprefix("line_")
        if decision == event:
            return [{}]
        where = line_steps.told(self._mapping.request.line_steps, event)
        if event in STEP_EVENTS:
            return [{**one.data(), "decision": "", **where} for one in plan.lines]
        # which ones a customer declines nobody knows: all that can be
        lines = [_decided(one.data()) for one in plan.lines]
        may = [one for one in lines if decision == "accepted" or one["optional"]]
        return [{**one, "decision": decision, **where} for one in may]

    def context(
        self,
        plan: RequestPlan,
        record: Mapping[str, Any],
        event: str,
        form: Mapping[str, Any],
        line: Mapping[str, Any],
    ) -> dict[str, Any]:
        """What steps may refer to, as it would be if it happened now."""
        signatures = self._signatures(plan) if event in _SIGNED else {}
        carries_on = self._mapping.carries_on
        return {
            "record": record,
            "form": form,
            "recipient": plan.signer.told(),
            "recipients": {one.key: _person(one, event) for one in plan.recipients},
            "request": {
                "id": "dry-run",
                "number": "DRY-RUN",
                "title": plan.title,
                "language": plan.language,
                "state": event,
                "provider": plan.providers[0],
                "public_link": public_link(plan.share),
            },
            "outcome": self._outcome(plan, event),
            "remark": {"text": "…"} if event in _TALK else {},
            "signature": [*signatures.values()][-1] if signatures else {},
            "signatures": signatures,
            "records": {},
            "lines": [_decided(one.data()) for one in plan.lines],
            "line": line,
            "totals": _totals(plan),
            "assigned": assigned(plan.notify.data() if plan.notify is not None else {}),
            **self._papers(plan, event),
            "agreement": self._agreement(plan),
            "carries_on": carries_on,
            "handling": carries_on,
        }

    def _agreement(self, plan: RequestPlan) -> dict[str, str]:
        """What the first provider would keep, if it is one that keeps documents."""
        if not self._study.can(plan.providers[0], Capability.HOSTED):
            return {}
        said = {"reference": "DRY-RUN", "url": "", "status": "standing", "state": "sent"}
        return {"provider": plan.providers[0], **said, "word": "sent", "looked_at": ""}

    def _outcome(self, plan: RequestPlan, event: str) -> dict[str, str]:
        reason = Reason.NO_ANSWER.value if event == EventKind.FAILED else ""
        return {
            "event": event,
            "reason": reason,
            "reason_text": reason_text(event, reason, plan.user_language or plan.language),
            "at": self._now.isoformat(timespec="seconds"),
            **_about(plan, event),
            **by_hand(event),
        }

    def rehearsed(
        self, plan: RequestPlan, ref: RecordRef, context: Mapping[str, Any], event: str
    ) -> Iterator[Rehearsed]:
        """Every step of an event."""
        workspace = self._study.workspace

        def filled(text: str, values: Mapping[str, Any]) -> str:
            known = text in workspace.texts
            return render(workspace.text(text, plan.language) if known else text, values)

        return rehearse(
            self._mapping,
            event,
            context,
            source=ref,
            now=self._now,
            render=filled,
            made=lambda name, operation: {
                "id": f"new-{name}",
                "number": f"new-{name}",
                "created": True,
                **operation.fields,
            },
        )

    def _papers(self, plan: RequestPlan, event: str) -> dict[str, Any]:
        """Looked at once; what a proof holds nobody can say before."""
        if not (plan.documents or plan.attachments):
            return {"views": {}, "documents": [], "evidence": {}}
        at = self._now.isoformat(timespec="seconds")
        return {
            "views": {"count": 1, "downloads": 0, "last_at": at},
            "documents": [
                {"key": one.key, "title": one.title, "version": 1, "pages": 1, "sha256": "0" * 64}
                for one in plan.documents
            ],
            "evidence": {"level": "B-B", "sha256": "0" * 64} if event in _PROVED else {},
        }

    def _signatures(self, plan: RequestPlan) -> dict[str, Any]:
        """Everybody's, by key."""
        return {
            one.key: signature(self._study, plan, self._now, "dry-run", one)
            for one in plan.recipients
            if one.role == SIGNER
        }


def signature(
    study: Study, plan: RequestPlan, at: datetime, order_ref: str, person: RecipientPlan
) -> dict[str, Any]:
    """A signature by the first provider, as steps read it; who signed is told only by one that
    knows."""
    tells_who = study.can(plan.providers[0], Capability.IDENTITY)
    return {
        "name": person.name,
        "at": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "at_local": in_zone(at, study.workspace.zone),
        "order_ref": order_ref,
        "provider": study.title(plan.providers[0]),
        **({"national_id_last": f"{MASK}-0000"} if tells_who else {}),
    }


def _about(plan: RequestPlan, event: str) -> dict[str, str]:
    """Whose doing it was, and of which file."""
    taken = plan.documents[:1] if event == EventKind.DOWNLOADED else ()
    return {
        "recipient": plan.signer.key if event in _DOINGS else "",
        "name": str(plan.signer.told().get("name") or "") if event in _DOINGS else "",
        "what": taken[0].key if taken else "",
    }


def by_hand(event: str) -> dict[str, str]:
    """What would be told of an answer that was noted by hand; empty after every other event."""
    if event != EventKind.DECIDED:
        return dict.fromkeys(decisions.TOLD, "")
    return {"decision": decisions.ACCEPTED, "how": "phone", "by": "Bob Berg", "remark": ""}


def _person(one: RecipientPlan, event: str) -> dict[str, Any]:
    acted = {SIGNER: "signed", APPROVER: "approved"} if event in _SIGNED else {}
    usual = "invited" if one.role in ACTING else "reads"
    return {**one.told(), "state": acted.get(one.role, usual)}


def _totals(plan: RequestPlan) -> dict[str, str]:
    """What the lines come to as they are offered."""
    lines = [one.data() for one in plan.lines]
    if not lines:
        return {}
    told = totals(lines, offered(lines), plan.currency).data()
    return {name: told[name] for name in ("net", "vat", "gross", "currency")}


def _decided(line: dict[str, Any]) -> dict[str, Any]:
    accepted = line["chosen"] or not line["optional"]
    return {**line, "decision": "accepted" if accepted else "declined"}


def reason_text(event: str, reason: str, language: str) -> str:
    """The sentence that the upstream would be told."""
    if event in _PAUSES:
        return pause_text(EventKind(event), language, _SOME_SYSTEM)
    if event == EventKind.DECIDED:
        texts = decisions.DECIDED_TEXTS[decisions.ACCEPTED]
    elif reason:
        texts = REASON_TEXTS[Reason(reason)]
    elif event in set(RequestState) and RequestState(event) in ENDING_TEXTS:
        texts = ENDING_TEXTS[RequestState(event)]
    else:
        return ""
    return texts.get(language) or texts["en"]
