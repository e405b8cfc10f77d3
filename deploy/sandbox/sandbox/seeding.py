"""The first day: the invented tools are published, the invented citizens have chosen.

Tools go in by the catalogue's own command, phone numbers and e-mail addresses by the one that takes over a contact
register, consent by the public API with tokens of the citizens' own.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_api import seeding as catalogue
from consent_api.errors import RepresentationExists
from consent_api.representation.service import Agreement, give
from notification_service.digests import Digests
from notification_service.preferences.loading import load
from notification_service.preferences.models import CitizenSettings
from notification_service.preferences.quiet import DEFAULT_QUIET_HOURS, QuietHours
from notification_service.testers.loading import Confirmed
from notification_service.testers.loading import load as load_testers
from sandbox.choices import Choices
from sandbox.population.models import PowerOfAttorney
from sandbox.population.population import Population
from sandbox.settings import SandboxSettings
from sandbox.wiring import Wiring
from shared.connections import BATCH_STATEMENT
from shared.db import Database
from shared.norway import day_in_norway
from shared.planning import analyse

# Tests of campaigns can be sent to these from the first day on
SENDER: Final = "299901505"
SENDERS_PERSON: Final = "14837901236"
SENDERS_PHONE: Final = "+4749990778"
SENDERS_EMAIL: Final = "proever@helsemestring.example"


async def seed(wiring: Wiring, sandbox: SandboxSettings, now: datetime) -> None:
    """Adds what is missing; doing it again changes nothing."""
    await _seed_tools(wiring, sandbox, now)
    citizens = json.loads((sandbox.data_directory / "citizens.json").read_text("utf-8"))
    await load_settings(wiring, {citizen["nationalId"]: _settings(citizen) for citizen in citizens}, now)
    await _seed_testers(wiring, now)
    limits = httpx.Limits(max_connections=8)
    async with httpx.AsyncClient(timeout=30, limits=limits) as http:
        population = Population.read(sandbox.data_directory)
        await Choices(http, wiring, population, now.date()).make()
    await _seed_ended_powers(wiring, population, now)


async def seed_from_outside(wiring: Wiring) -> None:
    """The first day of a system that runs as processes of their own."""
    settings = SandboxSettings(port_base=wiring.port_base, state_directory=wiring.state / "sandbox")
    await seed(wiring, settings, datetime.now(UTC))


async def _seed_tools(wiring: Wiring, sandbox: SandboxSettings, now: datetime) -> None:
    documents = json.loads((sandbox.data_directory / "tools.json").read_text("utf-8"))
    database = Database(wiring.database_urls["catalog-api"], pool_size=2, statement_timeout=BATCH_STATEMENT)
    try:
        await catalogue.seed(database, documents, now)
        async with database.driver() as connection:
            await analyse(connection)
    finally:
        await database.close()


def _settings(citizen: dict[str, Any]) -> CitizenSettings:
    """Who has said nothing has the usual quiet hours; some have turned them off, so that one can try at night."""
    own = citizen.get("quietHours", str(DEFAULT_QUIET_HOURS))
    quiet_hours = QuietHours.parse(own) if own else None
    points = (citizen["phone"], citizen["email"])
    return CitizenSettings(citizen["language"], *points, {"tool": citizen["channels"]}, quiet_hours)


async def _seed_testers(wiring: Wiring, now: datetime) -> None:
    """A member of staff of the organisation that sends campaigns has confirmed where tests of them can be sent."""
    person = wiring.reference_of(SENDERS_PERSON)
    contacts = [Confirmed(SENDER, person, "sms", SENDERS_PHONE), Confirmed(SENDER, person, "email", SENDERS_EMAIL)]
    database = Database(wiring.database_urls["notification-service"], pool_size=1)
    try:
        await load_testers(database, Digests.keyed(wiring.reference_key.encode()), contacts, now)
    finally:
        await database.close()


async def _seed_ended_powers(wiring: Wiring, population: Population, now: datetime) -> None:
    """Powers of attorney whose last day is over, as they were given then: nobody can give one for days gone by."""
    database = Database(wiring.database_urls["consent-api"], pool_size=1)
    try:
        for power in population.relations.powers_of_attorney:
            if power.valid_to < day_in_norway(now):
                async with database.session() as session:
                    await _give_then(session, wiring, population, power)
    finally:
        await database.close()


async def _give_then(session: AsyncSession, wiring: Wiring, population: Population, power: PowerOfAttorney) -> None:
    first = power.valid_to - timedelta(days=365)
    names = [population.name_of(number) or "" for number in (power.giver, power.holder)]
    agreed = Agreement(wiring.reference_of(power.giver), wiring.reference_of(power.holder), *names)
    with suppress(RepresentationExists):  # seeded before
        areas: Any = power.scopes
        await give(session, agreed, areas, (first, power.valid_to), datetime.combine(first, time(12), UTC))


async def load_settings(wiring: Wiring, settings: Mapping[str, CitizenSettings], now: datetime) -> None:
    """By national identity number. Who has chosen already keeps that."""
    database = Database(wiring.database_urls["notification-service"], pool_size=1, statement_timeout=BATCH_STATEMENT)
    rows = ((wiring.reference_of(number), chosen) for number, chosen in settings.items())
    try:
        await load(database, rows, now)
    finally:
        await database.close()
