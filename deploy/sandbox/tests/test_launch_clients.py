"""The invented suppliers' OpenID Connect clients, as helsetilbud-api reads them."""

from pathlib import Path
from uuid import UUID

from helsetilbud_api.citizen.models import Launch
from helsetilbud_api.citizen.signing_in.issuer import LaunchIssuer
from sandbox.context import Sandbox
from sandbox.issuer.launch_clients import CLIENTS_FILE, KEYS_FILE
from sandbox.settings import SandboxSettings

URL = "http://127.0.0.1:8105"


def issuer_of(folder: Path) -> LaunchIssuer:
    return LaunchIssuer.read(URL, folder / KEYS_FILE, folder / CLIENTS_FILE)


def test_every_tool_that_takes_citizens_in_signed_in_has_a_client(sandbox: Sandbox) -> None:
    issuer = issuer_of(sandbox.client_keys.directory)
    launched = [tool for tool in sandbox.population.tools if tool["integration"].get("launchAddress")]
    assert len(launched) > 10
    for tool in launched:
        supplier = tool["supplier"]["organisationNumber"]
        assert issuer.signs_in(Launch(UUID(tool["toolId"]), supplier, tool["integration"]["launchAddress"]))
        client = issuer.clients[f"supplier-{supplier}"]
        assert client.check_redirect_uri(f"{sandbox.settings.public_url}/supplier/callback")
        assert client.jwks.keys[0].kid == sandbox.clients[client.client_id].key.thumbprint


def test_a_restart_changes_no_key(fresh_settings: SandboxSettings) -> None:
    read = []
    for _ in range(2):
        opened = Sandbox.open(fresh_settings)
        read.append(issuer_of(opened.client_keys.directory))
        opened.storage.close()
    assert read[0].key_set == read[1].key_set
    assert read[0].clients == read[1].clients
