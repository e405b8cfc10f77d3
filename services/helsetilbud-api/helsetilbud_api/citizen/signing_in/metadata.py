"""What the issuer says of itself (OpenID Connect Discovery; RFC 8414, 9126, 9207 and 9449)."""

from typing import Any, Final

from helsetilbud_api.citizen.signing_in.clients import AUTHENTICATION, SCOPE
from helsetilbud_api.citizen.signing_in.issuer import ALGORITHM, LaunchIssuer
from helsetilbud_api.citizen.signing_in.server import LEVEL
from helsetilbud_api.citizen.signing_in.service import GRANT
from shared.auth.errors import PROOF_ALGORITHMS

METADATA_PATH: Final = "/.well-known/openid-configuration"
KEYS_PATH: Final = "/oidc/jwks"
PUSH_PATH: Final = "/oidc/par"
AUTHORIZATION_PATH: Final = "/oidc/authorize"
TOKEN_PATH: Final = "/oidc/token"  # noqa: S105 - an address
USERINFO_PATH: Final = "/oidc/userinfo"

_CLAIMS: Final = (
    *("iss", "sub", "aud", "exp", "iat", "nonce", "acr", "at_hash"),
    *("toolId", "actingPerson", "launchedAt", "prescribers"),
)


def metadata_of(issuer: LaunchIssuer) -> dict[str, Any]:
    return {
        "issuer": issuer.url,
        "jwks_uri": issuer.url + KEYS_PATH,
        "pushed_authorization_request_endpoint": issuer.url + PUSH_PATH,
        "require_pushed_authorization_requests": True,
        "authorization_endpoint": issuer.url + AUTHORIZATION_PATH,
        "token_endpoint": issuer.url + TOKEN_PATH,
        "userinfo_endpoint": issuer.url + USERINFO_PATH,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [GRANT],
        "scopes_supported": [SCOPE],
        "subject_types_supported": ["pairwise"],
        "claims_supported": list(_CLAIMS),
        "acr_values_supported": [LEVEL],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": [AUTHENTICATION],
        "token_endpoint_auth_signing_alg_values_supported": list(PROOF_ALGORITHMS),
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": list(PROOF_ALGORITHMS),
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "claims_parameter_supported": False,
    }


def audiences_of(issuer: LaunchIssuer) -> frozenset[str]:
    """The names that a client assertion may know us by (RFC 9126, section 2)."""
    return frozenset({issuer.url, issuer.url + TOKEN_PATH, issuer.url + PUSH_PATH})
