"""Every single fault of a token or a proof, for any endpoint that is a practitioner's.

Each fault turns an attempt into the headers to send, and says how it must be answered. All but those that are
`repeated` are refused the first time they are sent.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

from devkit.testing.proofs import ProofFault, ProofKey
from devkit.testing.tokens import HPR_NUMBER, ORGANISATION, PID, SECURITY_LEVEL, Forgery, Issuer

Headers = list[tuple[str, str]]

_SOON = timedelta(minutes=5)


@dataclass(frozen=True)
class Attempt:
    """A request that would be let in, but for the fault."""

    issuer: Issuer
    audience: str
    scope: str
    method: str
    url: str
    key: ProofKey = field(default_factory=ProofKey)
    jti: str = field(default_factory=token_urlsafe)

    def token(self, **options: Any) -> str:
        return self.issuer.practitioner_token(self.audience, self.scope, self.key.thumbprint, **options)

    def headers(self, token: str | None = None, proof: str | None = None) -> Headers:
        token = token or self.token()
        return [("Authorization", f"DPoP {token}"), ("DPoP", proof or self.proof(token))]

    def proof(self, token: str, **options: Any) -> str:
        return self.key.proof(self.method, self.url, token, **{"now": self.issuer.clock(), **options})

    def time(self, shift: timedelta) -> int:
        return int((self.issuer.clock() + shift).timestamp())


@dataclass(frozen=True)
class Fault:
    """`error` is the error code of the challenge; `repeated` is sent twice, and the second answer counts."""

    name: str
    code: str
    headers: Callable[[Attempt], Headers]
    reason: str | None = None
    status: int = 401
    error: str | None = "invalid_token"
    repeated: bool = False

    def __str__(self) -> str:
        return self.name


def _token(name: str, reason: str | None, code: str = "token-invalid", **options: Any) -> Fault:
    """A fault of the access token alone; its proof is right."""
    return Fault(name, code, lambda attempt: attempt.headers(attempt.token(**options)), reason)


def _claims(name: str, reason: str | None, claims: Callable[[Attempt], dict[str, Any]], **rest: Any) -> Fault:
    code = rest.pop("code", "token-invalid")
    return Fault(name, code, lambda attempt: attempt.headers(attempt.token(claims=claims(attempt))), reason, **rest)


def _caller(name: str, code: str, claims: dict[str, Any], reason: str | None = None, **rest: Any) -> Fault:
    """A right token of somebody who may not do this."""
    return _claims(name, reason, lambda _: claims, code=code, status=403, **{"error": "insufficient_scope", **rest})


def _proof(name: str, reason: str, **options: Any) -> Fault:
    """A fault of the proof alone; its token is right."""

    def headers(attempt: Attempt) -> Headers:
        token = attempt.token()
        return attempt.headers(token, attempt.proof(token, **options))

    return Fault(name, "proof-invalid", headers, reason, error="invalid_dpop_proof")


def _no_authorization(attempt: Attempt) -> Headers:
    return attempt.headers()[1:]


def _bearer(attempt: Attempt) -> Headers:
    return [("Authorization", f"Bearer {attempt.token()}")]


def _basic(attempt: Attempt) -> Headers:
    return [("Authorization", "Basic aW52ZW50ZWQ6aW52ZW50ZWQ="), attempt.headers()[1]]


def _no_proof(attempt: Attempt) -> Headers:
    return attempt.headers()[:1]


def _two_proofs(attempt: Attempt) -> Headers:
    headers = attempt.headers()
    return [*headers, headers[1]]


def _proof_of_other_token(attempt: Attempt) -> Headers:
    return attempt.headers(proof=attempt.proof(attempt.token()))


def _proof_by_other_key(attempt: Attempt) -> Headers:
    token = attempt.token()
    other = ProofKey(attempt.key.algorithm)
    return attempt.headers(token, other.proof(attempt.method, attempt.url, token, now=attempt.issuer.clock()))


def _replayed(attempt: Attempt) -> Headers:
    """The same jti again, in a proof that is signed anew."""
    token = attempt.token()
    return attempt.headers(token, attempt.proof(token, claims={"jti": attempt.jti}))


_MISSING = [
    Fault("no authorization", "token-missing", _no_authorization, error=None),
    Fault("bearer instead of DPoP", "scheme-not-accepted", _bearer),
    Fault("basic instead of DPoP", "scheme-not-accepted", _basic),
    Fault("no proof", "proof-missing", _no_proof, error="invalid_dpop_proof"),
    Fault("two proofs", "proof-invalid", _two_proofs, "several", error="invalid_dpop_proof"),
]

_TOKENS = [
    Fault("no token at all", "token-invalid", lambda a: a.headers("a.b.c"), "malformed"),
    _token("signed with another key", "signature", forgery=Forgery.OTHER_KEY),
    _token("key that the issuer does not have", "key", header={"kid": "unknown"}),
    _token("no key id", "key", header={"kid": None}),
    _token("key id that is a list", "key", header={"kid": ["unknown"]}),
    _token("alg none", "algorithm", forgery=Forgery.NONE),
    _token("HMAC with the public key as PEM", "algorithm", forgery=Forgery.HMAC_WITH_PEM),
    _token("HMAC with the public key as DER", "algorithm", forgery=Forgery.HMAC_WITH_DER),
    _token("PS256", "algorithm", header={"alg": "PS256"}),
    _token("token with an extension that must be understood", "malformed", header={"crit": ["exp"], "exp": 1}),
    _token("id token's type", "type", typ="id+jwt"),
    _token("no type", "type", typ=None),
    _token("logout token's type", "type", typ="logout+jwt"),
    _claims("another issuer", "issuer", lambda _: {"iss": "https://helseid-sts.example"}),
    _claims("issuer with a slash", "issuer", lambda a: {"iss": f"{a.issuer.url}/"}),
    _claims("no issuer", "issuer", lambda _: {"iss": None}),
    _claims("another audience", "audience", lambda _: {"aud": "nhn:another"}),
    _claims("audience that begins like ours", "audience", lambda a: {"aud": f"{a.audience}-two"}),
    _claims("no audience", "audience", lambda _: {"aud": None}),
    _claims("expired", None, lambda a: {"exp": a.time(-timedelta(seconds=6))}, code="token-expired"),
    _claims("no expiry", "lifetime", lambda _: {"exp": None}),
    _claims("expiry that is text", "lifetime", lambda _: {"exp": "2099"}),
    _claims("expiry that is not a number", "lifetime", lambda _: {"exp": float("nan")}),
    _claims("not yet valid", "not-yet-valid", lambda a: {"nbf": a.time(_SOON)}),
    _claims("issued in the future", "not-yet-valid", lambda a: {"iat": a.time(_SOON)}),
    _claims("not bound to a key", "binding", lambda _: {"cnf": None}),
    _claims("bound to no thumbprint", "binding", lambda _: {"cnf": {"jkt": 7}}),
    _claims("no client", "claims", lambda _: {"client_id": None}),
    _claims("scope that is a number", "claims", lambda _: {"scope": 7}),
    _claims("person that is a number", "claims", lambda _: {PID: 7}),
    _claims("wrong national identity number", "national-id", lambda _: {PID: "01010112345"}),
]

_CALLERS = [
    _caller("no scope", "scope-missing", {"scope": None}),
    _caller("another scope", "scope-missing", {"scope": ["nhn:another/scope"]}),
    _caller("no person", "caller-not-allowed", {PID: None}, "person-missing"),
    _caller(
        "security level 3",
        "security-level-too-low",
        {SECURITY_LEVEL: "3"},
        error="insufficient_user_authentication",
    ),
    _caller(
        "no security level",
        "security-level-too-low",
        {SECURITY_LEVEL: None},
        error="insufficient_user_authentication",
    ),
    _caller("no HPR number", "hpr-number-missing", {HPR_NUMBER: None}),
    _caller("HPR number of ten digits", "hpr-number-missing", {HPR_NUMBER: "1234567890"}),
    _caller("no organisation", "caller-not-allowed", {ORGANISATION: None}, "organisation-missing"),
]

_PROOFS = [
    _proof("no htm", "htm", fault=ProofFault.NO_HTM),
    _proof("wrong htm", "htm", claims={"htm": "PATCH"}),
    _proof("no htu", "htu", fault=ProofFault.NO_HTU),
    _proof("wrong htu", "htu", claims={"htu": "https://another.example/v1"}),
    _proof("htu that is a number", "htu", claims={"htu": 7}),
    Fault(
        "htu with a query",
        "proof-invalid",
        lambda a: a.headers(token := a.token(), a.proof(token, claims={"htu": f"{a.url.partition('?')[0]}?a=b"})),
        "htu",
        error="invalid_dpop_proof",
    ),
    _proof("no ath", "ath", fault=ProofFault.NO_ATH),
    Fault("ath of another token", "proof-invalid", _proof_of_other_token, "ath", error="invalid_dpop_proof"),
    _proof("no jti", "jti", fault=ProofFault.NO_JTI),
    _proof("jti that is a number", "jti", claims={"jti": 7}),
    _proof("empty jti", "jti", claims={"jti": ""}),
    _proof("jti of 257 characters", "jti", claims={"jti": "j" * 257}),
    _proof("no iat", "iat", claims={"iat": None}),
    _proof("iat that is not a number", "iat", claims={"iat": float("nan")}),
    _proof("iat in the past", "iat-past", fault=ProofFault.IAT_IN_PAST),
    _proof("iat in the future", "iat-future", fault=ProofFault.IAT_IN_FUTURE),
    _proof("no jwk", "jwk", fault=ProofFault.NO_JWK),
    _proof("jwk that is text", "jwk", header={"jwk": "key"}),
    _proof("symmetric jwk", "private-key", header={"jwk": {"kty": "oct", "k": "c2VjcmV0"}}),
    _proof("private key in jwk", "private-key", fault=ProofFault.PRIVATE_KEY),
    _proof("symmetric algorithm", "algorithm", fault=ProofFault.SYMMETRIC_ALG),
    _proof("algorithm none", "algorithm", header={"alg": "none"}),
    _proof("algorithm of another kind of key", "jwk", header={"alg": "RS256"}),
    _proof("no algorithm", "malformed", fault=ProofFault.NO_ALG),
    Fault("proof by another key", "proof-invalid", _proof_by_other_key, "thumbprint", error="invalid_dpop_proof"),
    _proof("invalid signature", "signature", fault=ProofFault.WRONG_SIGNATURE),
    _proof("wrong typ", "type", fault=ProofFault.WRONG_TYP),
    _proof("proof with an extension that must be understood", "malformed", header={"crit": ["b64"], "b64": False}),
    Fault("replayed jti", "proof-replayed", _replayed, error="invalid_dpop_proof", repeated=True),
]

TOKEN_FAULTS: tuple[Fault, ...] = (*_MISSING, *_TOKENS, *_CALLERS)
PROOF_FAULTS: tuple[Fault, ...] = tuple(_PROOFS)
FAULTS: tuple[Fault, ...] = (*TOKEN_FAULTS, *PROOF_FAULTS)
