"""Houses with a portal."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.services.portal.portal_case import PortalCase
from tests.services.portal.published_case import PUBLISHED, PublishedCase
from tests.services.portal.talks import TALKING

TWO = """\
  recipients:
    - {key: alice, turn: 1, rows: [{to: name, from: name}, {to: email, from: email}, {to: mobile, from: mobile}]}
    - {key: bob, turn: 2, rows: [{to: name, value: Bob}, {to: mobile, value: "+4520123457"}]}
"""  # noqa: E501
ONE = PUBLISHED[PUBLISHED.index("  recipient:\n") : PUBLISHED.index("back:\n")]
SHARE = PUBLISHED[PUBLISHED.index("  share:\n") : PUBLISHED.index("  recipient:\n")]
EXPECT = PUBLISHED[PUBLISHED.index("    expect:\n") :]


@pytest.fixture
def portal(tmp_path, database_url):
    """Two workspaces with a portal each."""
    with capture_logs():
        case = PortalCase(tmp_path, database_url)
        yield case
        case.close()


@pytest.fixture
def talking(tmp_path, database_url):
    """The same, with a talk beside each document."""
    with capture_logs():
        case = PortalCase(tmp_path, database_url, mapping=TALKING)
        yield case
        case.close()


@pytest.fixture
def publish(tmp_path, database_url):
    """Makes a case with one offer that is not shared yet, by a mapping that may be another one."""
    made = []

    def make(mapping=PUBLISHED):
        made.append(PublishedCase(tmp_path, database_url, mapping))
        return made[-1]

    with capture_logs():
        yield make
        for one in made:
            one.close()


@pytest.fixture
def published(publish):
    """An offer whose document follows its record."""
    return publish()


@pytest.fixture
def published_for_two(publish):
    """The same for two who sign, one after the other."""
    return publish(PUBLISHED.replace(ONE, TWO))


@pytest.fixture
def kept(publish):
    """An offer that stays as it was sent."""
    text = PUBLISHED.replace("    on_change: replace\n", "")
    return publish(text.replace('    archive_when: status = "Closed"\n', ""))


@pytest.fixture
def unshared(publish):
    """An offer that is in no portal."""
    return publish(PUBLISHED.replace(SHARE, "").replace(EXPECT, "    expect: {number: O-1}\n"))
