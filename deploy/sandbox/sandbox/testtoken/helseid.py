"""The claims of a HelseID-shaped test token: what was asked for, and what is known about those who are named."""

from datetime import datetime
from typing import Any

from sandbox.context import Sandbox
from sandbox.issuer import claims as names
from sandbox.issuer.claims import registered_claims, subject_of
from sandbox.issuer.clients import Client
from sandbox.issuer.scopes import audiences_of
from sandbox.population.models import PractitionerRecord, StaffRecord
from sandbox.services import AUDIENCES
from sandbox.testtoken.deviations import present, refuse_real_person, scope_claim, with_faults
from sandbox.testtoken.errors import BadParameters
from sandbox.testtoken.parameters import WantedToken


def helseid_claims(wanted: WantedToken, sandbox: Sandbox, now: datetime) -> dict[str, Any]:
    """Raises BadParameters when no audience can be found, or a person is named by a number that could be somebody's."""
    refuse_real_person(wanted.user_claims_parameters.pid, "userClaimsParameters/pid")
    practitioner = _practitioner(wanted, sandbox)
    employee = practitioner or sandbox.population.staff.get(wanted.user_claims_parameters.pid or "")
    client = _client(wanted, sandbox)
    claims = {
        **registered_claims(sandbox.settings.issuer, _audience(wanted), now),
        **scope_claim(wanted),
        **_known_client(wanted, client, employee, sandbox),
        **_asked_client(wanted),
        **_known_person(wanted, practitioner, sandbox),
        **_asked_person(wanted),
        **{claim.type: claim.value for claim in wanted.api_specific_claims},
    }
    claims.setdefault("sub", _subject(claims))
    return with_faults(present(claims), wanted, now)


def _audience(wanted: WantedToken) -> str:
    if wanted.audience:
        return wanted.audience
    audiences = audiences_of(wanted.scopes)
    if len(audiences) != 1:
        raise BadParameters.about("audience", f"name it, one of {', '.join(AUDIENCES)}, or give scopes of just one")
    return audiences.pop()


def _practitioner(wanted: WantedToken, sandbox: Sandbox) -> PractitionerRecord | None:
    user = wanted.user_claims_parameters
    if user.hpr_number:
        return sandbox.population.practitioner(user.hpr_number)
    return sandbox.population.practitioner_with(user.pid) if user.pid else None


def _client(wanted: WantedToken, sandbox: Sandbox) -> Client | None:
    """The client named, or the first that may have the scopes."""
    if client_id := wanted.client_claims_parameters.client_id:
        return sandbox.clients.get(client_id)
    fitting = (it for it in sandbox.clients.values() if set(wanted.scopes) <= {*it.scopes, *it.user_scopes})
    return next(fitting, sandbox.clients.get("ehr"))


def _known_client(
    wanted: WantedToken, client: Client | None, employee: PractitionerRecord | StaffRecord | None, sandbox: Sandbox
) -> dict[str, Any]:
    claims: dict[str, Any] = {"client_id": client.client_id if client else None, "client_amr": "private_key_jwt"}
    if wanted.without_default_general_claims:
        return claims
    return {
        **claims,
        names.CLIENT_NAME: client.name if client else None,
        **_organisation_claims(employee, client, sandbox),
    }


def _organisation_claims(
    employee: PractitionerRecord | StaffRecord | None, client: Client | None, sandbox: Sandbox
) -> dict[str, str | None]:
    """Where the person works, else whose the client is."""
    works_at = sandbox.population.organisations.get(employee.organisation or "") if employee else None
    organisation = works_at or (client.organisation if client else None)
    if organisation is None:
        return {}
    return {names.ORGNR_PARENT: organisation.orgnr_parent, names.ORGNR_CHILD: organisation.orgnr_child}


def _asked_client(wanted: WantedToken) -> dict[str, Any]:
    asked = wanted.client_claims_parameters
    return present(
        {
            "client_id": asked.client_id,
            names.CLIENT_NAME: asked.client_name,
            names.ORGNR_PARENT: asked.orgnr_parent,
            names.ORGNR_CHILD: asked.orgnr_child,
            names.ORGNR_SUPPLIER: asked.orgnr_supplier,
            names.CLIENT_TENANCY: asked.client_tenancy,
            "nhn:sfm:journal_id": asked.sfm_journal_id,
            "amr": list(asked.authentication_methods_references) or None,
            "client_amr": asked.client_authentication_methods_references,
            "jti": asked.jti,
        }
    )


def _known_person(wanted: WantedToken, practitioner: PractitionerRecord | None, sandbox: Sandbox) -> dict[str, Any]:
    user = wanted.user_claims_parameters
    if wanted.without_default_user_claims or not (user.pid or user.hpr_number):
        return {}
    pid = user.pid or (practitioner.national_id if practitioner else None)
    fetched = practitioner if wanted.get_hpr_number_from_hprregisteret else None
    return present(
        {
            names.PID: pid,
            names.SECURITY_LEVEL: "4",
            names.HPR_NUMBER: fetched.hpr_number if fetched else None,
            "name": sandbox.population.name_of(pid) if pid else None,
        }
    )


def _asked_person(wanted: WantedToken) -> dict[str, Any]:
    asked = wanted.user_claims_parameters
    return present(
        {
            names.PID: asked.pid,
            names.HPR_NUMBER: asked.hpr_number,
            names.SECURITY_LEVEL: asked.security_level,
            names.ASSURANCE_LEVEL: asked.assurance_level,
            names.NETWORK: asked.network,
            "name": asked.name,
            "given_name": asked.given_name,
            "middle_name": asked.middle_name,
            "family_name": asked.family_name,
            "idp": asked.identity_provider,
            "amr": [asked.amr] if asked.amr else None,
            "sub": asked.subject,
            "sid": asked.sid,
        }
    )


def _subject(claims: dict[str, Any]) -> str | None:
    person = claims.get(names.PID)
    return subject_of(person) if person else claims.get("client_id")
