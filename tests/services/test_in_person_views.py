"""What is looked at on the sender's own tablet is kept apart from the customer's looks."""

from __future__ import annotations

import pytest

from hub.services import in_person, view_counts
from hub.storage.models import Delivery, RequestEvent
from tests.services.paper_case import CLIENT, PERSON

SIGNING = """{in_person: true}
  notify: {email: {value: "owner@example.com"}, about: [viewed, downloaded]}"""
NOTES = """\
back:
  viewed: [{note: "viewed {{ views.count }}"}]
  downloaded: [{note: "downloaded {{ views.downloads }}"}]
"""


@pytest.fixture
def case(papers):
    made = papers(signing=SIGNING, more={"back:\n": NOTES})
    made.send()
    return made


@pytest.fixture
def tablet(case):
    return in_person.link(case.core, case.workspace, case.request().id).rpartition("/")[2]


def views(case):
    request = case.request()
    with case.core.db.read() as session:
        return (
            view_counts.of_one(session, request),
            view_counts.of_many(session, [request.id]),
            view_counts.until(session, request, case.clock.now()),
        )


def test_looks_on_the_tablet_are_counted_apart(case, tablet):
    case.desk.opened(tablet, CLIENT)
    case.desk.opened(tablet, CLIENT)  # the same visit
    case.desk.attachment(tablet, "photo", PERSON, original=True)
    one, many, until = views(case)
    assert (one["count"], one["downloads"], one["in_person"]) == (0, 0, 2)
    assert one["last_at"] is None
    assert [(each["kind"], each["in_person"]) for each in one["each"]] == [
        ("viewed", True), ("downloaded", True),
    ]  # fmt: skip
    assert many == {}
    assert until == {"count": 0, "downloads": 0, "last_at": ""}
    case.desk.opened(case.token("alice"), CLIENT)  # within the same half hour, by her own link
    one, many, until = views(case)
    assert (one["count"], one["in_person"]) == (1, 2)
    assert many[case.request().id]["views"] == 1
    assert until["count"] == 1


def test_nobody_is_told_that_the_customer_looked_when_it_was_the_tablet(case, tablet):
    case.desk.opened(tablet, CLIENT)
    case.desk.attachment(tablet, "photo", PERSON, original=True)
    case.work()
    assert case.messages("owner@example.com") == []
    assert {"viewed", "downloaded"} & {one.step for one in case.rows(Delivery)} == set()
    case.desk.opened(case.token("alice"), CLIENT)
    case.work()
    (mail,) = case.messages("owner@example.com")
    assert "has looked at Offer O-1" in mail.text


def test_what_is_signed_on_the_tablet_was_opened_there(case, tablet):
    case.desk.opened(tablet, CLIENT)
    assert case.request().state == "opened"
    opened = [one for one in case.rows(RequestEvent) if one.kind == "opened"]
    assert [one.data["in_person"] for one in opened] == [True]
