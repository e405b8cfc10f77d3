"""The issuer that signs citizens in at suppliers: its address, its keys, and the clients that it knows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from joserfc.jwk import RSAKey

from helsetilbud_api.citizen.models import Launch
from helsetilbud_api.citizen.signing_in.clients import LaunchClient
from helsetilbud_api.citizen.signing_in.registrations import Registrations
from shared.auth.keys import SHORTEST_MODULUS

ALGORITHM: Final = "RS256"  # what every OpenID Connect client can verify (Core, section 15.1)


@dataclass(frozen=True, slots=True)
class LaunchIssuer:
    """`keys` by key id: the first one signs, all are published, so that a new one is known before it is used."""

    url: str
    keys: Mapping[str, RSAKey]
    clients: Mapping[str, LaunchClient]

    @classmethod
    def read(cls, url: str, keys: Path, clients: Path) -> Self:
        """`keys` holds a private JWK or a set of them, `clients` a list of registrations. Raises ValueError."""
        return cls(url, _keys(json.loads(keys.read_text("utf-8"))), Registrations(clients))

    @property
    def key_set(self) -> dict[str, Any]:
        """The public keys (RFC 7517, section 5)."""
        return {"keys": [_published(key_id, key) for key_id, key in self.keys.items()]}

    def signs_in(self, launch: Launch) -> bool:
        """Whether the tool's supplier has a client for it."""
        return any(
            launch.tool_id in client.tools and launch.supplier == client.organisation
            for client in self.clients.values()
        )


def _keys(document: dict[str, Any]) -> dict[str, RSAKey]:
    keys = {entry.get("kid"): RSAKey.import_key(entry) for entry in document.get("keys", [document])}
    if not keys or not all(key_id and key.is_private and _is_long(key) for key_id, key in keys.items()):
        raise ValueError("LAUNCH_KEYS_FILE holds no private RSA keys of 2048 bits or more, each with a kid")
    return keys


def _is_long(key: RSAKey) -> bool:
    return len(key.as_dict(private=False)["n"]) >= SHORTEST_MODULUS


def _published(key_id: str, key: RSAKey) -> dict[str, Any]:
    public = key.as_dict(private=False)
    return {"kty": "RSA", "use": "sig", "alg": ALGORITHM, "kid": key_id, "n": public["n"], "e": public["e"]}
