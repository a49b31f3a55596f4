"""The steps that a job line goes through, from being found to being decided; how many there are and
what they are called is the workshop's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hub.contracts.events import EventKind
from hub.mapping.people import Unfit

OFFERED, DECIDED = "offered", "decided"
_USUAL = ("found", "priced", OFFERED, DECIDED)


@dataclass(frozen=True)
class LineSteps:
    """The steps in their order, each with what the upstream calls it. Two of them the hub knows:
    ``offered`` and ``decided``; a line may be offered from the step before."""

    names: Mapping[str, str]

    @property
    def keys(self) -> tuple[str, ...]:
        """In their order."""
        return tuple(self.names)

    @property
    def before(self) -> str:
        """The step from which lines are offered, and to which they go back when nobody answered."""
        return self.keys[self.rank(OFFERED) - 1]

    def rank(self, step: str) -> int:
        """How far a step is; the first is 0. A step that is not there any more counts as that."""
        return self.keys.index(step) if step in self.names else 0

    def may_be_offered(self, step: str) -> bool:
        """Whether a line at this step goes into a request."""
        return step in (self.before, OFFERED)

    def read(self, value: Any) -> str:
        """The step that a record names: by the upstream's word for it or ours; the first one where
        it names none. Raises ``Unfit``."""
        if value is None or value == "":
            return self.keys[0]
        said = str(value).strip()
        for key, name in self.names.items():
            if said in (key, name):
                return key
        raise Unfit(f"is no step of a line; there are: {', '.join(self.names.values())}")


USUAL = LineSteps({key: key for key in _USUAL})

# Where a line stands after an event about it.
_AFTER: Mapping[str, str] = {
    EventKind.LINE_OFFERED.value: OFFERED,
    EventKind.LINE_ACCEPTED.value: DECIDED,
    EventKind.LINE_DECLINED.value: DECIDED,
}


def told(steps: LineSteps | None, event: str) -> dict[str, str]:
    """What steps of a mapping read of a line's step after an event: ``step``, and ``step_name`` as
    the upstream calls it. Nothing for lines that have none."""
    if steps is None:
        return {}
    step = steps.before if event == EventKind.LINE_WITHDRAWN else _AFTER.get(event)
    return {"step": step, "step_name": steps.names[step]} if step else {}


AS_OFFERED = ("text", "quantity", "unit", "price", "vat")


@dataclass(frozen=True)
class JobLine:
    """A line of a record as it was read, also one that nobody is asked about. Amounts are as
    ``LinePlan`` has them; ``price`` None: it has none yet."""

    id: str
    step: str
    text: str = ""
    quantity: Decimal = Decimal(1)
    unit: str = ""
    price: Decimal | None = None
    vat: Decimal = Decimal(0)

    def data(self) -> dict[str, Any]:
        """What is kept of it, amounts as text."""
        found = {name: value for name, value in vars(self).items() if name not in ("id", "step")}
        return {
            name: str(value) if isinstance(value, Decimal) else value
            for name, value in found.items()
        }
