"""A circuit breaker for a provider (V4): one that keeps failing is left alone for a while and then tried with one call.

What is not sent meanwhile climbs the same ladder as what was refused, so that a citizen who can be reached by the other
channel is, however long the outage lasts.
"""

from datetime import datetime, timedelta
from typing import Final

FAILURES_TO_OPEN: Final = 5
FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(minutes=1)


class Breaker:
    """Of one process. Only failures that tell of the provider count: not a refused message, not a slow moment."""

    def __init__(self) -> None:
        self._failures = 0
        self._pause = FIRST_PAUSE
        self._closed_until: datetime | None = None
        self._trying = False

    @property
    def open(self) -> bool:
        return self._closed_until is not None

    def wait(self, now: datetime) -> float | None:
        """Seconds until the provider is tried again; None when a call may be made now. Of several, one tries."""
        if self._closed_until is None:
            return None
        if now >= self._closed_until and not self._trying:
            self._trying = True
            return None
        return max((self._closed_until - now).total_seconds(), 1.0)

    def succeeded(self) -> None:
        self._failures, self._pause, self._closed_until, self._trying = 0, FIRST_PAUSE, None, False

    def failed(self, now: datetime) -> None:
        self._failures += 1
        if self._trying:
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        if self._trying or (self._failures >= FAILURES_TO_OPEN and self._closed_until is None):
            self._closed_until, self._trying = now + self._pause, False
