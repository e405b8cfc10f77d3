"""What is read of a citizen's consent."""

from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from consent_api.consent.models import LAST_VERSION, Consent, ConsentChange, consent, consent_history

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


async def find_consent(connection: AsyncConnection | AsyncSession, citizen: str) -> Consent:
    row = (await connection.execute(_CONSENT, {"citizen": citizen})).first()
    return Consent(*row) if row else Consent()


async def list_changes(
    connection: AsyncConnection, citizen: str, count: int, before: int | None
) -> list[ConsentChange]:
    """Newest first, below the version `before`."""
    values = {"citizen": citizen, "before": LAST_VERSION if before is None else before, "count": count}
    return [ConsentChange(*row) for row in await connection.execute(_HISTORY, values)]
