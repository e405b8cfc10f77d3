"""What the standards offer a client besides, option by option: given, refused in the right place, or of no effect.

The table of them is in the README of the service.
"""

import base64
import json
from typing import Any

import pytest

pytestmark = pytest.mark.rule("M3")
URL = "https://helsetilbud.test"


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"response_mode": "jwt"}, "unsupported_response_type"),
        ({"response_mode": "query.jwt"}, "unsupported_response_type"),
        ({"response_mode": "form_post"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "none"}, "unsupported_response_type"),
        ({"max_age": "86400"}, "login_required"),
        ({"max_age": "ever"}, "login_required"),
        ({"prompt": "consent"}, "login_required"),
        ({"prompt": "select_account"}, "login_required"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "none consent"}, "invalid_request"),
        ({"id_token_hint": "a.b.c"}, "login_required"),
        ({"resource": "https://another.example/api"}, "invalid_target"),
        ({"dpop_jkt": "x"}, "invalid_request"),
        ({"dpop_jkt": "x" * 44}, "invalid_request"),
        ({"code_challenge": "x" * 44}, "invalid_request"),
        ({"code_challenge": "." * 43}, "invalid_request"),
        ({"redirect_uri": "https://sovntrappa.example:443/callback"}, "invalid_request"),
        ({"redirect_uri": "https://SOVNTRAPPA.example/callback"}, "invalid_request"),
        ({"redirect_uri": "https://sovntrappa.example/callback?"}, "invalid_request"),
        ({"redirect_uri": "https://sovntrappa.example/callback#"}, "invalid_request"),
        ({"redirect_uri": "https://sovntrappa.example/./callback"}, "invalid_request"),
        ({"redirect_uri": "https://sovntrappa.example/call%62ack"}, "invalid_request"),
        ({"client_secret": "x"}, "invalid_request"),
    ],
)
async def test_a_request_that_cannot_be_met_is_refused_when_it_is_pushed(
    sovntrappa: Any, launch: str, sent: dict[str, str], error: str
) -> None:
    refused = await sovntrappa.push(launch, **sent)
    assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert (await sovntrappa.push(launch)).status_code == 201, "and the launch code is not used by it"


@pytest.mark.parametrize(
    "sent",
    [
        {"prompt": "none"},
        {"prompt": "something-of-later"},
        {"display": "touch", "ui_locales": "nn", "acr_values": "3 4"},
        {"claims": '{"id_token": {"email": null}}'},
        {"claims": "{"},
        {"authorization_details": "[]"},
        {"scope": "openid profile email offline_access"},
        {"resource": URL},
        {"response_mode": "query"},
    ],
)
async def test_what_may_be_passed_over_changes_nothing(sovntrappa: Any, launch: str, sent: dict[str, str]) -> None:
    pushed = await sovntrappa.push(launch, **sent)
    assert pushed.status_code == 201, pushed.text
    code = sovntrappa.code_of(await sovntrappa.browse(pushed.json()["request_uri"]))
    answer = (await sovntrappa.redeem(code)).json()
    assert answer.keys() == {"access_token", "token_type", "expires_in", "scope", "id_token"}
    assert answer["scope"] == "openid"
    header, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in answer["id_token"].split(".")[:2])
    assert header["alg"] == "RS256"
    assert "email" not in claims
    assert "auth_time" not in claims


async def test_a_token_is_for_no_other_resource_than_ours(sovntrappa: Any, launch: str) -> None:
    """RFC 8707, section 2.2."""
    code = await sovntrappa.code(launch)
    refused = await sovntrappa.redeem(code, resource="https://another.example/api")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")
    assert (await sovntrappa.redeem(code, resource=URL)).status_code == 200


