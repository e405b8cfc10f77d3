"""The invented suppliers' OpenID Connect clients, as helsetilbud-api reads them."""

from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

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


OWN = {"organisation": "299900940", "redirect_uris": ["http://127.0.0.1:3000/callback", "https://s.example/cb?a=b"]}


async def test_one_registers_a_client_with_ones_own_redirect_address(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    made = await http.post("/launch-clients", json=OWN)
    assert made.status_code == 201, made.text
    registered = made.json()
    client = issuer_of(sandbox.client_keys.directory).clients[registered["client_id"]]
    supplier = issuer_of(sandbox.client_keys.directory).clients["supplier-299900940"]
    assert client.redirect_uris == tuple(OWN["redirect_uris"])
    assert (client.tools, client.jwks) == (supplier.tools, supplier.jwks)
    assert registered["issuer"] == sandbox.settings.service_urls["helsetilbud-api"]
    key = registered["client_key"].removeprefix(sandbox.settings.public_url)
    assert "d" in (await http.get(key)).json()
    assert registered["client_id"] in [it["client_id"] for it in (await http.get("/launch-clients")).json()["items"]]


async def test_a_client_may_bring_its_own_key_and_name_its_tools(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    key = sandbox.clients["ehr-nonce"].key.public_document
    [tool, *_] = next(it["tools"] for it in sandbox.launch_clients.delivered if it["organisation"] == "299900940")
    made = await http.post("/launch-clients", json=OWN | {"jwks": {"keys": [key]}, "tools": [tool]})
    client = issuer_of(sandbox.client_keys.directory).clients[made.json()["client_id"]]
    assert ([it.kid for it in client.jwks.keys], client.tools) == ([key["kid"]], {UUID(tool)})
    assert "client_key" not in made.json()


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"redirect_uris": ["http://s.example/cb"]}, "/body/redirect_uris/0"),
        ({"redirect_uris": ["https://s.example/#x"]}, "/body/redirect_uris/0"),
        ({"redirect_uris": []}, "/body/redirect_uris"),
        ({"jwks": {"keys": []}}, "/body/jwks/keys"),
        ({"tools": ["x"]}, "/body/tools/0"),
        ({"client_secret": "x"}, "/body/client_secret"),
    ],
)
async def test_what_the_issuer_could_not_read_is_not_registered(
    http: httpx.AsyncClient, sandbox: Sandbox, wrong: dict[str, Any], pointer: str
) -> None:
    refused = await http.post("/launch-clients", json=OWN | wrong)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert sandbox.launch_clients.own == []
    issuer_of(sandbox.client_keys.directory)


async def test_only_an_invented_supplier_has_clients(http: httpx.AsyncClient) -> None:
    assert (await http.post("/launch-clients", json=OWN | {"organisation": "123456785"})).status_code == 404


async def test_a_client_is_kept_over_a_restart_and_removed(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    client_id = (await http.post("/launch-clients", json=OWN)).json()["client_id"]
    again = Sandbox.open(sandbox.settings)
    again.storage.close()
    assert client_id in issuer_of(sandbox.client_keys.directory).clients
    assert (await http.delete(f"/launch-clients/{client_id}")).status_code == 204
    assert (await http.delete(f"/launch-clients/{client_id}")).status_code == 404
    assert (await http.delete("/launch-clients/supplier-299900940")).status_code == 404
    assert client_id not in issuer_of(sandbox.client_keys.directory).clients


async def test_a_reset_forgets_clients_of_ones_own(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    client_id = (await http.post("/launch-clients", json=OWN)).json()["client_id"]
    await http.post("/reset")
    clients = issuer_of(sandbox.client_keys.directory).clients
    assert (client_id in clients, "supplier-299900940" in clients) == (False, True)


@pytest.mark.parametrize(
    ("query", "shown", "not_shown"),
    [
        ({"code": "c-1", "state": "s&1", "iss": URL}, ["c-1", "s&amp;1", URL, "grant_type"], ["notice"]),
        ({"error": "access_denied", "state": "<script>"}, ["access_denied", "&lt;script&gt;", "notice"], ["<script>"]),
        ({}, ["notice"], ["grant_type"]),
        ({"code": "x" * 5000, "other": "y-1"}, ["x" * 2000], ["x" * 2001, "y-1"]),
    ],
)
async def test_the_sandboxs_own_redirect_address_shows_what_came_back(
    http: httpx.AsyncClient, query: dict[str, str], shown: list[str], not_shown: list[str]
) -> None:
    answer = await http.get("/supplier/callback", params=query)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["content-type"].startswith("text/html")
    main = answer.text.partition("<main")[2]
    assert [text for text in shown if text not in main] == []
    assert [text for text in not_shown if text in main] == []
