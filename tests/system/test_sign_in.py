"""A supplier signs a citizen in by an OpenID Connect client that nobody here wrote, against the running system (M3)."""

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from devkit.testing.proofs import SigningKey
from sandbox.choices import citizen_token
from sandbox.issuer.launch_clients import CALLBACK_PATH
from sandbox.services import SERVICES
from sandbox.wiring import Wiring
from tools.contracts import node
from tools.local.ehr import Ehr
from tools.local.processes import Processes

pytestmark = pytest.mark.system

PROGRAM = Path(__file__).parent / "clients/sign-in.mjs"
SOVNTRAPPA, SUPPLIER = "0296a880-2aab-4e06-8968-eee2900e49ec", "supplier-299900940"
FEED = next(service for service in SERVICES if service.name == "helsetilbud-api")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program beside the packages that it imports."""
    node.install()
    folder = tmp_path_factory.mktemp("sign-in")
    (folder / "node_modules").symlink_to(node.PACKAGES)
    (folder / PROGRAM.name).write_text(PROGRAM.read_text("utf-8"), "utf-8")
    return folder / PROGRAM.name


async def sign_in(
    program: Path, launch_url: str, key: dict[str, str], redirect_uri: str, client_id: str = SUPPLIER, **more: str
) -> dict[str, Any]:
    told = {
        "LAUNCH_URL": launch_url,
        "CLIENT_ID": client_id,
        "CLIENT_KEY": json.dumps(key),
        "REDIRECT_URI": redirect_uri,
        **more,
    }
    process = await asyncio.create_subprocess_exec(
        str(node.NODE), str(program), env=told, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, said = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, said.decode()
    came: dict[str, Any] = json.loads(out)
    return came


@pytest.mark.rule("M3", "P11")
async def test_M3_openid_client_signs_the_citizen_in(
    system: Processes,
    wiring: Wiring,
    ehr: Ehr,
    http: httpx.AsyncClient,
    citizens: list[dict[str, Any]],
    until: Any,
    program: Path,
) -> None:
    patient = next(person["nationalId"] for person in citizens if person["state"] == "notifications-off")
    body = {"patient": {"nationalId": patient}, "toolId": SOVNTRAPPA}
    prescribed = await ehr.post("/v1/prescriptions", body, **{"Idempotency-Key": "sign-in"})
    assert prescribed.status_code == 201, prescribed.text
    me = {"Authorization": f"Bearer {await citizen_token(http, wiring.sandbox_url, patient, FEED.audience)}"}
    mine = f"{wiring.address(FEED)}/v1/me/tools/{SOVNTRAPPA}"

    async def is_there() -> bool:
        return (await http.get(mine, headers=me)).status_code == 200

    await until(is_there, "the tool among the citizen's")
    key = (await http.get(f"{wiring.sandbox_url}/clients/{SUPPLIER}/key")).json()
    came = []
    for more in ({}, {"DPOP": "yes"}):
        opened = await http.post(f"{mine}/open", headers=me)
        assert opened.status_code == 200, opened.text
        assert urlsplit(opened.json()["url"]).hostname == "sovntrappa.example"
        redirect_uri = wiring.sandbox_url + CALLBACK_PATH
        came.append(await sign_in(program, opened.json()["url"], key, redirect_uri, **more))

    assert [it["tokenType"].lower() for it in came] == ["bearer", "dpop"]
    assert len({it["claims"]["sub"] for it in came}) == 1
    for it in came:
        assert it["claims"]["iss"] == wiring.address(FEED)
        assert it["claims"]["toolId"] == SOVNTRAPPA
        assert it["claims"]["actingPerson"] == {"subject": it["claims"]["sub"], "relation": "self"}
        assert [prescriber["profession"] for prescriber in it["userinfo"]["prescribers"]] == ["LE"]
        assert patient not in json.dumps(it)
        assert (it["again"], it["after"]) == ("invalid_grant", "refused")


@pytest.mark.rule("M3")
async def test_M3_a_suppliers_own_software_signs_in_with_a_client_of_its_own(
    system: Processes, wiring: Wiring, http: httpx.AsyncClient, citizens: list[dict[str, Any]], program: Path
) -> None:
    """Registered in the running sandbox, with a key and a redirect address that it has never heard of."""
    key, callback = SigningKey("ES256"), "http://127.0.0.1:3000/callback"
    jwk = key.public_jwk | {"kid": key.thumbprint, "alg": "ES256"}
    wanted = {"organisation": "299900940", "redirect_uris": [callback], "jwks": {"keys": [jwk]}}
    registered = (await http.post(f"{wiring.sandbox_url}/launch-clients", json=wanted)).json()
    person = next(person["nationalId"] for person in citizens if person["state"] == "notifications-off")
    me = {"Authorization": f"Bearer {await citizen_token(http, wiring.sandbox_url, person, FEED.audience)}"}
    mine = f"{wiring.address(FEED)}/v1/me/tools"
    await http.post(mine, headers=me | {"Idempotency-Key": "own-software"}, json={"toolId": SOVNTRAPPA})
    opened = await http.post(f"{mine}/{SOVNTRAPPA}/open", headers=me)
    assert opened.status_code == 200, opened.text
    private = key.private_jwk | {"kid": key.thumbprint}
    it = await sign_in(program, opened.json()["url"], private, callback, registered["client_id"])
    assert (it["claims"]["aud"], it["claims"]["toolId"]) == (registered["client_id"], SOVNTRAPPA)
