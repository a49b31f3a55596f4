"""How a request is signed on the hub's own pages: methods, consent, one-time code, what the page
offers beside signing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.contracts.papers import METHODS, SIGNER
from hub.contracts.requests import Reason
from hub.mapping.people import Part, RecipientPlan, Unfit, many_lines
from hub.mapping.problems import BAD_VALUE, RowProblem, row_problem
from hub.mapping.texts import TextError, render

ADDRESSES = {"sms": "mobile", "email": "email"}  # a code → what a signer needs for it
FLAGS = ("confirmation", "receipt", "remarks", "forward", "in_person", "download")
_MISSING = {"mobile": Reason.MISSING_NUMBER, "email": Reason.MISSING_ADDRESS}
_RULE = "request.signing"
_LONGEST_CONSENT = 5_000


@dataclass(frozen=True)
class SigningPlan:
    """``methods`` of the canvas in the order of the page; ``consent`` by language, ``""`` for any;
    ``code`` is how a one-time code goes out, if at all. ``confirmation``: who signs or approves is
    told at once that it has arrived; ``receipt``: the signed PDF is sent to the customer;
    ``remarks``, ``forward``, ``download``: the page offers it; ``in_person``: it may be signed on
    the sender's tablet."""

    methods: tuple[str, ...] = tuple(METHODS)
    consent: Mapping[str, str] | None = None
    code: str | None = None
    confirmation: bool = False
    receipt: bool = False
    remarks: bool = False
    forward: bool = False
    in_person: bool = False
    download: bool = True

    def data(self) -> dict[str, Any]:
        """As plain data."""
        consent = None if self.consent is None else dict(self.consent)
        return {**vars(self), "methods": list(self.methods), "consent": consent}


@dataclass(frozen=True)
class SigningRule:
    """The compiled ``request.signing``. ``given`` are the keys that stand in the file."""

    fixed: SigningPlan = SigningPlan()
    consent: Mapping[str, str] = field(default_factory=dict)
    given: frozenset[str] = frozenset()

    def parts(self) -> Iterator[Part]:
        """Everything of it that reads the record."""
        for language, text in self.consent.items():
            at = ("request", "signing", "consent")
            yield Part((*at, language) if language else at, f"{_RULE}.consent", text)

    def plan(
        self,
        data: Mapping[str, Any],
        people: Iterable[RecipientPlan],
        problems: list[RowProblem],
    ) -> SigningPlan:
        """For one record. What does not fit goes to ``problems``."""
        if self.fixed.code is not None:
            problems += [*_without_address(self.fixed.code, people, problems)]
        if not self.consent:
            return self.fixed
        made: dict[str, str] = {}
        for language, text in self.consent.items():
            try:
                made[language] = many_lines(render(text, data), _LONGEST_CONSENT)
            except (TextError, Unfit) as error:
                told = f"the text {error}" if isinstance(error, Unfit) else str(error)
                problems.append(row_problem(f"{_RULE}.consent", "", BAD_VALUE, told))
        return SigningPlan(**{**vars(self.fixed), "consent": made})


def _without_address(
    code: str, people: Iterable[RecipientPlan], problems: Iterable[RowProblem]
) -> Iterator[RowProblem]:
    """Signers to whom no code can be sent."""
    name = ADDRESSES[code]
    for one in people:
        if one.role == SIGNER and not getattr(one, name) and not _is_told(one.key, name, problems):
            text = f"the code goes by {code}, but '{one.key}' has no '{name}'"
            yield row_problem(f"{_RULE}.code", "", _MISSING[name].value, text)


def _is_told(key: str, name: str, problems: Iterable[RowProblem]) -> bool:
    """Whether it is known already why somebody has no address."""
    rules = (f"request.recipient.{name}", f"request.recipients.{key}.{name}")
    return any(problem.rule in rules for problem in problems)
