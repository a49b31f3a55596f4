"""What the customer must do next, as data. Only ``hub/web`` turns it into a page."""

from __future__ import annotations

from dataclasses import dataclass

from hub.contracts.plugin import Wording


@dataclass(frozen=True)
class Redirect:
    """Send the browser to the provider's page."""

    url: str


@dataclass(frozen=True)
class Embed:
    """Show the provider's page inside ours; ``origin`` goes into the page's CSP."""

    url: str
    origin: str


@dataclass(frozen=True)
class Canvas:
    """Draw or type the signature on the hub's own page, or agree there by a button.

    ``methods`` of ``drawn`` and ``typed``, the preferred one first; empty for an approval, which
    asks for no signature. ``least_ink``: how long the drawn lines must be together, as a part of
    the canvas's width, so that the page can say so before it sends.
    """

    methods: tuple[str, ...] = ("drawn",)
    least_ink: float = 0.2


@dataclass(frozen=True)
class Form:
    """Fill in a form of ``config/forms``."""

    form: str


@dataclass(frozen=True)
class ScanCode:
    """Approve in an app: scan ``qr_content`` (changes every ``refresh`` seconds; None when no code
    is to be shown any more) or open ``start_url`` on this device. ``auto_start`` says that the
    browser may follow ``start_url`` without a tap."""

    message: Wording
    qr_content: str | None = None
    start_url: str | None = None
    auto_start: bool = False
    refresh: float = 1.0


@dataclass(frozen=True)
class Wait:
    """Nothing to do but wait; ask again after ``poll_after`` seconds."""

    message: Wording
    poll_after: float = 2.0


@dataclass(frozen=True)
class Done:
    """Nothing left to do for this recipient."""

    message: Wording | None = None


NextStep = Redirect | Embed | Canvas | Form | ScanCode | Wait | Done
