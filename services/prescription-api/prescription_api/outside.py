"""The outside systems that prescribing asks, gathered once for the app."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import httpx
from fastapi import Depends, Request

from prescription_api.clients.consent import ConsentClient
from prescription_api.clients.hpr import HprClient
from prescription_api.clients.person_register import PersonRegisterClient
from prescription_api.models import OSLO, Prescriber
from prescription_api.queries import ToolCopies
from prescription_api.settings import Settings
from shared.auth import Practitioner
from shared.auth.client import HelseIdClient
from shared.citizenref import CitizenReferences
from shared.db import Database


@dataclass(frozen=True, slots=True)
class Outside:
    """One dependency of a route, and not one for each: FastAPI's work grows with their number."""

    database: Database
    tools: ToolCopies
    hpr: HprClient
    persons: PersonRegisterClient
    consent: ConsentClient
    references: CitizenReferences
    allow_synthetic: bool
    # keys the digests of repeated requests (P14)
    secret: bytes

    @classmethod
    def connect(
        cls, settings: Settings, http: httpx.AsyncClient, database: Database, references: CitizenReferences
    ) -> "Outside":
        wait = settings.call_timeout
        helseid = HelseIdClient.from_settings(settings, http, timeout=wait)
        key = settings.citizen_reference_keys[settings.citizen_reference_key_id]
        return cls(
            database=database,
            tools=ToolCopies(),
            hpr=HprClient(http, settings.hpr_url, timeout=wait, cache_seconds=settings.hpr_cache_seconds),
            persons=PersonRegisterClient(
                http, settings.person_register_url, timeout=wait, cache_seconds=settings.person_cache_seconds
            ),
            consent=ConsentClient(http, settings.consent_url, helseid, timeout=wait),
            references=references,
            allow_synthetic=settings.allow_synthetic,
            secret=key.get_secret_value().encode(),
        )

    async def prescriber(self, caller: Practitioner, now: datetime) -> Prescriber:
        """The caller with what the register says of them. Raises HprNotValid or HprUnavailable (P1)."""
        registered = await self.hpr.find(caller.hpr_number)
        professions = registered.professions(now.astimezone(OSLO).date())
        return Prescriber.of(caller, caller.name or registered.name, professions)


async def _outside(request: Request) -> Outside:
    outside: Outside = request.app.state.outside
    return outside


CurrentOutside = Annotated[Outside, Depends(_outside)]
