"""Every address that the hub hands out, and the secrets inside them.

A customer's link token is derived from the recipient's id and the master key: reminders carry
the same link without the token being stored anywhere; the database keeps its SHA-256 only, which
also tells under which key a token was made once there are several. Hook
addresses carry a secret per instance; report addresses name the message; button links are
signed.

A record's buttons have three keys for each instance: one looks (``check``), one ends its request
(``cancel``, ``decide``), so that whoever may do the one may do the other, and one reads and answers
its customers' messages (``talk``).
"""

from __future__ import annotations

from base64 import b32decode, b32encode, urlsafe_b64decode
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from urllib.parse import quote, urlencode
from uuid import UUID

from sqlalchemy import select

from hub.kernel.crypto import Vault, sha256_hex
from hub.storage.db import Database
from hub.storage.models import AccessToken

_REPLY_BYTES = 16 + 10  # a recipient's id and its MAC
TOKEN_LENGTH = 43  # 256 bits, base64url without padding
CHECK, CANCEL, DECIDE, TALK = "check", "cancel", "decide", "talk"
# What a button on a record does → what its key lets one do.
RECORD_ACTIONS = {CHECK: "look", CANCEL: "end", DECIDE: "end", TALK: "talk"}


Stored = Callable[[str], Collection[str]]
"""A recipient's id → the stored hashes of the recipient's link tokens."""


def nothing_stored(recipient_id: str) -> Collection[str]:
    """For links that are made beside a database."""
    return ()


def stored_in(db: Database) -> Stored:
    """The hashes in ``db``."""

    def stored(recipient_id: str) -> Collection[str]:
        with db.read() as session:
            mine = AccessToken.recipient_id == recipient_id
            return session.scalars(select(AccessToken.sha256).where(mine)).all()

    return stored


