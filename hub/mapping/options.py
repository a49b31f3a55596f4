"""What whoever sends may choose at the send (E2, B8): with or without a signature, to whom of the
customer's, with some words of one's own. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from hub.contracts.papers import APPROVER, SIGNER
from hub.contracts.plugin import Wording
from hub.mapping.compiled import CompiledMapping
from hub.mapping.people import RECIPIENT_KEY, RecipientPlan, many_lines
from hub.mapping.plan import RequestPlan
from hub.mapping.problems import RowProblem
from hub.mapping.send_options import MOST_WORDS, NOT_CHOSEN, Choice, OptionsRule
from hub.mapping.share import ContactPlan

UNKNOWN_CONTACT = "unknown_contact"
_RULE = "request.options.recipient"
UNKNOWN: Wording = {
    "en": "The chosen contact is not among the customer's contacts any more. Choose again.",
    "sv": "Den valda kontakten finns inte längre bland kundens kontakter. Välj igen.",
    "da": "Den valgte kontakt er ikke længere blandt kundens kontakter. Vælg igen.",
    "nb": "Den valgte kontakten er ikke lenger blant kundens kontakter. Velg på nytt.",
    "fi": "Valittu yhteyshenkilö ei ole enää asiakkaan yhteyshenkilöiden joukossa. "
    "Valitse uudelleen.",
    "ro": "Persoana aleasă nu mai este printre contactele clientului. Alegeți din nou.",
    "fr": "Le contact choisi ne fait plus partie des contacts du client. Choisissez de nouveau.",
    "de": "Die gewählte Person ist nicht mehr unter den Kontakten des Kunden. Wählen Sie neu.",
}


def contact_key(one: ContactPlan) -> str:
    """By what a contact is chosen: the upstream's own name of it, else its address."""
    return one.key or one.email or one.mobile


def contacts(plan: RequestPlan, rule: OptionsRule | None) -> tuple[ContactPlan, ...]:
    """Who may be chosen: the customer's contacts, where the mapping lets somebody choose."""
    if rule is None or not rule.recipient or plan.share is None:
        return ()
    return plan.share.contacts


def chosen_plan(
    mapping: CompiledMapping,
    record: Mapping[str, Any],
    now: datetime,
    given: Mapping[str, Any] | None,
) -> RequestPlan | None:
    """The request for a record as whoever sends wants it, in the language of who gets it; None when
    the mapping's ``when`` is false. ``given`` as ``Choice.data``."""
    plan, rule = mapping.plan(record, now=now), mapping.request.options
    if plan is None or rule is None:
        return plan
    choice = Choice.of(given)
    found = _found(plan, rule, choice.recipient) if choice.recipient else None
    if found is not None and found.language not in ("", plan.language):
        plan = mapping.plan(record, now=now, language=found.language) or plan
    return _with_choice(plan, rule, choice)


def _with_choice(plan: RequestPlan, rule: OptionsRule, choice: Choice) -> RequestPlan:
    """A contact that the record does not have is one of its problems."""
    if choice == NOT_CHOSEN and rule.signature is not False:
        return plan
    if choice.signature is None:
        choice = replace(choice, signature=rule.signature)
    message = many_lines(choice.message, MOST_WORDS)
    plan = replace(plan, options=replace(choice, message=message))
    if choice.recipient:
        plan = _to_contact(plan, rule, choice.recipient)
    if choice.signature is False:
        people = tuple(_unsigned(one) for one in plan.recipients)
        plan = replace(plan, recipients=people)
    return plan


def _to_contact(plan: RequestPlan, rule: OptionsRule, key: str) -> RequestPlan:
    """The contact in the place of the first who signs. What was wrong with the one that the record
    names counts no more."""
    found = _found(plan, rule, key)
    if found is None:
        told = RowProblem(_RULE, "", UNKNOWN_CONTACT, "the record has no such contact", UNKNOWN)
        return replace(plan, problems=(*plan.problems, told))
    former = plan.signer
    new = replace(
        former,
        name=found.name or found.email or found.mobile,
        email=found.email or None,
        mobile=found.mobile or None,
        national_id=None,
        language=found.language or plan.language,
    )
    theirs = recipient_problems(plan)
    return replace(
        plan,
        recipients=tuple(new if one is former else one for one in plan.recipients),
        problems=tuple(one for one in plan.problems if one not in theirs),
    )


def _found(plan: RequestPlan, rule: OptionsRule, key: str) -> ContactPlan | None:
    return next((one for one in contacts(plan, rule) if contact_key(one) == key), None)


def recipient_problems(plan: RequestPlan) -> tuple[RowProblem, ...]:
    """What is wrong with the one whom the record names, and with nobody else."""
    key = plan.signer.key
    theirs = "request.recipient." if key == RECIPIENT_KEY else f"request.recipients.{key}."
    return tuple(one for one in plan.problems if one.rule.startswith(theirs))


def _unsigned(one: RecipientPlan) -> RecipientPlan:
    return replace(one, role=APPROVER) if one.role == SIGNER else one
