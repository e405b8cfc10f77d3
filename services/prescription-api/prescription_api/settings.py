"""What prescription-api is told from outside, besides what every service is."""

from typing import Annotated

from pydantic import Field

from shared.settings import CallingServiceSettings, Count


class Settings(CallingServiceSettings):
    service: str = "prescription-api"
    audience: str = "nhn:verktoyformidler"

    consent_url: str = Field(description="Base address of consent-api")
    catalog_url: str = Field(description="Base address of catalog-api, for its change feed")
    hpr_url: str = Field(description="Base address of the register of health personnel")
    person_register_url: str = Field(description="Base address of the person register")
    organisation_register_url: str = Field(
        description="Base address of the register of organisations, as Enhetsregisteret's open API"
    )

    call_timeout: Annotated[float, Field(gt=0, le=2, description="Seconds for one question to an outside system")] = 1.2
    answer_within: Annotated[float, Field(gt=0, lt=2, description="Seconds for a request's questions together")] = 1.5
    hpr_cache_seconds: Annotated[int, Field(ge=0, le=900)] = 300
    person_cache_seconds: Annotated[int, Field(ge=0, le=300)] = 60
    organisation_cache_seconds: Annotated[int, Field(ge=0, le=86_400)] = 3_600
    organisation_kept_seconds: Annotated[
        int, Field(ge=0, le=604_800, description="How long it counts while the register is away")
    ] = 86_400
    organisation_searches_per_minute: Count = Field(60, description="By one practitioner, through all clients")
    naming_seconds: Annotated[float, Field(ge=0, le=1, description="How long an organisation's name is waited for")] = (
        0.25
    )
    reconcile_seconds: Annotated[float, Field(gt=0, le=10)] = 3.0
    lifecycle_seconds: Annotated[float, Field(gt=0, le=60, description="Between looks at deadlines and stops")] = 1.0
    reminder_days: tuple[Annotated[int, Field(ge=1, le=365)], ...] = Field(
        (7, 1), description="Days before the deadline on which an approaching deadline is told of, if still unopened"
    )
