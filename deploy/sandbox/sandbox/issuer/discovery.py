"""Metadata and keys of the two issuers: the HelseID-shaped one at the root, the citizens' under `/citizen`."""

from typing import Any

from fastapi import APIRouter, Depends

from sandbox.context import Here
from sandbox.faults import Target, faulty
from sandbox.issuer import claims
from sandbox.issuer.proof import ALGORITHMS
from sandbox.issuer.token_endpoint import TOKEN_PATH
from sandbox.keys import KeptKey

_METADATA_PATH = "/.well-known/openid-configuration"

router = APIRouter(tags=["Issuer"], dependencies=[Depends(faulty(Target.ISSUER, wrong_body=False))])


@router.get(_METADATA_PATH, operation_id="getMetadata")
async def get_metadata(sandbox: Here) -> dict[str, Any]:
    issuer = sandbox.settings.issuer
    granted = {scope for client in sandbox.clients.values() for scope in (*client.scopes, *client.user_scopes)}
    return {
        **_common(issuer),
        "token_endpoint": issuer + TOKEN_PATH,
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256"],
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
        "scopes_supported": sorted(granted),
        "claims_supported": sorted(_HELSEID_CLAIMS),
    }


@router.get("/jwks", operation_id="getKeys")
@router.get(_METADATA_PATH + "/jwks", operation_id="getKeysBelowMetadata")
async def get_keys(sandbox: Here) -> dict[str, Any]:
    return _key_set(sandbox.keys.helseid)


@router.get("/citizen" + _METADATA_PATH, operation_id="getCitizenMetadata")
async def get_citizen_metadata(sandbox: Here) -> dict[str, Any]:
    return {
        **_common(sandbox.settings.citizen_issuer),
        "grant_types_supported": [],
        "claims_supported": ["pid", "security_level", "represents", "relation"],
    }


@router.get("/citizen/jwks", operation_id="getCitizenKeys")
@router.get("/citizen" + _METADATA_PATH + "/jwks", operation_id="getCitizenKeysBelowMetadata")
async def get_citizen_keys(sandbox: Here) -> dict[str, Any]:
    return _key_set(sandbox.keys.citizens)


def _common(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": [],
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
