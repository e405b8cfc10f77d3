"""The patient: found by number, and chosen."""

from fastapi import APIRouter
from fastapi.responses import Response

from web.layout.visits import Guest

router = APIRouter()


@router.get("/")
async def home(visit: Guest) -> Response:
    return visit.page("signed_out.html")
