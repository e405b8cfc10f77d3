"""What stands in an access token, by HelseID's names."""

import uuid
from datetime import datetime
from typing import Any

from sandbox.issuer.clients import Client

LIFETIME = 600  # seconds

PID = "helseid://claims/identity/pid"
SECURITY_LEVEL = "helseid://claims/identity/security_level"
ASSURANCE_LEVEL = "helseid://claims/identity/assurance_level"
NETWORK = "helseid://claims/identity/network"
HPR_NUMBER = "helseid://claims/hpr/hpr_number"
ORGNR_PARENT = "helseid://claims/client/claims/orgnr_parent"
ORGNR_CHILD = "helseid://claims/client/claims/orgnr_child"
ORGNR_SUPPLIER = "helseid://claims/client/claims/orgnr_supplier"
CLIENT_NAME = "helseid://claims/client/client_name"
CLIENT_TENANCY = "helseid://claims/client/claims/client_tenancy"

# pairwise-looking subjects that stay the same for one person without telling who it is
_SUBJECTS = uuid.UUID("6f6c1c1e-52a6-4f5e-9d6f-2a8f3f7f6b11")


def registered_claims(issuer: str, audience: str | list[str], now: datetime) -> dict[str, Any]:
    issued = int(now.timestamp())
    return {
        "iss": issuer,
        "aud": audience,
        "iat": issued,
        "nbf": issued,
        "exp": issued + LIFETIME,
        "jti": uuid.uuid4().hex.upper(),
    }


def client_claims(client: Client) -> dict[str, Any]:
    claims = {
        "client_id": client.client_id,
        "client_amr": "private_key_jwt",
        CLIENT_NAME: client.name,
        ORGNR_PARENT: client.orgnr_parent,
        ORGNR_CHILD: client.orgnr_child,
    }
    return {name: value for name, value in claims.items() if value is not None}


def subject_of(national_id: str) -> str:
    return str(uuid.uuid5(_SUBJECTS, national_id))


def bound_to(thumbprint: str) -> dict[str, Any]:
    """RFC 9449, section 6.1."""
    return {"cnf": {"jkt": thumbprint}}
