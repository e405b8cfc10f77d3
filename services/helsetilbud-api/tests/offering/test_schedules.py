"""Closing by schedule (H5), by the clock on the wall in Norway: over midnight and weekends, through summer time."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from helsetilbud_api.offering.schedules import Closure
from shared.norway import OSLO

CLOSURE: TypeAdapter[Any] = TypeAdapter(Closure)


def closure(**members: Any) -> Any:
    return CLOSURE.validate_python({"services": ["contact"], **members})


def is_closed(schedule: Any, local: str, *, second_time: bool = False) -> bool:
    """`local` is what the clock shows; an hour that comes twice has a second time."""
    moment = datetime.fromisoformat(local).replace(tzinfo=OSLO, fold=int(second_time))
    return bool(schedule.covers(moment.astimezone(UTC)))


@pytest.mark.parametrize(
    ("local", "closed"),
    [
        ("2026-12-22T23:59", False),
        ("2026-12-23T00:00", True),
        ("2026-12-28T12:00", True),
        ("2027-01-02T23:59", True),
        ("2027-01-03T00:00", False),
    ],
)
def test_H5_a_holiday_is_closed_from_its_first_day_to_its_last(local: str, closed: bool) -> None:
    holiday = closure(kind="holiday", firstDay="2026-12-23", lastDay="2027-01-02")
    assert is_closed(holiday, local) is closed


@pytest.mark.parametrize(
    ("local", "closed"),
    [
        ("2026-11-25T15:59", False),
        ("2026-11-25T16:00", True),
        ("2026-11-25T23:59", True),
        ("2026-11-26T00:00", True),
        ("2026-11-26T07:59", True),
        ("2026-11-26T08:00", False),
        ("2026-07-01T07:59", True),  # summer time
        ("2026-07-01T08:00", False),
    ],
)
def test_H5_a_night_is_closed_over_midnight(local: str, closed: bool) -> None:
    assert is_closed(closure(kind="night", closes="16:00", opens="08:00"), local) is closed


@pytest.mark.parametrize(("local", "closed"), [("11:29", False), ("11:30", True), ("12:29", True), ("12:30", False)])
def test_H5_a_daily_pause_does_not_pass_midnight(local: str, closed: bool) -> None:
    assert is_closed(closure(kind="night", closes="11:30", opens="12:30"), f"2026-11-25T{local}") is closed


@pytest.mark.parametrize(
    ("local", "closed"),
    [
        ("2026-11-27T15:29", False),  # Friday
        ("2026-11-27T15:30", True),
        ("2026-11-28T12:00", True),
        ("2026-11-29T23:59", True),
        ("2026-11-30T07:59", True),  # Monday
        ("2026-11-30T08:00", False),
        ("2026-11-25T12:00", False),  # Wednesday
    ],
)
def test_H5_a_weekend_is_closed_from_friday_to_monday(local: str, closed: bool) -> None:
    assert is_closed(closure(kind="weekend", closes="15:30", opens="08:00"), local) is closed


@pytest.mark.parametrize(
    ("local", "closed"),
    [("2026-11-25T11:59", True), ("2026-11-25T12:00", False), ("2026-11-25T13:00", True), ("2026-11-29T03:00", True)],
)
def test_H5_a_week_with_one_open_hour_can_be_said(local: str, closed: bool) -> None:
    hour = closure(kind="weekend", closesOn="wednesday", closes="13:00", opensOn="wednesday", opens="12:00")
    assert is_closed(hour, local) is closed


def test_H5_in_the_night_that_has_two_nos_nothing_opens_in_between() -> None:
    """25 October 2026: 03:00 becomes 02:00, so that 02:00 to 03:00 comes twice."""
    until, since = (
        closure(kind="night", closes="22:00", opens="02:30"),
        closure(kind="night", closes="02:30", opens="06:00"),
    )
    night = [("2026-10-25T01:59", False), ("2026-10-25T02:45", False), ("2026-10-25T02:15", True)]
    assert [is_closed(until, local, second_time=second) for local, second in night] == [True, True, True]
    assert not is_closed(until, "2026-10-25T02:30", second_time=True)
    assert not is_closed(since, "2026-10-25T02:29")
    assert is_closed(since, "2026-10-25T02:30")
    assert is_closed(since, "2026-10-25T02:00", second_time=True)


def test_H5_in_the_night_without_the_hour_it_opens_when_the_clock_is_moved() -> None:
    """29 March 2026: 02:00 becomes 03:00."""
    until, since = (
        closure(kind="night", closes="22:00", opens="02:30"),
        closure(kind="night", closes="02:30", opens="06:00"),
    )
    assert [is_closed(until, f"2026-03-29T{clock}") for clock in ("01:59", "03:00", "03:31")] == [True, False, False]
    assert [is_closed(since, f"2026-03-29T{clock}") for clock in ("01:59", "03:00", "06:00")] == [False, True, False]


def test_H5_the_same_time_on_the_wall_in_winter_and_in_summer() -> None:
    night = closure(kind="night", closes="16:00", opens="08:00")
    assert night.covers(datetime(2026, 1, 15, 15, 0, tzinfo=UTC))
    assert not night.covers(datetime(2026, 1, 15, 14, 59, tzinfo=UTC))
    assert night.covers(datetime(2026, 7, 15, 14, 0, tzinfo=UTC))
    assert not night.covers(datetime(2026, 7, 15, 13, 59, tzinfo=UTC))


@pytest.mark.parametrize(
    "members",
    [
        {"kind": "holiday", "firstDay": "2026-12-24", "lastDay": "2026-12-23"},
        {"kind": "holiday", "firstDay": "1999-12-24", "lastDay": "2026-12-23"},
        {"kind": "holiday", "firstDay": "2026-12-24", "lastDay": "9999-12-31"},
        {"kind": "night", "closes": "16:00", "opens": "16:00"},
        {"kind": "night", "closes": "24:00", "opens": "08:00"},
        {"kind": "night", "closes": "16.00", "opens": "08:00"},
        {"kind": "weekend", "closesOn": "friday", "closes": "16:00", "opensOn": "friday", "opens": "16:00"},
        {"kind": "weekend", "closesOn": "freitag", "closes": "16:00", "opens": "08:00"},
        {"kind": "night", "closes": "16:00", "opens": "08:00", "services": []},
        {"kind": "eclipse"},
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        closure(**members)
