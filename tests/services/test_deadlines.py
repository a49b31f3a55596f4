"""Reminders keep quiet hours by the workspace's zone, also on the days when the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.services.deadlines import after_quiet

ZONE = "Europe/Stockholm"
MINUTE = timedelta(minutes=1)
NIGHT = ["21:00:00", "08:00:00"]


def local(text: str, fold: int = 0) -> datetime:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE), fold=fold)
    return moment.astimezone(UTC)


@pytest.mark.parametrize(
    ("due", "sent"),
    [
        ("2026-11-22 12:00", "2026-11-22 12:00"),
        ("2026-11-22 20:59", "2026-11-22 20:59"),
        ("2026-11-22 21:00", "2026-11-23 08:00"),
        ("2026-11-22 23:30", "2026-11-23 08:00"),
        ("2026-11-23 00:00", "2026-11-23 08:00"),
        ("2026-11-23 07:59", "2026-11-23 08:00"),
        ("2026-11-23 08:00", "2026-11-23 08:00"),
        ("2026-03-28 22:00", "2026-03-29 08:00"),  # the night that has no 02:30
        ("2026-10-24 22:00", "2026-10-25 08:00"),  # the night that has 02:30 twice
        ("2026-10-25 02:30", "2026-10-25 08:00"),
    ],
)
def test_a_reminder_due_at_night_waits_for_the_morning(due, sent):
    assert after_quiet(local(due), NIGHT, ZONE) == local(sent)


TWICE, NEVER = "2026-10-25", "2026-03-29"  # 02:30 comes twice on the one, never on the other


@pytest.mark.parametrize(
    ("due", "sent"),
    [
        (local(f"{TWICE} 01:59"), local(f"{TWICE} 02:30")),
        (local(f"{TWICE} 02:29"), local(f"{TWICE} 02:30")),
        (local(f"{TWICE} 02:30"), local(f"{TWICE} 02:30")),
        (local(f"{TWICE} 02:00", fold=1), local(f"{TWICE} 02:30", fold=1)),
        (local(f"{TWICE} 02:29", fold=1), local(f"{TWICE} 02:30", fold=1)),
        (local(f"{TWICE} 02:30", fold=1), local(f"{TWICE} 02:30", fold=1)),
        (local(f"{NEVER} 01:59"), local(f"{NEVER} 03:30")),  # 02:30 by the clock of the evening
        (local(f"{NEVER} 03:00"), local(f"{NEVER} 03:00")),
    ],
)
def test_quiet_hours_that_end_while_the_clocks_change(due, sent):
    assert after_quiet(due, ["21:00:00", "02:30:00"], ZONE) == sent


@pytest.mark.parametrize(
    ("due", "sent"),
    [
        (local(f"{TWICE} 02:15"), local(f"{TWICE} 02:15")),
        (local(f"{TWICE} 02:45"), local(f"{TWICE} 08:00")),
        (local(f"{TWICE} 02:15", fold=1), local(f"{TWICE} 02:15", fold=1)),
        (local(f"{TWICE} 02:45", fold=1), local(f"{TWICE} 08:00")),
        (local(f"{NEVER} 01:59"), local(f"{NEVER} 01:59")),
        (local(f"{NEVER} 03:00"), local(f"{NEVER} 08:00")),
    ],
)
def test_quiet_hours_that_begin_while_the_clocks_change(due, sent):
    assert after_quiet(due, ["02:30:00", "08:00:00"], ZONE) == sent


@given(
    st.sampled_from([TWICE, NEVER]).flatmap(
        lambda day: st.integers(-120, 300).map(lambda m: local(f"{day} 00:00") + m * MINUTE)
    ),
    st.times(),
    st.times(),
)
def test_on_the_days_when_clocks_change_it_is_never_earlier_and_never_quiet(moment, begin, end):
    quiet = [begin.isoformat(), end.isoformat()]
    sent = after_quiet(moment, quiet, ZONE)
    assert sent >= moment
    assert after_quiet(sent, quiet, ZONE) == sent


def test_quiet_hours_within_one_day():
    lunch = ["12:00:00", "13:00:00"]
    assert after_quiet(local("2026-11-22 12:30"), lunch, ZONE) == local("2026-11-22 13:00")
    assert after_quiet(local("2026-11-22 13:00"), lunch, ZONE) == local("2026-11-22 13:00")


def test_without_quiet_hours_nothing_waits():
    moment = local("2026-11-22 03:00")
    assert after_quiet(moment, None, ZONE) is moment


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.times(),
    st.times(),
    st.sampled_from(["Europe/Stockholm", "Europe/Bucharest", "America/New_York", "UTC"]),
)
def test_it_is_never_earlier_never_a_day_later_and_never_quiet(moment, begin, end, zone):
    quiet = [begin.isoformat(), end.isoformat()]
    sent = after_quiet(moment, quiet, zone)
    assert 0 <= (sent - moment).total_seconds() <= 25 * 3600 + 60
    assert after_quiet(sent, quiet, zone) == sent or begin == end
