"""One at a time, and not for longer than the database's clock says."""

import asyncio

from devkit.testing.waiting import until
from shared.db import Database
from shared.leases import Lease


async def test_one_has_it_and_the_other_does_not(database: Database) -> None:
    first, second = Lease("work"), Lease("work")
    async with database.driver() as connection:
        assert await first.take(connection)
        assert not await second.take(connection)
        assert await first.take(connection)
        assert await Lease("other work").take(connection)


async def test_who_hangs_loses_it_and_is_told_so(database: Database) -> None:
    hangs, other = Lease("work", 1.0), Lease("work", 60.0)
    async with database.driver() as connection:
        assert await hangs.keep(connection)
        await until(lambda: other.take(connection), 10)
        assert not await hangs.keep(connection)
        assert await other.keep(connection)


async def test_it_outlives_its_connection_and_not_its_end(database: Database) -> None:
    """Who has lost the connection takes it again at once; anybody else waits for its end."""
    lease, other = Lease("work", 60.0), Lease("work")
    connection = await database.listen()
    assert await lease.take(connection)
    connection.terminate()
    async with database.driver() as another:
        assert not await other.take(another)
        assert await lease.take(another)


async def test_it_is_renewed_while_it_is_kept(database: Database) -> None:
    lease, other = Lease("work", 1.5), Lease("work")
    async with database.driver() as connection:
        for _ in range(6):
            assert await lease.keep(connection)
            assert not await other.take(connection)
            await asyncio.sleep(0.5)


async def test_what_is_given_up_is_free_at_once(database: Database) -> None:
    first, second = Lease("work"), Lease("work")
    async with database.driver() as connection:
        assert await first.take(connection)
        await second.give_up(connection)  # not its own
        assert not await second.take(connection)
        await first.give_up(connection)
        assert await second.take(connection)
