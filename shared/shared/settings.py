"""What every service is told from outside: environment variables named as the fields, in upper case."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Count = Annotated[int, Field(ge=1)]
Port = Annotated[int, Field(ge=1, le=65535)]


class ServiceSettings(BaseSettings):
    """Built in `app` and `worker`, never at import."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    service: str
    audience: str

    database_url: SecretStr = Field(
        description="postgresql://...; of several hosts (`host:port,host:port`) the one that can be written to is used"
    )
    database_pool_size: Annotated[int, Field(ge=1, le=100)] = 10
    broker_url: SecretStr | None = Field(
        None, description="amqp://..., or those of a cluster's nodes with commas between; unset in the embedded set-up"
    )

    issuer: str = Field(description="HelseID's issuer, exactly as in its tokens")
    citizen_issuer: str = Field(description="The issuer of citizens' tokens")
    public_url: str | None = Field(
        None, description="How callers address this service, when a gateway stands before it"
    )

    allow_synthetic: bool = Field(False, description="Accept the national identity numbers of test populations (I2)")
    citizen_reference_keys: dict[str, SecretStr] = Field(description="Key id to secret, at least 32 bytes each")
    citizen_reference_key_id: str = Field(description="The key that new references are made with")

    requests_per_minute: Count = Field(6_000, description="Of one client, whoever is logged in at it")
    citizen_requests_per_minute: Count = Field(600, description="Of one citizen")
    look_ups_per_minute: Count = Field(
        60, description="People asked about by number, by one person, through all clients"
    )
    look_ups_per_day: Count = 1_000
    machine_look_ups_per_minute: Count = Field(
        20_000, description="The same by a client with nobody logged in, and by its organisation"
    )
    machine_look_ups_per_day: Count = 200_000
    named_per_day: Count = Field(10, description="People whom one citizen names by number, to give power of attorney")
    look_ups_of_one_per_hour: Count = Field(100, description="Of one citizen, by everybody at one client")
    unlimited_clients: frozenset[str] = Field(
        frozenset(), description="Our own services: what they ask for others has been counted where it was asked"
    )

    worker_port: Port | None = Field(
        None, description="Where a worker of its own answers for its health and its metrics; unset and it does not"
    )

    # OpenTelemetry's own names; the SDK reads the others itself
    otel_exporter_otlp_endpoint: Annotated[HttpUrl | None, BeforeValidator(lambda value: value or None)] = Field(
        None, description="Where spans are sent, by OTLP over HTTP; unset or empty and there are none"
    )
    otel_traces_sampler_arg: float = Field(1.0, ge=0, le=1, description="The share of traces that is sent")

    drain_seconds: Annotated[float, Field(ge=0, le=60)] = Field(
        0, description="How long an API that is told to end (SIGTERM) says that it is not ready, and still answers"
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    cors_origins: frozenset[str] = Field(
        frozenset(),
        description="Of pages that browsers may call us from, `https://name` each; empty and there are none",
    )
    max_body_bytes: Annotated[int, Field(ge=1024)] = 1_048_576
    request_seconds: Annotated[float, Field(gt=0, le=300)] = Field(
        10.0, description="For a request to be read and its answer to begin; uploads and the like have their own"
    )

    @model_validator(mode="after")
    def _current_key_exists(self) -> Self:
        if self.citizen_reference_key_id not in self.citizen_reference_keys:
            raise ValueError("CITIZEN_REFERENCE_KEY_ID names no key of CITIZEN_REFERENCE_KEYS")
        return self


class CallingServiceSettings(ServiceSettings):
    """Of a service that asks other services in its own name."""

    helseid_client_id: str = Field(description="Who we are at HelseID")
    helseid_client_key_file: Path = Field(description="Our private JWK at HelseID (private_key_jwt)")
