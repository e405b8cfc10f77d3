"""V3: SMS that can wait do not come at night, by the clock on the wall in Norway, also when summer time changes."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification_service.errors import MessageRefused, ProviderUnavailable
from notification_service.preferences.quiet import DEFAULT_QUIET_HOURS, QuietHours
from shared.norway import OSLO

SMS = {"language": "nb", "phone": "+4790000001", "email": "kari@example.org", "channels": {"tool": ["sms"]}}
BOTH = SMS | {"channels": {"tool": ["sms", "email"]}}


def oslo(*moment: int, fold: int = 0) -> datetime:
    return datetime(*moment, tzinfo=OSLO, fold=fold).astimezone(UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        (oslo(2026, 11, 22, 20, 59), oslo(2026, 11, 22, 20, 59)),
        (oslo(2026, 11, 22, 21, 0), oslo(2026, 11, 23, 8, 0)),
        (oslo(2026, 11, 23, 0, 0), oslo(2026, 11, 23, 8, 0)),
        (oslo(2026, 11, 23, 7, 59), oslo(2026, 11, 23, 8, 0)),
        (oslo(2026, 11, 23, 8, 0), oslo(2026, 11, 23, 8, 0)),
        # summer time begins 29 March 2026 and ends 25 October: the night is an hour shorter, and an hour longer
        (oslo(2026, 3, 28, 22, 0), datetime(2026, 3, 29, 6, 0, tzinfo=UTC)),
        (oslo(2026, 10, 24, 22, 0), datetime(2026, 10, 25, 7, 0, tzinfo=UTC)),
        (oslo(2026, 7, 1, 22, 0), datetime(2026, 7, 2, 6, 0, tzinfo=UTC)),
    ],
)
def test_V3_the_night_ends_at_eight_by_norwegian_time(moment: datetime, opens: datetime) -> None:
    assert DEFAULT_QUIET_HOURS.next_open(moment) == opens


@pytest.mark.parametrize(
    ("hours", "moment", "opens"),
    [
        # the end is in the hour that is skipped: clocks jump from 02:00 to 03:00 at 01:00 UTC
        ("22:00-02:30", oslo(2026, 3, 29, 1, 0), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        # the end comes twice: the first time is the end
        ("22:00-02:30", oslo(2026, 10, 25, 1, 0), oslo(2026, 10, 25, 2, 30, fold=0)),
        # in the hour that comes again, quiet again
        ("22:00-02:30", oslo(2026, 10, 25, 2, 10, fold=1), oslo(2026, 10, 25, 2, 30, fold=1)),
        ("02:15-02:45", oslo(2026, 10, 25, 2, 20, fold=0), oslo(2026, 10, 25, 2, 45, fold=0)),
        ("02:15-02:45", oslo(2026, 10, 25, 2, 20, fold=1), oslo(2026, 10, 25, 2, 45, fold=1)),
        # within one day
        ("12:00-13:00", oslo(2026, 11, 22, 12, 30), oslo(2026, 11, 22, 13, 0)),
        # open for an hour that this night does not have
        ("03:00-02:00", oslo(2026, 3, 28, 23, 0), oslo(2026, 3, 30, 2, 0)),
    ],
)
def test_V3_odd_hours_across_both_time_changes(hours: str, moment: datetime, opens: datetime) -> None:
    assert QuietHours.parse(hours).next_open(moment) == opens


CHANGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 6, 1, tzinfo=UTC),
]
clocks = st.times().map(lambda t: time(t.hour, t.minute))


@given(clocks, clocks, st.sampled_from(CHANGES), st.integers(-2000, 1000))
def test_V3_it_opens_at_the_first_minute_that_is_not_quiet(
    start: time, end: time, around: datetime, minutes: int
) -> None:
    if start == end or start.hour == 2:  # what begins in the hour that comes twice lasts until its end is shown
        return
    hours, moment = QuietHours(start, end), around + timedelta(minutes=minutes)
    expected = moment
    while hours.cover(expected):
        expected += timedelta(minutes=1)
    assert hours.next_open(moment) == expected


@pytest.mark.parametrize("text", ["", "21-08", "21:00-24:00", "25:00-08:00", "21:00 - 08:00"])
def test_what_is_not_written_as_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever part says so
        QuietHours.parse(text)


def shown(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["channel"], row["status"]) for row in rows]


async def test_V3_at_night_the_email_goes_and_the_sms_waits_for_the_morning(
    kari, news, clock, postman, sms, email, rows
) -> None:
    await kari.choose(BOTH)
    clock.now = oslo(2026, 10, 24, 23, 0)  # the night that is an hour longer
    await news.prescribed(kari.reference)

    await postman.round()
    assert shown(await rows()) == [("sms", "waiting"), ("email", "sent")]
    clock.now = oslo(2026, 10, 25, 7, 59)
    assert await postman.round() == 0
    clock.now = oslo(2026, 10, 25, 8, 0)
    await postman.round()

    assert len(sms.calls) == len(email.calls) == 1
    assert shown(await rows()) == [("sms", "sent"), ("email", "sent")]


async def test_V3_an_attempt_that_falls_into_the_night_waits_and_is_not_counted(
    kari, news, clock, postman, sms, rows
) -> None:
    await kari.choose(SMS)
    clock.now = oslo(2026, 11, 22, 20, 59)
    await news.prescribed(kari.reference)
    sms.outcomes = [ProviderUnavailable("timeout", 120.0)]
    await postman.round()
    clock.now = oslo(2026, 11, 22, 21, 5)

    await postman.round()

    (row,) = await rows()
    assert (row["status"], row["attempts"], row["due_at"]) == ("waiting", 1, oslo(2026, 11, 23, 8, 0))
    assert len(sms.calls) == 1


async def test_V3_what_stands_in_for_an_email_at_night_waits_too(kari, news, clock, postman, sms, email) -> None:
    await kari.choose(SMS | {"channels": {"tool": ["email"]}})
    clock.now = oslo(2026, 11, 22, 23, 0)
    await news.prescribed(kari.reference)
    email.outcomes = [MessageRefused("mail-refused")]

    await postman.round()
    await postman.round()
    assert sms.calls == []
    clock.now = oslo(2026, 11, 23, 8, 0)
    await postman.round()

    assert len(sms.calls) == 1


async def test_V3_hours_of_ones_own_count_from_the_moment_they_are_chosen(kari, news, clock, postman, sms) -> None:
    await kari.choose(SMS | {"quietHours": None})
    clock.now = oslo(2026, 11, 22, 23, 0)
    await news.prescribed(kari.reference)
    await kari.choose(SMS | {"quietHours": {"start": "22:00", "end": "06:30"}})

    await postman.round()
    assert sms.calls == []
    clock.now = oslo(2026, 11, 23, 6, 30)
    await postman.round()
    assert len(sms.calls) == 1


async def test_V3_without_quiet_hours_an_sms_comes_at_night(kari, news, clock, postman, sms) -> None:
    await kari.choose(SMS | {"quietHours": None})
    clock.now = oslo(2026, 11, 23, 3, 0)
    await news.prescribed(kari.reference)

    await postman.round()

    assert len(sms.calls) == 1


async def test_V3_a_code_that_somebody_waits_for_comes_at_night(kari, clock, postman, sms) -> None:
    clock.now = oslo(2026, 11, 23, 3, 0)
    await kari.ask_for(SMS)

    await postman.round()

    (call,) = sms.calls
    assert call.urgent
