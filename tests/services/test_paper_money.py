"""One figure everywhere: on the page, in the text that is signed, in what is sealed, upstream."""

from __future__ import annotations

import io
import json
import zipfile
from decimal import Decimal

import pytest

from hub.services.order_data import task_of
from hub.storage.models import SigningOrder
from tests.services.paper_case import PEOPLE

ALONE = PEOPLE.rpartition("\n")[0]
BACK = "        - {to: signed_by, from: signature.name}\n"
TOLD = BACK + "        - {to: total, from: totals.gross}\n"


@pytest.mark.parametrize(
    ("currency", "prices", "gross", "said"),
    [
        ("SEK", ["1000", "-1500.55"], "-625.69", "625.69"),
        ("JPY", ["1000.4", "99.5"], "1375", "1,375"),
        ("KWD", ["1.0005", "0"], "1.251", "1.251"),
        ("SEK", ["0", "0"], "0.00", "0.00"),
    ],
)
def test_the_total_is_the_same_figure_everywhere(papers, currency, prices, gross, said):
    case = papers(people=ALONE, more={"{value: SEK}": f"{{value: {currency}}}", BACK: TOLD})
    lines = [{"id": str(n), "text": f"Line {n}", "price": price} for n, price in enumerate(prices)]
    case.upstream.put("offer", "1", {"lines": lines})
    case.send()
    view = case.desk.view(case.token("alice"))
    assert (view.papers.totals.gross, view.papers.totals.currency) == (Decimal(gross), currency)
    case.sign("alice")
    case.work()
    (order,) = case.rows(SigningOrder)
    assert said in task_of(order).visible_text
    assert said in view.visible_text
    assert case.acceptances()[0].shown["totals"]["gross"] == gross
    assert str(case.record()["total"]) == gross
    with zipfile.ZipFile(io.BytesIO(case.files()["zip"].content)) as bundle:
        told = [bundle.read(name) for name in bundle.namelist() if name.endswith(".json")]
    sums = [one for one in map(json.loads, told) if isinstance(one, dict) and "totals" in one]
    assert sums
    assert all(one["totals"]["gross"] == gross for one in sums)


def test_without_lines_there_is_no_total(papers):
    case = papers(people=ALONE)
    case.upstream.put("offer", "1", {"lines": []})
    case.send()
    view = case.desk.view(case.token("alice"))
    assert (view.papers.totals, view.papers.lines) == (None, ())
    assert "Total" not in view.visible_text
    case.sign("alice")
    case.work()
    assert case.request().state == "completed"
