"""How a browser opens the BankID app on its own device. Pure functions on the user agent.

The app link works where the browser hands https links to apps (Safari on iOS, Chrome and Edge on
Android); everybody else gets the app's own scheme.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

APP_LINK = "https://app.bankid.com/"
APP_SCHEME = "bankid:///"
# Where the app returns to on iOS; a returnUrl given at the start beats it, old apps know only this.
_IOS_RETURN = {"chrome": "googlechromes://", "firefox": "firefox://"}


@dataclass(frozen=True)
class Browser:
    """System (ios, android, desktop) and family (safari, chrome, edge, firefox, opera, other)."""

    system: str
    family: str

    @property
    def computer(self) -> bool:
        """Whether this is no phone and no tablet."""
        return self.system == "desktop"

    @property
    def needs_tap(self) -> bool:
        """Most Android browsers open an app only when the person taps something."""
        return self.system == "android" and self.family not in {"firefox", "opera"}


def browser_of(user_agent: str) -> Browser:
    """What the user agent says; a guess, so everything must work for "other" too."""
    agent = user_agent.lower()
    if any(word in agent for word in ("iphone", "ipad", "ipod")):
        system = "ios"
    else:
        system = "android" if "android" in agent else "desktop"
    return Browser(system, _family(agent, system))


def _family(agent: str, system: str) -> str:
    signs = (  # the order matters: nearly all browsers also call themselves Chrome or Safari
        ("samsungbrowser", "other"),
        ("edg", "edge"),
        ("opr/", "opera"),
        ("opt/", "opera"),
        ("opera", "opera"),
        ("fxios", "firefox"),
        ("firefox", "firefox"),
        ("crios", "chrome"),
        ("chrome/", "chrome"),
    )
    for sign, family in signs:
        if sign in agent:
            return family
    return "safari" if "safari/" in agent and system != "android" else "other"


def start_url(token: str, browser: Browser, return_url: str, app_start_url: str = "") -> str:
    """The address behind the "open the app" button. ``app_start_url`` replaces the real app."""
    place = APP_SCHEME
    if browser.system == "ios" and browser.family == "safari":
        place = APP_LINK
    if browser.system == "android" and browser.family in {"chrome", "edge"}:
        place = APP_LINK
    redirect = "null"
    if browser.system == "ios":
        redirect = _IOS_RETURN.get(browser.family, "null")
        if browser.family == "safari":
            redirect = return_url or "null"
    query = urlencode({"autostarttoken": token, "redirect": redirect})
    base = app_start_url or place
    return f"{base}{'&' if '?' in base else '?'}{query}"
