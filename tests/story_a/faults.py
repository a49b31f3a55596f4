"""What breaks in a run, drawn by its seed: which fault, at which of the two sides or at the gateway
between, in which part of the story, how often."""

from __future__ import annotations

import random
from dataclasses import dataclass

from hub.toolkit.gate import Fault
from tests.story_a.world import World

PLACING, ANSWERING = "placing", "answering"  # before the customer has the link; from the answer on
_PROVIDER_WORDS = (
    "any", "upload", "upload_attachment", "create", "status", "fields", "add_field", "seal",
    "recipients", "list", "external", "read", "events", "comments", "attachments", "download",
    "log", "delete", "storage", "auth",
)  # fmt: skip
_PROVIDER_KINDS = (
    "html", "error_500", "drop_before", "drop_after", "throttled", "throttled_bare", "error_200",
    "unauthorized", "deflate",
)  # fmt: skip
_WEBHOOKS = ("duplicate", "reorder", "drop", "delay_48h", "malformed", "no_recipient")
_ERP_WORDS = ("*", "read", "create", "update", "note", "attach", "is_updated", "wsdl")
_ERP_KINDS = (
    "500", "html", "503", "429", "drop_before", "drop_after", "stale", "illegal", "extra",
)  # fmt: skip
_GATEWAY = ("drop_before", "drop_after", "error_500", "html", "throttled")
_MODES = (
    ("there", "import_delay_ms", 45_000),
    ("there", "import_delay_ms", 600_000),
    ("there", "file_lag", 900),
    ("there", "error_profile", "declared"),
    ("there", "check_values", "integer"),
    ("erp", "language", "sv"),
    ("erp", "extra_column", True),
    ("erp", "fault_detail", False),
    ("erp", "empty_result", "missing"),
)


@dataclass(frozen=True)
class Drawn:
    """One fault. ``side`` is what it strikes, ``times`` how many calls."""

    part: str
    side: str
    name: str
    times: int = 1
    value: object = None

    def __str__(self) -> str:
        told = f"{self.value}" if self.value is not None else f"x{self.times}"
        return f"{self.part}:{self.side}.{self.name} {told}"


def draw(dice: random.Random) -> list[Drawn]:
    """One to six of them, several at once too."""
    return [_one(dice, dice.choice((PLACING, ANSWERING))) for _ in range(dice.randint(1, 6))]


def _one(dice: random.Random, part: str) -> Drawn:
    times = dice.choice((1, 1, 1, 2, 3, 5))
    match dice.randrange(10):
        case 0 | 1 | 2:
            name = f"{dice.choice(_PROVIDER_WORDS)}.{dice.choice(_PROVIDER_KINDS)}"
            return Drawn(part, "there", name, times)
        case 3 | 4:
            return Drawn(part, "there", f"webhook.{dice.choice(_WEBHOOKS)}", times)
        case 5 | 6 | 7:
            name = f"{dice.choice(_ERP_WORDS)} {dice.choice(_ERP_KINDS)}"
            return Drawn(part, "erp", name, times)
        case 8:
            side, name, value = dice.choice(_MODES)
            return Drawn(part, side, name, value=value)
    if dice.random() < 0.4:
        return Drawn(part, "post", dice.choice(_GATEWAY), times)
    return Drawn(part, "there", dice.choice(("tokens", "password", "storage.not_pdf")), times)


def switch_on(world: World, fault: Drawn) -> None:
    """From now on it strikes."""
    account = world.site.sandbox.account
    if fault.value is not None:
        if fault.side == "there":
            account.modes.change({fault.name: fault.value})
        else:
            world.erp.modes.set(fault.name, fault.value)
    elif fault.side == "post":
        world.gateway.switches.switch_on(fault.name, times=fault.times)
    elif fault.side == "erp":
        word, _, kind = fault.name.partition(" ")
        world.erp.gate.add(Fault(kind, word, fault.times, 2.0))
    elif fault.name == "tokens":
        account.tokens.revoke_all()
    elif fault.name == "password":
        account.tokens.change_password("somebody changed it")
        account.tokens.revoke_all()
    else:
        account.gate.board.switch_on(fault.name, times=fault.times)


def mend(world: World) -> None:
    """Somebody has mended what does not pass by itself: the password is as the hub knows it."""
    world.site.sandbox.account.tokens.change_password(world.password)


def end(world: World) -> None:
    """Nothing strikes any more, nor is slow."""
    mend(world)
    world.site.sandbox.account.gate.board.clear()
    world.site.sandbox.account.modes.change({"import_delay_ms": 300, "file_lag": 0})
    world.erp.gate.clear()
    world.gateway.switches.clear()
