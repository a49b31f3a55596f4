"""The text that is signed: who asks, what was answered and shown, costs and terms (D4)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hub.contracts.decisions import ACCEPTED
from hub.contracts.money import Money
from hub.mapping.forms import FormSpec, said
from hub.mapping.texts import render
from hub.services.amounts import LANGUAGES, money, number
from hub.services.core import Core
from hub.services.places import Place
from hub.settings import WorkspaceSettings
from hub.storage.models import Request

_TOTAL = {
    "en": "Total incl. VAT", "sv": "Totalt inkl. moms", "da": "I alt inkl. moms",
    "nb": "Totalt inkl. mva.", "fi": "Yhteensä sis. alv", "ro": "Total cu TVA",
    "fr": "Total TTC", "de": "Gesamt inkl. MwSt.",
}  # fmt: skip
_YES = {
    "en": "Yes", "sv": "Ja", "da": "Ja", "nb": "Ja", "fi": "Kyllä", "ro": "Da", "fr": "Oui",
    "de": "Ja",
}  # fmt: skip


def terms(workspace: WorkspaceSettings, request: Request, language: str) -> str:
    """The text on costs and terms, as the administrator wrote it (D2)."""
    values = {"sender": workspace.name, "phone": workspace.phone, "title": request.title}
    return render(workspace.text("terms", language, request.kind), values)


def visible_text(core: Core, place: Place, shown: Mapping[str, Any] | None = None) -> str:
    """Exactly what the signing method shows and signs: who asks, the answers, what is ``shown``
    (see ``hub.services.papers``), the terms (D4)."""
    request, recipient = place.request, place.recipient
    workspace = core.workspace(request.workspace_id)
    language = recipient.language
    form = core.shelf.form(request.form) if request.form else None
    answers = request.answers["values"]
    return render(
        workspace.text("signed_text", language, request.kind),
        {
            "sender": workspace.name,
            "phone": workspace.phone,
            "title": request.title,
            "number": request.plan["number"] or request.source_id,
            "rows": [
                *(answer_rows(form, answers, language) if form else ()),
                *_paper_rows(shown or {}, language),
            ],
            "terms": terms(workspace, request, language),
            "date": core.clock.now().astimezone(ZoneInfo(workspace.zone)).date().isoformat(),
        },
    )


def answer_rows(form: FormSpec, answers: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """Each answered question with its answer in words, for the text that is signed."""
    rows: list[tuple[str, str]] = []
    for asked in form.fields:
        value = answers.get(asked.name)
        if value in (None, "", False):
            continue
        chosen = next((c.label for c in asked.choices if c.value == value), None)
        shown = (
            said(chosen, language) if chosen else _yes(language) if value is True else str(value)
        )
        rows.append((said(asked.label, language), shown))
    return rows


def _paper_rows(shown: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """Documents and attachments by the beginning of their hash, chosen lines, the sum."""
    papers = [*shown.get("documents", ()), *shown.get("attachments", ())]
    rows = [(one["title"], f"SHA-256 {one['sha256'][:16]}…") for one in papers]
    chosen = (one for one in shown.get("lines", ()) if one["decision"] == ACCEPTED)
    written = language if language in LANGUAGES else "en"
    rows += [
        (one["text"], f"{number(Decimal(one['quantity']), written)} {one['unit']}".strip())
        for one in chosen
    ]
    sums = shown.get("totals")
    if sums is None:
        return rows
    label = _TOTAL.get(language) or _TOTAL["en"]
    return [*rows, (label, money(Money(Decimal(sums["gross"]), sums["currency"]), written))]


def _yes(language: str) -> str:
    return _YES.get(language) or _YES["en"]
