"""The filter language, field by field."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connectors.dynamics_nav.sandbox.errors import NavError
from connectors.dynamics_nav.sandbox.filters import parse
from connectors.dynamics_nav.sandbox.schema import Field

TEXT, CODE = Field("Name", "text"), Field("No", "code")
NUMBER, DAY = Field("Amount", "decimal"), Field("Document_Date", "date")
MOMENT, YES = Field("Changed", "datetime"), Field("Optional", "boolean")
OPTION = Field("Status", "option", options=("_blank_", "Open", "Pending_Approval"))
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "criteria", "passing", "failing"),
    [
        (CODE, "K1", "K1", "K10"),
        (CODE, "=K1", "K1", "K10"),
        (CODE, "k1", "K1", "K2"),  # codes are in upper case anyway
        (CODE, "K10..K20", "K15", "K21"),
        (CODE, "..K20", "K1", "K3"),
        (CODE, "K20..", "K3", "K1"),
        (CODE, "K1|K3", "K3", "K2"),
        (CODE, "<>K1", "K2", "K1"),
        (CODE, "<>K1&<>K2", "K3", "K2"),
        (CODE, "(K1|K2)&<>K2", "K1", "K2"),
        (CODE, "K*", "K77", "X77"),
        (CODE, "K?", "K7", "K77"),
        (TEXT, "Alice", "Alice", "alice"),
        (TEXT, "@alice", "ALICE", "Bob"),
        (TEXT, "*li*", "Alice", "Bob"),
        (TEXT, "'A&B | C*'", "A&B | C*", "A"),
        (TEXT, "'it''s'", "it's", "it''s"),
        (TEXT, "''", "", "x"),
        (TEXT, "<>''", "x", ""),
        (TEXT, "", "anything", None),
        (NUMBER, ">=100", Decimal(100), Decimal("99.9")),
        (NUMBER, "<5", Decimal("4.5"), Decimal(5)),
        (NUMBER, "1.5..2", Decimal("1.7"), Decimal("2.1")),
        (DAY, "2026-03-01..", date(2026, 3, 2), date(2026, 2, 28)),
        (DAY, "''", date.min, date(2026, 3, 2)),
        (MOMENT, ">2026-03-02T09:29:59Z", AT, datetime(2026, 3, 2, tzinfo=UTC)),
        (YES, "true", True, False),
        (OPTION, "Pending Approval|Open", "Pending_Approval", "_blank_"),
        (OPTION, "''", "_blank_", "Open"),
    ],
)
def test_a_filter_passes_what_it_says(field, criteria, passing, failing):
    test = parse(criteria, field)
    assert test(passing)
    assert failing is None or not test(failing)


@pytest.mark.parametrize(
    ("field", "criteria"),
    [
        (NUMBER, "many"),
        (DAY, "tomorrow"),
        (OPTION, "Shut"),
        (CODE, "K1&"),
        (CODE, "(K1"),
        (CODE, "K1)"),
        (TEXT, "'open"),
        (TEXT, "a=b"),
        (CODE, ".."),
    ],
)
def test_what_is_no_filter_is_refused(field, criteria):
    with pytest.raises(NavError):
        parse(criteria, field)
