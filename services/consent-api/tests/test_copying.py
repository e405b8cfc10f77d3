"""S3: a client that keeps a copy by the feed ends with the truth, whatever happens at the same time."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from fastapi import FastAPI

from consent_api.active.service import Outcome
from consent_api.consent.queries import find_consent
from consent_api.consent.service import set_consent
from consent_api.errors import RepresentationExists
from consent_api.feed import service as feed
from consent_api.representation import queries
from consent_api.representation.models import Acting
from consent_api.representation.own_access import set_own_access
from consent_api.representation.service import Agreement, give, revoke
from consent_api.reservations.queries import list_reservations
from consent_api.reservations.service import set_reservation
from devkit.testing.national_ids import generate
from shared.auth import Machine
from shared.db import Database
from shared.errors import PreconditionFailed
from shared.nationalid import NationalId

# make test-nightly makes ten thousand: a thousand find the same faults, as families grow with the changes
CHANGES = int(os.environ.get("COPYING_CHANGES", "1000"))
WRITERS = 12
FAMILIES = CHANGES * 14 // 100
AREAS = ("health-care", "youth", "research")
CLIENT = Machine("999977774", None, "copying", frozenset())


class Gone(Exception):
    """The transaction is undone on purpose."""


class Town:
    """Grown-ups, each the parent of one child or young person, and everything that may happen to them.

    So many that most change only a few times: what is missed must not be made good by the next change.
    """

    def __init__(self, app: FastAPI, register: Any, clock: Any) -> None:
        self.app, self.register, self.clock = app, register, clock
        self.database: Database = app.state.database
        self.chance = Random(7)  # noqa: S311 - repeatable on purpose
        grown_up = [generate(date(1970, 1, 1) + timedelta(days=n), 0) for n in range(FAMILIES)]
        children = [generate(date(2011, 6, 1) + timedelta(days=4 * n), 0) for n in range(FAMILIES)]
        for parent, child in zip(grown_up, children, strict=True):
            register.parents[child] = [parent]
        parsed = [NationalId.parse(number, allow_synthetic=True) for number in (*grown_up, *children)]
        self.people = {app.state.references.of(number): number for number in parsed}
        self.citizens = list(self.people)
        self.numbers = [number.reveal() for number in parsed]
        self.changed = 0

    def somebody(self) -> str:
        return self.chance.choice(self.citizens)

    def a_grown_up(self) -> str:
        return self.chance.choice(self.citizens[:FAMILIES])

    async def write(self) -> None:
        kinds: list[Callable[[], Awaitable[None]]] = [
            *[self.consent] * 6,
            *[self.reservation] * 2,
            *[self.power] * 3,
            self.own_access,
            self.word_of_the_register,
        ]
        while self.changed < CHANGES:
            with contextlib.suppress(PreconditionFailed, RepresentationExists, Gone):
                await self.chance.choice(kinds)()
                self.changed += 1

    async def linger(self) -> None:
        """Some are slow to commit, and some change their minds."""
        if self.chance.random() < 0.1:
            await asyncio.sleep(self.chance.random() / 10)
        if self.chance.random() < 0.02:
            raise Gone

    async def consent(self) -> None:
        citizen = self.somebody()
        async with self.database.session() as session:
            now = await find_consent(session, citizen)
            level = self.chance.choice(["none", "basis", "full", "full", "full"])
            await set_consent(session, Acting(citizen, citizen), level, now.etag, self.clock.now)
            await self.linger()

    async def reservation(self) -> None:
        citizen = self.somebody()
        async with self.database.session() as session:
            now = (await list_reservations(session, citizen))["research-contact"]
            acting, kind = Acting(citizen, citizen), "research-contact"
            await set_reservation(session, acting, kind, not now.reserved, now.etag, self.clock.now)
            await self.linger()

    async def power(self) -> None:
        """Given, or taken back where there is one."""
        place = self.chance.randrange(FAMILIES - 1)
        giver, holder = self.citizens[place], self.citizens[place + 1]
        async with self.database.reader() as reader:
            powers = await queries.list_powers(reader, giver, None, 50)
        given = [it for it in powers if it["given"] and it["holder"] == holder and not it["revoked_at"]]
        async with self.database.session() as session:
            if given:
                await revoke(session, giver, given[0]["id"], self.clock.now)
            else:
                agreed, days = Agreement(giver, holder, "Giver", "Holder"), (self.today, self.today)
                await give(session, agreed, ["health-care", "research"], days, self.clock.now)
            await self.linger()

    async def own_access(self) -> None:
        young = self.chance.choice(self.citizens[FAMILIES:])
        async with self.database.session() as session:
            now = await queries.own_access_here(session, young)
            acting = Acting(young, young)
            await set_own_access(session, acting, now, not now.granted, now.etag, self.clock.now)
            await self.linger()

    async def word_of_the_register(self) -> None:
        citizen = self.somebody()
        number = self.people[citizen].reveal()
        self.register.say(number, confidentialAddress=self.chance.random() < 0.3)
        if number in self.register.parents:
            self.register.parents[number] = [self.people[self.a_grown_up()].reveal()]
        await self.app.state.persons.refresh({citizen: self.people[citizen]}, self.clock.now)

    @property
    def today(self) -> date:
        today: date = self.clock.now.date()
        return today

    async def standings(self, numbers: list[str]) -> dict[tuple[str, str], Outcome]:
        """Of each of these in each area."""
        found = {}
        for area in AREAS:
            outcomes = await self.app.state.active_check.check(CLIENT, numbers, area, self.clock.now)
            found |= {(number, area): outcome for number, outcome in zip(numbers, outcomes, strict=True)}
        return found


class Copy:
    """What a client keeps: everyone's state at the beginning, and then only of those who are named."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.kept: dict[tuple[str, str], Outcome] = {}
        self.named = 0

    async def begin(self) -> None:
        await feed.register_interest(self.town.database, CLIENT, self.town.citizens, self.town.clock.now)
        _, self.position = await feed.follow(self.town.database, CLIENT, None, 200)
        self.kept = await self.town.standings(self.town.numbers)

    async def follow(self, written: asyncio.Event) -> None:
        """Until nothing more is told after everything has been written."""
        while True:
            last = written.is_set()
            if not await self.catch_up() and last:
                return
            await asyncio.sleep(0.1)

    async def catch_up(self) -> int:
        found, self.position = await feed.follow(self.town.database, CLIENT, self.position, 200)
        numbers = [self.town.people[changed.citizen].reveal() for changed in found.changed]
        if numbers:
            self.kept |= await self.town.standings(numbers)
        self.named += len(numbers)
        return len(numbers)


@pytest.mark.system
async def test_S3_a_copy_kept_by_the_feed_equals_the_truth_after_many_changes_at_once(
    app: FastAPI, database: Database, register: Any, clock: Any
) -> None:
    town = Town(app, register, clock)
    copy, written = Copy(town), asyncio.Event()
    await app.state.persons.refresh(town.people, clock.now)
    await copy.begin()
    following = asyncio.create_task(copy.follow(written))
    await asyncio.gather(*(town.write() for _ in range(WRITERS)))
    written.set()
    await asyncio.wait_for(following, 120)
    truth = await town.standings(town.numbers)
    assert copy.kept == truth
    assert town.changed >= CHANGES
    assert copy.named > CHANGES // 10
    assert len(set(truth.values())) > 5, "there must be something to be wrong about"
