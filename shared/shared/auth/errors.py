"""Refusals: problem documents with a stable code, and a WWW-Authenticate that says why (RFC 6750, 9449, 9470).

Refusal
├── TokenMissing          401  no Authorization header
├── SchemeNotAccepted     401  Bearer where DPoP is asked for, or the other way round
├── TokenInvalid          401  `reason` says in what way
├── TokenExpired          401
├── ProofMissing          401  no DPoP header
├── ProofInvalid          401  `reason` says in what way
├── ProofReplayed         401
├── ScopeMissing          403
├── SecurityLevelTooLow   403
├── HprNumberMissing      403
└── CallerNotAllowed      403  `reason` says in what way
IssuerUnavailable         503  the issuer's keys are not known and cannot be fetched
ProofCheckUnavailable     503  whether a proof has been used before cannot be found out
"""

from typing import Any, ClassVar, Final, Literal

from shared.auth import reasons
from shared.errors import DomainError, Members, Unavailable, member
from shared.language import Text
from shared.limiting.policies import RateLimitExceeded

Scheme = Literal["DPoP", "Bearer"]

PROOF_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")


class Refusal(DomainError):
    """`error` is the error code of the challenge; none where no credentials were given (RFC 6750, section 3.1)."""

    error: ClassVar[str | None]
    texts: ClassVar[dict[str, Text]] = {}

    def __init__(self, scheme: Scheme, reason: str | None = None, **extra: Any) -> None:
        self.reason = reason
        detail = self.texts[reason] if reason else None
        headers = {"WWW-Authenticate": self._challenge(scheme, (detail or self.title)["en"], extra)}
        super().__init__(detail, headers=headers, **({"reason": reason} if reason else {}), **extra)

    def _challenge(self, scheme: Scheme, description: str, extra: dict[str, Any]) -> str:
        parameters = {"error": self.error, "error_description": description} if self.error else {}
        if "requiredScopes" in extra:
            parameters["scope"] = " ".join(extra["requiredScopes"])
        if scheme == "DPoP":
            parameters["algs"] = " ".join(PROOF_ALGORITHMS)
        return " ".join([scheme, ", ".join(f'{name}="{value}"' for name, value in parameters.items())]).rstrip()


class TokenMissing(Refusal):
    status = 401
    code = "token-missing"
    error = None
    title: ClassVar[Text] = {
        "nb": "Forespørselen mangler token.",
        "nn": "Førespurnaden manglar token.",
        "en": "The request carries no access token.",
    }


class SchemeNotAccepted(Refusal):
    """An endpoint takes DPoP or Bearer, never both: else a stolen bound token could be used without its key."""

    status = 401
    code = "scheme-not-accepted"
    error = "invalid_token"
    title: ClassVar[Text] = {
        "nb": "Endepunktet tar ikke imot denne typen pålogging.",
        "nn": "Endepunktet tek ikkje imot denne typen pålogging.",
        "en": "This endpoint does not accept that authorization scheme.",
    }


class TokenInvalid(Refusal):
    status = 401
    code = "token-invalid"
    error = "invalid_token"
    texts = reasons.TOKEN
    title: ClassVar[Text] = {
        "nb": "Tokenet er ikke gyldig.",
        "nn": "Tokenet er ikkje gyldig.",
        "en": "The access token is not valid.",
    }
    members: ClassVar[Members] = {"reason": member("In what way, as a code", "signature")}


class TokenExpired(Refusal):
    status = 401
    code = "token-expired"
    error = "invalid_token"
    title: ClassVar[Text] = {
        "nb": "Tokenet er utløpt.",
        "nn": "Tokenet er gått ut.",
        "en": "The access token has expired.",
    }


class ProofMissing(Refusal):
    status = 401
    code = "proof-missing"
    error = "invalid_dpop_proof"
    title: ClassVar[Text] = {
        "nb": "Forespørselen mangler DPoP-bevis.",
        "nn": "Førespurnaden manglar DPoP-bevis.",
        "en": "The request carries no DPoP proof.",
    }


class ProofInvalid(Refusal):
    status = 401
    code = "proof-invalid"
    error = "invalid_dpop_proof"
    texts = reasons.PROOF
    title: ClassVar[Text] = {
        "nb": "DPoP-beviset er ikke gyldig.",
        "nn": "DPoP-beviset er ikkje gyldig.",
        "en": "The DPoP proof is not valid.",
    }
    members: ClassVar[Members] = {"reason": member("In what way, as a code", "htu")}


