"""Time limits on what is under way, by one timer for all of them.

`asyncio.timeout` makes a timer for each: 9 µs of a request, and 2 to 3 here (uvloop, a busy machine).
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

LOOKS_EVERY: Final = 0.1  # seconds


@dataclass(slots=True, eq=False)
class Deadline:
    """`at` is on the event loop's clock."""

    task: asyncio.Task[Any]
    at: float
    passed: bool = False


class Deadlines:
    def __init__(self) -> None:
        self._open: set[Deadline] = set()
        self._looking = False

    def begin(self, seconds: float) -> Deadline:
        """The task that runs now is cancelled so many seconds later, or a moment after; until then it can be lifted.

        Whoever began it says `uncancel` to its task when it has passed, as `asyncio.timeout` does.
        """
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine of ours runs in one
        deadline = Deadline(task, loop.time() + seconds)
        self._open.add(deadline)
        if not self._looking:
            self._look_again(loop)
        return deadline

    def lift(self, deadline: Deadline) -> None:
        """Also a second time."""
        self._open.discard(deadline)

    def _look_again(self, loop: asyncio.AbstractEventLoop) -> None:
        self._looking = True
        loop.call_later(LOOKS_EVERY, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for deadline in [it for it in self._open if it.at <= now]:
            self._open.discard(deadline)
            deadline.passed = True
            deadline.task.cancel()
        self._looking = False
        if self._open:
            self._look_again(loop)
