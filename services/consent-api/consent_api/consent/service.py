"""Changing a citizen's consent."""

from datetime import datetime
from typing import Final

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from consent_api.areas import Level
from consent_api.consent import queries
from consent_api.consent.models import Consent, consent, consent_history
from consent_api.feed.writing import lock, note
from consent_api.representation.models import Acting
from shared import outbox
from shared.errors import PreconditionFailed
from shared.events import LevelChanged
from shared.http import etag_is

_VALUES: Final = upsert(consent)
# In one statement: the second of two who change the same version waits for the first's commit and then finds nothing.
_CHANGE: Final = _VALUES.on_conflict_do_update(
    index_elements=[consent.c.citizen],
    set_={name: _VALUES.excluded[name] for name in ("level", "version", "changed_at")},
    where=consent.c.version == _VALUES.excluded.version - 1,
).returning(consent.c.version)
_REMEMBER: Final = insert(consent_history)


async def set_consent(session: AsyncSession, acting: Acting, level: Level, if_match: str, now: datetime) -> Consent:
    """The consent from now on (S1); who withdraws full consent is made unreachable by what others do on the event (S6).

    The level that already is leaves everything as it is. Raises PreconditionFailed.
    """
    current = await queries.find_consent(session, acting.citizen)
    if not etag_is(if_match, current.etag):
        raise PreconditionFailed()
    if level == current.level:
        return current
    changed = Consent(level, current.version + 1, now)
    await _change(session, acting, changed, now)
    event = LevelChanged(citizen=acting.citizen, version=changed.version, changed_at=now, level=level)
    await outbox.add(session, event, now)
    return changed


async def _change(session: AsyncSession, acting: Acting, changed: Consent, now: datetime) -> None:
    citizen = acting.citizen
    row = {"citizen": citizen, "level": changed.level, "version": changed.version, "changed_at": now}
    await lock(session, [citizen])
    if (await session.execute(_CHANGE, row)).first() is None:
        raise PreconditionFailed()
    await session.execute(_REMEMBER, row | {"acted_by": acting.actor})
    await note(session, [citizen], now)
