"""A citizen's token: Helsenorge's, Bearer, from an issuer of its own."""

from datetime import datetime
from typing import Any

from sandbox.context import Sandbox
from sandbox.issuer.claims import registered_claims, subject_of
from sandbox.services import AUDIENCES
from sandbox.testtoken.deviations import present, refuse_real_person, scope_claim, with_faults
from sandbox.testtoken.errors import BadParameters
from sandbox.testtoken.parameters import WantedToken


def citizen_claims(wanted: WantedToken, sandbox: Sandbox, now: datetime) -> dict[str, Any]:
    """Helsenorge's token: the citizen, and whom the citizen acts for. Raises BadParameters."""
    user = wanted.user_claims_parameters
    refuse_real_person(user.pid, "userClaimsParameters/pid")
    refuse_real_person(user.represents, "userClaimsParameters/represents")
    if user.pid is None:
        raise BadParameters.about("userClaimsParameters/pid", "a citizen's token needs the citizen's number")
    claims = {
        **registered_claims(sandbox.settings.citizen_issuer, wanted.audience or list(AUDIENCES), now),
        **scope_claim(wanted),
        "client_id": wanted.client_claims_parameters.client_id or "helsenorge",
        "sub": user.subject or subject_of(user.pid),
        "pid": user.pid,
        "security_level": user.security_level or "4",
        "represents": user.represents,
        "relation": _relation(wanted, sandbox),
        **{claim.type: claim.value for claim in wanted.api_specific_claims},
    }
    return with_faults(present(claims), wanted, now)


def _relation(wanted: WantedToken, sandbox: Sandbox) -> str | None:
    user = wanted.user_claims_parameters
    if user.represents is None or user.relation or user.pid is None:
        return user.relation
    acting = sandbox.population.person(user.pid)
    return "parent" if acting and user.represents in acting.children else "power-of-attorney"
