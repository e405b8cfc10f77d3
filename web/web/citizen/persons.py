"""For whom one acts: chosen at the issuer, which knows whom one may act for."""

from fastapi import APIRouter
from fastapi.responses import Response

from web.citizen.consent_texts import PERSONS
from web.entrance import to_issuer
from web.layout.visits import Visitor

router = APIRouter()


@router.get("/bytt-person")
async def show(visit: Visitor) -> Response:
    return visit.page("persons.html", t=PERSONS.of(visit.language))


@router.get("/bytt-person/velg")
async def choose(visit: Visitor) -> Response:
    """A link, as no form may lead to another origin. The issuer lets the same person log in anew, and nobody else."""
    hint = visit.session.sign_out_hint
    return await to_issuer(visit, "/", **({"id_token_hint": hint} if hint else {}))
