"""requests-oauth2client: a supplier signs a citizen in, and takes machine tokens from HelseID as the sandbox has it."""

import requests
from launching import REDIRECT_URI, SUPPLIER, TOOL, browse, launch, supplier_key
from requests_oauth2client import BearerToken, DPoPToken, OAuth2Client, PrivateKeyJwt
from requests_oauth2client.exceptions import InvalidGrant
from steps import by_client, expect, need, step, told

SANDBOX, CATALOG, PRESCRIPTION = told("SANDBOX_URL"), told("CATALOG_URL"), told("PRESCRIPTION_URL")
KEY = supplier_key()
# a sandbox has no TLS: `testing` lets addresses be http
PLAIN = {"testing": True, "auth": PrivateKeyJwt(SUPPLIER, KEY)}


def discovered(issuer: str, **more: object) -> OAuth2Client:
    return OAuth2Client.from_discovery_endpoint(issuer=issuer, **(PLAIN | more))


def supplier(*, dpop: bool) -> tuple[OAuth2Client, dict[str, str]]:
    came = launch()
    client = discovered(
        came["iss"],
        redirect_uri=REDIRECT_URI,
        id_token_signed_response_alg="RS256",  # noqa: S106 - an algorithm
        dpop_bound_access_tokens=dpop,
    )
    return client, came


def signed_in(*, dpop: bool, validate: bool = True):
    client, came = supplier(dpop=dpop)
    request = client.authorization_request(scope="openid", login_hint=came["login_hint"])
    pushed = client.pushed_authorization_request(request)
    answer = request.validate_callback(browse(str(pushed)))
    token = client.authorization_code(answer, validate=validate)  # the ID token is checked too
    expect(isinstance(token, DPoPToken) is dpop, token)
    return client, answer, token


def checked_afterwards():
    client, answer, token = signed_in(dpop=True, validate=False)
    unbound = BearerToken(**(token.as_dict() | {"token_type": "Bearer"}))
    checked = unbound.validate_id_token(client, answer)
    expect(checked.id_token.sub, checked)
    return client, answer, token


def told_of(client: OAuth2Client, token) -> None:
    claims = client.userinfo(token)
    expect(claims["sub"] == token.id_token.sub and "prescribers" in claims, claims)


def again(client: OAuth2Client, answer) -> None:
    try:
        client.authorization_code(answer)
    except InvalidGrant:
        return
    raise AssertionError("the code was taken twice")


def machine():
    token = discovered(SANDBOX).client_credentials(scope="nhn:verktoyformidler/supplier", dpop=True)
    expect(isinstance(token, DPoPToken), token)
    return token


def with_nonce():
    key = requests.get(f"{SANDBOX}/clients/ehr-nonce/key", timeout=30).json()
    client = discovered(SANDBOX, auth=PrivateKeyJwt("ehr-nonce", key))
    return client.client_credentials(scope="nhn:helsenorge.eksternapi/helsenorgeaktivsjekken", dpop=True)


def called() -> None:
    """The token as `auth` of an ordinary request: it makes a proof for each."""
    asked = {"patient": {"nationalId": told("PATIENT")}}
    url = f"{PRESCRIPTION}/v1/tools/{TOOL}/prescribers"
    answer = requests.post(url, json=asked, auth=need(machine_token), timeout=30)
    expect(answer.status_code == 200 and "items" in answer.json(), answer.text)


step("discovers both issuers", lambda: [discovered(SANDBOX), supplier(dpop=False)])
plain = step("signs a citizen in: PAR, PKCE, `private_key_jwt`, code, ID token checked", lambda: signed_in(dpop=False))
step("asks userinfo who prescribed", lambda: told_of(need(plain)[0], need(plain)[2]))
step("is refused the code a second time (`InvalidGrant`)", lambda: again(need(plain)[0], need(plain)[1]))
step(
    "signs a citizen in with DPoP, ID token checked on the way",
    lambda: signed_in(dpop=True),
    by_client(
        r"DPoPToken.__init__\(\) missing",
        "It cannot check the ID token that comes with a bound token: redeem with `validate=False`, then check it "
        "on a copy of the answer that is not bound, as the next step does.",
    ),
)
bound = step("signs a citizen in with DPoP, ID token checked afterwards", checked_afterwards)
step("asks userinfo with a bound token", lambda: told_of(need(bound)[0], need(bound)[2]))
machine_token = step("takes a machine token with DPoP from HelseID's shape", machine)
step("takes one where the issuer demands a nonce (`use_dpop_nonce`)", with_nonce)
step("calls prescription-api with it, a proof for each request", called)
