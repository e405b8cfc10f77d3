"""Logins in a browser at both issuers, by a client that shares no code with them."""

import base64
import hashlib
import json
import re
import secrets
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwk, jwt

from sandbox.context import Sandbox

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PRESCRIBE, READ = "nhn:verktoyformidler/prescribe", "nhn:verktoyformidler/read"
EDIT = "nhn:helsetilbud/edit"
BACK = "http://127.0.0.1:4711/tilbake"
PID = "helseid://claims/identity/pid"
PARENT, CHILD = (f"helseid://claims/client/claims/orgnr_{part}" for part in ("parent", "child"))


def s256(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


class Browser:
    """Client and browser in one: what the client sends itself, and what the page's form sends."""

    def __init__(self, http: httpx.AsyncClient, metadata: dict[str, Any], client_id: str, key: jwk.ECKey) -> None:
        self.http, self.metadata, self.client_id, self.key = http, metadata, client_id, key
        self.dpop_key = jwk.ECKey.generate_key("P-256")
        self.verifier, self.nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        self.dpop_nonce: str | None = None

    @classmethod
    async def of(cls, http: httpx.AsyncClient, client_id: str, prefix: str = "") -> "Browser":
        metadata = (await http.get(f"{prefix}/.well-known/openid-configuration")).json()
        key = (await http.get(f"/clients/{client_id}/key")).json()
        return cls(http, metadata, client_id, jwk.ECKey.import_key(key))

    def who(self) -> dict[str, str]:
        now = int(time.time())
        claims = {"iss": self.client_id, "sub": self.client_id, "aud": self.metadata["issuer"]}
        claims |= {"iat": now, "nbf": now, "exp": now + 30, "jti": secrets.token_urlsafe(12)}  # type: ignore[dict-item]
        assertion = jwt.encode({"alg": "ES256", "typ": "client-authentication+jwt"}, claims, self.key)
        return {
            "client_id": self.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }

    def proof(self, method: str, url: str, **claims: Any) -> str:
        base = {"jti": secrets.token_urlsafe(12), "htm": method, "htu": url, "iat": int(time.time()), **claims}
        base |= {"nonce": self.dpop_nonce} if self.dpop_nonce else {}
        header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": self.dpop_key.as_dict(private=False)}
        return jwt.encode(header, base, self.dpop_key)

    async def push(self, scope: str = f"openid profile {PRESCRIBE}", **changed: Any) -> httpx.Response:
        form = {
            "response_type": "code",
            "redirect_uri": BACK,
            "scope": scope,
            "state": "the-state",
            "nonce": self.nonce,
            "code_challenge": s256(self.verifier),
            "code_challenge_method": "S256",
            **self.who(),
            **changed,
        }
        return await self.http.post(self.metadata["pushed_authorization_request_endpoint"], data=form)

    async def page(self, **changed: Any) -> tuple[str, str]:
        """The request's name, and the page."""
        pushed = await self.push(**changed)
        assert pushed.status_code == 201, pushed.text
        uri = pushed.json()["request_uri"]
        asked = {"client_id": self.client_id, "request_uri": uri}
        shown = await self.http.get(self.metadata["authorization_endpoint"], params=asked)
        assert shown.status_code == 200, shown.text
        return uri, shown.text

    async def choose(self, uri: str, page: str, name: str, **more: str) -> httpx.Response:
        """Presses the button beside the name."""
        [card] = [part for part in page.split("<li>") if f'aria-label="Logg inn som {name}"' in part]
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', card))
        return await self.http.post(self.metadata["authorization_endpoint"], data=hidden | more)

    async def code(self, name: str, more: dict[str, str] | None = None, **changed: Any) -> str:
        uri, page = await self.page(**changed)
        answer = await self.choose(uri, page, name, **(more or {}))
        assert answer.status_code == 303, answer.text
        back = urlsplit(answer.headers["location"])
        query = {key: values[0] for key, values in parse_qs(back.query).items()}
        assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
        assert query["state"] == "the-state"
        assert query["iss"] == self.metadata["issuer"]
        return query["code"]

    async def token(self, **form: Any) -> httpx.Response:
        """With the nonce that it is told, when it is."""
        url = self.metadata["token_endpoint"]
        answer = await self.http.post(url, data=form | self.who(), headers={"DPoP": self.proof("POST", url)})
        if answer.status_code == 400 and answer.json()["error"] == "use_dpop_nonce":
            self.dpop_nonce = answer.headers["dpop-nonce"]
            answer = await self.http.post(url, data=form | self.who(), headers={"DPoP": self.proof("POST", url)})
        return answer

    async def exchange(self, code: str, **changed: Any) -> httpx.Response:
        form = {"code": code, "redirect_uri": BACK, "code_verifier": self.verifier, **changed}
        return await self.token(grant_type="authorization_code", **form)

    async def logged_in(self, name: str, **changed: Any) -> dict[str, Any]:
        answer = await self.exchange(await self.code(name, **changed))
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    async def claims(self, token: str) -> dict[str, Any]:
        keys = jwk.KeySet.import_key_set((await self.http.get(self.metadata["jwks_uri"])).json())
        return dict(jwt.decode(token, keys, algorithms=["RS256"]).claims)


@pytest.fixture
async def practitioner(http: httpx.AsyncClient) -> Browser:
    return await Browser.of(http, "web-practitioner")


@pytest.fixture
async def citizen(http: httpx.AsyncClient) -> Browser:
    return await Browser.of(http, "web-citizen", "/citizen")


RAGNHILD, TORUNN = "Ragnhild Bergknausen", "Torunn Lavskriket"


async def test_a_practitioner_logs_in_and_gets_a_token_for_each_audience(practitioner: Browser) -> None:
    scope = f"openid profile {PRESCRIBE} {READ} {EDIT}"
    resources = ["nhn:verktoyformidler", "nhn:helsetilbud"]
    first = await practitioner.logged_in(RAGNHILD, scope=scope, resource=resources)
    assert (first["token_type"], first["expires_in"]) == ("DPoP", 600)
    claims = await practitioner.claims(first["access_token"])
    assert (claims["aud"], claims["scope"]) == ("nhn:verktoyformidler", [PRESCRIBE, READ])
    assert claims["cnf"] == {"jkt": practitioner.dpop_key.thumbprint()}
    assert claims["helseid://claims/hpr/hpr_number"] == "990000101"
    assert (claims[PARENT], claims[CHILD]) == ("299900177", "299900452")
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"], "resource": resources[1]}
    second = (await practitioner.token(**refresh)).json()
    claims = await practitioner.claims(second["access_token"])
    assert (claims["aud"], claims["scope"]) == ("nhn:helsetilbud", [EDIT])


async def test_the_id_token_says_who_and_no_number_unless_asked_for(practitioner: Browser) -> None:
    answer = await practitioner.logged_in(RAGNHILD)
    claims = await practitioner.claims(answer["id_token"])
    assert (claims["iss"], claims["aud"]) == (practitioner.metadata["issuer"], "web-practitioner")
    assert (claims["nonce"], claims["name"]) == (practitioner.nonce, RAGNHILD)
    half = hashlib.sha256(answer["access_token"].encode()).digest()[:16]
    assert claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert claims["sub"] == (await practitioner.claims(answer["access_token"]))["sub"]
    assert not re.search(r"\b\d{11}\b", str(claims))
    asked = await practitioner.logged_in(RAGNHILD, scope=f"openid helseid://scopes/identity/pid {PRESCRIBE}")
    claims = await practitioner.claims(asked["id_token"])
    assert claims[PID] == "04837127861"
    assert "name" not in claims


async def test_one_chooses_for_which_organisation(practitioner: Browser) -> None:
    """At the page, and by the client later on."""
    code = await practitioner.code(RAGNHILD, {"organisation": "299900525"})
    answer = (await practitioner.exchange(code)).json()
    claims = await practitioner.claims(answer["access_token"])
    assert (claims[PARENT], claims[CHILD]) == ("299900312", "299900525")

    def details(value: str) -> str:
        identifier = {"system": "urn:oid:1.0.6523", "type": "ENH", "value": value}
        role = {"organization": {"identifier": identifier}}
        return json.dumps([{"type": "helseid_authorization", "practitioner_role": role}])

    refresh = {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]}
    answer = (await practitioner.token(**refresh, authorization_details=details("NO:ORGNR:299900177:299900452"))).json()
    claims = await practitioner.claims(answer["access_token"])
    assert (claims[PARENT], claims[CHILD]) == ("299900177", "299900452")
    refresh = {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]}
    refused = await practitioner.token(**refresh, authorization_details=details("NO:ORGNR:299900738"))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_a_citizen_logs_in_for_oneself_and_for_a_child(citizen: Browser, sandbox: Sandbox) -> None:
    parent = next(it for it in sandbox.population.citizens.values() if it.children and it.status == "resident")
    own = await citizen.logged_in(parent.name, scope="openid profile")
    assert own["token_type"] == "Bearer"
    claims = await citizen.claims(own["access_token"])
    assert claims["pid"] == parent.national_id
    assert "cnf" not in claims
    assert len(claims["aud"]) == 5
    uri, page = await citizen.page(scope="openid", resource="nhn:helsetilbud")
    [card] = [part for part in page.split("<li>") if f'som {parent.name}"' in part]
    handles = re.findall(r'name="represents" value="([^"]+)"', card)
    answer = await citizen.choose(uri, page, parent.name, represents=handles[0])
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    claims = await citizen.claims((await citizen.exchange(code)).json()["access_token"])
    assert (claims["represents"], claims["relation"]) == (parent.children[0], "parent")
    assert claims["aud"] == ["nhn:helsetilbud"]


