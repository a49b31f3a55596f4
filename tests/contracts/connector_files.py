"""Files that hang on a record: read byte by byte, no further than a limit, or told to be missing.

Part of ``connector_suite``; the class there inherits these tests.
"""

from __future__ import annotations

import pytest

from hub.contracts.capabilities import Capability as C
from hub.kernel.errors import Permanent, TooLarge
from tests.contracts.connector_driver import PDF, SVG


class ConnectorFiles:
    """For connectors that declare ``files``."""

    def test_a_file_of_a_record_is_read_byte_by_byte(self, driver, connector):
        driver.needs(C.FILES)
        ref = driver.seed_record()
        for name, content in (("ritning åäö.pdf", PDF), ("drawing.svg", SVG)):
            file = driver.put_file(ref, name, content)
            before = driver.effects()
            read = connector.read_file(ref, file, len(content))
            assert (read.name, read.content) == (name, content)
            assert read.media_type
            assert driver.effects() == before

    def test_a_file_is_read_no_further_than_its_limit(self, driver, connector):
        driver.needs(C.FILES)
        ref = driver.seed_record()
        file = driver.put_file(ref, "large.pdf", PDF)
        for limit in (0, 1, len(PDF) - 1):
            with pytest.raises(TooLarge):
                connector.read_file(ref, file, limit)
        assert connector.read_file(ref, file, len(PDF)).content == PDF

    def test_a_file_that_is_not_there_is_permanent(self, driver, connector):
        driver.needs(C.FILES)
        ref = driver.seed_record()
        file = driver.put_file(ref, "there.pdf", PDF)
        for where, wanted in (
            (ref, driver.no_file()),
            (driver.unknown_record(), file),
            (ref, {"neither": "nor"}),
            (ref, "../../secret"),
            (ref, ""),
        ):
            with pytest.raises(Permanent):
                connector.read_file(where, wanted, 1_000_000)
