"""Quiet hours (V3): SMS that are not urgent wait for the morning, by the clock on the wall in Norway."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final, Self

from shared.norway import OSLO, day_in_norway

_TEXT: Final = re.compile(r"(?P<start>[0-2][0-9]:[0-5][0-9])-(?P<end>[0-2][0-9]:[0-5][0-9])")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` until just before `end`, whole minutes; over midnight when the end is the earlier of the two.

    They are a matter of what clocks show. An hour that summer time skips is not there to be quiet; one that comes
    twice in the autumn is quiet both times.
    """

    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> Self:
        """`21:00-08:00`. Raises ValueError."""
        if (match := _TEXT.fullmatch(text)) is None:
            raise ValueError("quiet hours are written as 21:00-08:00")
        return cls(time.fromisoformat(match["start"]), time.fromisoformat(match["end"]))

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def cover(self, moment: datetime) -> bool:
        shown = moment.astimezone(OSLO).time()
        if self.start <= self.end:
            return self.start <= shown < self.end
        return shown >= self.start or shown < self.end

    def next_open(self, moment: datetime) -> datetime:
        """The first instant from this one on that is not quiet; itself when it is not."""
        moment = moment.astimezone(UTC)
        if not self.cover(moment):
            return moment
        return next(instant for instant in self._possible_ends(moment) if not self.cover(instant))

    def _possible_ends(self, moment: datetime) -> list[datetime]:
        """When clocks show the end on this day and the two after, both times where it comes twice; in order.

        An end inside the hour that summer time skips is never shown: then it is the full hour at which clocks jump.
        """
        today = day_in_norway(moment)
        days = [today + timedelta(days=ahead) for ahead in range(3)]
        shown = [datetime.combine(day, self.end, OSLO).replace(fold=fold) for day in days for fold in (0, 1)]
        instants = [local.astimezone(UTC) for local in shown]
        instants += [instant.replace(minute=0) for instant in instants]
        return sorted(instant for instant in instants if instant > moment)


DEFAULT_QUIET_HOURS: Final = QuietHours(time(21), time(8))
