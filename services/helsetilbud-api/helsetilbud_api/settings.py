"""What helsetilbud-api is told from outside, besides what every service is."""

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from shared.settings import CallingServiceSettings


class Settings(CallingServiceSettings):
    service: str = "helsetilbud-api"
    audience: str = "nhn:helsetilbud"

    consent_url: str = Field(description="Base address of consent-api: who may act for whom, and its change feed")
    catalog_url: str = Field(description="Base address of catalog-api, for its change feed")
    prescription_url: str = Field(description="Base address of prescription-api: what was written to a patient")
    gp_register_url: str = Field(description="Base address of the register of GPs, their offices and patient lists")
    gp_register_timeout: Annotated[float, Field(gt=0, le=5)] = 1.5
    gp_register_cache_seconds: Annotated[int, Field(ge=0, le=300)] = 60
    patient_lists_seconds: Annotated[float, Field(gt=0, le=300)] = 15.0
    reconcile_seconds: Annotated[float, Field(gt=0, le=10, description="Between two readings of change feeds")] = 3.0
    stream_seconds: Annotated[float, Field(gt=0, le=3600, description="How long a stream of the feed lasts")] = 600.0
    stream_heartbeat: Annotated[float, Field(gt=0, le=60)] = 15.0
    streams: Annotated[int, Field(gt=0, description="Open at most, in one replica")] = 5000
    freshness_seconds: Annotated[float, Field(gt=0, le=10)] = 1.0

    launch_issuer: str | None = Field(
        None, description="How suppliers' OpenID Connect clients know this service; unset and there are none"
    )
    launch_keys_file: Path | None = Field(None, description="Private JWKs; the first one signs ID tokens")
    launch_clients_file: Path | None = Field(None, description="The registrations of suppliers' clients")

    @field_validator("launch_issuer", "launch_keys_file", "launch_clients_file", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return value or None

    @model_validator(mode="after")
    def _launch_issuer_is_whole(self) -> Self:
        if self.launch_issuer and not (self.launch_keys_file and self.launch_clients_file):
            raise ValueError("LAUNCH_ISSUER needs LAUNCH_KEYS_FILE and LAUNCH_CLIENTS_FILE")
        if self.launch_issuer and urlsplit(self.launch_issuer).path:
            raise ValueError("LAUNCH_ISSUER has no path, nor a slash at its end")
        return self
