"""What a step sends to somebody or to a web address, and not to a record: an e-mail, a webhook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.contracts.channel import File
from hub.mapping.forms import is_email
from hub.mapping.paper_sources import address_of
from hub.mapping.people import LONGEST, Unfit, one_line

EMAIL, WEBHOOK = "email", "webhook"
ASSIGNED = "assigned"
# What is sent → the key that says where to.
AIMS: Mapping[str, str] = {EMAIL: "to", WEBHOOK: "url"}


@dataclass(frozen=True)
class Email:
    """An e-mail to one address."""

    to: str
    subject: str
    text: str
    language: str
    files: tuple[File, ...] = ()


@dataclass(frozen=True)
class Webhook:
    """A call to a web address, signed with the workspace's secret of that name."""

    url: str
    secret: str
    body: Mapping[str, Any]


Sending = Email | Webhook


def mailbox_of(value: Any) -> str:
    """An e-mail address. Raises ``Unfit``."""
    text = one_line(value, LONGEST["email"])
    if not is_email(text):
        raise Unfit("is no e-mail address")
    return text


def url_of(value: Any) -> str:
    """A web address; whether it may be called is for whoever calls. Raises ``Unfit``."""
    return str(address_of(value)["url"])


# What is sent → how the value of its aim is read.
AIM_OF: Mapping[str, Callable[[Any], str]] = {EMAIL: mailbox_of, WEBHOOK: url_of}
