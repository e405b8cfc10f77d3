"""What this service is told from outside."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    service: str = "consent-api"
    audience: str = "nhn:samtykke"
