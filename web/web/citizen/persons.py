"""For whom one acts: shown with what one may, and chosen at the issuer."""

from functools import partial
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from web.calling import Away, Refused
from web.citizen.acting_texts import ACTING_FOR, ActingFor
from web.citizen.attorney_texts import ATTORNEYS
from web.citizen.consent_texts import PERSONS
from web.citizen.refusals import is_told
from web.entrance import to_issuer
from web.layout.visits import SignedInVisit, Visitor

router = APIRouter()


@router.get("/bytt-person")
async def show(visit: Visitor) -> Response:
    others, away = await _others(visit)
    areas = ATTORNEYS.of(visit.language)
    t, a = PERSONS.of(visit.language), ACTING_FOR.of(visit.language)
    return visit.page("persons.html", t=t, a=a, areas=areas, others=others, away=away, said=partial(_said, a))


def _said(words: ActingFor, state: dict[str, Any]) -> str:
    """Whether one may act in an area, and why not."""
    if state["reason"] is None:
        return words.narrowed if state["narrowed"] else words.may
    return str(getattr(words, state["reason"].replace("-", "_"), words.other))


async def _others(visit: SignedInVisit) -> tuple[list[dict[str, Any]] | None, bool]:
    """None to somebody who acts for another now, or is too young to act for anybody; and whether no answer came."""
    if visit.session.person.acting_for:
        return None, False
    try:
        found: list[dict[str, Any]] = (await visit.api("consent").get("/v1/me/acting-for"))["items"]
    except Refused as refused:
        if not is_told(refused):
            raise
        return None, False
    except Away:
        return None, True
    return found, False


@router.get("/bytt-person/velg")
async def choose(visit: Visitor) -> Response:
    """A link, as no form may lead to another origin. The issuer lets the same person log in anew, and nobody else."""
    hint = visit.session.sign_out_hint
    return await to_issuer(visit, "/", **({"id_token_hint": hint} if hint else {}))
