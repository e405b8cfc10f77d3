"""Metadata and keys of the two issuers: the HelseID-shaped one at the root, the citizens' under `/citizen`."""

from typing import Any

from fastapi import APIRouter, Depends

from sandbox.browser_login.issuers import (
    AUTHORIZE_PATH,
    END_SESSION_PATH,
    PAR_PATH,
    TOKEN_PATH,
    USERINFO_PATH,
    Issuer,
)
from sandbox.browser_login.organisations import TYPE
from sandbox.browser_login.requests import IDENTITY_SCOPES
from sandbox.context import Here
from sandbox.faults import Target, faulty
from sandbox.issuer import claims
from sandbox.issuer.proof import ALGORITHMS
from sandbox.keys import KeptKey

_METADATA_PATH = "/.well-known/openid-configuration"

router = APIRouter(tags=["Issuer"], dependencies=[Depends(faulty(Target.ISSUER, wrong_body=False))])


@router.get(_METADATA_PATH, operation_id="getMetadata")
async def get_metadata(sandbox: Here) -> dict[str, Any]:
    granted = {scope for client in sandbox.all_clients().values() for scope in (*client.scopes, *client.user_scopes)}
    return {
        **_common(Issuer.of("helseid", sandbox)),
        "grant_types_supported": ["client_credentials", "authorization_code", "refresh_token"],
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
        "scopes_supported": [*IDENTITY_SCOPES, *sorted(granted)],
        "authorization_details_types_supported": [TYPE],
        "claims_supported": sorted(_HELSEID_CLAIMS),
    }


@router.get("/jwks", operation_id="getKeys")
@router.get(_METADATA_PATH + "/jwks", operation_id="getKeysBelowMetadata")
async def get_keys(sandbox: Here) -> dict[str, Any]:
    return _key_set(sandbox.keys.helseid)


@router.get("/citizen" + _METADATA_PATH, operation_id="getCitizenMetadata")
async def get_citizen_metadata(sandbox: Here) -> dict[str, Any]:
    return {
        **_common(Issuer.of("citizen", sandbox)),
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "scopes_supported": ["openid", "profile", "offline_access"],
        "claims_supported": ["pid", "security_level", "represents", "relation"],
    }


@router.get("/citizen/jwks", operation_id="getCitizenKeys")
@router.get("/citizen" + _METADATA_PATH + "/jwks", operation_id="getCitizenKeysBelowMetadata")
async def get_citizen_keys(sandbox: Here) -> dict[str, Any]:
    return _key_set(sandbox.keys.citizens)


def _common(issuer: Issuer) -> dict[str, Any]:
    """Browsers are sent to where browsers reach us, and clients call where services do."""
    return {
        "issuer": issuer.url,
        "jwks_uri": f"{issuer.url}/jwks",
        "pushed_authorization_request_endpoint": issuer.url + PAR_PATH,
        "authorization_endpoint": issuer.public_url + AUTHORIZE_PATH,
        "token_endpoint": issuer.url + TOKEN_PATH,
        "userinfo_endpoint": issuer.url + USERINFO_PATH,
        "end_session_endpoint": issuer.public_url + END_SESSION_PATH,
        "require_pushed_authorization_requests": True,
        "authorization_response_iss_parameter_supported": True,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "select_account"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }


def _key_set(key: KeptKey) -> dict[str, Any]:
    return {"keys": [key.public_document]}


_HELSEID_CLAIMS = (
    claims.PID,
    claims.SECURITY_LEVEL,
    claims.ASSURANCE_LEVEL,
    claims.NETWORK,
    claims.HPR_NUMBER,
    claims.ORGNR_PARENT,
    claims.ORGNR_CHILD,
    claims.ORGNR_SUPPLIER,
    claims.CLIENT_NAME,
    claims.CLIENT_TENANCY,
    "client_id",
    "client_amr",
    "sub",
)
