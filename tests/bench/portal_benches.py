"""The portal's list and the list to chase, with 100,000 documents of 20,000 customers.

Rows are copies of one real request, written in bulk; one customer has a tenth of them all. Pages
are asked for in this process, so that what is measured is the hub and its database.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from hub.contracts.requests import RequestState
from hub.kernel.ids import new_id
from hub.services.access import create_key
from hub.services.portal import addresses
from hub.services.portal.sharing import holder_of
from hub.services.wordings import EMAIL
from hub.storage.models import Base, Contact, Recipient, Request, Share
from tests.bench.figures import Figure, short
from tests.bench.load import percentile
from tests.bench.stores import store_url
from tests.services.portal.portal_case import HOST, Browser, PortalCase

DOCUMENTS, CUSTOMERS, LARGE = 100_000, 20_000, 10_000
ROUNDS = 300
_BATCH = 5_000
_S = RequestState
# Of ten documents each.
_STATES = (
    *(_S.SENT,) * 3, _S.OPENED, *(_S.COMPLETED,) * 4, _S.DECLINED, _S.EXPIRED,
)  # fmt: skip


def portal_list(store: str) -> list[Figure]:
    """Milliseconds for a page of the list: of an ordinary customer, and of the largest one."""
    with _filled(store) as case:
        told = []
        for name, number in (("ordinary", 7), ("largest", 0)):
            browser = case.signed_in(_email(number))
            page = browser.get("/p/alice/").text
            assert page.count('class="card"') >= 4, "the list is empty"
            paths = ["/p/alice/", "/p/alice/?show=open", "/p/alice/?show=signed"]
            times = _timed(partial(_look, browser, paths))
            told.append(_figure(f"portal_list.{name}", store, times, 60))
        return told


def _look(browser: Browser, paths: list[str], number: int) -> None:
    browser.get(paths[number % len(paths)])


def chase_list(store: str) -> list[Figure]:
    """Milliseconds for a page of what nobody has opened: the first pages, and those far behind."""
    with _filled(store) as case:
        workspace = case.core.workspace_ids["alice"]
        key = create_key(case.core.db, case.clock, workspace, "bench")
        client = case.app.test_client()
        headers = {"Authorization": f"Bearer {key}"}
        after: list[str] = [""]

        def page(number: int) -> None:
            query = {"days": "3", **({"after": after[0]} if after[0] else {})}
            answer = client.get(
                "/api/v1/lists/unopened", base_url=HOST, query_string=query, headers=headers
            )
            assert answer.status_code == 200, answer.text
            assert answer.json is not None
            after[0] = answer.json["next"] or "" if number % 3 else ""

        first = _timed(lambda _: page(0))
        after[0] = _middle(case)
        later = _timed(page)
        return [
            _figure("chase_list.first", store, first, 150),
            _figure("chase_list.later", store, later, 150),
        ]


def _timed(act: Callable[[int], Any]) -> list[float]:
    times = []
    for number in range(ROUNDS + 20):
        began = time.perf_counter()
        act(number)
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times[20:])  # the first ones also warm the hub


def _figure(name: str, store: str, times: list[float], reach: int) -> Figure:
    median, p95 = times[len(times) // 2], percentile(times, 0.95)
    return Figure(
        name, store, short(p95), "ms p95", short(median), short(times[-1]), f"<= {reach} ms"
    )


@contextmanager
def _filled(store: str) -> Iterator[PortalCase]:
    with store_url(store) as url, tempfile.TemporaryDirectory() as folder:
        case = PortalCase(Path(folder), url, "{region: DK, idle: 1d, lives: 30d}")
        try:
            case.share("template@example.com")
            _fill(case)
            yield case
        finally:
            case.close()


def _fill(case: PortalCase) -> None:
    """Copies of the one request, shared with customers in turn."""
    with case.core.db.read() as session:
        request, person, share, contact = (
            _row(session.scalars(select(model).limit(1)).one())
            for model in (Request, Recipient, Share, Contact)
        )
    contacts = [_contact(case, contact, number) for number in range(CUSTOMERS)]
    _store(case, Contact, contacts)
    made = [_document(case, request, number) for number in range(DOCUMENTS)]
    _store(case, Request, made)
    each = [
        {"id": new_id(), "request_id": one["id"], "invited_at": one["created_at"]} for one in made
    ]
    _store(case, Recipient, [{**person, **one} for one in each])
    shares = [
        {**share, "id": new_id(), "request_id": one["id"], "holder": _holder(contacts, number)}
        for number, one in enumerate(made)
    ]
    _store(case, Share, shares)
    with case.core.db.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def _contact(case: PortalCase, like: dict[str, Any], number: int) -> dict[str, Any]:
    workspace = case.core.workspace_ids["alice"]
    return {
        **like,
        "id": new_id(),
        "customer": f"source/K{number}",
        "key": f"{number:064d}",
        "email": _email(number),
        "email_index": addresses.indexes(case.core, workspace, EMAIL, _email(number))[0],
        "mobile_index": None,
    }


def _document(case: PortalCase, like: dict[str, Any], number: int) -> dict[str, Any]:
    return {
        **like,
        "id": new_id(),
        "number": f"B{number}",
        "source_id": f"B{number}",
        "open_key": None,
        "state": _STATES[(number * 7919) % 10].value,
        "created_at": case.core.clock.now() - timedelta(days=200 - number * 200 // DOCUMENTS),
    }


def _holder(contacts: list[dict[str, Any]], number: int) -> str:
    of = 0 if number % (DOCUMENTS // LARGE) == 0 else number % CUSTOMERS
    return str(contacts[of]["id"]) if number % 3 else holder_of(f"source/K{of}")


def _row(found: Base) -> dict[str, Any]:
    return {column.key: getattr(found, column.key) for column in found.__mapper__.column_attrs}


def _store(case: PortalCase, model: type[Base], rows: list[dict[str, Any]]) -> None:
    for at in range(0, len(rows), _BATCH):
        with case.core.db.write() as session:
            session.execute(insert(model), rows[at : at + _BATCH])


def _middle(case: PortalCase) -> str:
    with case.core.db.read() as session:
        sent = select(Request.id).where(Request.state == _S.SENT.value).order_by(Request.id)
        return str(session.scalars(sent.offset(DOCUMENTS // 8).limit(1)).one())


def _email(number: int) -> str:
    return f"customer{number}@example.com"
