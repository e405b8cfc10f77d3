"""What helsetilbud-api reads to sign citizens in at the invented suppliers: its own key, and their registrations."""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from sandbox.issuer.clients import Client
from sandbox.keys import KeyStore
from sandbox.population.population import Population

KEYS_FILE: Final = "launch-issuer.jwk.json"
CLIENTS_FILE: Final = "launch-clients.json"
CALLBACK_PATH: Final = "/supplier/callback"


def register_launch_clients(
    population: Population, clients: Mapping[str, Client], keys: KeyStore, public_url: str
) -> None:
    """Writes both files into the folder of the keys. The key is made once; the registrations follow the data files."""
    keys.get(KEYS_FILE.removesuffix(".jwk.json"), "RS256")
    registrations = [
        _registration(clients[f"supplier-{number}"], tools, public_url + CALLBACK_PATH)
        for number, tools in _launched(population).items()
    ]
    file = keys.directory / CLIENTS_FILE
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(registrations, indent=2), encoding="utf-8")
    draft.replace(file)  # whoever reads it meanwhile reads the whole of one or the other


def _launched(population: Population) -> dict[str, list[str]]:
    """The tools that take citizens in signed in, by the supplier's organisation number."""
    found = defaultdict(list)
    for tool in population.tools:
        if tool["loginRequired"] and tool["integration"].get("launchAddress"):
            found[tool["supplier"]["organisationNumber"]].append(tool["toolId"])
    return found


def _registration(client: Client, tools: list[str], redirect_uri: str) -> dict[str, Any]:
    """A supplier's client at HelseID is its client here too, with the same key."""
    assert client.organisation is not None  # noqa: S101 - a supplier is one
    return {
        "client_id": client.client_id,
        "organisation": client.organisation.organisation_number,
        "tools": sorted(tools),
        "redirect_uris": [redirect_uri],
        "jwks": {"keys": [client.key.public_document]},
    }
