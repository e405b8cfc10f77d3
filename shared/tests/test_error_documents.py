"""What a refusal says of what was sent: where it is wrong, and nothing of it."""

from datetime import date
from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import FastAPI, Header, Query
from pydantic import Field

from devkit.testing.national_ids import generate
from shared.errors import install_error_handlers
from shared.schemas import QuerySchema, RequestSchema

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


class Night(RequestSchema):
    kind: Literal["night"]
    closes: int


class Day(RequestSchema):
    kind: Literal["day"]
    opens: int


class Times(RequestSchema):
    times: list[Annotated[Night | Day, Field(discriminator="kind")]]
    by_name: dict[Annotated[str, Field(max_length=3)], int | bool] = Field(default_factory=dict)


class Asked(QuerySchema):
    tags: tuple[int, ...] = ()


async def take_times(
    body: Times, asked: Annotated[Asked, Query()], day: date, if_match: Annotated[int, Header(alias="If-Match")] = 0
) -> None:
    """Unions, keys, and each part of a request"""


@pytest.mark.parametrize(
    ("sent", "address", "pointers"),
    [
        ({"times": [{"kind": "night", "closes": "x"}]}, "", ["/body/times/0/closes"]),
        ({"times": [{"kind": "night"}]}, "", ["/body/times/0/closes"]),
        ({"times": [{"kind": "night", "night": {}}]}, "", ["/body/times/0/closes", "/body/times/0/night"]),
        (
            {"times": [{"kind": "night", "closes": "x", "night": 1}]},
            "",
            ["/body/times/0/closes", "/body/times/0/night"],
        ),
        ({"times": [{}]}, "", ["/body/times/0"]),
        ({"times": [1]}, "", ["/body/times/0"]),
        ({"times": [], "byName": {"long/~": 1}}, "", ["/body/byName/long~1~0"]),
        ({"times": [], "byName": {"int": "x"}}, "", ["/body/byName/int", "/body/byName/int"]),
        ({"times": [], "byName": {"a": "x", "int": 1}}, "", ["/body/byName/a", "/body/byName/a"]),
        ([], "", ["/body"]),
        (None, "", ["/body"]),
        ({"times": []}, "?tags=1&tags=x", ["/query/tags/1"]),
        ({"times": []}, "?0=x", ["/query/0"]),
    ],
)
async def test_a_pointer_leads_into_what_was_sent(sent: Any, address: str, pointers: list[str]) -> None:
    app = FastAPI()
    install_error_handlers(app)
    app.add_api_route("/times/{day}", take_times, methods=["POST"])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        right = await http.post(f"/times/2026-12-24{address}", json=sent)
        wrong = await http.post(f"/times/x{address}", json=sent, headers={"If-Match": "x"})
    assert [error["pointer"] for error in right.json()["errors"]] == pointers
    assert {error["pointer"] for error in wrong.json()["errors"]} == {"/path/day", "/header/If-Match", *pointers}
