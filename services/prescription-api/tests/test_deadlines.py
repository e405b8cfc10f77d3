"""P7: until when, in days of Norway."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from prescription_api.deadlines import (
    LONGEST,
    days_left,
    deadline_for,
    expires_at,
    next_due,
)
from prescription_api.errors import DeadlineInvalid
from prescription_api.schemas import Prescribing
from shared.norway import OSLO, day_in_norway

EXAMPLE = {"patient": {"nationalId": "17858401267"}, "toolId": "0b4f6c1e-3f0a-4c39-9d59-6f7f3a2f9a11"}
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NOWS = st.integers(0, 15 * 365 * 86_400).map(lambda n: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=n))


async def test_P7_a_day_and_a_moment_in_it_are_the_same_deadline(prescribe: Any, publish: Any, odd: str) -> None:
    for number, asked in enumerate(
        ("2026-12-24", "2026-12-24T08:00:00+01:00", "2026-12-23T23:00:00Z", "2026-12-24T23:59:59.999+01:00")
    ):
        answer = await prescribe(odd, await publish(sequence=number + 1), deadline=asked)
        assert answer.json()["deadline"] == "2026-12-24T22:59:59.000Z", answer.text


async def test_P7_without_one_the_tools_own_counts(prescribe: Any, publish: Any, odd: str) -> None:
    answer = await prescribe(odd, await publish(defaultDeadlineDays=14))
    assert answer.json()["deadline"] == "2026-12-06T22:59:59.000Z"
    answer = await prescribe(odd, await publish(sequence=2, defaultDeadlineDays=4000))
    assert answer.json()["deadline"] == "2027-11-22T22:59:59.000Z"


@pytest.mark.parametrize(
    "asked",
    [
        "2026-11-21",
        "2027-11-23",
        "2026-11-22T07:59:59Z",
        "2026-11-22T08:00:00Z",
        "2027-11-22T23:00:00Z",
        "0001-01-01",
        "0001-01-01T00:00:00Z",
        "9999-12-31",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
    ],
)
async def test_P7_neither_past_nor_more_than_a_year_away(prescribe: Any, publish: Any, odd: str, asked: str) -> None:
    answer = await prescribe(odd, await publish(), deadline=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "deadline-invalid")
    told = answer.json()
    assert (told["earliest"], told["latest"]) == ("2026-11-22T22:59:59.000Z", "2027-11-22T22:59:59.000Z")
    accepted = await prescribe(odd, await publish(sequence=2), deadline=told["earliest"])
    assert accepted.json()["deadline"] == told["earliest"]


@pytest.mark.parametrize("asked", ["2026-11-22", "2026-11-22T08:00:01Z", "2027-11-22", "2027-11-22T22:59:59Z"])
async def test_P7_today_and_a_year_from_today_are_accepted(prescribe: Any, publish: Any, odd: str, asked: str) -> None:
    answer = await prescribe(odd, await publish(), deadline=asked)
    assert answer.json()["deadline"] == f"{asked[:10]}T22:59:59.000Z", answer.text


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "tomorrow",
        "2026-02-30",
        "2026-12-24T08:00:00",
        "2026-12-24T08:00:00.000000000000001Z",
        "1798110000",
        1798110000,
        [],
    ],
)
async def test_P7_what_is_no_day_and_no_moment_is_refused(prescribe: Any, publish: Any, odd: str, asked: Any) -> None:
    answer = await prescribe(odd, await publish(), deadline=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


@pytest.mark.parametrize("zone", ["Z", "z", "+00:00", "-00:00", "+14:00", "-23:59", "+24:00", "+01", "", " Z"])
@pytest.mark.parametrize("clock", ["00:00:00", "23:59:59.999", "08:00:00.12345678901234", "24:00:00", "08:00", "8:00"])
@pytest.mark.parametrize("day", ["0001-01-01", "2026-12-24", "9999-12-31", "0000-01-01", "2026-02-30", "26-12-24"])
def test_P7_the_contract_takes_what_is_read_as_a_deadline_and_nothing_else(day: str, clock: str, zone: str) -> None:
    """What is left for the rule to refuse is too early or too late."""
    schema = Prescribing.model_json_schema()["properties"]["deadline"] | {"maxLength": 40}
    contract = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    for asked in (day, f"{day}T{clock}{zone}", f"{day}t{clock}{zone}"):
        read = None
        with suppress(ValidationError):
            read = Prescribing.model_validate(EXAMPLE | {"deadline": asked}).deadline
        assert contract.is_valid(asked) == (read is not None), asked
        with suppress(DeadlineInvalid):
            deadline_for(30, read, NOW)


@pytest.mark.parametrize(
    ("day", "ends"),
    [
        (date(2027, 3, 27), "2027-03-27T22:59:59+00:00"),
        (date(2027, 3, 28), "2027-03-28T21:59:59+00:00"),  # summer time begins at 2 o'clock
        (date(2027, 10, 30), "2027-10-30T21:59:59+00:00"),
        (date(2027, 10, 31), "2027-10-31T22:59:59+00:00"),  # and ends at 3
    ],
)
def test_P7_summer_time_moves_the_end_of_the_day(day: date, ends: str) -> None:
    assert deadline_for(30, day, NOW).isoformat() == ends


def test_P7_today_is_norways_today() -> None:
    late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # half past midnight in Norway
    assert deadline_for(0, None, late).isoformat() == "2026-07-02T21:59:59+00:00"
    with pytest.raises(DeadlineInvalid):
        deadline_for(30, date(2026, 7, 1), late)


@given(now=NOWS, days=st.integers(0, 365))
def test_P7_a_deadline_is_the_last_second_of_its_day(now: datetime, days: int) -> None:
    deadline = deadline_for(days, None, now)
    local = deadline.astimezone(OSLO)
    assert (local.hour, local.minute, local.second) == (23, 59, 59)
    assert deadline >= now
    assert local.date() == day_in_norway(now) + timedelta(days=days)
    assert day_in_norway(expires_at(deadline)) == local.date() + timedelta(days=1)
    assert days_left(deadline, now) == days


@given(now=NOWS, days=st.integers(0, 365), reminders=st.lists(st.integers(1, 60), max_size=4, unique=True))
def test_P7_what_is_due_comes_in_order_and_ends_with_the_expiry(now: datetime, days: int, reminders: list[int]) -> None:
    deadline = deadline_for(days, None, now)
    moment, seen = now, []
    while (moment := next_due(now, deadline, reminders, moment)) != expires_at(deadline):
        seen.append(moment)
        assert len(seen) <= len(reminders)
    assert seen == sorted(set(seen))
    assert all(days_left(deadline, at) in reminders and at.astimezone(OSLO).hour == 10 for at in seen)
    assert all(at - now >= (deadline - now) / 2 for at in seen)


@pytest.mark.parametrize(
    ("days", "reminded_with"), [(30, [7, 1]), (15, [7, 1]), (13, [1]), (7, [1]), (3, [1]), (1, []), (0, [])]
)
def test_P7_a_short_deadline_has_fewer_reminders(days: int, reminded_with: list[int]) -> None:
    deadline, moment, seen = deadline_for(days, None, NOW), NOW, []
    while (moment := next_due(NOW, deadline, (1, 7), moment)) < expires_at(deadline):
        seen.append(days_left(deadline, moment))
    assert seen == reminded_with


def test_P7_a_year_is_the_longest() -> None:
    assert timedelta(days=365) == LONGEST