async def test_whoever_is_logged_in_changes_whom_they_act_for_and_not_who_they_are(
    citizen: Browser, sandbox: Sandbox
) -> None:
    parent = next(it for it in sandbox.population.citizens.values() if it.children and it.status == "resident")
    own = await citizen.logged_in(parent.name, scope="openid profile")
    _, page = await citizen.page(scope="openid", id_token_hint=own["id_token"])
    assert re.findall(r'aria-label="Logg inn som ([^"]+)"', page) == [parent.name]
    refused = await citizen.push(scope="openid", id_token_hint="not.one.ofours")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")


async def test_no_number_is_in_the_pages_or_the_addresses(practitioner: Browser, citizen: Browser) -> None:
    for browser, scope in ((practitioner, "openid"), (citizen, "openid")):
        uri, page = await browser.page(scope=scope)
        assert not re.search(r"(?<![\w-])\d{11}(?![\w-])", page)
        assert "tilbake" not in page, "where the browser goes back to is not the page's to change"
        assert uri.startswith("urn:ietf:params:oauth:request_uri:")


async def test_a_code_is_good_once_and_coming_again_it_ends_the_login(practitioner: Browser) -> None:
    code = await practitioner.code(RAGNHILD)
    first = (await practitioner.exchange(code)).json()
    again = await practitioner.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    ended = await practitioner.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert ended.json()["error"] == "invalid_grant"


