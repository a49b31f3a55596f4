"""Passwords of public links that are tried: a stranger ends the own tries and nobody else's."""

from __future__ import annotations

import re

from sqlalchemy import func, select

from hub.kernel import passwords
from hub.services.portal import public
from hub.storage.models import PublicTry
from tests.services.portal.public_links import SECRET, SHARED, WRONG, link_of, read

TOO_MANY = "Too many passwords were tried from here"


def test_a_wrong_password_and_a_link_that_there_is_none_of_get_the_same_answer(portal):
    link = link_of(portal, portal.share(**SHARED))
    other = link[:-43] + "A" * 43
    wrong = portal.browser().give(link, "wrong horse")
    nowhere = portal.browser().give(other, SECRET)
    assert wrong.status_code == nowhere.status_code == 422
    assert WRONG in wrong.text
    assert _bare(wrong.text, link) == _bare(nowhere.text, other)


def test_an_empty_password_is_no_try(portal):
    link = link_of(portal, portal.share(**SHARED))
    assert "Please enter the password." in portal.browser().give(link, "  ").text
    assert _tries(portal) == 0


def test_a_stranger_who_guesses_ends_the_own_tries_and_nobody_elses(portal):
    link = link_of(portal, portal.share(**SHARED))
    stranger = portal.browser("203.0.113.5")
    for number in range(public.MOST_FROM_BROWSER):
        assert WRONG in stranger.give(link, f"guess {number}").text
    assert TOO_MANY in stranger.give(link, SECRET).text  # not even the right one
    read(portal.browser("192.0.2.7"), link)
    read(portal.browser("203.0.113.5"), link)  # another browser of that network
    portal.clock.advance(public.HOUR)
    read(stranger, link)


def test_new_browsers_of_one_network_do_not_go_on_guessing(portal, monkeypatch):
    link = link_of(portal, portal.share(**SHARED))
    compared = _counted(monkeypatch)
    answers = [portal.browser("2001:db8::1").give(link, "guess") for _ in range(12)]
    answers += [portal.browser(f"2001:db8::{n:x}:1").give(link, "guess") for n in range(12)]
    assert sum(WRONG in one.text for one in answers) == public.MOST_FROM_NETWORK
    assert all(TOO_MANY in one.text for one in answers[public.MOST_FROM_NETWORK :])
    assert len(compared) == public.MOST_FROM_NETWORK  # beyond that nothing is hashed
    read(portal.browser("2001:db8:0:1::1"), link)


def test_a_network_that_tries_many_links_is_stopped_too(portal):
    links = [link_of(portal, portal.share(**SHARED))[:-43] + f"{n:043d}" for n in range(8)]
    stopped = 0
    for link in links:
        for _ in range(9):
            stopped += TOO_MANY in portal.browser().give(link, "guess").text
    assert stopped == 72 - public.MOST_OF_NETWORK


def test_right_passwords_are_no_tries(portal):
    link = link_of(portal, portal.share(**SHARED))
    for _ in range(public.MOST_FROM_BROWSER + 2):
        browser = portal.browser()
        read(browser, link)
        browser.give(link, SECRET)
    assert _tries(portal) == 0


def test_while_too_many_are_compared_one_is_asked_to_wait_and_no_try_is_lost(portal, monkeypatch):
    link = link_of(portal, portal.share(**SHARED))
    monkeypatch.setattr(passwords, "_PATIENCE", 0)
    with passwords._turn(None), passwords._turn(None):
        assert "try again in a moment" in portal.browser().give(link, SECRET).text
    assert _tries(portal) == 0
    read(portal.browser(), link)


def test_who_guesses_from_many_networks_is_told_in_the_log(portal, monkeypatch):
    request = portal.share(**SHARED)
    link = link_of(portal, request)
    monkeypatch.setattr(public, "LOUD", 3)
    told = []
    monkeypatch.setattr(public._log, "warning", lambda *said, **more: told.append((said, more)))
    for number in range(4):
        portal.browser(f"203.0.113.{number}").give(link, "guess")
    assert told == [(("public_link_guessed",), {"request": request})]


def _tries(portal) -> int:
    with portal.core.db.read() as session:
        return session.scalar(select(func.count()).select_from(PublicTry)) or 0


def _bare(page: str, link: str) -> str:
    page = page.replace(link, "")
    return re.sub(r'name="csrf" value="[^"]+"', "", page)


def _counted(monkeypatch) -> list[str]:
    seen: list[str] = []
    real = passwords.matches

    def matches(kept: str, given: str) -> bool:
        seen.append(kept)
        return real(kept, given)

    monkeypatch.setattr(passwords, "matches", matches)
    return seen
