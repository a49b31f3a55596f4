"""What the button's page shows of a record that can be read: to whom what would be sent, what may
be chosen, or what is wrong. Reads settings only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hub.contracts.capabilities import Capability
from hub.mapping.options import (
    UNKNOWN_CONTACT,
    contact_key,
    contacts,
    recipient_problems,
)
from hub.mapping.plan import RequestPlan
from hub.mapping.send_options import OptionsRule
from hub.mapping.texts import render
from hub.services import button_words
from hub.services.addressing import with_own_words
from hub.services.button_views import ButtonView, ContactView, OptionsView
from hub.services.core import Core


def shown(
    core: Core,
    view: ButtonView,
    workspace_id: str,
    plan: RequestPlan,
    record_id: str,
) -> ButtonView:
    """``view`` with the request that the record asks for, as it was chosen so far."""
    number = plan.number or record_id
    view = replace(
        view,
        record_title=plan.title if number in plan.title else f"{plan.title} ({number})",
    )
    theirs = recipient_problems(plan)
    others = view.options.contacts if view.options is not None else ()
    open_choice = [
        one for one in plan.problems if one.code == UNKNOWN_CONTACT or (one in theirs and others)
    ]
    if plan.problems:
        fixed = [one for one in plan.problems if one not in open_choice]
        first = (fixed or open_choice)[0]
        text = first.wording.get(view.language) or str(first)
        if fixed:
            return replace(view, problem=text)
        return replace(view, wrong={**view.wrong, "recipient": text})
    return _rows(core, view, workspace_id, plan, record_id)


def kept(view: ButtonView) -> dict[str, Any]:
    """What was chosen so far and fits, as ``Choice.data``."""
    return {name: value for name, value in view.choice.data().items() if name not in view.wrong}


def options(plan: RequestPlan, rule: OptionsRule | None) -> OptionsView | None:
    """What may be chosen; None where nothing may."""
    if rule is None:
        return None
    return OptionsView(rule.signature, tuple(_contacts(plan, rule)), rule.message)


def _contacts(plan: RequestPlan, rule: OptionsRule) -> Iterator[ContactView]:
    """The one whom the record names first, if they can be reached; then the customer's others."""
    others = contacts(plan, rule)
    if not others:
        return
    usual = plan.signer
    reached = {one for one in (usual.email, usual.mobile) if one}
    if reached and not recipient_problems(plan):
        yield ContactView("", usual.name, usual.email or usual.mobile or "")
    for one in others:
        if not reached & {one.email.lower(), one.email, one.mobile}:
            yield ContactView(contact_key(one), one.name, one.email or one.mobile)


def _rows(
    core: Core, view: ButtonView, workspace_id: str, plan: RequestPlan, record_id: str
) -> ButtonView:
    workspace = core.workspace(workspace_id)
    recipient = plan.recipients[0]
    labels = button_words.LABELS[view.language]
    for channel in plan.channels:
        manifest = core.registry.manifest(core.instance(workspace_id, channel))
        kind = "sms" if manifest.can(Capability.SMS) else "email"
        address = recipient.mobile if kind == "sms" else recipient.email
        if not address:
            continue
        values = {
            "link": f"{core.links.public_url}/s/…",
            "sender": workspace.name,
            "phone": workspace.phone,
            "name": recipient.name,
            "title": plan.title,
            "number": plan.number or record_id,
            "reminder": 0,
        }
        text = render(workspace.text(f"{kind}_invite", recipient.language, plan.kind), values)
        if kind == "email" and plan.options is not None:
            text = with_own_words(text, plan.options.message)
        rows = (
            (labels["name"], recipient.name),
            (labels[kind], address),
            (labels["text"], text),
        )
        return replace(view, rows=rows)
    return replace(view, problem=button_words.NO_ADDRESS[view.language])