async def test_a_refresh_token_that_was_never_given_ends_nothing(practitioner: Browser) -> None:
    """The name of the login is in every token, and no secret."""
    first = await practitioner.logged_in(RAGNHILD)
    sid = (await practitioner.claims(first["access_token"]))["sid"]
    made_up = await practitioner.token(grant_type="refresh_token", refresh_token=f"{sid}.made-up")
    assert made_up.json()["error"] == "invalid_grant"
    own = await practitioner.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert own.status_code == 200


async def test_an_old_refresh_token_ends_the_login(practitioner: Browser) -> None:
    first = await practitioner.logged_in(RAGNHILD)
    second = (await practitioner.token(grant_type="refresh_token", refresh_token=first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    stolen = await practitioner.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert stolen.json()["error"] == "invalid_grant"
    ended = await practitioner.token(grant_type="refresh_token", refresh_token=second["refresh_token"])
    assert ended.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:4711/annet"}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1.example.com/tilbake"}, "invalid_request"),
        ({"redirect_uri": "http://a@127.0.0.1:4711/tilbake"}, "invalid_request"),
        ({"redirect_uri": "https://127.0.0.1/tilbake"}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:4711/til\nbake"}, "invalid_request"),
        ({"redirect_uri": " http://127.0.0.1:4711/tilbake"}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:4711/tilbake?"}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:4711/tilbake#"}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:99999/tilbake"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": PRESCRIBE}, "invalid_scope"),
        ({"scope": "openid nhn:verktoykatalog/admin"}, "invalid_scope"),
        ({"resource": "nhn:annet"}, "invalid_target"),
        ({"request_uri": "urn:x"}, "invalid_request"),
        ({"authorization_details": "{}"}, "invalid_request"),
        ({"authorization_details": '[{"type": "other"}]'}, "invalid_request"),
        ({"client_assertion": "x"}, "invalid_client"),
        ({"client_id": "web-staff"}, "invalid_client"),
        ({"state": "s" * 3000}, "invalid_request"),
    ],
)
async def test_what_is_wrong_is_told_to_the_client_before_any_browser_comes(
    practitioner: Browser, changed: dict[str, str], error: str
) -> None:
    refused = await practitioner.push(**changed)
    assert (refused.status_code, refused.json()["error"]) == (400, error)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": secrets.token_urlsafe(48)}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:4712/tilbake"}, "invalid_grant"),
        ({"resource": "nhn:helsetilbud"}, "invalid_target"),
    ],
)
async def test_a_code_is_exchanged_by_whom_it_was_made_for(
    practitioner: Browser, changed: dict[str, str], error: str
) -> None:
    refused = await practitioner.exchange(await practitioner.code(RAGNHILD), **changed)
    assert (refused.status_code, refused.json()["error"]) == (400, error)


async def test_another_client_gets_nothing_for_the_code(practitioner: Browser, http: httpx.AsyncClient) -> None:
    code = await practitioner.code(RAGNHILD)
    other = await Browser.of(http, "web-staff")
    other.verifier = practitioner.verifier
    assert (await other.exchange(code)).json()["error"] == "invalid_grant"


