"""Made-up values of what is shared in the portal: no password of a link, no contact stays."""

from __future__ import annotations

import pytest

from hub.mapping.examples import MOMENT
from hub.mapping.fields_read import fields_read
from hub.mapping.loader import load_mapping
from hub.mapping.made_up import MadeUp
from tests.mapping.samples import ROOT, compiled
from tests.mapping.test_share import HEAD, REQUEST

OFFER = {
    "number": "T-77812",
    "project_name": "Varmepumpe",
    "share": True,
    "visible_to": "link",
    "contact": {"name": "Selma Holm", "email": "selma@telia.se"},
    "customer": {
        "id": "K-48151",
        "name": "Holm & Holm",
        "contacts": [{"id": 1, "name": "Selma Holm", "email": "selma@telia.se"}],
    },
}


@pytest.mark.parametrize(
    ("password", "code"),
    [("correct horse", None), ("correct7", None), ("short", "bad_value"), ("1234", "bad_value")],
)
def test_a_password_becomes_one_that_fits_or_is_too_short_alike(
    password: str, code: str | None
) -> None:
    mapping = load_mapping(ROOT / "mappings" / "portal_offer.yaml")
    made = MadeUp(fields_read(mapping, None), MOMENT, "DK").record(
        {**OFFER, "portal_password": password}
    )
    assert not any(word in str(made) for word in (password, "Selma", "telia", "48151"))
    plan = mapping.plan(made, now=MOMENT)
    assert plan is not None
    assert [one.code for one in plan.problems] == ([code] if code else [])
    assert plan.share is not None
    assert (plan.share.audience, len(plan.share.contacts)) == ("public", 1)


def test_what_news_read_stays_and_is_made_up() -> None:
    news = "  notify: {email: {from: owner}, about: {from: wishes}}\n"
    mapping = compiled(head=HEAD, request=REQUEST + news)
    made = MadeUp(fields_read(mapping, None), MOMENT).record(
        {"owner": "selma@telia.se", "wishes": ["viewed"], "more": "x"}
    )
    assert made.keys() == {"owner", "wishes"}
    assert made["owner"].endswith("@example.com")
