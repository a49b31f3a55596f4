"""Houses whose users and contacts are told something."""

from __future__ import annotations

import re

import pytest
from structlog.testing import capture_logs

from hub.app import create_app
from tests.services.paper_case import RECORD
from tests.services.portal.portal_case import AGENT, HOST, MAPPING, PortalCase
from tests.services.portal.published_case import PUBLISHED, PublishedCase


class Reader:
    """A browser in front of the page of somebody's choice."""

    def __init__(self, house):
        self.client = create_app(house).test_client()

    def get(self, path, **more):
        return self.client.get(path, base_url=HOST, headers={"User-Agent": AGENT}, **more)

    def post(self, path, data, page=None):
        """Send the form of a page, with the token that stands in it."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(page or path).text)
        data = {**data, "csrf": found[1] if found else ""}
        return self.client.post(path, base_url=HOST, data=data, headers={"User-Agent": AGENT})

    def chosen(self, path):
        """Event → what stands chosen there."""
        text = self.get(path).text
        parts = re.findall(r'<select id="(\w+)".*?value="(\w+)" selected', text, re.DOTALL)
        return dict(parts)


@pytest.fixture
def told(papers):
    """Makes a case whose assigned user is told as a mapping's ``notify`` says."""

    def make(notify, more="remarks: true"):
        made = papers(signing=f"{{{more}}}\n  notify: {notify}")
        made.upstream.put("offer", "1", RECORD)
        made.send()
        return made

    return make


@pytest.fixture
def shared(tmp_path, database_url):
    """Two workspaces with a portal each, whose mapping tells contacts."""

    def make(tell="[shared, changed]", quiet=""):
        text = MAPPING.replace("    archive_after", f"    tell: {tell}\n    archive_after")
        text = text.replace("limit: 0}", f"limit: 0{quiet}}}")
        case = PortalCase(tmp_path, database_url, mapping=text)
        made.append(case)
        return case

    made = []
    with capture_logs():
        yield make
        for one in made:
            one.close()


@pytest.fixture
def replaced(tmp_path, database_url):
    """An offer whose document changes; the assigned user and Bob want to know of it."""
    notify = "  notify: {email: {value: owner@example.com}, about: [changed]}\n"
    text = PUBLISHED.replace(", poll]", "]")
    text = text.replace("    archive_after", "    tell: [changed]\n    archive_after")
    text = text.replace("  recipient:\n", f"{notify}  recipient:\n")
    with capture_logs():
        case = PublishedCase(tmp_path, database_url, mapping=text)
        yield case
        case.close()
