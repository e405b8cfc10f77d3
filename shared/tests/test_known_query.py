"""A query parameter that an operation does not have is refused, in every service."""

from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Query
from pydantic import BaseModel, Field

from shared.errors import install_error_handlers
from shared.known_query import refuse_unknown_query


class Filters(BaseModel):
    subject_area: Annotated[list[str], Field(default_factory=list, alias="subjectArea")]


async def page(limit: int = 50) -> int:
    return limit


@pytest.fixture
def app() -> FastAPI:
    router = APIRouter()

    @router.get("/filtered")
    async def filtered(filters: Annotated[Filters, Query()], limit: Annotated[int, Depends(page)]) -> dict[str, Any]:
        return {"areas": filters.subject_area, "limit": limit}

    @router.get("/plain")
    async def plain(q: str | None = None) -> str | None:
        return q

    app = FastAPI()
    install_error_handlers(app)
    app.include_router(router, dependencies=[Depends(refuse_unknown_query)])
    return app


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/filtered?subjectArea=a&subjectArea=b&limit=2", 200),
        ("/filtered?subjectArea=a&purpose=x", 400),
        ("/filtered?subject_area=a", 400),
        ("/filtered?subjectarea=a", 400),
        ("/filtered?", 200),
        ("/plain?q=1", 200),
        ("/plain?Q=1", 400),
        ("/plain?=1", 400),
    ],
)
async def test_what_is_not_known_is_refused_and_what_is_known_is_named(app: FastAPI, path: str, status: int) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
        for _ in range(2):  # the second time from what is kept
            answer = await client.get(path)
            assert answer.status_code == status
    if status == 400:
        assert answer.json()["code"] == "malformed-request"
        assert ("limit, subjectArea" if "filtered" in path else "q") in answer.json()["detail"]
        assert "purpose" not in answer.text
