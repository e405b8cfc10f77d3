"""The issuer's endpoints in the contract: forms and answers whose names OAuth 2.0 and OpenID Connect have chosen."""

from typing import Any, Final

from helsetilbud_api.citizen.signing_in.assertion import ASSERTION_TYPE
from helsetilbud_api.citizen.signing_in.requests import FORM

Json = dict[str, Any]
Responses = dict[int | str, Json]

_REQUEST_URI: Final = "urn:ietf:params:oauth:request_uri:2kGz0fO4yqmC5bB1wO2yX7e1t9m8f3aJm3v0H2p6d5k"
_REDIRECT: Final = "https://sovntrappa.example/callback"
_ASSERTION: Final = {
    "client_id": "sovntrappa",
    "client_assertion_type": ASSERTION_TYPE,
    "client_assertion": "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJzb3ZudHJhcHBhIn0.c2lnbmF0dXJl",
}


def _text(description: str, longest: int = 2_000) -> Json:
    return {"type": "string", "description": description, "maxLength": longest}


def _object(properties: Json, required: list[str], example: Json) -> Json:
    schema = {"type": "object", "properties": properties, "required": required}
    return {"schema": schema, "examples": {"usual": {"value": example}}}


def _answer(description: str, properties: Json, example: Json) -> Json:
    return {"description": description, "content": {"application/json": _object(properties, list(example), example)}}


def _refusals(*errors: str) -> Json:
    properties = {"error": _text("As the standards name it", 100), "error_description": _text("For developers", 500)}
    schema = {"type": "object", "properties": properties, "required": ["error"]}
    examples = {error: {"value": {"error": error}} for error in errors}
    return {"description": "Bad Request", "content": {"application/json": {"schema": schema, "examples": examples}}}


_CLIENT: Final = {
    "client_id": _text("May be left out: the assertion says it", 100),
    "client_assertion_type": _text("Always the one of JWTs (RFC 7523)", 100),
    "client_assertion": _text(
        "Signed with the client's registered key; `aud` is the issuer, `jti` is used once, and it lives for at most"
        " five minutes",
        8_192,
    ),
}
_CLIENT_REQUIRED: Final = ["client_assertion_type", "client_assertion"]


def _form(properties: Json, required: list[str], example: Json) -> Json:
    content = {FORM: _object({**_CLIENT, **properties}, [*_CLIENT_REQUIRED, *required], {**_ASSERTION, **example})}
    return {"requestBody": {"required": True, "content": content}}


PUSH_FORM: Final = _form(
    {
        "response_type": _text("Always `code`", 100),
        "redirect_uri": _text("One that is registered, to the letter"),
        "scope": _text("`openid`; whatever else is asked for is not given"),
        "code_challenge": _text("Of the code verifier (RFC 7636)", 128),
        "code_challenge_method": _text("Always `S256`", 10),
        "nonce": _text("Comes back in the ID token"),
        "state": _text("Comes back in the redirect"),
        "login_hint": _text("The launch code, from `login_hint` (or `launch`) of the address the citizen came by"),
        "dpop_jkt": _text("Thumbprint of the key that the code shall be bound to (RFC 9449, section 10)", 43),
    },
    ["response_type", "redirect_uri", "scope", "code_challenge", "code_challenge_method", "nonce", "login_hint"],
    {
        "response_type": "code",
        "redirect_uri": _REDIRECT,
        "scope": "openid",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
        "nonce": "n-0S6_WzA2Mj",
        "state": "af0ifjsldkj",
        "login_hint": "2kGz0fO4yqmC5bB1wO2yX7e1t9m8f3aJm3v0H2p6d5k",
    },
)
TOKEN_FORM: Final = _form(
    {
        "grant_type": _text("Always `authorization_code`", 100),
        "code": _text("From the redirect; good once, for 60 seconds"),
        "redirect_uri": _text("The same as before"),
        "code_verifier": _text("What the code challenge was made of", 128),
    },
    ["grant_type", "code", "redirect_uri", "code_verifier"],
    {
        "grant_type": "authorization_code",
        "code": "SplxlOBeZQQYbYS6WxSbIASplxlOBeZQQYbYS6WxSbI",
        "redirect_uri": _REDIRECT,
        "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    },
)

PUSHED: Final[Responses] = {
    201: _answer(
        "Created",
        {"request_uri": _text("For the address of the authorization endpoint", 200), "expires_in": {"type": "integer"}},
        {"request_uri": _REQUEST_URI, "expires_in": 60},
    ),
    400: _refusals(
        "invalid_request",
        "invalid_client",
        "unsupported_response_type",
        "invalid_scope",
        "request_not_supported",
        "login_required",
        "invalid_target",
        "invalid_dpop_proof",
    ),
}
REDEEMED: Final[Responses] = {
    200: _answer(
        "OK",
        {
            "access_token": _text("For the userinfo endpoint; opaque", 100),
            "token_type": {"type": "string", "enum": ["Bearer", "DPoP"]},
            "expires_in": {"type": "integer"},
            "scope": _text("What was given", 100),
            "id_token": _text("Who has come (OpenID Connect Core, section 2)", 8_192),
        },
        {
            "access_token": "pX9c0fO4yqmC5bB1wO2yX7e1t9m8f3aJm3v0H2p6d5k",
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "openid",
            "id_token": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJiMWY1YTNjOCJ9.c2lnbmF0dXJl",
        },
    ),
    400: _refusals(
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unsupported_grant_type",
        "invalid_target",
        "invalid_dpop_proof",
    ),
}
PAGE: Final = {"text/html": {"schema": {"type": "string"}}}
AUTHORIZED: Final[Responses] = {
    303: {
        "description": "Back to the client, with `code` and `state`, or with `error` (`access_denied`); and with `iss`",
        "headers": {"Location": {"description": "The redirect address", "schema": {"type": "string", "format": "uri"}}},
    },
    400: {
        "description": "The request is unknown, used or too old: a page for the citizen, by Accept-Language",
        "content": PAGE,
    },
}
AUTHORIZATION_FORM: Final[Json] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: _object(
                {
                    "client_id": _text("Of the client that pushed it", 100),
                    "request_uri": _text("As it was answered", 200),
                },
                ["client_id", "request_uri"],
                {
                    "client_id": "dcd0a1f3-6f2b-4a3b-9f0e-3f2f7a3f1e5c",
                    "request_uri": "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c",
                },
            )
        },
    }
}
METADATA: Final[Responses] = {
    200: _answer(
        "OK",
        {"issuer": _text("Exactly as in ID tokens")},
        {"issuer": "https://helsetilbud.example"},
    )
}
KEYS: Final[Responses] = {
    200: _answer(
        "OK",
        {"keys": {"type": "array", "items": {"type": "object"}}},
        {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "2026-11", "n": "0vx7ag", "e": "AQAB"}]},
    )
}
