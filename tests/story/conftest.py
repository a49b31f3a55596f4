"""The hub in this process, and the figures of the kill tests, told at the end of the run."""

from __future__ import annotations

import pytest

from tests.conftest import STORES, new_database
from tests.story.inside import Inside
from tests.story.offer import OfferInside

_RESUMED = []
ON_BOTH_STORES = (
    "test_credentials",
    "test_outages",
    "test_reminders",
    "test_repeats",
    "test_signing_safety",
)


def pytest_generate_tests(metafunc):
    """Where the store may make a difference, the hub runs on both."""
    if "store" in metafunc.fixturenames:
        both = metafunc.module.__name__.rpartition(".")[2] in ON_BOTH_STORES
        marked = metafunc.definition.get_closest_marker("both_stores") is not None
        stores = STORES if both or marked else STORES[:1]
        metafunc.parametrize("store", stores, scope="module")


@pytest.fixture
def resume_times():
    """What was measured after each kill, with the whole story's duration."""
    return _RESUMED


def pytest_terminal_summary(terminalreporter):
    if not _RESUMED:
        return
    terminalreporter.section("seconds from the restart on")
    terminalreporter.write_line(f"{'killed at':42}  ready  first call  whole story")
    for resumed, whole in _RESUMED:
        call = f"{resumed.first_call:10.2f}" if resumed.first_call else f"{'-':>10}"
        terminalreporter.write_line(
            f"{resumed.point:42} {resumed.ready:6.2f}  {call} {whole:12.2f}"
        )


@pytest.fixture
def inside(tmp_path, request, store):
    """The hub in this process, as shipped."""
    with new_database(store, request, tmp_path) as url:
        made = Inside(tmp_path, database=None if store == "sqlite" else url)  # as shipped
        yield made
        made.close()


@pytest.fixture
def make_inside(tmp_path):
    """Makes a hub whose workspace file is changed first."""
    made = []

    def make(edit):
        made.append(Inside(tmp_path / str(len(made)), edit))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def offers(tmp_path_factory, request, store):
    """The hub in this process with offers in a CRM; each test has offers of its own."""
    folder = tmp_path_factory.mktemp("offers")
    with new_database(store, request, folder) as url:
        made = OfferInside(folder, database=None if store == "sqlite" else url)  # as shipped
        yield made
        made.close()


@pytest.fixture
def make_offers(tmp_path, request, store):
    """Makes one such hub whose mapping differs."""
    made = []
    with new_database(store, request, tmp_path) as url:

        def make(changes=None):
            assert not made, "one database, one hub"
            folder = tmp_path / "offers"
            made.append(OfferInside(folder, changes, None if store == "sqlite" else url))
            return made[-1]

        yield make
        for one in made:
            one.close()
