"""How the parts of a sandbox set-up find each other, the same for the one process and for a process each."""

import json
import secrets
import socket
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from devkit.servers import postgres
from devkit.testing.limits import WIDE
from sandbox.issuer.launch_clients import CLIENTS_FILE, KEYS_FILE
from sandbox.services import FRONT_ENDS, SERVICES, SMTP_OFFSET, FrontEnd, Service
from shared.citizenref import CitizenReferences
from shared.migrate import prepare
from shared.nationalid import NationalId

KEY_ID = "k1"
WEB: Final = "web"
DATABASES: Final = (*(service.name for service in SERVICES), WEB)
CLAIM_OFFSET: Final = 99


def package_of(service: str) -> str:
    return service.replace("-", "_")


def free_port_base(first: int) -> int:
    """From there on: eight ports in a row, and the mail port, that nobody listens on. They are this process's from then
    on: another that asks at the same time, before anything listens, is given others.
    """
    offsets = (0, *(it.port_offset for it in (*SERVICES, *FRONT_ENDS)), SMTP_OFFSET)
    for base in range(first, first + 2000, 100):
        if all(_is_free(base + offset) for offset in offsets) and _claim(base + CLAIM_OFFSET):
            return base
    raise RuntimeError("no free ports")


def _claim(port: int) -> bool:
    claim = socket.socket()
    try:
        claim.bind(("127.0.0.1", port))
    except OSError:
        claim.close()
        return False
    claim.detach()  # held until the process ends
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@dataclass(frozen=True, slots=True)
class Wiring:
    """Everything that a service of the sandbox is told. `broker_url` is None in the embedded set-up; `owner_urls` are
    the same databases, for who migrates them.
    """

    port_base: int
    state: Path
    database_urls: Mapping[str, str]
    reference_key: str
    broker_url: str | None = None
    owner_urls: Mapping[str, str] = field(default_factory=dict)
    session_key: str = ""
    """Of the front ends: 32 bytes in base64. Their database is under the name `web`."""

    @classmethod
    def on(cls, admin_url: str, state: Path, port_base: int, broker_url: str | None = None) -> Self:
        """With a database for each service on that server; what is secret is kept in `state`."""
        kept = Secrets.keep(state / "secrets.json")
        passwords = {package_of(name): word for name, word in kept.passwords.items()}
        urls = postgres.create_databases(admin_url, passwords)
        owners = postgres.separate_owners(admin_url, passwords)
        own, owned = ({name: found[package_of(name)] for name in DATABASES} for found in (urls, owners))
        return cls(port_base, state, own, kept.reference_key, broker_url, owned, kept.session_key)

    async def prepare(self) -> None:
        """Every schema, and every service's queues where there is a broker."""
        for name in DATABASES:
            broker_url = self.broker_url if name != WEB else None
            await prepare(package_of(name), self.database_urls[name], broker_url, self.owner_urls[name])

    def address(self, service: Service | FrontEnd) -> str:
        return f"http://127.0.0.1:{self.port_base + service.port_offset}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.port_base}"

    def reference_of(self, national_id: str) -> str:
        keys = CitizenReferences({KEY_ID: self.reference_key.encode()}, KEY_ID)
        return keys.of(NationalId.parse(national_id, allow_synthetic=True))

    def settings(self, service: Service) -> dict[str, Any]:
        """The fields of the service's settings; each takes those it knows."""
        addresses = {s.name: self.address(s) for s in SERVICES}
        clients = self.state / "sandbox" / "clients"
        return {
            "database_url": self.database_urls[service.name],
            "broker_url": self.broker_url,
            "issuer": self.sandbox_url,
            "citizen_issuer": f"{self.sandbox_url}/citizen",
            "allow_synthetic": True,
            "citizen_reference_keys": {KEY_ID: self.reference_key},
            "citizen_reference_key_id": KEY_ID,
            "catalog_url": addresses["catalog-api"],
            "consent_url": addresses["consent-api"],
            "prescription_url": addresses["prescription-api"],
            "hpr_url": f"{self.sandbox_url}/hpr",
            "person_register_url": f"{self.sandbox_url}/person-register",
            "organisation_register_url": f"{self.sandbox_url}/organisation-register",
            "helseid_client_id": service.name,
            "helseid_client_key_file": clients / f"{service.name}.jwk.json",
            "launch_issuer": addresses["helsetilbud-api"],
            "launch_keys_file": clients / KEYS_FILE,
            "launch_clients_file": clients / CLIENTS_FILE,
            "gp_register_url": f"{self.sandbox_url}/gp-register",
            "sms_url": f"{self.sandbox_url}/sms",
            "sms_api_key": "sandbox-sms-key",
            "receipt_secrets": dict.fromkeys(("sms-gateway", "mail-server"), "sandbox-receipt-secret"),
            "smtp_host": "127.0.0.1",
            "smtp_port": self.port_base + SMTP_OFFSET,
            "smtp_starttls": False,
            "smtp_utf8": True,
            "mail_from": "varsel@helseverktoy.example",
            "pages_url": "https://helseverktoy.example/mine",
            **WIDE,
            "unlimited_clients": [s.name for s in SERVICES],
            "gather_seconds": 2,
            "campaign_link_origins": [self.sandbox_url],
        }

    def front_end_settings(self, front_end: FrontEnd) -> dict[str, Any]:
        addresses = {f"{s.name.partition('-')[0]}_url": self.address(s) for s in SERVICES}
        return {
            "database_url": self.database_urls[WEB],
            "session_keys": {KEY_ID: self.session_key},
            "session_key_id": KEY_ID,
            "public_url": self.address(front_end),
            "issuer": f"{self.sandbox_url}/citizen" if front_end.citizens else self.sandbox_url,
            "client_id": front_end.name,
            "client_key_file": self.state / "sandbox/clients" / f"{front_end.name}.jwk.json",
            **addresses,
        }

    def environment(self, part: Service | FrontEnd) -> dict[str, str]:
        """The same for a process of its own."""
        told = self.settings(part) if isinstance(part, Service) else self.front_end_settings(part)
        return {
            name.upper(): json.dumps(value) if isinstance(value, dict | list | bool) else str(value)
            for name, value in told.items()
            if value is not None
        }


@dataclass(frozen=True, slots=True)
class Secrets:
    """Made at the first start and kept: references must stay the same as long as the data lives."""

    reference_key: str
    passwords: dict[str, str]
    session_key: str

    @classmethod
    def keep(cls, file: Path) -> "Secrets":
        """What an older release has not kept is added."""
        kept = json.loads(file.read_text()) if file.exists() else {}
        made = {
            "reference_key": secrets.token_hex(32),
            "session_key": b64encode(secrets.token_bytes(32)).decode(),
            **kept,
            "passwords": {name: secrets.token_urlsafe(24) for name in DATABASES} | kept.get("passwords", {}),
        }
        if made != kept:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)
            file.write_text(json.dumps(made))
        return cls(**made)
