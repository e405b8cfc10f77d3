"""Use cases: changing one's consent, and finding out who is digitally active."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from consent_api import queries
from consent_api.models import (
    Area,
    Consent,
    Level,
    Standing,
    consent,
    consent_history,
    day_in_norway,
    is_too_young,
    standing,
)
from shared import outbox
from shared.citizenref import CitizenReferences
from shared.db import Database
from shared.errors import PreconditionFailed
from shared.events import LevelChanged
from shared.http import etag_matches
from shared.nationalid import NationalId, NationalIdCheckDigits, NationalIdMalformed

_VALUES: Final = upsert(consent)
# In one statement: the second of two who change the same version waits for the first's commit and then finds nothing.
_CHANGE: Final = _VALUES.on_conflict_do_update(
    index_elements=[consent.c.citizen],
    set_={name: _VALUES.excluded[name] for name in ("level", "version", "changed_at")},
    where=consent.c.version == _VALUES.excluded.version - 1,
).returning(consent.c.version)
_REMEMBER: Final = insert(consent_history)


async def set_consent(session: AsyncSession, citizen: str, level: Level, if_match: str, now: datetime) -> Consent:
    """The consent from now on (S1); who withdraws full consent is made unreachable by what others do on the event (S6).

    The level that already is leaves everything as it is. Raises PreconditionFailed.
    """
    current = await queries.find_consent(session, citizen)
    if not etag_matches(if_match, current.etag):
        raise PreconditionFailed()
    if level == current.level:
        return current
    changed = Consent(level, current.version + 1, now)
    await _change(session, citizen, changed)
    await outbox.add(session, LevelChanged(citizen=citizen, version=changed.version, changed_at=now, level=level), now)
    return changed


async def _change(session: AsyncSession, citizen: str, changed: Consent) -> None:
    """The citizen acts for themselves: nobody can act for them before representation exists (S5)."""
    row = {"citizen": citizen, "level": changed.level, "version": changed.version, "changed_at": changed.changed_at}
    if (await session.execute(_CHANGE, row)).first() is None:
        raise PreconditionFailed()
    await session.execute(_REMEMBER, row | {"acted_by": citizen})


class _Person(NamedTuple):
    citizen: str
    too_young: bool


NationalIdError: TypeAlias = NationalIdMalformed | NationalIdCheckDigits
Outcome: TypeAlias = Standing | NationalIdError


async def check_digitally_active(
    database: Database,
    references: CitizenReferences,
    national_ids: Sequence[str],
    area: Area,
    now: datetime,
    *,
    allow_synthetic: bool,
) -> list[Outcome]:
    """One outcome for each number, in the order asked (S2). An error is an outcome: the others are answered as well.

    The connection is taken only when there is something to ask, and after the work on the numbers is done.
    """
    today = day_in_norway(now)
    people = [_identify(text, references, today, allow_synthetic) for text in national_ids]
    citizens = [person.citizen for person in people if isinstance(person, _Person)]
    levels: dict[str, Level] = {}
    if citizens:
        async with database.driver() as connection:
            levels = await queries.levels_of(connection, citizens)
    return [
        standing(levels.get(person.citizen, "none"), area, person.too_young) if isinstance(person, _Person) else person
        for person in people
    ]


def _identify(
    text: str, references: CitizenReferences, today: date, allow_synthetic: bool
) -> _Person | NationalIdError:
    """A number of the series of 2032 does not tell its century. The later one is taken: at worst somebody very old is
    called too young, and only the person register knows better.
    """
    try:
        national_id = NationalId.parse(text, allow_synthetic=allow_synthetic, on=today)
    except (NationalIdMalformed, NationalIdCheckDigits) as error:
        return error
    return _Person(references.of(national_id), is_too_young(national_id.age(today)))