@pytest.mark.parametrize("grant", ["refresh_token", "client_credentials", "password", "implicit", "urn:ietf:x"])
async def test_there_is_one_grant_and_nothing_to_renew(sovntrappa: Any, launch: str, grant: str) -> None:
    answer = (await sovntrappa.redeem(await sovntrappa.code(launch))).json()
    refused = await sovntrappa.redeem("x", grant_type=grant, refresh_token=answer["access_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("path", ["/oidc/par", "/oidc/token"])
@pytest.mark.parametrize(
    "changes",
    [
        {"client_assertion": None, "client_assertion_type": None},
        {"client_assertion": None, "client_assertion_type": None, "client_secret": "x"},
        {"client_assertion": None},
        {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"},
    ],
)
async def test_there_is_one_way_to_show_who_a_client_is(sovntrappa: Any, path: str, changes: dict[str, Any]) -> None:
    refused = await sovntrappa.send(path, {"client_id": "sovntrappa"}, **changes)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")


@pytest.mark.parametrize("path", ["/oidc/par", "/oidc/token"])
async def test_a_client_shows_who_it_is_in_one_way(sovntrappa: Any, path: str) -> None:
    """RFC 6749, section 2.3."""
    basic = base64.b64encode(b"sovntrappa:secret").decode()
    sovntrappa.headers = {"Authorization": f"Basic {basic}"}
    refused = await sovntrappa.send(path, {"client_id": "sovntrappa"})
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "query",
    [
        {"response_type": "code", "redirect_uri": "https://sovntrappa.example/callback", "scope": "openid"},
        {"request": "a.b.c"},
        {"request_uri": "https://sovntrappa.example/request.jwt"},
        {"request_uri": "urn:ietf:params:oauth:request_uri:"},
    ],
)
async def test_what_was_not_pushed_is_not_authorized(client: Any, oidc: Any, query: dict[str, str]) -> None:
    oidc("sovntrappa")
    answer = await client.get("/oidc/authorize", params={"client_id": "sovntrappa", **query})
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_beside_a_pushed_request_nothing_in_the_address_counts(sovntrappa: Any, launch: str, client: Any) -> None:
    pushed = (await sovntrappa.push(launch)).json()["request_uri"]
    more = {"state": "another", "redirect_uri": "https://evil.example", "response_mode": "fragment"}
    query = {"client_id": "sovntrappa", "request_uri": pushed, **more}
    told = sovntrappa.answered(await client.get("/oidc/authorize", params=query))
    assert (told["state"], told["iss"]) == ("a state", URL)


async def test_an_authorization_request_may_be_posted_too(sovntrappa: Any, launch: str, client: Any) -> None:
    """OpenID Connect Core, section 3.1.2.1."""
    form = {"client_id": "sovntrappa", "request_uri": (await sovntrappa.push(launch)).json()["request_uri"]}
    assert sovntrappa.code_of(await client.post("/oidc/authorize", data=form))


@pytest.mark.parametrize("path", ["introspect", "revo", "regist", "logout", "end_session"])
async def test_what_is_not_offered_is_not_said_to_be(client: Any, oidc: Any, path: str) -> None:
    oidc("sovntrappa")
    said = (await client.get("/.well-known/openid-configuration")).json()
    assert not {name for name in said if name.startswith(path)}
    assert (await client.get(f"/oidc/{path}")).status_code == 404


async def test_a_form_may_say_its_characters(sovntrappa: Any, launch: str) -> None:
    sovntrappa.headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    assert (await sovntrappa.push(launch)).status_code == 201


@pytest.mark.parametrize("name", ["client_id", "request_uri"])
async def test_a_parameter_of_the_address_is_there_once(sovntrappa: Any, launch: str, client: Any, name: str) -> None:
    """RFC 6749, section 3.1."""
    query = [("client_id", "sovntrappa"), ("request_uri", (await sovntrappa.push(launch)).json()["request_uri"])]
    twice = [*query, (name, dict(query)[name])]
    assert (await client.get("/oidc/authorize", params=twice)).status_code == 400
    assert (await client.get("/oidc/authorize", params=query)).status_code == 303


@pytest.mark.parametrize("form", ["client_id=a&client_id=b", "client_id=%00", "\u00e5=1"])
async def test_a_form_that_cannot_be_read_is_a_page_for_the_citizen(client: Any, sovntrappa: Any, form: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await client.post("/oidc/authorize", content=form.encode(), headers=headers)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Gå tilbake til Helsenorge" in answer.text
