"""What a refusal says of what was sent: where it is wrong, and nothing of it."""

from datetime import date

import httpx
import pytest
from fastapi import FastAPI

from devkit.testing.national_ids import generate
from shared.errors import install_error_handlers

NUMBER = generate(date(1980, 5, 17), 0)


async def take(things: dict[str, int]) -> None:
    """Numbers by name"""


@pytest.mark.rule("I1")
@pytest.mark.parametrize("sent", [{NUMBER: "many"}, {"a": NUMBER + "x"}, {f"{NUMBER}/{NUMBER}": None}])
async def test_no_name_and_no_value_comes_back_that_could_be_somebodys(sent: dict[str, str | None]) -> None:
    app = FastAPI()
    install_error_handlers(app)
    app.add_api_route("/things", take, methods=["POST"])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        answer = await http.post("/things", json=sent)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["code"]) == (422, "int-type" if None in sent.values() else "int-parsing")
    assert NUMBER not in answer.text
    assert error["pointer"].startswith("/body/")
