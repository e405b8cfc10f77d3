"""A circuit breaker: a system that is down is not asked by everybody, and is found again when it is back."""

import time
from collections.abc import Callable
from typing import Final, Literal

State = Literal["closed", "half-open", "open"]

FAILURES: Final = 5
PAUSE: Final = 1.0


class CircuitBreaker:
    """Opens after so many failures in a row; then one question goes through each pause, until one is answered.

    A pause is `pause` seconds, and twice the one before after each try that fails, up to `longest_pause`. Questions
    that were under way when it opened do not lengthen it. One that never reports back, because whoever asked it has
    gone, costs one pause. What it knows is known to one process.
    """

    def __init__(
        self,
        *,
        failures: int = FAILURES,
        pause: float = PAUSE,
        longest_pause: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allowed = failures
        self._first_pause = self._pause = pause
        self._longest_pause = longest_pause or pause
        self._clock = clock
        self._failures = 0
        self._next_try = 0.0
        self._trying = False

    @property
    def state(self) -> State:
        if self._failures < self._allowed:
            return "closed"
        return "open" if self._clock() < self._next_try else "half-open"

    @property
    def trying(self) -> bool:
        """Whether a question is under way that will tell if the system is back."""
        return self._trying

    def seconds_closed_to_us(self) -> float:
        """0 when the question may go through, which is then the one that tries; else how long to wait."""
        if self._failures < self._allowed:
            return 0.0
        wait = self._next_try - self._clock()
        if wait <= 0:
            self._trying, self._next_try = True, self._clock() + self._pause
        return max(wait, 0.0)

    def succeeded(self) -> None:
        self._failures, self._pause, self._trying = 0, self._first_pause, False

    def failed(self) -> None:
        self._failures += 1
        if self._trying:
            self._pause, self._trying = min(self._pause * 2, self._longest_pause), False
        elif self._failures != self._allowed:
            return
        self._next_try = self._clock() + self._pause
