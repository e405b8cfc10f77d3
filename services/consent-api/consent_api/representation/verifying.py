"""Verifying that somebody may act for somebody else, or as a young person for themselves: on every use, and logged."""

from datetime import date, datetime, timedelta

from consent_api.access_log.models import Call
from consent_api.access_log.writing import write
from consent_api.ages import is_aged
from consent_api.persons.models import birth_date_of
from consent_api.persons.service import Persons
from consent_api.representation import queries
from consent_api.representation.models import Decision, Pair, Use, decide, decide_alone
from shared.access_rules import ADULT_FROM
from shared.citizenref import CitizenReferences
from shared.db import Database
from shared.nationalid import NationalId
from shared.norway import day_in_norway


class Verifier:
    """`fresh` is how old the register's word may be: longer than that, and the register is asked first."""

    def __init__(
        self, database: Database, references: CitizenReferences, persons: Persons, *, fresh: timedelta
    ) -> None:
        self._database = database
        self._references = references
        self._persons = persons
        self._fresh = fresh

    async def verify(self, actor: NationalId, represented: NationalId, use: Use, now: datetime) -> Decision:
        """Written in the log of both, whatever the outcome. Raises PersonRegisterUnavailable: nothing is assumed."""
        pair = await self._pair(actor, represented, now)
        today = day_in_norway(now)
        decision = decide(use, pair, birth_date_of(represented, pair.represented, today), today)
        await self._log(self._references.of(actor), self._references.of(represented), use, decision, now)
        return decision

    async def verify_alone(self, citizen: NationalId, now: datetime) -> Decision:
        """Not logged: it is their own. Raises PersonRegisterUnavailable."""
        today = day_in_norway(now)
        born = await self._born(citizen, now)
        if is_aged(born, ADULT_FROM, today):
            return Decision()
        async with self._database.driver() as connection:
            access = await queries.own_access(connection, self._references.of(citizen))
        return decide_alone(born, access.granted, today)

    async def _born(self, citizen: NationalId, now: datetime) -> date:
        if citizen.century_known:
            return citizen.birth_date
        pair = await self._pair(citizen, citizen, now)
        return birth_date_of(citizen, pair.represented, day_in_norway(now))

    async def _pair(self, actor: NationalId, represented: NationalId, now: datetime) -> Pair:
        citizens = self._references.of(actor), self._references.of(represented)
        pair = await self._read(*citizens)
        known = (pair.actor, pair.represented)
        if all(person is not None and person.is_fresh(now, self._fresh) for person in known):
            return pair
        await self._persons.refresh(dict(zip(citizens, (actor, represented), strict=True)), now)
        return await self._read(*citizens)

    async def _read(self, actor: str, represented: str) -> Pair:
        async with self._database.driver() as connection:
            return await queries.find_pair(connection, actor, represented)

    async def _log(self, actor: str, represented: str, use: Use, decision: Decision, now: datetime) -> None:
        call = Call(
            kind="representation",
            at=now,
            about=use.area,
            client_id=use.client_id,
            organisation=use.organisation,
            actor=actor,
            represented=represented,
            relation=use.relation,
            act=use.act,
            allowed=decision.allowed,
        )
        async with self._database.driver() as connection:
            await write(connection, call, [actor, represented])
