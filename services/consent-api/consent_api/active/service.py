"""Finding out who is digitally active (S2)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TypeAlias

import asyncpg
import structlog

from consent_api.access_log.models import Call
from consent_api.active import queries
from consent_api.active.models import Standing, counts, standing
from consent_api.active.queries import Known
from consent_api.ages import age_class
from consent_api.areas import Area, suffices
from consent_api.errors import PersonRegisterUnavailable, PersonUnknown
from consent_api.identities import NationalIdError, parse_all
from consent_api.persons.models import PersonCopy, birth_date_of
from consent_api.persons.queries import find_persons
from consent_api.persons.service import Persons
from consent_api.reservations.models import RESERVES
from shared.access_rules import OWN_ACCESS, AgeClass
from shared.auth import Machine
from shared.citizenref import CitizenReferences
from shared.correlation import current
from shared.db import Database
from shared.nationalid import NationalId
from shared.norway import day_in_norway

Outcome: TypeAlias = Standing | NationalIdError

_logger = structlog.get_logger(__name__)


class ActiveCheck:
    """`fresh` is how old the register's word may be. While the register is away, what is known is used: whoever acts
    on the answer asks about deaths themselves, and children of whom no parents are known are reached through nobody.
    """

    def __init__(
        self,
        database: Database,
        references: CitizenReferences,
        persons: Persons,
        *,
        fresh: timedelta,
        allow_synthetic: bool,
    ) -> None:
        self._database = database
        self._references = references
        self._persons = persons
        self._fresh = fresh
        self._allow_synthetic = allow_synthetic

    async def check(self, caller: Machine, texts: Sequence[str], area: Area, now: datetime) -> list[Outcome]:
        """One outcome for each number, in the order asked. An error is an outcome: the others are answered as well."""
        today = day_in_norway(now)
        numbers = parse_all(texts, today, allow_synthetic=self._allow_synthetic)
        named = [(self._references.of(it), it) if isinstance(it, NationalId) else it for it in numbers]
        people = dict(it for it in named if isinstance(it, tuple))
        standings = await self._standings(people, _call(caller, area, now), area, today) if people else {}
        return [standings[it[0]] if isinstance(it, tuple) else it for it in named]

    async def _standings(
        self, people: Mapping[str, NationalId], call: Call, area: Area, today: date
    ) -> dict[str, Outcome]:
        async with self._database.driver() as connection:
            known = await queries.find_known(connection, call, list(people))
            outdated = self._outdated(known, call.at)
            if not outdated:
                return await _judge(connection, people, known, area, today)
        await self._refresh({citizen: people[citizen] for citizen in outdated}, call.at)
        async with self._database.driver() as connection:
            for citizen, person in (await find_persons(connection, outdated)).items():
                known[citizen] = known[citizen]._replace(person=person)
            return await _judge(connection, people, known, area, today)

    def _outdated(self, known: Mapping[str, Known], now: datetime) -> list[str]:
        oldest = now - self._fresh
        return [citizen for citizen, it in known.items() if it.person is None or it.person.checked_at <= oldest]

    async def _refresh(self, people: Mapping[str, NationalId], now: datetime) -> None:
        try:
            await self._persons.refresh(people, now)
        except PersonRegisterUnavailable as error:
            _logger.warning("person_register_away", people=len(people), exc_info=error)


def _call(caller: Machine, area: Area, now: datetime) -> Call:
    return Call(
        kind="digitally-active",
        at=now,
        about=area,
        organisation=caller.organisation,
        client_id=caller.client_id,
        source_system=current().source_system,
    )


async def _judge(
    connection: asyncpg.Connection,
    people: Mapping[str, NationalId],
    known: Mapping[str, Known],
    area: Area,
    today: date,
) -> dict[str, Outcome]:
    ages = {citizen: _age(number, known[citizen].person, today) for citizen, number in people.items()}
    independent = await _independent(connection, ages) if area in OWN_ACCESS else set()
    reserved: set[str] = set()
    if area in RESERVES:
        reserved = await queries.find_reserved(connection, list(people), RESERVES[area])
    represented = await _represented(connection, known, ages, area, today)
    return {
        citizen: _outcome(
            it, ages[citizen], area, citizen in independent, citizen in reserved, represented.get(citizen)
        )
        for citizen, it in known.items()
    }


def _age(number: NationalId, person: PersonCopy | None, today: date) -> AgeClass:
    return age_class(birth_date_of(number, person, today), today)


async def _independent(connection: asyncpg.Connection, ages: Mapping[str, AgeClass]) -> set[str]:
    """Those of 12 to 15 whom a parent has given an access of their own."""
    young = [citizen for citizen, age in ages.items() if age == "youth"]
    return await queries.find_independent(connection, young) if young else set()


async def _represented(
    connection: asyncpg.Connection, known: Mapping[str, Known], ages: Mapping[str, AgeClass], area: Area, today: date
) -> dict[str, bool]:
    """Of parents it does not matter where the child's own level does not suffice; of who is assigned it does."""
    able = [(citizen, it) for citizen, it in known.items() if it.person and it.person.can_be_represented]
    children = [citizen for citizen, it in able if counts("parent", ages[citizen], area) and suffices(it.level, area)]
    # of those under 16 there is none but a guardian's: a power of attorney is given from 16 on
    givers = [citizen for citizen, it in able if it.gives and counts("guardian", ages[citizen], area)]
    if not (children or givers):
        return {}
    return await queries.find_represented(connection, children, givers, area, today)


def _outcome(it: Known, age: AgeClass, area: Area, own_access: bool, reserved: bool, assigned: bool | None) -> Outcome:
    """`assigned` is None for whom nobody acts."""
    status = it.person.status if it.person else "living"
    if status == "unknown":
        return PersonUnknown()
    return standing(
        area,
        it.level,
        age,
        own_access=own_access,
        deceased=status == "deceased",
        reserved=reserved,
        represented=assigned is not None,
        assigned=bool(assigned),
    )
