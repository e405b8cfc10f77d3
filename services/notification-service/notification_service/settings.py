"""What this service is told from outside, besides what every service is."""

from typing import Annotated

from pydantic import Field, SecretStr

from shared.settings import Port, ServiceSettings


class Settings(ServiceSettings):
    service: str = "notification-service"
    audience: str = "nhn:varsling"

    sms_url: str = Field(description="Base address of the SMS gateway")
    sms_api_key: SecretStr

    smtp_host: str
    smtp_port: Port = 587
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_starttls: bool = Field(True, description="Refuse to send without TLS; off only where the network is our own")
    mail_from: str = Field(
        pattern=r"^[^\r\n]*[^\s<>@]+@[^\s<>@]+>?$",
        description="Who e-mail is from: an address, or a name and an address in angle brackets",
    )

    pages_url: str = Field(
        pattern=r"^https?://\S+$",
        description="The citizen's own pages, as linked to from e-mail; the same for everybody",
    )
    parallel_sends: Annotated[int, Field(ge=1, le=100)] = Field(8, description="At once, on each channel")
