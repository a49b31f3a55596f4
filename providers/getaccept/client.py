"""GetAccept's calls, one method each, as far as this plugin needs them. Knows nothing of steps,
agreements or uncertain outcomes; the vendor's names stop here and in ``placing``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hub.kernel.errors import MalformedAnswer, NotFound, OutcomeUnknown, Retryable
from providers.getaccept.reading import an_object, rows, text
from providers.getaccept.wire import Wire, address

PAGE = 100  # rows of a list in one call
Row = Mapping[str, Any]


class Client:
    """The account behind one wire. Thread-safe."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def test(self) -> Row:
        """Whose token it is: ``entity_id``, ``user_id``."""
        return an_object(self.wire.json("GET", "/test"))

    def upload(self, path: str, name: str, content: bytes, media_type: str) -> str:
        """Hand over a file: its id. As a form, since base64 would add a third to its size."""
        found = an_object(
            self.wire.json(
                "POST",
                path,
                changes=False,  # a file that no document uses goes away by itself
                told=name,
                data={"file_name": name},
                files={"file": (name, content, media_type)},
            )
        )
        made = text(found.get("file_id") or found.get("id") or found.get("attachment_id"))
        if not made:
            raise Retryable("GetAccept took a file but told no id", code=MalformedAnswer.code)
        return made

    def create(self, body: Row) -> Row:
        """A document. There is no idempotency key."""
        made = an_object(self.wire.json("POST", "/documents", json=dict(body)))
        if not text(made.get("id")):
            raise OutcomeUnknown("GetAccept made a document but told no id")
        return made

    def document(self, reference: str, **params: str) -> Row:
        """Everything about one."""
        found = self.wire.json("GET", address("/documents/{}", reference), params=params)
        return an_object(found)

    def status(self, reference: str) -> str:
        """Its status alone."""
        found = self.wire.json("GET", address("/documents/{}/status", reference))
        return text(an_object(found).get("status"))

    def documents(self, pages: int, **params: str) -> Iterator[list[Row]]:
        """Lists of documents, page by page; a short page is the last one."""
        for page in range(pages):
            more = {"limit": str(PAGE), "offset": str(page * PAGE)}
            found = rows(self.wire.json("GET", "/documents", params={**params, **more}))
            if found:
                yield found
            if len(found) < PAGE:
                return

    def recipients(self, reference: str) -> list[Row]:
        """Its people, with their own addresses."""
        found = self.wire.json("GET", address("/documents/{}/recipients", reference))
        return rows(found, "recipients")

    def fields(self, reference: str) -> list[Row]:
        """Its fields of both editors."""
        found = self._part(reference, "fields", resolveEditorFields="true")
        return [*rows(found, "fields"), *rows(found, "editor_fields")]

    def add_field(self, reference: str, body: Row) -> str:
        """A field: its id."""
        path = address("/documents/{}/fields", reference)
        made = text(an_object(self.wire.json("POST", path, json=dict(body))).get("field_id"))
        if not made:
            raise OutcomeUnknown("GetAccept made a field but told no id")
        return made

    def act(self, reference: str, action: str, body: Row | None = None) -> Any:
        """``send``, ``seal``, ``reminders``, ``expiration``: what was answered."""
        path = address(f"/documents/{{}}/{action}", reference)
        return self.wire.json("POST", path, json=dict(body or {}))

    def delete(self, reference: str) -> None:
        """Take it back."""
        self.wire.call("DELETE", address("/documents/{}", reference))

    def release(self, reference: str, recipient: str) -> None:
        """Recall a signer, who stays as a viewer."""
        self.wire.call("DELETE", address("/documents/{}/recipients/{}", reference, recipient))

    def events(self, reference: str) -> list[Row]:
        """What happened to it, as its sender sees it."""
        return rows(self._part(reference, "events"), "events")

    def comments(self, reference: str) -> list[Row]:
        """The talk beside it."""
        return rows(self._part(reference, "comments"), "comments")

    def comment(self, reference: str, words: str) -> str:
        """Say something as the token's user: the comment's id."""
        path = address("/documents/{}/comments", reference)
        return text(an_object(self.wire.json("POST", path, json={"text": words})).get("comment_id"))

    def attachments(self, reference: str) -> list[Row]:
        """Its attachments, with when each was looked at last."""
        return rows(self._part(reference, "attachments"), "attachments")

    def as_received(self, reference: str, part: str) -> bytes:
        """The bytes of an answer: ``log``, ``events``."""
        return self.wire.call("GET", address(f"/documents/{{}}/{part}", reference)).body

    def download_address(self, reference: str) -> str:
        """Where its file lies for ten minutes."""
        found = self.wire.json("GET", address("/documents/{}/download", reference))
        return text(an_object(found).get("document_url"))

    def subscriptions(self) -> list[Row]:
        """Who is called for what."""
        found = self.wire.json("GET", "/subscriptions")
        return rows(found, "subscriptions") or rows(found)

    def subscribe(self, body: Row) -> Row:
        """Be called for one event; the answer is an object, or a list of one."""
        return an_object(self.wire.json("POST", "/subscriptions", json=dict(body)))

    def unsubscribe(self, subscription: str) -> None:
        """Be called no more."""
        self.wire.call("DELETE", address("/subscriptions/{}", subscription))

    def _part(self, reference: str, name: str, **params: str) -> Any:
        """Something of a document that is there. None of it at all is told by 204 or by 404."""
        try:
            return self.wire.json(
                "GET", address(f"/documents/{{}}/{name}", reference), params=params
            )
        except NotFound:
            return None
