"""What a rebuild reads: the log, and the numbers of the entries that are there."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.types import Text

_SOME: Final = bindparam("citizens", type_=ARRAY(Text))
# one step in the index for each citizen, however many events each has
_CITIZENS: Final = text("""
    WITH RECURSIVE found AS (
        (SELECT citizen FROM citizen_event WHERE citizen > :after ORDER BY citizen LIMIT 1)
        UNION ALL
        SELECT (SELECT e.citizen FROM citizen_event e WHERE e.citizen > found.citizen ORDER BY e.citizen LIMIT 1)
        FROM found WHERE found.citizen IS NOT NULL
    )
    SELECT citizen FROM found WHERE citizen IS NOT NULL LIMIT :count
""")
_EVENTS: Final = (
    text("SELECT citizen, name, data FROM citizen_event WHERE citizen = ANY(:citizens) ORDER BY citizen, number")
    .bindparams(_SOME)
    .columns(citizen=Text, name=Text, data=JSONB)
)
_NUMBERS: Final = text("""
    SELECT citizen, feed_event_id, arrival FROM feed_event WHERE citizen = ANY(:citizens) AND kind IS NOT NULL
""").bindparams(_SOME)
_HEADS: Final = text("SELECT citizen, last FROM feed_head WHERE citizen = ANY(:citizens)").bindparams(_SOME)


async def citizens_after(connection: AsyncConnection, after: str, count: int) -> Sequence[str]:
    """In the order of their references."""
    return (await connection.execute(_CITIZENS, {"after": after, "count": count})).scalars().all()


async def events_of(session: AsyncSession, citizens: Sequence[str]) -> Sequence[Row[Any]]:
    """Each citizen's in the order in which they had their effect."""
    return (await session.execute(_EVENTS, {"citizens": citizens})).all()


async def numbers_of(session: AsyncSession, citizens: Sequence[str]) -> Sequence[Row[Any]]:
    return (await session.execute(_NUMBERS, {"citizens": citizens})).all()


async def heads_of(session: AsyncSession, citizens: Sequence[str]) -> Sequence[Row[Any]]:
    return (await session.execute(_HEADS, {"citizens": citizens})).all()
