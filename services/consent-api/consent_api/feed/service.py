"""Following who becomes or ceases to be digitally active (S3): a client registers whom it has an interest in, and reads
from where it last came to.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from consent_api.access_log.models import Call
from consent_api.access_log.writing import Logged
from consent_api.errors import FeedRestarted
from consent_api.feed.queries import Position, Scanned, current_position, scan
from shared.auth import Machine
from shared.correlation import current
from shared.db import Database

_REGISTER: Final = Logged(
    """
    INSERT INTO interest (citizen, client_id, since)
    SELECT citizen, $5, $1 FROM unnest($12::text[]) AS concerned (citizen)
    ON CONFLICT DO NOTHING
    """
)
_END: Final = "DELETE FROM interest WHERE citizen = $1 AND client_id = $2"
_END_ALL: Final = "DELETE FROM interest WHERE client_id = $1"


async def register_interest(database: Database, caller: Machine, citizens: Sequence[str], now: datetime) -> None:
    """Everyone is in the access log of it (P13). Doing it again changes nothing."""
    call = Call(
        kind="interest",
        at=now,
        organisation=caller.organisation,
        client_id=caller.client_id,
        source_system=current().source_system,
    )
    async with database.driver() as connection:
        await _REGISTER.fetch(connection, call, sorted(set(citizens)))


async def end_interest(database: Database, caller: Machine, citizen: str) -> None:
    async with database.driver() as connection:
        await connection.execute(_END, citizen, caller.client_id)


async def end_all_interest(database: Database, caller: Machine) -> None:
    async with database.driver() as connection:
        await connection.execute(_END_ALL, caller.client_id)


async def follow(database: Database, caller: Machine, after: Position | None, limit: int) -> tuple[Scanned, Position]:
    """What has changed since, and where to go on from. Without a position: where to begin. Raises FeedRestarted."""
    async with database.driver() as connection:
        now = await current_position(connection)
        if after is None:
            return Scanned([], None, more=False), now
        if after.system != now.system:
            raise FeedRestarted()
        found = await scan(connection, after, caller.client_id, limit)
    if found.end is not None:
        return found, Position(now.system, *found.end)
    return found, after
