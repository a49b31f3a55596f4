"""Which looks at an offer are one visit, and so one view (E5)."""

from __future__ import annotations

import pytest

from tests.services.paper_case import CLIENT, PERSON, ROBOT


def looks(case, *minutes):
    """Somebody opens the link again and again, so many minutes after the time before."""
    for wait in minutes:
        case.later(minutes=wait)
        case.desk.opened(case.token("alice"), CLIENT)
    return case.events().count("viewed")


@pytest.mark.parametrize("begins", range(0, 30, 5))
def test_looks_a_minute_apart_are_one_view_whatever_the_clock_says(offer, begins):
    assert looks(offer, begins, 1, 1, 1, 1, 1) == 1


def test_who_comes_back_after_half_an_hour_looks_again(offer):
    assert looks(offer, 0, 29) == 1
    assert looks(offer, 1) == 2
    assert looks(offer, 30) == 3


def test_who_still_reads_is_on_the_same_visit(offer):
    looks(offer, 0)
    offer.later(minutes=25)
    offer.desk.page_image(offer.token("alice"), "offer", 1, 1, PERSON)
    assert looks(offer, 20) == 1
    assert looks(offer, 10) == 2


def test_a_robot_prolongs_no_visit_and_people_have_visits_of_their_own(offer):
    looks(offer, 0)
    offer.later(minutes=25)
    offer.desk.page_image(offer.token("alice"), "offer", 1, 1, ROBOT)
    offer.desk.opened(offer.token("bob"), CLIENT)
    assert offer.events().count("viewed") == 2
    assert looks(offer, 5) == 3
