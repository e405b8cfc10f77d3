"""What this service is told from outside."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    service: str = "consent-api"
    audience: str = "nhn:samtykke"

    person_register_url: str = Field(description="Base address of the person register")
    register_timeout: Annotated[float, Field(gt=0, le=2)] = 0.7
    register_pause: Annotated[float, Field(ge=0, le=60)] = 5.0

    person_fresh: timedelta = Field(timedelta(days=1), description="How old a copied person may be for a check")
    relation_fresh: timedelta = Field(timedelta(minutes=10), description="The same for acting on behalf of somebody")
