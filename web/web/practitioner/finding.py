"""The patient: found by number, looked at, and chosen."""

from fastapi import APIRouter
from fastapi.responses import Response

from web.calling import Away, Refused
from web.layout.visits import Guest, Sent, SignedInVisit, Visitor
from web.practitioner import desk as desks
from web.practitioner.pages import page
from web.practitioner.texts import DESK, FINDING

router = APIRouter()


@router.get("/")
async def home(visit: Guest) -> Response:
    if not isinstance(visit, SignedInVisit):
        return visit.page("welcome.html", t=FINDING.of(visit.language))
    return await _show(visit)


async def _show(
    visit: SignedInVisit, *, number: str = "", error: str = "", alert: str = "", status: int = 200
) -> Response:
    desk = await desks.look(visit)
    t = FINDING.of(visit.language)
    notice = t.interrupted if desk.onward and not desk.patient and not alert else ""
    return page(
        visit,
        desk,
        "finding.html",
        status=status,
        t=t,
        number=number,
        errors={"nummer": error} if error else {},
        alert=alert,
        notice=notice,
        found=None if error or alert else desk.found,
        ages=DESK.of(visit.language),
    )


@router.post("/")
async def search(visit: Visitor, form: Sent) -> Response:
    """The number travels in the body alone, here and further on."""
    number = "".join(form.text("nummer").split())
    if not number:
        return await _show(visit, error=FINDING.of(visit.language).number_missing, status=422)
    try:
        answer = await visit.api("prescription").post("/v1/patients/lookup", {"nationalId": number})
    except Refused as refused:
        if refused.problem.status != 422:
            raise
        words = [*refused.problem.errors().values(), refused.problem.detail][0]
        return await _show(visit, number=number, error=words, status=422)
    except Away as away:
        if away.problem is None:
            raise
        return await _show(visit, number=number, alert=away.problem.detail, status=503)
    await desks.put_found(visit, desks.of_answer(visit, number, answer))
    return visit.go("/")


@router.post("/velg-pasient")
async def choose(visit: Visitor, form: Sent) -> Response:
    """The one whom the page showed, and no other that another window has found since."""
    onward = await desks.choose_found(visit, form.text("pasient"))
    if onward is None:
        return await _show(visit, alert=FINDING.of(visit.language).again, status=409)
    return visit.go(onward)


@router.post("/bytt-pasient")
async def change(visit: Visitor, form: Sent) -> Response:
    await desks.clear(visit)
    return visit.go("/")
