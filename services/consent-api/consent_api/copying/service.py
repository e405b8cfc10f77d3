"""Reading on for a copy, from where it last came to."""

from collections.abc import Sequence
from datetime import date

from consent_api.copying.queries import Changed, Everybody, Place, State, read_changed, read_everybody
from consent_api.errors import FeedRestarted
from consent_api.feed.queries import current_position
from shared.db import Database


async def read_on(
    database: Database, place: Place | None, count: int, today: date
) -> tuple[Sequence[State], Place, bool]:
    """One page, where to go on from, and whether there is more. Raises FeedRestarted."""
    async with database.driver() as connection:
        now = await current_position(connection)
        place = place or Everybody(now.system, now.xact, "")
        if place.system != now.system:
            raise FeedRestarted()
        if isinstance(place, Changed):
            return await read_changed(connection, place, now.xact, count, today)
        return await read_everybody(connection, place, count, today)
