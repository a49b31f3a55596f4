"""Everything that the simulated account consists of, wired together once."""

from __future__ import annotations

from typing import Any

from hub.contracts.sandbox import SandboxContext
from providers.getaccept.sandbox.acting import Acting
from providers.getaccept.sandbox.checking import Checker
from providers.getaccept.sandbox.gate import Gate
from providers.getaccept.sandbox.lifecycle import Lifecycle
from providers.getaccept.sandbox.making import Maker
from providers.getaccept.sandbox.messages import Messenger
from providers.getaccept.sandbox.model import Document, Recipient
from providers.getaccept.sandbox.modes import Modes
from providers.getaccept.sandbox.shapes import Shapes
from providers.getaccept.sandbox.storage import Storage
from providers.getaccept.sandbox.store import Store
from providers.getaccept.sandbox.tokens import Tokens
from providers.getaccept.sandbox.webhooks import Webhooks


class Account:
    """The parts, each under its name."""

    def __init__(self, context: SandboxContext) -> None:
        clock = context.clock
        self.context = context
        self.clock = clock
        self.modes = Modes()
        self.gate = Gate(clock, self.modes)
        self.checker = Checker(self.modes)
        self.tokens = Tokens(clock, self.modes)
        self.store = Store(clock)
        self.messenger = Messenger(context, self.modes)
        self.lifecycle = Lifecycle(self.store, self.modes, self.messenger, self._told)
        self.acting = Acting(self.store, self.lifecycle, self.modes)
        self.maker = Maker(self.store, self.modes, self.lifecycle)
        self.storage = Storage(context, self.store, self.lifecycle, self.gate)
        self.shapes = Shapes(
            self.messenger.link, self._preview, self.storage.document_url, self.storage.picture_url
        )
        self.webhooks = Webhooks(
            clock, self.modes, self.gate.board, self.messenger, self._webhook_body
        )

    def settle(self) -> None:
        """Do what the clock has made due, but for sending webhooks."""
        with self.store.guard:
            self.lifecycle.settle()

    def reset(self) -> None:
        """Forget everything that happened. Subscriptions stay, as settings would."""
        kept = dict(self.webhooks.subscriptions)
        with self.store.guard:
            fresh = Modes()
            self.modes.change(vars(fresh))
            self.gate.reset()
            self.checker.clear()
            self.tokens.reset()
            self.store.reset()
            self.messenger.outbox.clear()
            self.storage.leaks.clear()
            self.webhooks.reset()
            self.webhooks.subscriptions.update(kept)

    def _told(self, document: Document, name: str, recipient: Recipient | None) -> None:
        self.webhooks.tell(document, name, recipient)

    def _preview(self, document: Document) -> str:
        return self.storage.preview_url(document)

    def _webhook_body(self, document: Document, person: Recipient | None) -> dict[str, Any]:
        return self.shapes.webhook(document, person, with_id=self.modes.webhook_recipient_id)
