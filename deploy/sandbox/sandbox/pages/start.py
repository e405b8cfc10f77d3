"""The start page: what this is, where everything is, and commands that work when pasted."""

from datetime import datetime

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from sandbox.context import Here, Now, Sandbox
from sandbox.issuer import scopes
from sandbox.pages.rendering import page
from sandbox.pages.snippets import snippets
from sandbox.population.models import CitizenRecord, PractitionerRecord
from sandbox.services import SERVICES
from sandbox.testtoken.issuing import MadeToken, issue
from sandbox.testtoken.parameters import UserClaims, WantedToken

router = APIRouter(include_in_schema=False)


@router.get("/")
async def show_start(sandbox: Here, now: Now) -> Response:
    citizen, practitioner = _typical_citizen(sandbox), _typical_practitioner(sandbox)
    token = _practitioner_token(practitioner, sandbox, now)
    return page(
        "start.html",
        services=[(service, sandbox.settings.service_urls[service.name]) for service in SERVICES],
        settings=sandbox.settings,
        clients=sandbox.clients.values(),
        faults=sandbox.faults.active(),
        days_ahead=sandbox.clock.ahead.days,
        clock_moved=bool(sandbox.clock.ahead),
        citizen=citizen,
        practitioner=practitioner,
        citizen_token=_citizen_token(citizen, sandbox, now).access_token,
        practitioner_token=token.access_token,
        practitioner_key=token.document()["dpop_key"],
        snippets=snippets(sandbox, citizen, practitioner),
    )


@router.get("/health/live")
@router.get("/health/ready")
async def live() -> JSONResponse:
    return JSONResponse({"status": "live"})


def _typical_citizen(sandbox: Sandbox) -> CitizenRecord:
    """An adult who may be prescribed anything, else the first in the file."""
    citizens = list(sandbox.population.citizens.values())
    return next((it for it in citizens if it.consent == "full" and it.status == "resident"), citizens[0])


def _typical_practitioner(sandbox: Sandbox) -> PractitionerRecord:
    practitioners = list(sandbox.population.practitioners.values())
    return next((it for it in practitioners if it.valid), practitioners[0])


def _citizen_token(citizen: CitizenRecord, sandbox: Sandbox, now: datetime) -> MadeToken:
    user = UserClaims(pid=citizen.national_id)
    return issue(WantedToken(kind="citizen", user_claims_parameters=user), sandbox, now)


def _practitioner_token(practitioner: PractitionerRecord, sandbox: Sandbox, now: datetime) -> MadeToken:
    user = UserClaims(hpr_number=practitioner.hpr_number)
    wanted = WantedToken(scope=(scopes.PRESCRIBE, scopes.READ_PRESCRIPTIONS), user_claims_parameters=user)
    return issue(wanted, sandbox, now)
