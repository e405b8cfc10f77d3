"""Every SELECT of this service, each for one citizen or for the references that were asked about."""

from collections.abc import Sequence
from typing import Final

import asyncpg
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from consent_api.models import LAST_VERSION, Consent, ConsentChange, Level, consent, consent_history

_CONSENT: Final = select(consent.c.level, consent.c.version, consent.c.changed_at).where(
    consent.c.citizen == bindparam("citizen")
)
_HISTORY: Final = (
    select(
        consent_history.c.citizen,
        consent_history.c.version,
        consent_history.c.level,
        consent_history.c.changed_at,
        consent_history.c.acted_by,
    )
    .where(consent_history.c.citizen == bindparam("citizen"), consent_history.c.version < bindparam("before"))
    .order_by(consent_history.c.version.desc())
    .limit(bindparam("count"))
)
_LEVELS: Final = "SELECT citizen, level FROM consent WHERE citizen = ANY($1)"


async def find_consent(connection: AsyncConnection | AsyncSession, citizen: str) -> Consent:
    row = (await connection.execute(_CONSENT, {"citizen": citizen})).first()
    return Consent(*row) if row else Consent()


async def list_changes(
    connection: AsyncConnection, citizen: str, count: int, before: int | None
) -> list[ConsentChange]:
    """Newest first, below the version `before`."""
    values = {"citizen": citizen, "before": LAST_VERSION if before is None else before, "count": count}
    return [ConsentChange(*row) for row in await connection.execute(_HISTORY, values)]


async def levels_of(connection: asyncpg.Connection, citizens: Sequence[str]) -> dict[str, Level]:
    """Those who never answered are absent."""
    return dict(await connection.fetch(_LEVELS, citizens))
