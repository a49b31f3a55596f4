"""What open requests need of forms. A request keeps its mapping's text but not its form's, since
customers are filling that in: a form that went, or lost a field, would lose their answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from sqlalchemy import func, select

from hub.contracts.requests import OPEN_STATES
from hub.kernel.errors import ConfigurationError
from hub.mapping.answers_read import answers_read
from hub.mapping.compiled import CompiledMapping
from hub.mapping.forms import FormSpec
from hub.storage.db import Database
from hub.storage.models import Request


def form_faults(
    db: Database,
    workspace_ids: Collection[str],
    forms: Mapping[str, FormSpec],
    folder: Path,
    version: Callable[[str], CompiledMapping],
) -> list[str]:
    """Why these forms cannot take the place of those in force. ``version`` gives the mapping that
    requests began with; ``folder`` is where the forms' files are."""
    query = (
        select(Request.form, Request.mapping_version_id, func.count())
        .where(Request.workspace_id.in_(workspace_ids), Request.state.in_(OPEN_STATES))
        .where(Request.form.is_not(None))
        .group_by(Request.form, Request.mapping_version_id)
        .order_by(Request.form, Request.mapping_version_id)
    )
    with db.read() as session:
        rows = [
            (str(form), version_id, count) for form, version_id, count in session.execute(query)
        ]
    gone: dict[str, int] = {}
    faults: list[str] = []
    for key, version_id, count in rows:
        if key not in forms:
            gone[key] = gone.get(key, 0) + count
        else:
            try:
                mapping = version(version_id)
            except ConfigurationError:  # its requests tell so themselves
                continue
            faults += _lost(mapping, forms[key], count, folder)
    return [
        f"{folder}: the form '{key}' is gone, but {count} open requests use it; put "
        "its file back until they have ended (new requests may use another form)"
        for key, count in gone.items()
    ] + faults


def _lost(mapping: CompiledMapping, form: FormSpec, count: int, folder: Path) -> Iterator[str]:
    there = {field.name for field in form.fields}
    for name in sorted(answers_read(mapping) - there):
        yield (
            f"{folder}: the form '{form.key}' has no field '{name}' any more, but {count} open "
            f"requests of version {mapping.sha256[:12]} of '{mapping.key}' read it; keep it until "
            "they have ended"
        )
