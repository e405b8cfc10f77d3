"""What helsetilbud-api is told from outside, besides what every service is."""

from typing import Annotated

from pydantic import Field

from shared.settings import CallingServiceSettings


class Settings(CallingServiceSettings):
    service: str = "helsetilbud-api"
    audience: str = "nhn:helsetilbud"

    consent_url: str = Field(description="Base address of consent-api: who may act for whom")
    catalog_url: str = Field(description="Base address of catalog-api, for its change feed")
    gp_register_url: str = Field(description="Base address of the register of GPs, their offices and patient lists")
    gp_register_timeout: Annotated[float, Field(gt=0, le=5)] = 1.5
    gp_register_cache_seconds: Annotated[int, Field(ge=0, le=300)] = 60
    patient_lists_seconds: Annotated[float, Field(gt=0, le=300)] = 15.0
    reconcile_seconds: Annotated[float, Field(gt=0, le=10)] = 3.0
    stream_seconds: Annotated[float, Field(gt=0, le=3600, description="How long a stream of the feed lasts")] = 600.0
    stream_heartbeat: Annotated[float, Field(gt=0, le=60)] = 15.0
    streams: Annotated[int, Field(gt=0, description="Open at most, in one replica")] = 5000
    freshness_seconds: Annotated[float, Field(gt=0, le=10)] = 1.0
