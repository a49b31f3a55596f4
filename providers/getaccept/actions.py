"""What is done to an agreement that stands: remind, talk, extend, release, withdraw, fetch."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta

import orjson

from hub.contracts.agreements import NOT_YET, Agreement, AgreementState, Placed
from hub.contracts.evidence import EvidencePart
from hub.contracts.plugin import PluginContext
from hub.contracts.requests import Reason
from hub.kernel.errors import NotFound, OutcomeUnknown, Refused, Retryable, Unsupported
from providers.getaccept import people
from providers.getaccept.body import moment_text
from providers.getaccept.client import Client
from providers.getaccept.codes import plain, state_of
from providers.getaccept.lookup import find_all
from providers.getaccept.reading import moment, text, ticked, without_addresses

_OVER = frozenset({AgreementState.CANCELLED, AgreementState.DECLINED})
_SAME_REMARK = timedelta(hours=24)  # an older one with the same words is another one
_JSON = "application/json"


class Actions:
    """The actions of one account."""

    def __init__(self, client: Client, context: PluginContext) -> None:
        self._client = client
        self._context = context

    def withdraw(self, agreement: Agreement, placed: Placed) -> None:
        """Delete it, and whatever a lost create may have left behind."""
        with self._client.wire.pace.room(3):
            if placed.reference:
                self._withdraw(placed.reference)
                return
            for row in find_all(self._client, agreement.external_id):
                self._withdraw(text(row.get("id")))

    def remind(self, agreement: Agreement, placed: Placed, words: str, way: str) -> None:
        """A manual reminder, at once, to those who have not signed."""
        if way not in ("email", "sms"):
            raise Unsupported(f"{self._context.instance} reminds by email or sms only")
        if way == "sms" and not any(one.mobile for one in agreement.people):
            raise Refused("nobody has a mobile number", code=Reason.MISSING_NUMBER)
        if way == "email" and not any(one.email for one in agreement.people):
            raise Refused("nobody has an e-mail address", code=Reason.MISSING_ADDRESS)
        body = {"type": way, "text": words, "not_signed": True}
        self._client.act(placed.reference, "reminders", body)

    def say(self, placed: Placed, words: str, *, uncertain: bool, known: Collection[str]) -> str:
        """A comment as the token's user."""
        if uncertain:
            since = self._context.clock.now() - _SAME_REMARK
            for row in self._client.comments(placed.reference):
                at, name = moment(row.get("created_at")), text(row.get("id"))
                is_other = name in known or (at is not None and at < since)
                is_same = ticked(row.get("self")) and text(row.get("text")) == words.strip()
                if is_same and not is_other:
                    return name
        made = self._client.comment(placed.reference, words)
        if not made:
            raise OutcomeUnknown("GetAccept took a comment but told no id")
        return made

    def extend(self, placed: Placed, expires_at: datetime) -> None:
        """Another date; nobody is told by GetAccept."""
        body = {"expiration_date": moment_text(expires_at), "send_notification": False}
        self._client.act(placed.reference, "expiration", body)

    def release(self, agreement: Agreement, placed: Placed, person: str) -> None:
        """Recall a signer. Who is a viewer already, or gone, is no error."""
        with self._client.wire.pace.room(2):
            ids = placed.state.get("people") or {}
            rows = self._client.recipients(placed.reference)
            row = people.matched(agreement.people, rows, ids).get(person)
            if row is None or plain(row.get("role")) == "cc":
                return
            if plain(row.get("status")) == "signed":
                raise Refused("the person has signed", code="already_signed")
            try:
                self._client.release(placed.reference, text(row.get("id")))
            except NotFound:
                return

    def signed_file(self, agreement: Agreement, placed: Placed, limit: int) -> bytes:
        """The PDF with the vendor's certificate in it, which may come later than the status. The
        address that it has for ten minutes is asked for each time and told to nobody."""
        with self._client.wire.pace.room(2):
            status = self._client.status(placed.reference)
            if state_of(status, self._context.instance) is not AgreementState.COMPLETED:
                raise Retryable("not everybody has signed yet", code=NOT_YET)
            url = self._client.download_address(placed.reference)
        content = self._client.wire.fetch(url, limit)
        if not content.startswith(b"%PDF"):
            raise Retryable("what the storage gave is no PDF yet", code=NOT_YET)
        if hashlib.sha256(content).hexdigest() == agreement.file.sha256:
            raise Retryable("the storage still gives the unsigned file", code=NOT_YET)
        return content

    def evidence(self, placed: Placed) -> tuple[EvidencePart, ...]:
        """Log and events byte for byte; document and people without the addresses that let in
        whoever has them."""
        reference = placed.reference
        with self._client.wire.pace.room(4):
            log = self._client.as_received(reference, "log")
            events = self._client.as_received(reference, "events")
            document = dict(self._client.document(reference))
            document["recipients"] = [dict(row) for row in self._client.recipients(reference)]
        state = orjson.dumps(
            without_addresses(document), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2
        )
        return (
            EvidencePart("getaccept-log.json", _JSON, log),
            EvidencePart("getaccept-events.json", _JSON, events),
            EvidencePart("getaccept-document.json", _JSON, state),
        )

    def _withdraw(self, reference: str) -> None:
        try:
            state = self._state(reference)
            if state in _OVER:
                return
            self._refuse_if_signed(state)
            self._client.delete(reference)
        except NotFound:
            return
        except Refused as error:
            if error.code == "rejected":  # as one that was signed a moment ago may be
                self._refuse_if_signed(self._state(reference))
            raise
        try:
            self._refuse_if_signed(self._state(reference))  # somebody may have been quicker
        except NotFound:
            return

    def _state(self, reference: str) -> AgreementState:
        return state_of(self._client.status(reference), self._context.instance)

    def _refuse_if_signed(self, state: AgreementState) -> None:
        if state is AgreementState.COMPLETED:
            raise Refused("everybody has signed", code="already_signed")