async def test_a_request_that_nobody_pushed_is_a_page_and_no_redirect(practitioner: Browser) -> None:
    http, address = practitioner.http, practitioner.metadata["authorization_endpoint"]
    straight = {"client_id": "web-practitioner", "response_type": "code", "redirect_uri": BACK, "scope": "openid"}
    uri = (await practitioner.push()).json()["request_uri"]
    for query in (straight, {"client_id": "web-staff", "request_uri": uri}, {"client_id": "x", "request_uri": "y"}):
        answer = await http.get(address, params=query)
        assert answer.status_code == 400
        assert "location" not in answer.headers
        assert "Innloggingen stoppet" in answer.text


async def test_a_login_is_called_off_or_cannot_be_silent(practitioner: Browser) -> None:
    uri, _ = await practitioner.page()
    form = {"client_id": "web-practitioner", "request_uri": uri, "cancel": "1"}
    answer = await practitioner.http.post(practitioner.metadata["authorization_endpoint"], data=form)
    assert "error=access_denied" in answer.headers["location"]
    uri = (await practitioner.push(prompt="none")).json()["request_uri"]
    form = {"client_id": "web-practitioner", "request_uri": uri}
    answer = await practitioner.http.get(practitioner.metadata["authorization_endpoint"], params=form)
    assert "error=login_required" in answer.headers["location"]
    assert "state=the-state" in answer.headers["location"]


async def test_staff_log_in_where_staff_work(http: httpx.AsyncClient) -> None:
    staff = await Browser.of(http, "web-staff")
    _, page = await staff.page(scope="openid")
    assert TORUNN in page
    assert RAGNHILD not in page


async def test_userinfo_is_for_the_tokens_own_key(practitioner: Browser) -> None:
    answer = await practitioner.logged_in(RAGNHILD)
    url, token = practitioner.metadata["userinfo_endpoint"], answer["access_token"]
    headers = {"Authorization": f"DPoP {token}", "DPoP": practitioner.proof("GET", url, ath=s256(token))}
    told = await practitioner.http.get(url, headers=headers)
    assert (told.status_code, told.json()["name"]) == (200, RAGNHILD)
    stranger = Browser(practitioner.http, practitioner.metadata, "web-practitioner", practitioner.key)
    wrong = {"Authorization": f"DPoP {token}", "DPoP": stranger.proof("GET", url, ath=s256(token))}
    other = {"Authorization": f"DPoP {token}", "DPoP": practitioner.proof("GET", url, ath=s256("another token"))}
    without = {"Authorization": f"DPoP {token}", "DPoP": practitioner.proof("GET", url)}
    for sent in (wrong, other, without, {"Authorization": f"Bearer {token}"}, {}):
        refused = await practitioner.http.get(url, headers=sent)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_token")


async def test_logging_out_ends_the_login_and_goes_back_only_to_known_places(practitioner: Browser) -> None:
    answer = await practitioner.logged_in(RAGNHILD)
    away = {"id_token_hint": answer["id_token"], "post_logout_redirect_uri": "https://example.com/", "state": "s"}
    stays = await practitioner.http.get(practitioner.metadata["end_session_endpoint"], params=away)
    assert (stays.status_code, "location" in stays.headers) == (200, False)
    known = away | {"post_logout_redirect_uri": "http://127.0.0.1:4711/"}
    back = await practitioner.http.get(practitioner.metadata["end_session_endpoint"], params=known)
    assert (back.status_code, back.headers["location"]) == (303, "http://127.0.0.1:4711/?state=s")
    ended = await practitioner.token(grant_type="refresh_token", refresh_token=answer["refresh_token"])
    assert ended.json()["error"] == "invalid_grant"


async def test_an_outsider_registers_a_client_with_a_key_of_its_own(http: httpx.AsyncClient) -> None:
    key = jwk.ECKey.generate_key("P-256")
    wanted = {"issuer": "helseid", "name": "Mitt system", "redirect_uris": [BACK], "jwk": key.as_dict(private=False)}
    made = await http.post("/browser-clients", json=wanted)
    assert made.status_code == 201, made.text
    client_id = made.json()["clientId"]
    assert (await http.get(f"/clients/{client_id}/key")).status_code == 404
    metadata = (await http.get("/.well-known/openid-configuration")).json()
    own = Browser(http, metadata, client_id, key)
    answer = await own.logged_in(RAGNHILD)
    assert (await own.claims(answer["access_token"]))["client_id"] == client_id
    private = await http.post("/browser-clients", json=wanted | {"jwk": key.as_dict(private=True)})
    assert (private.status_code, private.json()["errors"][0]["pointer"]) == (422, "/body/jwk")
    assert (await http.delete(f"/browser-clients/{client_id}")).status_code == 204
    assert (await own.push()).json()["error"] == "invalid_client"
