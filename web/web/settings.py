"""What a front end is told from outside: environment variables named as the fields, in upper case."""

from base64 import b64decode
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class WebSettings(BaseSettings):
    """Built in each front end's `from_environment`, never at import."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    service: str = "web"

    database_url: SecretStr = Field(description="postgresql://... of the sessions, which all front ends share")
    database_pool_size: Annotated[int, Field(ge=1, le=100)] = 5
    session_keys: dict[str, SecretStr] = Field(
        description="Key id to 32 bytes in base64, that sessions are sealed with"
    )
    session_key_id: str = Field(description="The key that is sealed with from now on; the others still open")
    idle_seconds: Annotated[int, Field(ge=60)] = Field(1800, description="After so long without a request one is out")
    patient_seconds: Annotated[int, Field(ge=60)] = Field(900, description="The same for the patient that is chosen")

    public_url: str = Field(description="How browsers reach this front end: scheme, host and port")
    issuer: str = Field(description="Who signs people in: HelseID for practitioners, the citizens' issuer for citizens")
    client_id: str = Field(description="Who we are at the issuer")
    client_key_file: Path = Field(description="Our private JWK at the issuer (private_key_jwt)")

    catalog_url: str
    prescription_url: str
    consent_url: str
    notification_url: str
    helsetilbud_url: str
    call_seconds: Annotated[float, Field(gt=0, le=30)] = Field(8.0, description="For one answer of a service")

    # OpenTelemetry's own names; the SDK reads the others itself
    otel_exporter_otlp_endpoint: Annotated[HttpUrl | None, BeforeValidator(lambda value: value or None)] = None
    otel_traces_sampler_arg: float = Field(1.0, ge=0, le=1)
    drain_seconds: Annotated[float, Field(ge=0, le=60)] = 0
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    max_body_bytes: Annotated[int, Field(ge=1024)] = 262_144
    request_seconds: Annotated[float, Field(gt=0, le=300)] = 20.0

    @model_validator(mode="after")
    def _keys_are_whole(self) -> Self:
        if self.session_key_id not in self.session_keys:
            raise ValueError("SESSION_KEY_ID names no key of SESSION_KEYS")
        if any(len(key) != 32 for key in self.keys_of_sessions.values()):
            raise ValueError("A key of SESSION_KEYS is not 32 bytes in base64")
        return self

    @property
    def keys_of_sessions(self) -> dict[str, bytes]:
        return {name: b64decode(key.get_secret_value()) for name, key in self.session_keys.items()}

    @property
    def is_local(self) -> bool:
        return self.public_url.startswith("http://")
