"""A record's id is a number, however it is written."""

from __future__ import annotations

import pytest

from hub.contracts.records import RecordRef


@pytest.mark.parametrize(
    ("written", "meant"), [("6", "6"), ("06", "6"), ("000", "0"), ("60", "60"), ("SC-06", "SC-06")]
)
def test_leading_zeros_make_no_other_record(driver, written, meant):
    connector = driver.make_instance()
    try:
        ref = connector.canonical(RecordRef("service_case", written))
    finally:
        connector.close()
    assert ref == RecordRef("service_case", meant)
