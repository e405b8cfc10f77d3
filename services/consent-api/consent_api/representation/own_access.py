"""A young person's own access: a parent says yes or no, from the child's 12th birthday to the 16th (S5)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from consent_api.ages import age_class
from consent_api.errors import OwnAccessNotApplicable
from consent_api.feed.writing import lock, note
from consent_api.representation.models import Acting
from shared.errors import PreconditionFailed
from shared.http import etag_is


@dataclass(frozen=True, slots=True)
class OwnAccess:
    """Version 0 is what nobody has decided, which counts as no."""

    granted: bool = False
    version: int = 0
    changed_at: datetime | None = None

    @property
    def etag(self) -> str:
        return f'"{self.version}"'


_CHANGE: Final = text(
    """
    INSERT INTO own_access AS o (citizen, granted, version, changed_at) VALUES (:citizen, :granted, :version, :now)
    ON CONFLICT (citizen) DO UPDATE
        SET granted = excluded.granted, version = excluded.version, changed_at = excluded.changed_at
        WHERE o.version = excluded.version - 1
    RETURNING version
    """
)
_REMEMBER: Final = text(
    "INSERT INTO own_access_history (citizen, version, granted, changed_at, acted_by)"
    " VALUES (:citizen, :version, :granted, :now, :actor)"
)


def require_young(born: date, today: date) -> None:
    """Raises OwnAccessNotApplicable."""
    if age_class(born, today) != "youth":
        raise OwnAccessNotApplicable()


async def set_own_access(
    session: AsyncSession, acting: Acting, current: OwnAccess, granted: bool, if_match: str, now: datetime
) -> OwnAccess:
    """What already is leaves everything as it is. Raises PreconditionFailed."""
    if not etag_is(if_match, current.etag):
        raise PreconditionFailed()
    if granted == current.granted:
        return current
    changed = OwnAccess(granted, current.version + 1, now)
    row = {"citizen": acting.citizen, "granted": granted, "version": changed.version, "now": now}
    await lock(session, [acting.citizen])
    if (await session.execute(_CHANGE, row)).first() is None:
        raise PreconditionFailed()
    await session.execute(_REMEMBER, row | {"actor": acting.actor})
    await note(session, [acting.citizen], now)
    return changed
