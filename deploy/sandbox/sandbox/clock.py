"""The sandbox's time. Where `make run` has started everything it can be moved, so that reminders, deadlines and
expiry come within a minute: for the services by time-machine, for their database by libfaketime.

Time goes forward, or back to the real time; waits and timeouts stay as long as they are.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, Final

import time_machine

from devkit.servers import ServerFailed, postgres
from devkit.servers.clock import ServerClock, find_clock
from devkit.servers.postgres import PostgresServer
from shared.errors import DomainError
from shared.language import Text

FURTHEST: Final = timedelta(days=400)


class ClockNotMovable(DomainError):
    status = 409
    code = "clock-not-movable"
    title: ClassVar[Text] = {
        "nb": "Tiden kan ikke flyttes her.",
        "nn": "Tida kan ikkje flyttast her.",
        "en": "The time cannot be moved here.",
    }


class Clock:
    """The real time, which cannot be moved: what a sandbox has that did not start the services itself."""

    movable: ClassVar[bool] = False
    ahead = timedelta()

    async def move(self, ahead: timedelta) -> None:
        """Puts the time that far ahead of the real one. Raises ClockNotMovable."""
        raise ClockNotMovable(
            {
                "nb": "Bare en sandkasse som selv har startet tjenestene og databasen, har sin egen tid.",
                "nn": "Berre ei sandkasse som sjølv har starta tenestene og databasen, har si eiga tid.",
                "en": "Only a sandbox that has itself started the services and their database has a time of its own.",
            }
        )


class PrivateDatabase:
    """The PostgreSQL server of a run. It gets a clock of its own when the time is first moved."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._clock: ServerClock | None = None
        self.server: PostgresServer = postgres.start(directory)

    def move(self, ahead: timedelta) -> None:
        """Blocks. Raises ServerFailed where there is no clock to be had, and then nothing has changed."""
        if self._clock is None:
            self._clock = find_clock(self._directory.with_name("clock"))
            self.server.stop()
            self.server = postgres.start(self._directory, port=self.server.port, clock=self._clock)
        self._clock.move(ahead)

    def stop(self) -> None:
        self.server.stop()


class MovableClock(Clock):
    """`stop` and `start` are for everything that tells the time or waits for one."""

    movable: ClassVar[bool] = True

    def __init__(
        self, database: PrivateDatabase, *, stop: Callable[[], Awaitable[None]], start: Callable[[], Awaitable[None]]
    ) -> None:
        self.ahead = timedelta()
        self._database, self._stop, self._start = database, stop, start
        self._moving = asyncio.Lock()
        self._travelling = ExitStack()

    async def move(self, ahead: timedelta) -> None:
        async with self._moving:
            await self._stop()
            try:
                await asyncio.to_thread(self._database.move, ahead)
                self._travel(ahead)
            except ServerFailed as error:
                raise ClockNotMovable(
                    {
                        "nb": "libfaketime finnes ikke på denne maskinen og kunne ikke hentes.",
                        "nn": "libfaketime finst ikkje på denne maskina og kunne ikkje hentast.",
                        "en": str(error),
                    }
                ) from error
            finally:
                await self._start()

    def _travel(self, ahead: timedelta) -> None:
        self._travelling.close()
        self.ahead = ahead
        if ahead:
            self._travelling.enter_context(time_machine.travel(datetime.now(UTC) + ahead, tick=True))
