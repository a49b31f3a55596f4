"""How a mapping names a file of Agiloft, and what is not asked for."""

from __future__ import annotations

import pytest

from hub.contracts.records import RecordRef
from hub.kernel.errors import NotFound, Permanent, Refused, TooLarge
from tests.connectors.agiloft.driver import CASE

FIELD = "signed_documents"


@pytest.fixture
def connector(driver):
    connector = driver.make_instance()
    yield connector
    connector.close()


@pytest.fixture
def files(driver):
    for content in (b"one", b"two", b"three"):
        driver.put_file(CASE, "plan.pdf" if content != b"two" else "photo.jpg", content)
    return driver


@pytest.mark.parametrize(
    ("file", "content"),
    [
        (FIELD, b"one"),
        (f" {FIELD}[1] ", b"two"),
        ({"field": FIELD}, b"one"),
        ({"field": FIELD, "position": 2}, b"three"),
        ({"field": FIELD, "name": "plan.pdf"}, b"three"),  # the last of that name
    ],
)
def test_a_file_is_named_by_its_field(files, connector, file, content):
    assert connector.read_file(CASE, file, 100).content == content


@pytest.mark.parametrize(
    "file",
    ["", "a b", "x[", None, 7, ["plan.pdf"], {}, {"field": "a b"}, {"field": FIELD, "name": []},
     {"field": FIELD, "position": True}],
)  # fmt: skip
def test_what_names_no_field_is_told_how_to_write_it(driver, connector, file):
    with pytest.raises(Refused, match="write attachment:"):
        connector.read_file(CASE, file, 100)


@pytest.mark.parametrize("file", [f"{FIELD}[9]", {"field": FIELD, "name": "nowhere.pdf"}])
def test_a_file_that_is_not_there_is_not_found(files, connector, file):
    with pytest.raises(NotFound):
        connector.read_file(CASE, file, 100)


def test_a_field_that_holds_no_files_is_permanent(driver, connector):
    with pytest.raises(Permanent):
        connector.read_file(CASE, "customer_name", 100)
    with pytest.raises(NotFound):
        connector.read_file(RecordRef("service_case", "a"), FIELD, 100)


def test_a_file_that_is_too_large_is_not_asked_for(files, connector):
    with pytest.raises(TooLarge):
        connector.read_file(CASE, FIELD, 2)
    assert files.calls("retrieve") == 0
