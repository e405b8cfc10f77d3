"""A citizen signed in at the supplier, by the supplier's own client (RFC 9126, RFC 7523, RFC 7636)."""

import hashlib
import secrets
import time
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from devkit.testing.proofs import b64, compact
from sandbox.issuer.launch_clients import CALLBACK_PATH
from sandbox.keys import KeyStore
from tools.access.scenes.mine import launch_code
from tools.access.world import Ask, World

SERVICE: Final = "helsetilbud-api"
CLIENT: Final = "supplier-299900940"
_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_VERIFIER: Final = secrets.token_urlsafe(48)


def _authenticated(world: World) -> dict[str, Any]:
    """An assertion is used once."""
    key, now = KeyStore(world.wiring.state / "sandbox" / "clients").get(CLIENT, "ES256"), int(time.time())
    header = {"alg": "ES256", "typ": "client-authentication+jwt", "kid": key.thumbprint}
    named = {"iss": CLIENT, "sub": CLIENT, "aud": world.address(SERVICE), "jti": secrets.token_urlsafe(16)}
    signed = compact(header, named | {"iat": now, "exp": now + 60}, key.sign)
    return {"client_id": CLIENT, "client_assertion_type": _ASSERTION_TYPE, "client_assertion": signed}


def _redirect(world: World) -> str:
    return world.wiring.sandbox_url + CALLBACK_PATH


def _request(world: World) -> dict[str, Any]:
    return _authenticated(world) | {
        "response_type": "code",
        "redirect_uri": _redirect(world),
        "scope": "openid",
        "state": "a state",
        "nonce": "a nonce",
        "code_challenge": b64(hashlib.sha256(_VERIFIER.encode()).digest()),
        "code_challenge_method": "S256",
        "login_hint": launch_code(world),
    }


def _pushed(world: World) -> dict[str, str]:
    answer = world.done("none", SERVICE, "POST", "/oidc/par", data=_request(world))
    return {"client_id": CLIENT, "request_uri": answer.json()["request_uri"]}


def _redemption(world: World) -> dict[str, Any]:
    answer = world.call("none", SERVICE, "GET", "/oidc/authorize", params=_pushed(world))
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": _redirect(world)}
    return _authenticated(world) | given | {"code_verifier": _VERIFIER}


def prepare(world: World) -> None:
    """Who has signed in."""
    answer = world.done("none", SERVICE, "POST", "/oidc/token", data=_redemption(world))
    world.sign_in_token = answer.json()["access_token"]


def _signed_in(world: World) -> Ask:
    prepare(world)
    return Ask()


SCENES = {
    "pushAuthorizationRequest": lambda world: Ask(body=_request(world)),
    "authorizeRequest": lambda world: Ask(query=_pushed(world)),
    "authorizePostedRequest": lambda world: Ask(body=_pushed(world)),
    "redeemCode": lambda world: Ask(body=_redemption(world)),
    "getSignedInCitizen": _signed_in,
}
