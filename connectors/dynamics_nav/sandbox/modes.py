"""What can be set to differ, as real servers differ; ``/_control/modes`` flips them."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.dynamics_nav.sandbox.words import LANGUAGES
from hub.kernel.errors import ConfigurationError

_CHOICES = {
    "auth": ("ntlm", "basic", "oauth2"),
    "language": tuple(LANGUAGES),
    "empty_result": ("inner", "missing"),
    "stale_status": (409, 412),
}


@dataclass
class Modes:
    """One line each."""

    auth: str = "ntlm"  # what the server asks for
    negotiate_only: bool = False  # offers Negotiate and not NTLM
    refuse_credentials: bool = False  # somebody changed the password
    multitenant: bool = False  # calls without ?tenant= find nothing
    language: str = "en"  # of fault texts (ServicesLanguage)
    soap_enabled: bool = True  # off: 405
    odata_enabled: bool = True
    api_enabled: bool = True
    filter_required: bool = False  # old WSDLs say that ReadMultiple's filter is required
    internal_address: bool = False  # the WSDL's address is one that only the server's own net knows
    empty_result: str = "inner"  # an empty list: an empty element, or none
    fault_detail: bool = True  # faults repeat their text in detail
    stale_status: int = 409  # for a stale etag; 412 is possible, too
    released_refuses_all: bool = False  # also the fields that are about signing
    extra_column: bool = False  # the administrator has put a column on the pages
    odata_page_size: int = 20_000
    notice_seconds: int = 30  # how long a change waits before subscribers hear of it

    def set(self, name: str, value: object) -> None:
        """Flip one. Raises ``ConfigurationError`` for what it cannot be."""
        kind = type(getattr(self, name, None))
        if name not in vars(self) or type(value) is not kind:
            raise ConfigurationError(f"unknown mode or wrong type: {name}")
        if value not in _CHOICES.get(name, (value,)):
            raise ConfigurationError(f"{name} is one of {_CHOICES[name]}")
        setattr(self, name, value)
