"""When services are closed by schedule (H5): holidays, nights and weekends, by the clock on the wall in Norway."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from helsetilbud_api.offering.codes import Service
from shared.norway import OSLO, day_in_norway
from shared.schemas import RequestSchema

_DAY: Final = timedelta(days=1)

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _of_this_century(day: date) -> date:
    if not 2000 <= day.year <= 2099:
        raise ValueError("not a day of this century")
    return day


Day = Annotated[date, AfterValidator(_of_this_century), Field(examples=["2026-12-23"])]
WallTime = Annotated[
    str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Norwegian time", examples=["16:00"])
]


class Period(RequestSchema):
    """Whole days, Norwegian time; both are part of it. Without `lastDay` it has no end yet."""

    first_day: Day
    last_day: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day is not None and self.last_day < self.first_day:
            raise ValueError("ends before it begins")
        return self

    def covers(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


class _Closing(RequestSchema):
    services: Annotated[tuple[Service, ...], Field(min_length=1, max_length=4, description="The services that close")]


class Holiday(_Closing):
    """Whole days from the first to the last, both closed."""

    kind: Literal["holiday"]
    first_day: Day
    last_day: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError("ends before it begins")
        return self

    def covers(self, now: datetime) -> bool:
        return self.first_day <= day_in_norway(now) <= self.last_day


class Night(_Closing):
    """Every day from one time to another; over midnight when it opens no later than it closes."""

    kind: Literal["night"]
    closes: WallTime
    opens: WallTime

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.closes == self.opens:
            raise ValueError("a service that is closed all day and night is switched off")
        return self

    def covers(self, now: datetime) -> bool:
        return any(start <= now < end for start, end in self._around(day_in_norway(now)))

    def _around(self, today: date) -> Iterator[tuple[datetime, datetime]]:
        for day in (today - _DAY, today):
            opens_on = day if self.closes < self.opens else day + _DAY
            yield _first(day, self.closes), _last(opens_on, self.opens)


class Weekend(_Closing):
    """Once a week, from a day and time to the next day and time."""

    kind: Literal["weekend"]
    closes_on: Weekday = "friday"
    closes: WallTime
    opens_on: Weekday = "monday"
    opens: WallTime

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if (self.closes_on, self.closes) == (self.opens_on, self.opens):
            raise ValueError("a service that is closed all week is switched off")
        return self

    def covers(self, now: datetime) -> bool:
        today = day_in_norway(now)
        latest = today - _DAY * ((today.weekday() - _WEEKDAYS.index(self.closes_on)) % 7)
        return any(_first(day, self.closes) <= now < self._end(day) for day in (latest, latest - 7 * _DAY))

    def _end(self, start: date) -> datetime:
        days = (_WEEKDAYS.index(self.opens_on) - _WEEKDAYS.index(self.closes_on)) % 7
        if days == 0 and self.opens < self.closes:
            days = 7
        return _last(start + _DAY * days, self.opens)


Closure = Annotated[Holiday | Night | Weekend, Field(discriminator="kind")]


def _first(day: date, clock: str) -> datetime:
    return _moment(day, clock, fold=0)


def _last(day: date, clock: str) -> datetime:
    return _moment(day, clock, fold=1)


def _moment(day: date, clock: str, *, fold: int) -> datetime:
    """When the clock on the wall shows this, in UTC.

    In the night that summer time ends, an hour comes twice: a closing begins the first time and ends the second (fold),
    so that nothing opens in between. In the night that it begins, an hour is left out: what would be in it is when
    the clock was moved.
    """
    wall = datetime.combine(day, time.fromisoformat(clock), OSLO).replace(fold=fold)
    moment = wall.astimezone(UTC)
    if moment.astimezone(OSLO).replace(tzinfo=None) != wall.replace(tzinfo=None):
        return wall.replace(minute=0, fold=0).astimezone(UTC)
    return moment