class ProofReplayed(Refusal):
    status = 401
    code = "proof-replayed"
    error = "invalid_dpop_proof"
    title: ClassVar[Text] = {
        "nb": "DPoP-beviset er brukt før.",
        "nn": "DPoP-beviset er brukt før.",
        "en": "The DPoP proof has been used before.",
    }


class ScopeMissing(Refusal):
    status = 403
    code = "scope-missing"
    error = "insufficient_scope"
    title: ClassVar[Text] = {
        "nb": "Tokenet gir ikke den tilgangen (scope) som kreves.",
        "nn": "Tokenet gir ikkje den tilgangen (scope) som trengst.",
        "en": "The access token lacks the required scope.",
    }
    members: ClassVar[Members] = {
        "requiredScopes": member("The scopes of which one would do", ["nhn:verktoyformidler/prescribe"])
    }

    def __init__(self, scheme: Scheme, *scopes: str) -> None:
        """`scopes`: the ones of which any would do."""
        super().__init__(scheme, requiredScopes=list(scopes))


class SecurityLevelTooLow(Refusal):
    status = 403
    code = "security-level-too-low"
    error = "insufficient_user_authentication"
    title: ClassVar[Text] = {
        "nb": "Dette krever innlogging på et høyere sikkerhetsnivå.",
        "nn": "Dette krev innlogging på eit høgare tryggleiksnivå.",
        "en": "This requires a login at a higher security level.",
    }
    members: ClassVar[Members] = {"requiredLevel": member("The lowest security level that would do", "4")}

    def __init__(self, scheme: Scheme, level: str) -> None:
        super().__init__(scheme, requiredLevel=level)


class HprNumberMissing(Refusal):
    status = 403
    code = "hpr-number-missing"
    error = "insufficient_scope"
    title: ClassVar[Text] = {
        "nb": "Bare helsepersonell med HPR-nummer kan gjøre dette.",
        "nn": "Berre helsepersonell med HPR-nummer kan gjere dette.",
        "en": "Only health personnel with an HPR number may do this.",
    }


class CallerNotAllowed(Refusal):
    status = 403
    code = "caller-not-allowed"
    error = "insufficient_scope"
    texts = reasons.CALLER
    title: ClassVar[Text] = {
        "nb": "Denne typen bruker har ikke tilgang.",
        "nn": "Denne typen brukar har ikkje tilgang.",
        "en": "This kind of caller has no access.",
    }
    members: ClassVar[Members] = {"reason": member("In what way, as a code", "person-missing")}


class IssuerUnavailable(Unavailable):
    code = "issuer-unavailable"
    title: ClassVar[Text] = {
        "nb": "Påloggingen kan ikke kontrolleres akkurat nå.",
        "nn": "Pålogginga kan ikkje kontrollerast akkurat no.",
        "en": "Access tokens cannot be checked right now.",
    }


class ProofCheckUnavailable(Unavailable):
    code = "proof-check-unavailable"
    title: ClassVar[Text] = {
        "nb": "DPoP-bevis kan ikke kontrolleres akkurat nå.",
        "nn": "DPoP-bevis kan ikkje kontrollerast akkurat no.",
        "en": "DPoP proofs cannot be checked right now.",
    }


HELSEID_REFUSALS: Final = (
    TokenMissing,
    SchemeNotAccepted,
    TokenInvalid,
    TokenExpired,
    ProofMissing,
    ProofInvalid,
    ProofReplayed,
    ScopeMissing,
    CallerNotAllowed,
    IssuerUnavailable,
    ProofCheckUnavailable,
    RateLimitExceeded,
)
# what each kind of caller can be answered, for `responses=problems(*..., ...)` of a route
MACHINE_REFUSALS: Final = HELSEID_REFUSALS
STAFF_REFUSALS: Final = (*HELSEID_REFUSALS, SecurityLevelTooLow)
PRACTITIONER_REFUSALS: Final = (*STAFF_REFUSALS, HprNumberMissing)
CITIZEN_REFUSALS: Final = (
    TokenMissing,
    SchemeNotAccepted,
    TokenInvalid,
    TokenExpired,
    SecurityLevelTooLow,
    IssuerUnavailable,
    RateLimitExceeded,
)
