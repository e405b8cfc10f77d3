"""One at a time among all that could: a lease that ends by itself, by the database's clock (decision 0049).

An advisory lock lives as long as its connection, which a holder or a server that hangs keeps alive for ever.
"""

import asyncio
from typing import Final
from uuid import uuid4

import asyncpg

SECONDS: Final = 8.0
RENEWED_AFTER: Final = 1.0

_TAKE: Final = """
    INSERT INTO lease (name, holder, ends_at) VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, ends_at = excluded.ends_at
    WHERE lease.holder = excluded.holder OR lease.ends_at < clock_timestamp()
    RETURNING true
"""
_GIVE_UP: Final = "DELETE FROM lease WHERE name = $1 AND holder = $2"


class Lease:
    """One holder's. It may be taken again at once after its connection was lost, by whoever held it."""

    def __init__(self, name: str, seconds: float = SECONDS) -> None:
        self._name, self._holder, self._seconds = name, uuid4(), seconds
        self._taken_at = float("-inf")

    async def take(self, connection: asyncpg.Connection) -> bool:
        """Whether it is ours, for its seconds from now. Not while somebody else's has not ended."""
        now = asyncio.get_running_loop().time()
        taken = bool(await connection.fetchval(_TAKE, self._name, self._holder, self._seconds))
        self._taken_at = now if taken else float("-inf")
        return taken

    async def keep(self, connection: asyncpg.Connection) -> bool:
        """Whether it is still ours. To be asked before each piece of work; the database is, once in a second."""
        if asyncio.get_running_loop().time() - self._taken_at < RENEWED_AFTER:
            return True
        return await self.take(connection)

    async def give_up(self, connection: asyncpg.Connection) -> None:
        """So that the next need not wait for its end."""
        self._taken_at = float("-inf")
        await connection.execute(_GIVE_UP, self._name, self._holder)
