"""What a person sees in a browser, and that the commands on the page are the ones that work."""

import json
import re
from html import unescape

import httpx
import pytest
from joserfc import jwk, jwt

from sandbox.context import Sandbox

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.mark.parametrize(
    "path", ["/", "/login", "/mailbox", "/people", "/practitioners", "/staff", "/organisations", "/tools"]
)
async def test_every_page_stands_on_its_own(http: httpx.AsyncClient, path: str) -> None:
    response = await http.get(path, headers=BROWSER)

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert '<html lang="nb">' in response.text
    assert 'name="viewport"' in response.text
    assert len(re.findall("<h1", response.text)) == 1
    assert not re.search(r"<(script|link|img|iframe)\b|@import|url\(", response.text)


async def test_every_link_of_the_menu_leads_somewhere(http: httpx.AsyncClient) -> None:
    start = (await http.get("/")).text

    for path in set(re.findall(r'href="(/[^"#]*)"', start)):
        assert (await http.get(path, headers=BROWSER)).status_code == 200, path


async def test_the_start_page_links_to_the_five_services(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    start = (await http.get("/")).text

    assert all(f'href="{url}/docs"' in start for url in sandbox.settings.service_urls.values())


async def test_the_tokens_on_the_start_page_work(http: httpx.AsyncClient) -> None:
    start = unescape((await http.get("/")).text)

    citizen, practitioner = re.findall(r">(ey[\w-]+\.[\w-]+\.[\w-]+)</pre>", start)
    citizen_keys = jwk.KeySet.import_key_set((await http.get("/citizen/jwks")).json())
    keys = jwk.KeySet.import_key_set((await http.get("/jwks")).json())
    assert "pid" in jwt.decode(citizen, citizen_keys, algorithms=["RS256"]).claims
    private = re.search(r'>(\{.*?"kid".*?\})</pre>', start)
    assert private
    bound_to = jwt.decode(practitioner, keys, algorithms=["RS256"]).claims["cnf"]["jkt"]
    assert bound_to == jwk.ECKey.import_key(json.loads(private[1])).thumbprint()


async def test_the_commands_on_the_start_page_ask_for_tokens_that_are_made(http: httpx.AsyncClient) -> None:
    commands = [
        unescape(it)
        for it in re.findall(r"<pre[^>]*>(curl[^<]*test-token\?as=curl[^<]*)</pre>", (await http.get("/")).text)
    ]
    assert len(commands) == 6

    for command in commands:
        body = re.search(r"-d '(\{.*?\})' \\", command)
        assert body
        response = await http.post("/test-token?as=curl", content=body[1], headers={"Content-Type": "application/json"})
        assert response.status_code == 200, response.text
        assert response.text.startswith('header = "Authorization: ')


async def test_a_citizen_logs_in_for_a_child(http: httpx.AsyncClient) -> None:
    page = await http.post("/login", data={"pid": "22888336005", "represents": "02911153192"})

    token = re.search(r">(ey[\w-]+\.[\w-]+\.[\w-]+)</pre>", page.text)
    assert token
    keys = jwk.KeySet.import_key_set((await http.get("/citizen/jwks")).json())
    claims = jwt.decode(token[1], keys, algorithms=["RS256"]).claims
    assert (claims["pid"], claims["represents"], claims["relation"]) == ("22888336005", "02911153192", "parent")
    assert "Marte Elvesusdal" in page.text
    assert "Jonas Elvesusdal" in page.text


async def test_the_login_page_offers_everybody_alive_and_whom_they_act_for(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    page = (await http.get("/login")).text

    for citizen in sandbox.population.citizens.values():
        offered = f'name="pid" value="{citizen.national_id}"' in page
        assert offered is (citizen.status != "deceased")
        assert all(f'name="represents" value="{child}"' in page for child in citizen.children)


async def test_I1_no_number_stands_in_an_address(http: httpx.AsyncClient) -> None:
    for path in ("/", "/login", "/people", "/mailbox"):
        page = (await http.get(path, headers=BROWSER)).text
        addresses = re.findall(r'(?:href|action)="([^"]*)"', page)
        assert not [address for address in addresses if re.search(r"\d{11}", address)]


async def test_the_mailbox_shows_what_was_received_as_text(http: httpx.AsyncClient) -> None:
    body = {"to": "+4749990001", "text": "<script>alert('hei')</script>"}
    headers = {"Authorization": "Bearer sandbox-sms-key", "Idempotency-Key": "k"}
    await http.post("/sms/messages", json=body, headers=headers)

    page = (await http.get("/mailbox", params={"to": "+4749990001"})).text

    assert "&lt;script&gt;" in page
    assert "<script>" not in page


async def test_programs_get_json_from_the_same_address(http: httpx.AsyncClient) -> None:
    response = await http.get("/people")

    assert response.headers["content-type"] == "application/json"


async def test_the_start_page_warns_of_faults(http: httpx.AsyncClient) -> None:
    await http.post("/faults", json={"target": "hpr", "mode": "slow"})

    assert "satt til å feile" in (await http.get("/")).text


async def test_the_contract_can_be_read(http: httpx.AsyncClient) -> None:
    assert "//cdn" not in (await http.get("/docs")).text
    document = (await http.get("/openapi.json")).json()

    assert {"/test-token", "/connect/token", "/faults", "/reset", "/messages"} <= document["paths"].keys()
