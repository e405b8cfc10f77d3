"""The outside systems that prescribing asks, gathered once for the app."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import httpx
from fastapi import Depends, Request

from prescription_api.clients.consent import ConsentClient
from prescription_api.clients.hpr import HprClient
from prescription_api.clients.organisation_register import OrganisationRegister
from prescription_api.clients.person_register import PersonRegisterClient
from prescription_api.models import Prescriber
from prescription_api.queries import ToolCopies
from prescription_api.quotas import SearchQuota
from prescription_api.settings import Settings
from prescription_api.writing import Writer
from shared.asking import show_state
from shared.auth import Practitioner
from shared.auth.client import HelseIdClient
from shared.citizenref import CitizenReferences
from shared.db import Database
from shared.limiting import RateLimits
from shared.metrics import Metrics
from shared.nationalid import NationalId
from shared.norway import day_in_norway


@dataclass(frozen=True, slots=True)
class Outside:
    """One dependency of a route, and not one for each: FastAPI's work grows with their number."""

    database: Database
    writer: Writer
    tools: ToolCopies
    hpr: HprClient
    persons: PersonRegisterClient
    consent: ConsentClient
    organisations: OrganisationRegister
    organisation_searches: SearchQuota
    references: CitizenReferences
    limits: RateLimits
    allow_synthetic: bool
    # keys what is sealed or made unlinkable for FHIR
    secret: bytes
    # seconds for all the questions of one request together
    patience: float
    # days before the deadline (P7)
    reminder_days: tuple[int, ...]

    @classmethod
    def connect(
        cls,
        settings: Settings,
        http: httpx.AsyncClient,
        database: Database,
        references: CitizenReferences,
        limits: RateLimits,
        metrics: Metrics,
    ) -> "Outside":
        wait = settings.call_timeout
        helseid = HelseIdClient.from_settings(settings, http, timeout=wait)
        key = settings.citizen_reference_keys[settings.citizen_reference_key_id]
        hpr = HprClient(http, settings.hpr_url, timeout=wait, cache_seconds=settings.hpr_cache_seconds)
        persons = PersonRegisterClient(
            http, settings.person_register_url, timeout=wait, cache_seconds=settings.person_cache_seconds
        )
        consent = ConsentClient(settings.consent_url, helseid, timeout=wait)
        organisations = OrganisationRegister(
            http,
            settings.organisation_register_url,
            timeout=wait,
            cache_seconds=settings.organisation_cache_seconds,
            kept_seconds=settings.organisation_kept_seconds,
            naming_seconds=settings.naming_seconds,
        )
        systems = {"hpr": hpr.system, "person_register": persons.system, "consent": consent.system}
        show_state(metrics, **systems, organisation_register=organisations.system)
        return cls(
            database=database,
            writer=Writer(database),
            tools=ToolCopies(database),
            hpr=hpr,
            persons=persons,
            consent=consent,
            organisations=organisations,
            organisation_searches=SearchQuota(settings.organisation_searches_per_minute, limits.counters),
            references=references,
            limits=limits,
            allow_synthetic=settings.allow_synthetic,
            secret=key.get_secret_value().encode(),
            patience=settings.answer_within,
            reminder_days=settings.reminder_days,
        )

    def until(self) -> float:
        """When the last answer must be here, on the event loop's clock; taken when a request begins."""
        return asyncio.get_running_loop().time() + self.patience

    def asked_about(self, caller: Practitioner, national_id: NationalId) -> str:
        """The reference of somebody whom the caller names by number. Raises RateLimitExceeded."""
        citizen = self.references.of(national_id)
        self.limits.look_up(caller.client_id, caller.hpr_number, citizen)
        return citizen

    async def prescriber(self, caller: Practitioner, now: datetime, until: float) -> Prescriber:
        """The caller with what the register says of them. Raises HprNotValid or HprUnavailable (P1)."""
        registered = await self.hpr.find(caller.hpr_number, until)
        professions = registered.professions(day_in_norway(now))
        return Prescriber.of(caller, caller.name or registered.name, professions)


async def _outside(request: Request) -> Outside:
    outside: Outside = request.app.state.outside
    return outside


CurrentOutside = Annotated[Outside, Depends(_outside)]
