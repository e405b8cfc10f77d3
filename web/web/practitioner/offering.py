"""The tools: all of them, what can be sent, and what has been."""

import asyncio
import time
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from fastapi.responses import Response

from web.calling import Refused
from web.layout.visits import SignedInVisit, Visitor
from web.practitioner import desk as desks
from web.practitioner.desk import Desk, Patient
from web.practitioner.numbers import without_numbers
from web.practitioner.pages import page
from web.practitioner.texts import TOOLS

_PAGE: Final = 200  # tools
_MOST: Final = 5  # pages
_CODES_SECONDS: Final = 300.0
_LISTS: Final = {
    "purpose": "purposes",
    "subjectArea": "subject-areas",
    "targetGroup": "target-groups",
    "language": "languages",
}
LIVE: Final = frozenset({"active", "opened"})

Codes = Mapping[str, Mapping[str, str]]

router = APIRouter()
_codes: dict[tuple[str, str], tuple[float, Codes]] = {}
Choice = Annotated[str, Query(max_length=100)]


@router.get("/verktoy")
async def show(
    visit: Visitor,
    q: Choice = "",
    purpose: Choice = "",
    subjectArea: Choice = "",
    targetGroup: Choice = "",
    language: Choice = "",
    del_: Annotated[str, Query(alias="del")] = "",
) -> Response:
    """`del=liste` is the list alone, for the script that searches while one types."""
    chosen = {
        "purpose": purpose,
        "subjectArea": subjectArea,
        "targetGroup": targetGroup,
        "language": language,
    }
    desk, q = await desks.look(visit), without_numbers(q)
    tools, sent, codes = await asyncio.gather(
        list_tools(visit, desk, q=q, **chosen), live(visit, desk.patient), codes_of(visit)
    )
    template = "tool_list.html" if del_ == "liste" else "tools.html"
    values = {"t": TOOLS.of(visit.language), "q": q, "chosen": chosen, "codes": codes, "tools": tools, "sent": sent}
    return page(visit, desk, template, filtered=bool(q or any(chosen.values())), **values)


async def list_tools(visit: SignedInVisit, desk: Desk, **filters: str) -> list[dict[str, Any]]:
    """As the service orders them: by name, or by how well they fit what is searched for."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    organisation = desk.organisation.number if desk.organisation else None
    for _ in range(_MOST):
        answer = await visit.api("prescription").get(
            "/v1/prescribable-tools", limit=_PAGE, cursor=cursor, organisation=organisation, **filters
        )
        found += answer["items"]
        if not (cursor := answer.get("nextCursor")):
            break
    return found


async def live(visit: SignedInVisit, patient: Patient | None) -> dict[str, dict[str, Any]]:
    """The prescriptions that the patient has from this organisation, by tool."""
    sent = await prescriptions(visit, patient) if patient else []
    return {it["toolId"]: it for it in reversed(sent) if it["state"] in LIVE}


async def prescriptions(visit: SignedInVisit, patient: Patient) -> list[dict[str, Any]]:
    """Newest first."""
    body = {"patient": {"nationalId": patient.number}}
    answer = await visit.api("prescription").post("/v1/prescriptions/search", body, limit=_PAGE)
    items: list[dict[str, Any]] = answer["items"]
    return items


async def codes_of(visit: SignedInVisit) -> Codes:
    """Names by code, of each list that tools are filtered by; kept for minutes."""
    catalog = visit.public("catalog")
    kept = _codes.get((catalog.url, visit.language))
    if kept and kept[0] > time.monotonic():
        return kept[1]
    answers = await asyncio.gather(*(catalog.get(f"/v1/code-lists/{name}") for name in _LISTS.values()))
    codes = {
        field: {it["code"]: it["name"] for it in answer["items"] if not it["retired"]}
        for field, answer in zip(_LISTS, answers, strict=True)
    }
    _codes[catalog.url, visit.language] = (time.monotonic() + _CODES_SECONDS, codes)
    return codes


async def tool_of(visit: SignedInVisit, desk: Desk, tool_id: str) -> dict[str, Any] | None:
    """None where there is no such tool."""
    try:
        every = await list_tools(visit, desk)
    except Refused as refused:
        if refused.problem.status == 404:
            return None
        raise
    return next((tool for tool in every if tool["toolId"] == tool_id), None)
