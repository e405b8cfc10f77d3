#!/usr/bin/env bash
# requests-oauth2client 1.8.0 (PyPI, with jwskate), an OpenID Connect client that can bind its tokens by DPoP (RFC 9449).
#
# A sign-in with both, as HelseID asks for, gets its tokens and then fails while they are checked: a DPoPToken's
# validate_id_token makes the token anew from what can be sent, which leaves out the DPoP key, and raises TypeError for
# the missing _dpop_key. The same ID token on a BearerToken passes. OAuth2Client.authorization_code() calls it by itself.
# A way out: authorization_code(validate=False), and check the ID token on a BearerToken or with another library.
#
# Seen: "Bearer: BearerToken" and "DPoP: TypeError".
# Ends with 0 while that is so, with 1 when it has changed. Nothing is sent to anybody: the key and the token are made here.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check requests-oauth2client==1.8.0
"$folder/venv/bin/python" - <<'PYTHON'
import sys
import time

from jwskate import Jwk, Jwt
from requests_oauth2client import AuthorizationResponse, BearerToken, DPoPKey, DPoPToken, OAuth2Client

ISSUER = "https://op.example"
key = Jwk.generate(alg="RS256").with_kid_thumbprint()
now = int(time.time())
claims = {"iss": ISSUER, "aud": "supplier", "sub": "pairwise-1", "iat": now, "exp": now + 60, "nonce": "n"}
id_token = str(Jwt.sign(claims, key=key, alg="RS256"))
client = OAuth2Client(
    token_endpoint=f"{ISSUER}/token",
    issuer=ISSUER,
    client_id="supplier",
    authorization_server_jwks=key.public_jwk().as_jwks(),
    id_token_signed_response_alg="RS256",
)
asked = AuthorizationResponse(code="c", issuer=ISSUER, nonce="n")


def outcome(token):
    try:
        return type(token.validate_id_token(client, asked)).__name__
    except TypeError as error:
        print(f"  {error}")
        return "TypeError"


bearer = outcome(BearerToken("a", id_token=id_token, expires_in=60))
dpop = outcome(DPoPToken(access_token="a", id_token=id_token, expires_in=60, _dpop_key=DPoPKey.generate()))
print(f"Bearer: {bearer}")
print(f"DPoP: {dpop}")
sys.exit((bearer, dpop) != ("BearerToken", "TypeError"))
PYTHON
