"""What the sandbox is told from outside: environment variables `SANDBOX_<FIELD>`, and `PORT_BASE` for all six ports."""

import ipaddress
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from sandbox.services import SERVICES, SMTP_OFFSET

_REAL_SYSTEMS = ("helseid-sts.nhn.no", "helsenorge.no")


def refuse_production(url: str) -> str:
    """Returns the address, or raises ValueError when it could be anything but this machine or a reserved test name.

    Allowed hosts: loopback addresses, `localhost`, and names below `.localhost` and `.test` (RFC 6761).
    """
    host = (urlsplit(url).hostname or "").lower().rstrip(".")
    if any(real in url.lower() for real in _REAL_SYSTEMS) or not (_is_loopback(host) or _is_reserved(host)):
        raise ValueError("The sandbox never speaks for a real issuer: use a loopback address or a name below .test")
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_reserved(host: str) -> bool:
    return host == "localhost" or host.endswith((".localhost", ".test"))


def _own_address(data: dict[str, Any]) -> str:
    return f"http://127.0.0.1:{data.get('port_base', 8100)}"


def _citizen_issuer(data: dict[str, Any]) -> str:
    return f"{data.get('issuer', _own_address(data))}/citizen"


def _service_addresses(data: dict[str, Any]) -> dict[str, str]:
    base = data.get("port_base", 8100)
    return {service.name: f"http://127.0.0.1:{base + service.port_offset}" for service in SERVICES}


def _receipt_url(data: dict[str, Any]) -> str:
    return f"{_service_addresses(data)['notification-service']}/v1/delivery-receipts"


InventedIssuer = Annotated[str, AfterValidator(refuse_production)]


class SandboxSettings(BaseSettings):
    """Built by the launcher or a test, never at import."""

    model_config = SettingsConfigDict(env_prefix="SANDBOX_", extra="ignore", frozen=True, populate_by_name=True)

    # a number that leaves room for the five services and the mail port above it
    port_base: Annotated[int, Field(ge=1024, le=65_000)] = Field(
        8100, validation_alias=AliasChoices("port_base", "sandbox_port_base")
    )
    host: str = "127.0.0.1"
    state_directory: Path = Field(Path(".run/sandbox"), description="Keys and received messages; survives a restart")
    data_directory: Path = Field(Path(__file__).parent / "data", description="The invented people")

    issuer: InventedIssuer = Field(default_factory=_own_address)
    citizen_issuer: InventedIssuer = Field(default_factory=_citizen_issuer)
    public_url: str = Field(default_factory=_own_address, description="How a browser reaches this process")
    service_urls: dict[str, str] = Field(default_factory=_service_addresses, description="The same for each service")

    sms_api_key: str = "sandbox-sms-key"
    receipt_url: str = Field(default_factory=_receipt_url, description="Who is told whether messages arrived")
    receipt_key: str = "sandbox-receipt-secret"

    @property
    def smtp_port(self) -> int:
        return self.port_base + SMTP_OFFSET
