"""How fast may it go: an even pace with a second's worth at once, kept as one moment (the generic cell rate algorithm).

The moment is when everything that has been let through would have gone at the even pace. It is a column, so that all
replicas together keep the pace, and a crash neither forgets it nor makes up for lost time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_BURST: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Pace:
    per_second: float

    @property
    def _each(self) -> timedelta:
        return timedelta(seconds=1 / self.per_second)

    def room(self, used_until: datetime, now: datetime) -> int:
        """How many may go now. The slowest pace still lets one go when its time has come."""
        ahead = now - max(used_until, now - max(_BURST, self._each))
        return max(int(ahead / self._each + 1e-6), 0)

    def after(self, used_until: datetime, now: datetime, count: int) -> datetime:
        """The moment once so many have gone."""
        return max(used_until, now - max(_BURST, self._each)) + count * self._each
