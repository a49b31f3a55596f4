"""GetAccept as a hosted provider: one account, whose documents are read and signed there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from hub.contracts.agreements import Agreement, Dashboard, HostedHook, Placed, Survey
from hub.contracts.evidence import EvidencePart
from hub.contracts.hosted import HostedProvider
from hub.contracts.plugin import PluginContext, ProbeResult, RawHook
from hub.kernel.errors import (
    AuthenticationFailed,
    ConfigurationError,
    NotFound,
    Refused,
    Retryable,
)
from providers.getaccept import dashboard, hooks, people
from providers.getaccept.actions import Actions
from providers.getaccept.chain import Chain
from providers.getaccept.checks import check
from providers.getaccept.client import Client
from providers.getaccept.glance import glance
from providers.getaccept.placing import Placing
from providers.getaccept.reading import text
from providers.getaccept.settings import OAUTH2, PASSWORD, TOKEN, GetAcceptSettings
from providers.getaccept.survey import survey
from providers.getaccept.wire import Wire

_NEEDED = {
    PASSWORD: ("email", "password"),
    OAUTH2: ("client_id", "client_secret", "refresh_token"),
    TOKEN: ("access_token",),
}


class GetAcceptProvider(HostedProvider):
    """Places, surveys and withdraws documents of one entity."""

    Settings = GetAcceptSettings
    settings: GetAcceptSettings

    def __init__(self, settings: GetAcceptSettings, context: PluginContext) -> None:
        super().__init__(settings, context)
        _check_combination(settings, context)
        self._wire = Wire(settings, context.clock, _chain(settings, context))
        self._client = Client(self._wire)
        self._placing = Placing(self._client, settings, context)
        self._actions = Actions(self._client, context)

    def probe(self) -> ProbeResult:
        """Ask whose token it is. Logs in only where no token is kept."""
        s = self.settings
        try:
            found = self._client.test()
        except NotFound as error:
            raise ConfigurationError(f"{error.detail}: correct base_url") from None
        except Refused as error:
            raise AuthenticationFailed(
                f"{error.detail}: the account may not use the API; ask GetAccept about the plan"
            ) from None
        entity = text(found.get("entity_id"))
        if not entity:
            raise Retryable("the answer to a test names no entity", code="malformed_answer")
        if s.entity_id and entity != s.entity_id:
            raise ConfigurationError(
                "the token belongs to another entity than entity_id says: correct one of them"
            )
        host = urlsplit(s.base_url).hostname or ""
        facts = {"auth": s.auth, "entity": entity}
        return ProbeResult(f"{host} answers", facts, tuple(_warnings(s)))

    def check(self, agreement: Agreement) -> None:
        """Before anything is sent."""
        check(agreement, self.settings)

    def place(self, agreement: Agreement, placed: Placed, *, uncertain: bool = False) -> Placed:
        """The next step of ``placing``."""
        return self._placing.place(agreement, placed, uncertain=uncertain)

    def survey(self, agreement: Agreement, placed: Placed) -> Survey:
        """How it stands now."""
        now = self.context.clock.now()
        return survey(self._client, agreement, placed, now, self.context.instance)

    def glance(self, references: Collection[str]) -> Mapping[str, str]:
        """Statuses from the account's lists."""
        return glance(self._client, references)

    def links(self, agreement: Agreement, placed: Placed) -> Mapping[str, str]:
        """Read anew: a person may have been added or replaced there."""
        rows = self._client.recipients(placed.reference)
        ids = placed.state.get("people") or {}
        return people.links(people.matched(agreement.people, rows, ids))

    def signed_file(self, agreement: Agreement, placed: Placed, limit: int) -> bytes:
        """The signed PDF."""
        return self._actions.signed_file(agreement, placed, limit)

    def evidence(self, agreement: Agreement, placed: Placed) -> tuple[EvidencePart, ...]:
        """Log, events and last state."""
        return self._actions.evidence(placed)

    def withdraw(self, agreement: Agreement, placed: Placed) -> None:
        """Delete the document there."""
        self._actions.withdraw(agreement, placed)

    def read_hook(self, raw: RawHook) -> HostedHook:
        """A hint which document to survey."""
        return hooks.read(raw, self.context.hook_secret)

    def keep_hooks(self) -> str:
        """Subscriptions as they should be."""
        return hooks.keep(self._client, self.settings, self.context)

    def remind(self, agreement: Agreement, placed: Placed, text: str, way: str) -> None:
        """A manual reminder."""
        self._actions.remind(agreement, placed, text, way)

    def say(
        self,
        agreement: Agreement,
        placed: Placed,
        text: str,
        *,
        uncertain: bool,
        known: Collection[str] = (),
    ) -> str:
        """A comment beside the document."""
        return self._actions.say(placed, text, uncertain=uncertain, known=known)

    def extend(self, agreement: Agreement, placed: Placed, expires_at: datetime) -> None:
        """Another date of expiry."""
        self._actions.extend(placed, expires_at)

    def release(self, agreement: Agreement, placed: Placed, person: str) -> None:
        """Recall a signer."""
        self._actions.release(agreement, placed, person)

    def dashboard(self, latest: int) -> Dashboard:
        """Counts and the newest documents."""
        now, instance = self.context.clock.now(), self.context.instance
        return dashboard.dashboard(self._client, self.settings, latest, now, instance)

    def record_url(self, reference: str) -> str | None:
        """The document in GetAccept's app."""
        return dashboard.record_url(self.settings, reference) if reference else None

    def close(self) -> None:
        """Give back connections."""
        self._wire.close()


def _check_combination(settings: GetAcceptSettings, context: PluginContext) -> None:
    lacking = [name for name in _NEEDED[settings.auth] if not getattr(settings, name)]
    if lacking:
        raise ConfigurationError(
            f"{context.instance}: sign-in by {settings.auth} needs {' and '.join(lacking)}"
        )
    if context.environment == "production" and not settings.base_url.startswith("https://"):
        raise ConfigurationError(f"{context.instance}: base_url must be https in production")


def _chain(settings: GetAcceptSettings, context: PluginContext) -> Chain | None:
    if settings.auth != OAUTH2:
        return None
    seconds = 2 * settings.timeout + 10  # longer than the call that is made meanwhile
    first, port = settings.refresh_token.strip(), context.ports["secrets"]
    return Chain(port, first, context.clock, context.instance, seconds)


def _warnings(settings: GetAcceptSettings) -> Iterator[str]:
    if settings.auth == TOKEN:
        yield "a pasted token is not renewed: give another one before it ends"
