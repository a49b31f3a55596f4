"""Places an agreement, one effect at a time; the hub stores each answer before the next.

files, one call each -> create (explicitly not sent) -> wait out the import -> boxes for what can be
chosen -> send or seal -> each person's address. A create is not idempotent: after a lost answer it
is looked up by our external id, twice with a pause, before there is another; where that one's
answer gets lost as well, after the same pause once more. Sending is allowed
from a draft only, so that GetAccept itself refuses to do it twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hub.contracts.agreements import FINAL, Agreement, AgreementState, Placed
from hub.contracts.papers import SIGNER
from hub.contracts.plugin import PluginContext
from hub.kernel.errors import OutcomeUnknown, Permanent, Refused, Retryable
from providers.getaccept import people
from providers.getaccept.body import create_body, field_body, labels
from providers.getaccept.checks import check, file_name, unfit
from providers.getaccept.client import Client
from providers.getaccept.codes import DRAFT, IMPORTING, plain, state_of
from providers.getaccept.lookup import find
from providers.getaccept.reading import moment, text
from providers.getaccept.settings import GetAcceptSettings

_KEPT = timedelta(hours=47)  # a file must be in a document within 48
_LOOK_AGAIN = 10.0  # seconds until a create whose answer got lost can be seen
_IMPORT_WAIT, _LONGEST_WAIT = 3.0, 60.0
_SEND_TRIES = 5  # the vendor's add-on does the same: an import may still be under way
_LINK_TRIES = 8
_CALLS = 3  # the most that one step makes, but for boxes
State = dict[str, Any]


class Placing:
    """The steps of one account."""

    def __init__(self, client: Client, settings: GetAcceptSettings, context: PluginContext) -> None:
        self._client = client
        self._settings = settings
        self._context = context

    def place(self, agreement: Agreement, placed: Placed, *, uncertain: bool) -> Placed:
        """The next step."""
        check(agreement, self._settings)
        if placed.ready:
            return placed
        state: State = dict(placed.state)
        calls = _CALLS + (len(agreement.choices) if state.get("step") == "boxes" else 0)
        with self._client.wire.pace.room(calls):
            if not placed.reference:
                return self._before(agreement, state, uncertain=uncertain)
            steps = {
                "import": self._wait,
                "boxes": self._boxes,
                "deliver": self._deliver,
                "links": self._links,
            }
            step = steps[str(state.get("step", "import"))]
            return step(agreement, placed.reference, state, uncertain=uncertain)

    def _before(self, agreement: Agreement, state: State, *, uncertain: bool) -> Placed:
        now = self._context.clock.wall()
        creating = bool(state.get("creating"))
        if creating and (uncertain or state.get("looked")):
            found = find(self._client, agreement.external_id, self._context.instance)
            if found:
                return _going_on(found)
            # The hub says uncertain until the step is done, so what was stored tells whether this
            # is the first look; a later create was followed by the pause, see _created.
            if uncertain and not state.get("looked"):  # it may become visible a moment later
                return Placed(state={**state, "looked": True}, again_after=_LOOK_AGAIN)
        state.pop("looked", None)
        if "file" not in state or now - _read(state["file_at"]) > _KEPT:
            name, file = file_name(agreement.file), agreement.file
            made = self._client.upload("/upload", name, file.read(), file.media_type)
            more = {"file": made, "file_at": now.isoformat(), "attachments": []}
            return Placed(state={**state, **more})
        taken = list(state["attachments"])
        if len(taken) < len(agreement.attachments):
            file = agreement.attachments[len(taken)]
            name = file_name(file)
            made = self._client.upload("/upload/attachment", name, file.read(), file.media_type)
            return Placed(state={**state, "attachments": [*taken, made]})
        if not creating:  # known before it is done, so that a lost answer is looked up
            return Placed(state={**state, "creating": True})
        return _going_on(self._created(create_body(agreement, state, self._settings)))

    def _created(self, body: State) -> str:
        """A document's id. Where the answer gets lost, it is looked for after a pause."""
        try:
            return text(self._client.create(body)["id"])
        except OutcomeUnknown as error:
            wait = max(error.retry_after or 0.0, _LOOK_AGAIN)
            raise OutcomeUnknown(error.detail, retry_after=wait, code=error.code) from error

    def _wait(
        self, agreement: Agreement, reference: str, state: State, *, uncertain: bool
    ) -> Placed:
        status = self._client.status(reference)
        if plain(status) in IMPORTING:
            waits = int(state.get("waits", 0))
            wait = min(_IMPORT_WAIT * 1.5**waits, _LONGEST_WAIT)
            return Placed(reference, {**state, "waits": min(waits + 1, 20)}, again_after=wait)
        if plain(status) != DRAFT:
            self._refuse_if_over(status)
            return Placed(reference, {**state, "step": "links"})
        return Placed(reference, {**state, "step": "boxes" if agreement.choices else "deliver"})

    def _boxes(
        self, agreement: Agreement, reference: str, state: State, *, uncertain: bool
    ) -> Placed:
        """Those that stand there already are taken over, by label: any try may have broken off."""
        named = labels(agreement.choices)
        there = {
            text(row.get("field_label")): text(row.get("field_id"))
            for row in self._client.fields(reference)
            if plain(row.get("field_type")) == "check"
        }
        signer = self._first_signer(agreement, reference)
        boxes: dict[str, str] = {}
        for choice in agreement.choices:
            label = named[choice.line]
            boxes[choice.line] = there.get(label) or self._client.add_field(
                reference, field_body(choice, label, signer)
            )
        return Placed(reference, {**state, "step": "deliver", "boxes": boxes})

    def _first_signer(self, agreement: Agreement, reference: str) -> str:
        """Whose boxes they are."""
        rows = people.matched(agreement.people, self._client.recipients(reference), {})
        signers = [one for one in agreement.people if one.role == SIGNER and one.key in rows]
        if not signers:
            raise Retryable("GetAccept does not show the signers yet", code="no_recipients")
        return text(rows[min(signers, key=lambda one: one.turn).key].get("id"))

    def _deliver(
        self, agreement: Agreement, reference: str, state: State, *, uncertain: bool
    ) -> Placed:
        tries = int(state.get("tries", 0))
        if uncertain or tries:
            status = self._client.status(reference)
            if plain(status) in IMPORTING:
                return Placed(reference, state, again_after=_IMPORT_WAIT)
            if plain(status) != DRAFT:
                self._refuse_if_over(status)
                return Placed(reference, {**state, "step": "links"})
        try:
            self._client.act(reference, "send" if agreement.invited_by == "provider" else "seal")
        except Refused as error:
            if error.code != "rejected" or tries >= _SEND_TRIES:
                raise
            more = {**state, "tries": tries + 1}
            return Placed(reference, more, again_after=_IMPORT_WAIT + 2)
        return Placed(reference, {**state, "step": "links"})

    def _links(
        self, agreement: Agreement, reference: str, state: State, *, uncertain: bool
    ) -> Placed:
        rows = people.matched(agreement.people, self._client.recipients(reference), {})
        links = people.links(rows)
        missing = [one for one in agreement.people if one.role == SIGNER and one.key not in links]
        tries = int(state.get("link_tries", 0))
        if missing and tries < _LINK_TRIES:
            more = {**state, "link_tries": tries + 1}
            return Placed(reference, more, again_after=_IMPORT_WAIT)
        if missing and agreement.invited_by != "provider":
            raise Retryable("GetAccept shows no address for a signer", code="no_link")
        ids = {key: text(row.get("id")) for key, row in rows.items()}
        kept = {"people": ids, "boxes": state.get("boxes", {})}
        return Placed(reference, kept, ready=True, links=links)

    def _refuse_if_over(self, status: str) -> None:
        state = state_of(status, self._context.instance)
        if state in FINAL - {AgreementState.COMPLETED}:
            raise unfit("gone_there", f"the document is '{plain(status)[:40]}' before it was sent")
        if state is AgreementState.UNKNOWN:
            if "fail" in plain(status) or "error" in plain(status):
                raise unfit("import_failed", f"the document is '{plain(status)[:40]}'")
            raise Retryable(
                f"the document's status '{plain(status)[:40]}' is not known", code="unknown_status"
            )


def _going_on(reference: str) -> Placed:
    return Placed(reference, {"step": "import"}, again_after=1.0)


def _read(value: Any) -> datetime:
    found = moment(value)
    if found is None:
        raise Permanent("the kept state of an agreement is broken", code="broken_state")
    return found
