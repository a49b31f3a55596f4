"""``paraph demo --headless --story portal`` ends well only if the records upstream hold what
happened in the portal."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hub.cli.portal_guest import PortalGuest
from hub.cli.portal_script import load_portal_script
from hub.cli.portal_story import PortalStory
from hub.cli.robot import Page, Stuck
from tests.house.tree import ROOT

SCRIPT = load_portal_script(ROOT / "config" / "stories" / "portal.yaml")
DONE = " ".join(SCRIPT.tasks)


@pytest.mark.heavy
@pytest.mark.timeout(300)
def test_a_customer_reads_writes_accepts_and_declines_and_the_records_hold_it(tmp_path):
    command = [sys.executable, "-m", "hub.cli", "demo", "--headless", "--story", "portal"]
    told = subprocess.run(
        [*command, "--folder", str(tmp_path / "demo")],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout[-3000:]
    for part in ("signed out on all devices", "109275.00", "The record holds what it must."):
        assert part in told.stdout


def shown(**fields):
    """An offer as the screen tells it, everything in order."""
    times = {name: f"2026-03-02T13:0{n}:00+00:00" for n, name in enumerate(SCRIPT.times["1"])}
    of_second = {
        "portal_reason": "Kunden sagde nej. Vi venter til foråret.",
        "declined_at": "2026-03-02T14:00+00:00",
    }
    files = [{"name": "signed-1.pdf", "url": "pdf"}]
    notes = [f"{SCRIPT.notes['1']}\n\n[ref 1]"]
    return {"fields": {**times, **of_second, **fields}, "files": files, "notes": notes}


class Clerk:
    """A browser that shows what it was given."""

    def __init__(self, pdf=b"%PDF-1.7", words=DONE):
        self.pdf, self.words = pdf, words

    def open(self, url):
        return Page(url, 200, f"<main>{self.words}</main>")

    def fetch(self, url):
        return self.pdf


class Api:
    """Lists what it was given, the same each time."""

    def __init__(self, *items):
        self.items, self.posted = items, []

    def get(self, path, **query):
        return {"items": self.items}

    def post(self, path, body):
        self.posted.append(path)
        return {}


@pytest.fixture
def story(monkeypatch):
    made = PortalStory(SCRIPT, "http://127.0.0.1:9", "http://127.0.0.1:9/p/service/", Api())
    made._clerk = Clerk()
    monkeypatch.setattr(made, "_shown", lambda record: shown())
    return made


def test_it_finds_nothing_wrong_with_records_that_are_right(story):
    assert [*story._missing(), *story._wrong()] == []


def test_it_says_what_is_missing_upstream(story, monkeypatch):
    monkeypatch.setattr(story, "_shown", lambda record: {"fields": {}, "files": [], "notes": []})
    story._clerk = Clerk(words="")
    assert list(story._missing()) == [
        "note 'Bob Bernard: Hvornår kan I begynde?'",
        "file .pdf",
        "task 'Plan the work of offer T-501'",
        "task 'Call the customer'",
    ]


def test_it_says_which_moment_is_none_or_too_late_and_which_file_is_no_pdf(story, monkeypatch):
    wrong = shown(downloaded_at=None, portal_reason="")
    monkeypatch.setattr(story, "_shown", lambda record: wrong)
    story._clerk = Clerk(pdf=b"<html>")
    assert list(story._wrong()) == [
        "portal_reason of 2 is ''",
        "downloaded_at of 1 is no moment: None",
        "the signed file of 1 is no PDF",
    ]
    late = shown(opened_at="2026-03-03T09:00:00+00:00")
    monkeypatch.setattr(story, "_shown", lambda record: late)
    assert "accepted_at of 1 lies before another moment" in list(story._wrong())


def test_it_says_what_the_list_to_chase_holds_wrongly(story, monkeypatch):
    story._api = Api({"number": "T-501", "id": "1"})
    assert story._chase() == ["what nobody has opened: ['T-501']"]
    story._api = Api({"number": "T-503", "id": "3", "chased": 0})
    texts = iter((["one"], ["one", "two"]))
    monkeypatch.setattr(story, "_arrived", lambda to: next(texts))
    assert story._chase() == ["the list tells of no chase"]
    assert story._api.posted == ["requests/3/chase"]


def test_a_guest_says_what_the_list_shows_wrongly_and_is_stuck_where_nothing_leads_on(monkeypatch):
    guest = PortalGuest(SCRIPT.reader, "http://h/p/service/", list)
    page = Page("http://h/p/service/", 200, "<main><h1>Documents</h1>T-501 T-502</main>")
    monkeypatch.setattr(guest._robot, "open", lambda url: page)
    assert guest.list_problems() == ["20 12 34 57 sees ('T-501', 'T-502'), not ('T-501',)"]
    for act in (
        lambda: guest.sign_in(),
        lambda: guest.open("T-501"),
        lambda: guest.download(page),
        lambda: guest.write(page, "Hello"),
        lambda: guest.accept(page, "Bob"),
        lambda: guest.decline(page, "No"),
        lambda: guest.sign_out_everywhere(),
    ):
        with pytest.raises(Stuck):
            act()
    guest.close()
