"""What prescription-api is told from outside, besides what every service is."""

from typing import Annotated

from pydantic import Field

from shared.settings import CallingServiceSettings


class Settings(CallingServiceSettings):
    service: str = "prescription-api"
    audience: str = "nhn:verktoyformidler"

    consent_url: str = Field(description="Base address of consent-api")
    catalog_url: str = Field(description="Base address of catalog-api, for its change feed")
    hpr_url: str = Field(description="Base address of the register of health personnel")
    person_register_url: str = Field(description="Base address of the person register")

    call_timeout: Annotated[float, Field(gt=0, le=2)] = 1.5
    hpr_cache_seconds: Annotated[int, Field(ge=0, le=900)] = 300
    person_cache_seconds: Annotated[int, Field(ge=0, le=300)] = 60
    reconcile_seconds: Annotated[float, Field(gt=0, le=10)] = 3.0
