"""HTTP of asking whether somebody may use a citizen's tools."""

from fastapi import APIRouter, Request

from consent_api.access import OwnService
from consent_api.answers import SENT_IN
from consent_api.errors import PersonRegisterUnavailable
from consent_api.permission import service
from consent_api.permission.models import Question
from consent_api.permission.schemas import PermissionAnswer, PermissionQuestion
from shared.app import Now, References
from shared.auth import MACHINE_REFUSALS
from shared.db import CurrentDatabase
from shared.errors import Unavailable, problems

router = APIRouter(prefix="/v1/permissions", tags=["Representation"])


@router.post(
    "/check",
    response_model=PermissionAnswer,
    responses=problems(*MACHINE_REFUSALS, *SENT_IN, PersonRegisterUnavailable, Unavailable),
)
async def check_permission(
    caller: OwnService,
    question: PermissionQuestion,
    request: Request,
    database: CurrentDatabase,
    references: References,
    now: Now,
) -> PermissionAnswer:
    """May this citizen's tools be used, here and now, by whoever does?

    For our own services, which know a citizen by reference alone, at the moment when a tool is opened, started at its
    supplier, or told about: consent, death, and whether who acts still may. Somebody may act here for as long as what
    they have opened lasts, and is verified by number where something is opened.
    """
    asked = Question(
        citizen=references.renew(question.citizen),
        area=question.area,
        actor=question.actor and references.renew(question.actor),
        relation=question.relation,
    )
    permission = await service.check(database, asked, request.app.state.settings.relation_fresh, now)
    return PermissionAnswer(
        reasons=permission.reasons, narrowed=permission.narrowed, valid_until=permission.valid_until
    )
