"""The first day: the invented tools are published, the invented citizens have chosen.

Tools go in by the catalogue's own command, phone numbers and e-mail addresses by the one that takes over a contact
register, consent by the public API with tokens of the citizens' own.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from catalog_api import seeding as catalogue
from notification_service.preferences.loading import load
from notification_service.preferences.models import CitizenSettings
from notification_service.preferences.quiet import QuietHours
from notification_service.testers.loading import Confirmed
from notification_service.testers.loading import load as load_testers
from notification_service.testers.models import Digests
from sandbox.choices import Choices
from sandbox.population.population import Population
from sandbox.settings import SandboxSettings
from sandbox.wiring import Wiring
from shared.connections import BATCH_STATEMENT
from shared.db import Database
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
        await Choices(http, wiring, Population.read(sandbox.data_directory), now.date()).make()


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
    """Most have no quiet hours, so that what is tried at night can be seen at night."""
    quiet_hours = QuietHours.parse(citizen["quietHours"]) if "quietHours" in citizen else None
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


async def load_settings(wiring: Wiring, settings: Mapping[str, CitizenSettings], now: datetime) -> None:
    """By national identity number. Who has chosen already keeps that."""
    database = Database(wiring.database_urls["notification-service"], pool_size=1, statement_timeout=BATCH_STATEMENT)
    rows = ((wiring.reference_of(number), chosen) for number, chosen in settings.items())
    try:
        await load(database, rows, now)
    finally:
        await database.close()
