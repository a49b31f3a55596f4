"""The account as its people see it: how many documents stand where, and the newest ones.

There is no count at GetAccept, only lists of at most 100 rows. So each page costs a call, and
the number of pages is a setting; of a larger account the newest documents are counted.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from hub.contracts.agreements import Activity, AgreementState, Dashboard, Tally
from providers.getaccept.client import PAGE, Client, Row
from providers.getaccept.codes import plain, state_of
from providers.getaccept.reading import moment, text
from providers.getaccept.settings import ALL, TEAM, GetAcceptSettings
from providers.getaccept.survey import standing

_WHOSE = {ALL: {"showall": "true"}, TEAM: {"showteam": "true"}}


def dashboard(
    client: Client, settings: GetAcceptSettings, latest: int, now: datetime, instance: str
) -> Dashboard:
    """Counts by status, and the ``latest`` documents."""
    params = {"sort_by": "created", "sort_order": "desc"}
    params |= _WHOSE.get(settings.dashboard_shows, {})
    counts: Counter[tuple[AgreementState, str]] = Counter()
    newest: list[Activity] = []
    most, read, seen = settings.dashboard_pages, 0, set[str]()
    with client.wire.pace.room(most):
        for page in client.documents(most, **params):
            read += len(page)
            for row in page:
                reference = text(row.get("id"))
                if not reference or reference in seen:  # lists move while they are read
                    continue
                seen.add(reference)
                state, word = _standing(row, now, instance)
                counts[state, word] += 1
                if len(newest) < latest:
                    newest.append(_activity(row, state, word, settings))
    address = settings.app_url.rstrip("/") + "/documents"
    tallies = tuple(
        Tally(state, word, count, address) for (state, word), count in sorted(counts.items())
    )
    return Dashboard(tallies, tuple(newest), complete=read < most * PAGE)


def record_url(settings: GetAcceptSettings, reference: str, *, is_draft: bool = False) -> str:
    """Where the sender opens a document."""
    kind = "edit" if is_draft else "view"
    return f"{settings.app_url.rstrip('/')}/document/{kind}/{reference}"


def _standing(row: Row, now: datetime, instance: str) -> tuple[AgreementState, str]:
    word = plain(row.get("status")) or "unknown"
    state = standing(state_of(word, instance), moment(row.get("expiration_date")), now)
    return state, "expired" if state is AgreementState.EXPIRED else word


def _activity(row: Row, state: AgreementState, word: str, settings: GetAcceptSettings) -> Activity:
    reference = text(row.get("id"))
    url = record_url(settings, reference, is_draft=state is AgreementState.PREPARING)
    return Activity(
        reference, text(row.get("name")), state, word, moment(row.get("created_at")), url
    )
