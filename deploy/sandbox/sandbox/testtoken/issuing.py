"""Claims, key and proof put together into the answer of `POST /test-token`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from devkit.testing.proofs import ProofKey
from sandbox.context import Sandbox
from sandbox.issuer.claims import bound_to
from sandbox.issuer.tokens import sign_access_token
from sandbox.keys import KeptKey, private_document
from sandbox.testtoken.citizen import citizen_claims
from sandbox.testtoken.errors import BadParameters
from sandbox.testtoken.helseid import helseid_claims
from sandbox.testtoken.invalid_proof import InvalidProof
from sandbox.testtoken.parameters import WantedToken
from sandbox.testtoken.proofs import make_proof, own_key, thumbprint_of


@dataclass(frozen=True, slots=True)
class MadeToken:
    """`dpop_key` is the key that the token is bound to, when the caller brought none."""

    access_token: str
    expires_in: int
    dpop_proof: str | None = None
    dpop_key: ProofKey | None = None
    token_type: str = "DPoP"  # noqa: S105 - a kind of token

    def document(self) -> dict[str, Any]:
        """The test token service's answer, and the same by OAuth's names beside it."""
        return {
            "isError": False,
            "successResponse": {"accessTokenJwt": self.access_token, "dPoPProof": self.dpop_proof},
            "access_token": self.access_token,
            "token_type": self.token_type,
            "expires_in": self.expires_in,
            "dpop_proof": self.dpop_proof,
            "dpop_key": private_document(self.dpop_key) if self.dpop_key else None,
        }

    def curl_config(self) -> str:
        """Lines for `curl --config -`: the headers of the call that the token is for."""
        lines = [f'header = "Authorization: {self.token_type} {self.access_token}"']
        if self.dpop_proof:
            lines.append(f'header = "DPoP: {self.dpop_proof}"')
        return "\n".join(lines) + "\n"


def issue(wanted: WantedToken, sandbox: Sandbox, now: datetime) -> MadeToken:
    """Raises BadParameters."""
    return _for_citizen(wanted, sandbox, now) if wanted.kind == "citizen" else _for_helseid(wanted, sandbox, now)


def _for_citizen(wanted: WantedToken, sandbox: Sandbox, now: datetime) -> MadeToken:
    if wanted.jkt or wanted.create_dpop_token_with_dpop_proof or wanted.proof_fault is not InvalidProof.NONE:
        raise BadParameters.about("kind", "a citizen's token is Bearer: it has neither key nor proof")
    claims = citizen_claims(wanted, sandbox, now)
    token = _sign(claims, sandbox.keys.citizens, wanted, sandbox)
    return MadeToken(token, _lifetime(claims, now), token_type="Bearer")  # noqa: S106 - a kind of token


def _for_helseid(wanted: WantedToken, sandbox: Sandbox, now: datetime) -> MadeToken:
    callers_thumbprint = _callers_thumbprint(wanted)
    if not wanted.create_dpop_token_with_dpop_proof and (
        wanted.proof_htu or wanted.proof_fault is not InvalidProof.NONE
    ):
        raise BadParameters.about("createDPoPTokenWithDPoPProof", "set it to true to get the proof that you describe")
    if callers_thumbprint and wanted.create_dpop_token_with_dpop_proof:
        raise BadParameters.about("jkt", "with a key of your own you make the proof yourself")
    claims = helseid_claims(wanted, sandbox, now)
    if callers_thumbprint:
        token = _sign(claims | bound_to(callers_thumbprint), sandbox.keys.helseid, wanted, sandbox)
        return MadeToken(token, _lifetime(claims, now))
    return _with_key(claims, wanted, sandbox, now)


def _with_key(claims: dict[str, Any], wanted: WantedToken, sandbox: Sandbox, now: datetime) -> MadeToken:
    given = wanted.dpop_proof_parameters.private_key_for_proof_creation
    key = own_key(given) if given else ProofKey()
    bound = ProofKey() if wanted.proof_fault is InvalidProof.WRONG_JKT else key
    token = _sign(claims | bound_to(bound.thumbprint), sandbox.keys.helseid, wanted, sandbox)
    proof = make_proof(wanted, token, key, now) if wanted.create_dpop_token_with_dpop_proof else None
    return MadeToken(token, _lifetime(claims, now), proof, None if given else key)


def _callers_thumbprint(wanted: WantedToken) -> str | None:
    client = wanted.client_claims_parameters
    if client.cnf_public_key:
        return thumbprint_of(client.cnf_public_key)
    return wanted.jkt or client.cnf_jkt


def _sign(claims: dict[str, Any], key: KeptKey, wanted: WantedToken, sandbox: Sandbox) -> str:
    signer = sandbox.keys.stranger if wanted.sign_jwt_with_invalid_signing_key else key
    return sign_access_token(claims, signer, wanted.header_parameters.typ or "at+jwt", kid=key.thumbprint)


def _lifetime(claims: dict[str, Any], now: datetime) -> int:
    return max(0, int(claims["exp"]) - int(now.timestamp()))
