"""The account as it is before anything happened: people, entities, templates, one attachment."""

from __future__ import annotations

from dataclasses import dataclass

from providers.getaccept.sandbox.model import Box, Entity, User

PASSWORD = "sandbox-password"
PASTED_TOKEN = "sandbox-pasted-token"
CLIENT = ("api", "app")  # id and secret of the OAuth client

ENTITIES = {
    one.id: one
    for one in (
        Entity("ent0001a", "Verkstad & Maskin i Åre", "SE"),
        Entity("ent0002b", "Verkstad & Maskin i Östersund", "SE"),
    )
}
OWNER = User(
    "usr0001a", "Vera", "Verkstad", "verkstaden@bilhuset.example", "+46701740600", "admin",
    ("ent0001a", "ent0002b"),
)  # fmt: skip
USERS = {
    one.id: one
    for one in (
        OWNER,
        User(
            "usr0002b", "Anna", "Alm", "anna@bilhuset.example", "+46701740611", "user",
            ("ent0001a",),
        ),
    )
}  # fmt: skip

LIBRARY_ITEM = ("att0001a", "Terms", "terms.pdf")


@dataclass(frozen=True)
class Role:
    """A part in a template that somebody must be given."""

    id: str
    name: str
    role: str = "signer"


@dataclass(frozen=True)
class Template:
    """A document prepared in the app."""

    id: str
    name: str
    lines: tuple[str, ...]
    roles: tuple[Role, ...]
    boxes: tuple[Box, ...]


TEMPLATES = {
    one.id: one
    for one in (
        Template(
            "tpl0001a",
            "Workshop offer",
            ("Offer", "The work that we suggest, and what it costs."),
            (Role("rol0001a", "Customer"),),
            (
                Box("tf0001a", "merge", "Registration number", role_name="Customer"),
                Box("tf0002b", "check", "Rust protection", "0", role_name="Customer"),
            ),
        ),
        Template(
            "tpl0002b",
            "Handover report",
            ("Handover report", "The vehicle was handed over in good order."),
            (Role("rol0002b", "Customer"), Role("rol0003c", "Workshop", "internalApprover")),
            (
                Box("te0001a", "Text", "Mileage", role_name="Customer", editor=True),
                Box("te0002b", "Checkbox", "Keys returned", "0", role_name="Customer", editor=True),
            ),
        ),
    )
}
