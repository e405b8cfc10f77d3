"""Keys and proofs as `POST /test-token` is asked for them: sound, or with exactly one fault."""

import json
from datetime import datetime
from typing import Any

from devkit.testing.proofs import ProofFault, ProofKey
from sandbox.keys import KeptKey, imported
from sandbox.testtoken.errors import BadParameters
from sandbox.testtoken.invalid_proof import InvalidProof
from sandbox.testtoken.parameters import WantedToken

_ALGORITHM_OF_CURVE = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
_RSA_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_KEY_PARAMETER = "dPoPProofParameters/privateKeyForProofCreation"


def make_proof(wanted: WantedToken, token: str, key: ProofKey, now: datetime) -> str:
    """RFC 9449, section 4.2. Raises BadParameters."""
    htu, htm, fault = wanted.proof_htu, wanted.proof_htm, wanted.proof_fault
    if not htu and fault is not InvalidProof.NO_HTU:
        raise BadParameters.about("htu", "the proof needs the address it is for, without query")
    if not htm and fault is not InvalidProof.NO_HTM:
        raise BadParameters.about("htm", "the proof needs the method it is for")
    return key.proof(htm or "", htu or "", token, now=now, fault=_shown(fault))


def _shown(fault: InvalidProof) -> ProofFault | None:
    """A wrong thumbprint is a fault of the token, not of the proof."""
    no_fault_of_proof = fault in (InvalidProof.NONE, InvalidProof.WRONG_JKT)
    return None if no_fault_of_proof else ProofFault(fault.value)


def own_key(given: str | dict[str, Any]) -> KeptKey:
    """The caller's private JWK, as JSON text or as an object. Raises BadParameters."""
    jwk = _jwk(given, _KEY_PARAMETER)
    try:
        return KeptKey(jwk | {"alg": _algorithm(jwk)})
    except ValueError as error:
        raise BadParameters.about(_KEY_PARAMETER, "the key must be private, to sign with") from error


def thumbprint_of(public_key: str | dict[str, Any]) -> str:
    """RFC 7638. Raises BadParameters."""
    return imported(_jwk(public_key, "clientClaimsParameters/cnfPublicKey")).thumbprint()


def _jwk(given: str | dict[str, Any], parameter: str) -> dict[str, Any]:
    try:
        jwk = json.loads(given) if isinstance(given, str) else given
        imported(jwk)
    except ValueError as error:
        raise BadParameters.about(parameter, "not a JWK of kty RSA or EC") from error
    return dict(jwk)


def _algorithm(jwk: dict[str, Any]) -> str:
    algorithm = _ALGORITHM_OF_CURVE.get(jwk["crv"]) if jwk["kty"] == "EC" else jwk.get("alg", "RS256")
    if algorithm not in (*_ALGORITHM_OF_CURVE.values(), *_RSA_ALGORITHMS):
        raise BadParameters.about(_KEY_PARAMETER, "its alg is none of RS, PS and ES with 256, 384 and 512")
    return str(algorithm)
