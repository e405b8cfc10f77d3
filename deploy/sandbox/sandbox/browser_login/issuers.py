"""The two issuers that people log in at: one shaped like HelseID, and the citizens'."""

from dataclasses import dataclass
from typing import Final

from sandbox.browser_login.models import Kind
from sandbox.context import Sandbox
from sandbox.issuer.clients import Client
from sandbox.keys import KeptKey

PAR_PATH: Final = "/connect/par"
AUTHORIZE_PATH: Final = "/connect/authorize"
TOKEN_PATH: Final = "/connect/token"  # noqa: S105 - a path
USERINFO_PATH: Final = "/connect/userinfo"
END_SESSION_PATH: Final = "/connect/endsession"


@dataclass(frozen=True, slots=True)
class Issuer:
    """`url` is its name and how services reach it, `public_url` how a browser does."""

    kind: Kind
    url: str
    public_url: str
    key: KeptKey
    clients: dict[str, Client]

    @classmethod
    def of(cls, kind: Kind, sandbox: Sandbox) -> "Issuer":
        settings = sandbox.settings
        clients = {name: it for name, it in sandbox.all_clients().items() if it.logs_in_at == kind}
        if kind == "citizen":
            return cls(kind, settings.citizen_issuer, settings.public_url + "/citizen", sandbox.keys.citizens, clients)
        return cls(kind, settings.issuer, settings.public_url, sandbox.keys.helseid, clients)

    @property
    def binds_tokens(self) -> bool:
        """HelseID's tokens are bound to a key; the citizens' are Bearer."""
        return self.kind == "helseid"

    def addresses(self, path: str) -> frozenset[str]:
        """Of one endpoint: as services see it, and as a caller outside the containers' network does."""
        return frozenset({self.url + path, self.public_url + path})
