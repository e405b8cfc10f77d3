"""What every route of the sandbox works with."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from sandbox.browser_login.logins import Logins
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.issuer.clients import Client, clients_of
from sandbox.issuer.launch_clients import LaunchClients
from sandbox.issuer.proof import Nonces
from sandbox.issuer.single_use import SingleUse
from sandbox.keys import KeptKey, KeyStore
from sandbox.messages.store import MessageStore
from sandbox.population.population import Population
from sandbox.settings import SandboxSettings
from sandbox.standins.receipts import ReceiptSender
from sandbox.storage import Storage

ResetHook = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class IssuerKeys:
    """`stranger` is in no key set: tokens with an invalid signature are signed with it."""

    helseid: KeptKey
    citizens: KeptKey
    stranger: KeptKey

    @classmethod
    def of(cls, store: KeyStore) -> "IssuerKeys":
        return cls(*(store.get(name, "RS256") for name in ("issuer", "citizen-issuer", "stranger")))


@dataclass(slots=True)
class Sandbox:
    settings: SandboxSettings
    storage: Storage
    population: Population
    messages: MessageStore
    keys: IssuerKeys
    clients: dict[str, Client]
    client_keys: KeyStore
    launch_clients: LaunchClients
    receipts: ReceiptSender
    faults: Faults = field(default_factory=Faults)
    clock: Clock = field(default_factory=Clock)
    """Another one where the launcher has started the services."""
    used_assertions: SingleUse = field(default_factory=SingleUse)
    used_proofs: SingleUse = field(default_factory=SingleUse)
    logins: Logins = field(default_factory=Logins)
    browser_clients: dict[str, Client] = field(default_factory=dict)
    """Registered by those who try software of their own, until the first day comes back."""
    nonces: Nonces = field(default_factory=lambda: Nonces(secrets.token_bytes(32)))
    crowds_changing: asyncio.Lock = field(default_factory=asyncio.Lock)
    reset_hooks: list[ResetHook] = field(default_factory=list)

    @classmethod
    def open(cls, settings: SandboxSettings) -> "Sandbox":
        """Reads the data files; makes the keys that are missing, so that services can read theirs when this returns."""
        population = Population.read(settings.data_directory)
        storage = Storage(settings.state_directory / "sandbox.db")
        client_keys = KeyStore(settings.state_directory / "clients")
        clients = clients_of(population, client_keys)
        return cls(
            settings=settings,
            storage=storage,
            population=population,
            messages=MessageStore(storage),
            keys=IssuerKeys.of(KeyStore(settings.state_directory / "issuer")),
            clients=clients,
            client_keys=client_keys,
            launch_clients=LaunchClients(population, clients, client_keys, settings.public_url),
            receipts=ReceiptSender(settings.receipt_url, settings.receipt_key),
        )

    def all_clients(self) -> dict[str, Client]:
        return {**self.clients, **self.browser_clients}


async def _sandbox(request: Request) -> Sandbox:
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


async def _now() -> datetime:
    return datetime.now(UTC)


Here = Annotated[Sandbox, Depends(_sandbox)]
Now = Annotated[datetime, Depends(_now)]
