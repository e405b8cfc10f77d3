"""What helsetilbud-api reads to sign citizens in at suppliers: its own key, and the registrations of clients, those of
the invented suppliers and those that somebody who tries their own software has made.
"""

import json
import secrets
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sandbox.issuer.clients import Client
from sandbox.keys import KeyStore
from sandbox.population.population import Population

KEYS_FILE: Final = "launch-issuer.jwk.json"
CLIENTS_FILE: Final = "launch-clients.json"
CALLBACK_PATH: Final = "/supplier/callback"
_OWN_FILE: Final = "own-launch-clients.json"

Registration = dict[str, Any]


class LaunchClients:
    """Registrations by the names of RFC 7591. helsetilbud-api reads the file again when it has changed."""

    def __init__(self, population: Population, clients: Mapping[str, Client], keys: KeyStore, public_url: str) -> None:
        """Writes both files into the folder of the keys. The key is made once; the suppliers' registrations follow the
        data files.
        """
        keys.get(KEYS_FILE.removesuffix(".jwk.json"), "RS256")
        self._folder = keys.directory
        self.delivered = [
            _registration(clients[f"supplier-{number}"], tools, public_url + CALLBACK_PATH)
            for number, tools in _launched(population).items()
        ]
        self.own: list[Registration] = _kept(self._folder / _OWN_FILE)
        self._write()

    def delivered_for(self, organisation: str) -> Registration | None:
        return next((it for it in self.delivered if it["organisation"] == organisation), None)

    def add(self, registration: Mapping[str, Any]) -> Registration:
        """Under an id that is made here."""
        added = {"client_id": f"own-{secrets.token_hex(4)}", **registration}
        self._keep([*self.own, added])
        return added

    def remove(self, client_id: str) -> bool:
        """Whether it was there."""
        left = [it for it in self.own if it["client_id"] != client_id]
        found = len(left) < len(self.own)
        self._keep(left)
        return found

    def forget(self) -> None:
        self._keep([])

    def _keep(self, own: list[Registration]) -> None:
        self.own = own
        self._write()

    def _write(self) -> None:
        _replace(self._folder / _OWN_FILE, self.own)
        _replace(self._folder / CLIENTS_FILE, [*self.delivered, *self.own])


def _kept(file: Path) -> list[Registration]:
    found: list[Registration] = json.loads(file.read_text("utf-8")) if file.exists() else []
    return found


def _replace(file: Path, registrations: list[Registration]) -> None:
    """Whoever reads it meanwhile reads the whole of one or the other."""
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(registrations, indent=2), encoding="utf-8")
    draft.replace(file)


def _launched(population: Population) -> dict[str, list[str]]:
    """The tools that take citizens in signed in, by the supplier's organisation number."""
    found = defaultdict(list)
    for tool in population.tools:
        if tool["loginRequired"] and tool["integration"].get("launchAddress"):
            found[tool["supplier"]["organisationNumber"]].append(tool["toolId"])
    return found


def _registration(client: Client, tools: list[str], redirect_uri: str) -> Registration:
    """A supplier's client at HelseID is its client here too, with the same key."""
    assert client.organisation is not None  # noqa: S101 - a supplier is one
    return {
        "client_id": client.client_id,
        "organisation": client.organisation.organisation_number,
        "tools": sorted(tools),
        "redirect_uris": [redirect_uri],
        "jwks": {"keys": [client.key.public_document]},
    }
