"""Sign-ins and sessions of the portal go when they are old, with the links that they opened."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from hub.services.retention import KEEP_CODES, KEEP_SESSIONS
from hub.storage.models import AccessToken, PortalEntry, PortalSession, PublicTry
from tests.services.portal.public_links import SHARED, link_of


def test_what_is_old_goes_and_what_is_young_stays(portal):
    request = portal.share()
    old = portal.signed_in()
    old.open(request)
    portal.clock.advance(KEEP_CODES + timedelta(hours=1))
    portal.signed_in()
    assert portal.house.retention.sweep()["sign_ins"] == 1
    assert [len(_rows(portal, one)) for one in (PortalEntry, PortalSession)] == [1, 2]
    portal.clock.advance(KEEP_SESSIONS + timedelta(hours=1))
    portal.signed_in()
    gone = portal.house.retention.sweep()
    assert (gone["sign_ins"], gone["sessions"]) == (1, 2)
    assert [one.purpose for one in _rows(portal, AccessToken)] == ["sign"]


def test_passwords_that_were_tried_go_when_they_count_no_more(portal):
    link = link_of(portal, portal.share(**SHARED))
    portal.browser().give(link, "wrong horse")
    portal.clock.advance(KEEP_CODES + timedelta(hours=1))
    portal.browser().give(link, "wrong again")
    assert portal.house.retention.sweep()["tries"] == 1
    assert len(_rows(portal, PublicTry)) == 1


def _rows(portal, model):
    with portal.core.db.read() as session:
        return list(session.scalars(select(model)))
