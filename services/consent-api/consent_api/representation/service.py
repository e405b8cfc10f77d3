"""Giving and taking back powers of attorney."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from consent_api.ages import is_aged
from consent_api.areas import Area
from consent_api.errors import (
    GivingNotPossible,
    HolderTooYoung,
    PeriodInvalid,
    RepresentationExists,
    RepresentativeNotEligible,
)
from consent_api.feed.writing import lock, note
from consent_api.persons.models import birth_date_of
from consent_api.persons.service import Persons
from consent_api.representation import queries
from consent_api.representation.models import Pair
from consent_api.representation.names import is_same_name, tidied
from shared import outbox
from shared.access_rules import HOLDER_FROM
from shared.citizenref import CitizenReferences
from shared.db import Database
from shared.errors import NotFound
from shared.events import RepresentationChanged
from shared.nationalid import NationalId
from shared.norway import day_in_norway

_LONGEST_YEARS: Final = 100

# one row for two people: a new one takes the place of one that is over, and of no other
_GIVE: Final = text(
    """
    INSERT INTO power_of_attorney AS p (
        giver, holder, id, version, areas, assigned, valid_from, valid_to, giver_name, holder_name, given_at
    ) VALUES (
        :giver, :holder, :id, 1, :areas, :assigned, :valid_from, :valid_to, :giver_name, :holder_name, :now
    )
    ON CONFLICT (giver, holder) DO UPDATE SET
        id = excluded.id, version = p.version + 1, areas = excluded.areas, assigned = excluded.assigned,
        valid_from = excluded.valid_from, valid_to = excluded.valid_to, giver_name = excluded.giver_name,
        holder_name = excluded.holder_name, given_at = excluded.given_at, revoked_at = NULL
        WHERE p.revoked_at IS NOT NULL OR p.valid_to < :today
    RETURNING version
    """
)
_REVOKE: Final = text(
    """
    UPDATE power_of_attorney SET revoked_at = :now, version = version + 1
    WHERE giver = :giver AND holder = :holder AND id = :id AND revoked_at IS NULL AND valid_to >= :today
    RETURNING version
    """
)
_REMEMBER: Final = text(
    """
    INSERT INTO power_of_attorney_history
        (giver, holder, version, id, change, areas, valid_from, valid_to, changed_at, acted_by)
    VALUES (:giver, :holder, :version, :id, :change, :areas, :valid_from, :valid_to, :now, :actor)
    """
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two people who may have a power of attorney between them, and what they are called."""

    giver: str
    holder: str
    giver_name: str
    holder_name: str


async def agree(
    database: Database,
    references: CitizenReferences,
    persons: Persons,
    giver: NationalId,
    holder: NationalId,
    stated: str,
    now: datetime,
) -> Agreement:
    """Asks the register about both, and compares the holder's name with what is stated: no name of the register's goes
    out. Raises RepresentativeNotEligible, HolderTooYoung, GivingNotPossible, or PersonRegisterUnavailable.
    """
    giver_reference, holder_reference = references.of(giver), references.of(holder)
    if giver_reference == holder_reference:
        raise RepresentativeNotEligible()
    names = await persons.refresh({giver_reference: giver, holder_reference: holder}, now)
    async with database.driver() as connection:
        pair = await queries.find_pair(connection, holder_reference, giver_reference)
    named = is_same_name(stated, names.get(holder_reference, ""))
    _check_people(pair, holder, named, day_in_norway(now))
    return Agreement(giver_reference, holder_reference, names[giver_reference], tidied(stated))


def _check_people(pair: Pair, holder: NationalId, named: bool, today: date) -> None:
    if pair.represented is None or pair.represented.confidential or pair.represented.status != "living":
        raise GivingNotPossible()
    if not named or pair.actor is None or pair.actor.confidential or pair.actor.status != "living":
        raise RepresentativeNotEligible()
    if not is_aged(birth_date_of(holder, pair.actor, today), HOLDER_FROM, today):
        raise HolderTooYoung()


async def give(
    session: AsyncSession,
    agreed: Agreement,
    areas: Collection[Area],
    days: tuple[date, date],
    now: datetime,
    *,
    assigned: bool = False,
) -> dict[str, Any]:
    """For these days, both included. The power of attorney as `queries.find_power` reads it.

    Raises PeriodInvalid or RepresentationExists.
    """
    today, (first, last) = day_in_norway(now), days
    if first < today or last < first or last.year > today.year + _LONGEST_YEARS:
        raise PeriodInvalid()
    row: dict[str, Any] = {
        "giver": agreed.giver,
        "holder": agreed.holder,
        "id": uuid4(),
        "areas": sorted(areas),
        "assigned": assigned,
        "valid_from": first,
        "valid_to": last,
        "now": now,
    }
    names = {"giver_name": agreed.giver_name, "holder_name": agreed.holder_name, "today": today}
    await lock(session, [agreed.giver, agreed.holder])
    version = (await session.execute(_GIVE, row | names)).scalar()
    if version is None:
        raise RepresentationExists()
    actor = None if assigned else agreed.giver
    await remember(session, row | {"version": version}, "given", actor, first <= today, now)
    given = await queries.find_power(session, agreed.giver, row["id"])
    assert given is not None  # noqa: S101 - it was written in this transaction
    return given


async def revoke(session: AsyncSession, me: str, power_id: UUID, now: datetime) -> None:
    """By either of the two. One that is over already stays as it is. Raises NotFound."""
    power = await queries.find_power(session, me, power_id)
    if power is None:
        raise NotFound()
    await lock(session, [power["giver"], power["holder"]])
    version = (await session.execute(_REVOKE, {**power, "now": now, "today": day_in_norway(now)})).scalar()
    if version is not None:
        await remember(session, power | {"version": version}, "revoked", me, False, now)


async def remember(
    session: AsyncSession, power: Mapping[str, Any], change: str, actor: str | None, active: bool, now: datetime
) -> None:
    """What has become of it, in the history, in the change feed, and for the others."""
    await session.execute(_REMEMBER, {**power, "change": change, "actor": actor, "now": now})
    await note(session, [power["giver"]], now)
    event = RepresentationChanged(
        citizen=power["giver"],
        version=power["version"],
        changed_at=now,
        representative=power["holder"],
        relation="power-of-attorney",
        active=active,
        areas=tuple(power["areas"]),
        valid_from=power["valid_from"],
        valid_to=power["valid_to"],
    )
    await outbox.add(session, event, now)
