"""What helsetilbud-api is told from outside, besides what every service is."""

from typing import Annotated

from pydantic import Field

from shared.settings import CallingServiceSettings


class Settings(CallingServiceSettings):
    service: str = "helsetilbud-api"
    audience: str = "nhn:helsetilbud"

    catalog_url: str = Field(description="Base address of catalog-api, for its change feed")
    reconcile_seconds: Annotated[float, Field(gt=0, le=10)] = 3.0
    freshness_seconds: Annotated[float, Field(gt=0, le=10)] = 1.0