class Links:
    """Makes and checks links below ``public_url``."""

    def __init__(self, vault: Vault, public_url: str, stored: Stored = nothing_stored) -> None:
        self._vault = vault
        self._stored = stored
        self.public_url = public_url.rstrip("/")

    def customer_token(self, recipient_id: str) -> str:
        """The recipient's link token: 43 URL-safe characters. The one that was handed out, also
        when the master key has changed since; a new one is made under the first key."""
        tokens = self._vault.macs("customer-link", recipient_id)
        stored = self._stored(recipient_id) if len(tokens) > 1 else ()
        return next((token for token in tokens if token_hash(token) in stored), tokens[0])

    def customer(self, recipient_id: str) -> str:
        """The address that goes into the SMS."""
        return f"{self.public_url}/s/{self.customer_token(recipient_id)}"

    def portal(self, workspace: str) -> str:
        """Where a workspace's customers sign in; ends with a slash."""
        return f"{self.public_url}/p/{quote(workspace)}/"

    def choice_tokens(self, preference_id: str) -> list[str]:
        """The tokens of the page where somebody chooses what to be told, under every master key;
        the first one is handed out anew."""
        return self._vault.macs("choice-link", preference_id)

    def choice(self, token: str) -> str:
        """That page's address."""
        return f"{self.public_url}/n/{token}"

    def public(self, workspace: str, token: str) -> str:
        """Where whoever has the password reads what is shared by a public link."""
        return f"{self.portal(workspace)}o/{token}"

    def hook_secret(self, workspace: str, instance: str) -> str:
        """The secret in an instance's hook address."""
        return self._vault.mac("hook", f"{workspace}/{instance}")[:32]

    def hook(self, workspace: str, instance: str) -> str:
        """Where an instance's other side calls the hub."""
        secret = self.hook_secret(workspace, instance)
        return f"{self.public_url}/hooks/{workspace}/{instance}/{secret}"

    def hook_matches(self, workspace: str, instance: str, secret: str) -> bool:
        """Whether the secret in a called hook address is right, under any master key."""
        long_enough = len(secret) == 32
        return long_enough and self._vault.prefix_matches("hook", f"{workspace}/{instance}", secret)

    def report(self, workspace: str, instance: str, delivery_id: str) -> str:
        """Where a gateway reports on one message."""
        mac = self._vault.mac("report", delivery_id)[:22]
        return f"{self.hook(workspace, instance)}?{urlencode({'m': delivery_id, 't': mac})}"

    def reported_delivery(self, query: Mapping[str, str]) -> str | None:
        """The delivery that a called report address names; None when it names none truly."""
        delivery_id, mac = query.get("m", ""), query.get("t", "")
        if len(mac) == 22 and self._vault.prefix_matches("report", delivery_id, mac):
            return delivery_id
        return None

    def reply_token(self, recipient_id: str) -> str:
        """Names a recipient in the address where answers to an e-mail go: 42 letters and digits,
        which may lose their case on the way. Nothing of it is stored."""
        ident = UUID(recipient_id).bytes
        return _spelled(ident + _reply_mac(self._vault.mac("reply", recipient_id)))

    def replying(self, token: str) -> str | None:
        """The recipient whom a token names, under any master key; None when it names none
        truly."""
        try:
            whole = b32decode(token.upper() + "=" * (-len(token) % 8))
        except ValueError:
            return None
        if len(whole) != _REPLY_BYTES or _spelled(whole) != token.lower():
            return None
        recipient_id, given = str(UUID(bytes=whole[:16])), whole[16:]
        macs = [_reply_mac(mac) for mac in self._vault.macs("reply", recipient_id)]
        return recipient_id if any(compare_digest(mac, given) for mac in macs) else None

    def button(
        self, workspace: str, mapping: str, record_id: str, expires: datetime | None = None
    ) -> str:
        """A signed button link for one record, with an end when ``expires`` is given."""
        values = {"w": workspace, "id": record_id}
        if expires is not None:
            values["e"] = str(int(expires.timestamp()))
        values["k"] = self._vault.mac("button", _button_text(mapping, values))
        return f"{self.public_url}/b/{quote(mapping)}?{urlencode(values)}"

    def button_key(self, workspace: str, mapping: str) -> str:
        """The key for upstreams that can only put a record id into a fixed address."""
        return self._vault.mac("button-key", f"{workspace}/{mapping}")

    def button_template(self, workspace: str, mapping: str, placeholder: str = "$id") -> str:
        """A button address for every record: the upstream puts the record's id in."""
        values = urlencode({"w": workspace, "k": self.button_key(workspace, mapping)})
        return f"{self.public_url}/b/{quote(mapping)}?{values}&id={placeholder}"

    def button_matches(self, mapping: str, query: Mapping[str, str], now: datetime) -> bool:
        """Whether a button link is one that this hub made, and is not too old."""
        values = {name: query[name] for name in ("w", "id", "e") if name in query}
        given = query.get("k", "")
        if self._vault.mac_matches("button", _button_text(mapping, values), given):
            end = values.get("e")
            return end is None or now < datetime.fromtimestamp(int(end), UTC)
        fixed = f"{values.get('w', '')}/{mapping}"
        return "e" not in values and self._vault.mac_matches("button-key", fixed, given)

    def record_button(
        self,
        workspace: str,
        instance: str,
        action: str,
        table: str,
        record_id: str,
        expires: datetime | None = None,
    ) -> str:
        """A signed link of one record's button, with an end when ``expires`` is given."""
        values = {"w": workspace, "table": table, "id": record_id}
        if expires is not None:
            values["e"] = str(int(expires.timestamp()))
        values["k"] = self._vault.mac("record-button", _record_text(instance, action, values))
        return f"{self._record_address(instance, action)}?{urlencode(values)}"

    def record_button_template(
        self,
        workspace: str,
        instance: str,
        action: str,
        table: str = "{table}",
        record_id: str = "{id}",
    ) -> str:
        """The address for every record of an instance: the upstream puts table and id in."""
        key = self._vault.mac("record-button-key", _record_key(workspace, instance, action))
        values = urlencode({"w": workspace, "k": key})
        address = self._record_address(instance, action)
        return f"{address}?{values}&table={table}&id={record_id}"

    def record_button_matches(
        self, instance: str, action: str, query: Mapping[str, str], now: datetime
    ) -> bool:
        """Whether the link of a record's button is one that this hub made, and is not too old."""
        names = ("w", "table", "id", "e")
        values = {name: query[name] for name in names if name in query}
        if action not in RECORD_ACTIONS or not {"w", "table", "id"} <= set(values):
            return False
        given, text = query.get("k", ""), _record_text(instance, action, values)
        if self._vault.mac_matches("record-button", text, given):
            end = values.get("e")
            return end is None or now < datetime.fromtimestamp(int(end), UTC)
        fixed = _record_key(values["w"], instance, action)
        return "e" not in values and self._vault.mac_matches("record-button-key", fixed, given)

    def _record_address(self, instance: str, action: str) -> str:
        return f"{self.public_url}/r/{quote(instance)}/{action}"


def _reply_mac(mac: str) -> bytes:
    """80 bits, as many as guessing at a mail server's pace needs."""
    return urlsafe_b64decode(mac + "=" * (-len(mac) % 4))[: _REPLY_BYTES - 16]


def _spelled(content: bytes) -> str:
    return b32encode(content).decode().rstrip("=").lower()


def token_hash(token: str) -> str:
    """How a link token is stored."""
    return sha256_hex(token.encode("utf-8", "replace"))


def button_lifetime() -> timedelta:
    """How long a link from ``paraph button-link`` lives."""
    return timedelta(days=30)


def _button_text(mapping: str, values: Mapping[str, str]) -> str:
    return "\n".join([mapping, *(f"{name}={values[name]}" for name in sorted(values))])


def _record_text(instance: str, action: str, values: Mapping[str, str]) -> str:
    return urlencode([("may", RECORD_ACTIONS[action]), ("in", instance), *sorted(values.items())])


def _record_key(workspace: str, instance: str, action: str) -> str:
    return f"{workspace}/{instance}/{RECORD_ACTIONS[action]}"
