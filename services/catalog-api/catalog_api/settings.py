"""What the catalogue is told from outside, besides what every service is told."""

from typing import Annotated

from pydantic import Field

from shared.settings import Count, ServiceSettings


class Settings(ServiceSettings):
    service: str = "catalog-api"
    audience: str = "nhn:verktoykatalog"

    submissions_per_day: Count = Field(200, description="Begun by one supplier; each may have an image")
    catalogue_check_seconds: Annotated[float, Field(ge=0, le=1)] = Field(
        0.2, description="How long an answer may be given again before asking whether the catalogue has changed (K4)"
    )
    publisher_may_have_verified: bool = Field(
        False, description="Whether one of the staff may publish what they have verified themselves (K2)"
    )
