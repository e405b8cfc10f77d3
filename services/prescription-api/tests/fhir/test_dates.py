"""Dates of searches against a reading of R4's rules that shares nothing with ours: whole numbers of microseconds."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import column

from prescription_api.fhir.dates import DateCriterion

OSLO = ZoneInfo("Europe/Oslo")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PREFIXES = ("", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb")


def holds(criterion: DateCriterion, moment: datetime) -> bool:
    """As PostgreSQL would decide it, by the condition's own text."""
    condition = criterion.condition(column("at"))  # type: ignore[arg-type]
    compiled = condition.compile()
    text, names = str(compiled), dict(compiled.params)
    for name in names:
        text = text.replace(f":{name}", name)
    text = text.replace(" AND ", " and ").replace(" OR ", " or ")
    return bool(eval(text, {"__builtins__": {}}, names | {"at": moment}))  # noqa: S307 - our own condition


def expected(prefix: str, low: Fraction, high: Fraction, at: Fraction) -> bool:
    inside, after, before = low <= at < high, at >= high, at < low
    return {"": inside, "eq": inside, "ne": not inside, "gt": after, "sa": after, "lt": before, "eb": before}.get(
        prefix, inside or (after if prefix == "ge" else before)
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    prefix=st.sampled_from(PREFIXES),
    at=st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    off=st.integers(-3_000_000, 3_000_000),
    digits=st.integers(0, 12),
    offset=st.sampled_from(("Z", "+00:00", "+01:00", "-03:30", "+14:00")),
)
def test_moments_are_compared_as_r4_says(prefix: str, at: datetime, off: int, digits: int, offset: str) -> None:
    zone = "+00:00" if offset == "Z" else offset
    local = at.astimezone(datetime.fromisoformat(f"2000-01-01T00:00{zone}").tzinfo)
    fraction = f"{local.microsecond:06}000000"[:digits]
    text = f"{prefix}{local:%Y-%m-%dT%H:%M:%S}" + (f".{fraction}" if digits else "") + offset
    # we keep microseconds: finer than that is the microsecond itself
    unit = Fraction(1, 10 ** min(digits, 6))
    whole = Fraction((at - EPOCH) // timedelta(microseconds=1), 1_000_000)
    low = whole // unit * unit
    moment = at + timedelta(microseconds=off)
    when = Fraction((moment - EPOCH) // timedelta(microseconds=1), 1_000_000)
    assert holds(DateCriterion.read(text), moment) is expected(prefix, low, low + unit, when)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2026-11-22T08:00", "2026-11-22T07:00:00Z", "2026-11-22T07:01:00Z"),
        ("2026-07-22T08:00:05", "2026-07-22T06:00:05Z", "2026-07-22T06:00:06Z"),
        ("2026-07-22T08:00:05.1234567", "2026-07-22T06:00:05.123456Z", "2026-07-22T06:00:05.123457Z"),
        ("2026-07-22T08:00:05.123456789012Z", "2026-07-22T08:00:05.123456Z", "2026-07-22T08:00:05.123457Z"),
        ("2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        ("2026-12", "2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z"),
        ("2026", "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z"),
    ],
)
def test_without_a_zone_it_is_norwegian_time(text: str, low: str, high: str) -> None:
    criterion = DateCriterion.read(text)
    assert (criterion.low, criterion.high) == (datetime.fromisoformat(low), datetime.fromisoformat(high))


@pytest.mark.parametrize(
    "text",
    [
        "le9999-12-31",
        "le9999",
        "lt9999-12",
        "ge0001-01-01",
        "ge0001",
        "gt0001-01-01T00:00:00",
        "le9999-12-31T23:59:59.9999999Z",
        "le9999-12-31T23:59:59-14:00",
        "ge0001-01-01T00:00:00+14:00",
        "ap2026-12-01",
    ],
)
def test_open_ends_hold_for_every_moment(text: str) -> None:
    assert holds(DateCriterion.read(text), datetime(2026, 12, 1, 12, tzinfo=UTC))


def test_about_is_as_much_again_on_both_sides_and_a_day_at_least() -> None:
    about = DateCriterion.read("ap2026-11")
    found = [holds(about, datetime(2026, month, 15, tzinfo=UTC)) for month in (9, 10, 11, 12)]
    assert found == [False, True, True, True]
    assert holds(DateCriterion.read("ap2026-11-22T08:00:00Z"), datetime(2026, 11, 23, 8, tzinfo=UTC))
    assert not holds(DateCriterion.read("ap2026-11-22T08:00:00Z"), datetime(2026, 11, 23, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "2026-13",
            "2026-02-30",
            "0000",
            "26-11-22",
            "xx2026",
            "2026-11-22T",
            "2026-11-22T08",
            "2026-11-22T25:00",
        ),
        *(
            "2026-11-22T08:00:60Z",
            "2026-11-22T08:00:00.Z",
            "2026-11-22T08:00:00+25:00",
            "2026-11-22 08:00",
            "2026-11-22Z",
        ),
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        DateCriterion.read(text)


async def test_open_ends_and_moments_without_a_zone_are_searched_by(
    client: Any, practitioner: Any, three: Any, valid: Any
) -> None:
    made = [it["prescriptionId"] for it in await three()]
    for query, found in (
        ("authored-on=le9999-12-31", 3),
        ("authored-on=ge0001-01-01", 3),
        ("authored-on=2026-11-22T09:00:00.0000000", 1),
        ("authored-on=2026-11-22T09:00", 1),
        ("authored-on=ap2026-11-22", 2),
    ):
        answer = await client.get(f"/fhir/Task?{query}", auth=practitioner("nhn:verktoyformidler/read"))
        assert answer.status_code == 200, answer.text
        ids = [entry["resource"]["id"] for entry in valid(answer).get("entry", [])]
        assert ids == made[:found][::-1], query
