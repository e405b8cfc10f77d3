"""What the files of the issuer may hold; a wrong one stops the service when it starts."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI

from devkit.testing.proofs import SigningKey
from helsetilbud_api.app import create_app
from helsetilbud_api.citizen.signing_in.clients import LaunchClient
from helsetilbud_api.citizen.signing_in.issuer import LaunchIssuer
from helsetilbud_api.settings import Settings


@pytest.fixture
def registration(registered: Any) -> dict[str, Any]:
    return registered["sovntrappa"].registration()


@pytest.mark.parametrize(
    "address",
    [
        *("http://sovntrappa.example/callback", "https://sovntrappa.example/#part", "javascript:alert(1)", "/here"),
        *("https://sovntrappa.example\\@other.example/", "http://localhost@other.example/", "https://a@other.example/"),
        *("http://127.0.0.1\\.other.example/", "https://s\u043evntrappa.example/", "http://2130706433/"),
    ],
)
def test_a_redirect_address_is_one_over_tls(registration: dict[str, Any], address: str) -> None:
    with pytest.raises(ValueError, match="redirect address"):
        LaunchClient.model_validate(registration | {"redirect_uris": [address]})


def test_a_program_on_the_same_machine_needs_no_tls(registration: dict[str, Any]) -> None:
    address = "http://127.0.0.1:9000/callback"
    assert LaunchClient.model_validate(registration | {"redirect_uris": [address]}).check_redirect_uri(address)


@pytest.mark.parametrize("wrong", ["private", "no alg", "hmac", "other kind", "none at all"])
def test_a_clients_key_is_public_and_for_one_algorithm(registration: dict[str, Any], wrong: str) -> None:
    key = SigningKey("ES256")
    keys = {
        "private": [key.private_jwk | {"alg": "ES256"}],
        "no alg": [key.public_jwk],
        "hmac": [{"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}],
        "other kind": [key.public_jwk | {"alg": "RS256"}],
        "none at all": [],
    }
    with pytest.raises(ValueError, match="jwks"):
        LaunchClient.model_validate(registration | {"jwks": {"keys": keys[wrong]}})


def test_our_own_keys_are_private(tmp_path: Path, registration: dict[str, Any]) -> None:
    keys, clients = tmp_path / "keys.json", tmp_path / "clients.json"
    clients.write_text(json.dumps([registration]))
    key = SigningKey("RS256")
    keys.write_text(json.dumps(key.public_jwk | {"kid": "one"}))
    with pytest.raises(ValueError, match="no private RSA keys"):
        LaunchIssuer.read("https://helsetilbud.test", keys, clients)
    keys.write_text(json.dumps(key.private_jwk))
    with pytest.raises(ValueError, match="each with a kid"):
        LaunchIssuer.read("https://helsetilbud.test", keys, clients)
    keys.write_text(json.dumps(key.private_jwk | {"kid": "one"}))
    assert list(LaunchIssuer.read("https://helsetilbud.test", keys, clients).keys) == ["one"]


def test_a_client_is_registered_once(issuer_settings: Settings, tmp_path: Path, registration: dict[str, Any]) -> None:
    clients = tmp_path / "clients.json"
    clients.write_text(json.dumps([registration, registration]))
    assert issuer_settings.launch_keys_file
    with pytest.raises(ValueError, match="twice"):
        LaunchIssuer.read("https://helsetilbud.test", issuer_settings.launch_keys_file, clients)


async def test_a_client_that_is_registered_later_signs_in_without_a_restart(
    oidc: Any, issuer_settings: Settings, registered: Any, running_clock: Any, client: Any, logged: Any
) -> None:
    file = issuer_settings.launch_clients_file
    assert file
    first, new = registered["sovntrappa"], type(registered["sovntrappa"])("new", "299900940", [uuid4()], running_clock)
    new.http = client
    oidc("sovntrappa")
    kept = file.read_text()

    async def refusal() -> str:
        refused: str = (await new.push("no launch code")).json()["error"]
        return refused

    try:
        assert await refusal() == "invalid_client"
        file.write_text(json.dumps([first.registration(), new.registration()]))
        assert await refusal() == "login_required"  # it is known, and the launch code is none
        file.write_text("[{")
        assert await refusal() == "login_required", "what was read before counts on"
        assert "launch_clients_unreadable" in logged()
        file.write_text(json.dumps([first.registration()]))
        assert await refusal() == "invalid_client"
    finally:
        file.write_text(kept)
    assert (await first.push("no launch code")).json()["error"] == "login_required"


def told(settings: Settings, **changes: Any) -> dict[str, Any]:
    """What a service is told; tests wait for longer than a setting may say."""
    return settings.model_dump(exclude={"gp_register_timeout"}) | changes


def test_the_settings_belong_together(issuer_settings: Settings) -> None:
    with pytest.raises(ValueError, match="needs LAUNCH_KEYS_FILE"):
        Settings(**told(issuer_settings, launch_keys_file=None))
    with pytest.raises(ValueError, match="no path"):
        Settings(**told(issuer_settings, launch_issuer="https://helsetilbud.test/"))


async def test_without_an_issuer_nothing_is_offered(app: FastAPI, settings: Settings, client: Any) -> None:
    empty = told(settings, launch_issuer="", launch_keys_file="", launch_clients_file="")
    assert create_app(Settings(**empty)).state.launch_issuer is None
    kept, app.state.launch_issuer = app.state.launch_issuer, None
    try:
        for method, path in (("GET", "/.well-known/openid-configuration"), ("POST", "/oidc/par")):
            refused = await client.request(method, path)
            assert (refused.status_code, refused.json()["code"]) == (404, "sign-in-not-offered")
    finally:
        app.state.launch_issuer = kept
