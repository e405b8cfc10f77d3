"""What is wrong with the input is told in the language that was asked for."""

from datetime import date, datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Header, Query
from pydantic import Field, StringConstraints
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ErrorType

from devkit.testing.wording import english_words
from shared.errors import InvalidInput, install_error_handlers
from shared.input_errors import invalid_value, text_of
from shared.language import LANGUAGES
from shared.plain_text import one_line
from shared.schemas import RequestSchema


class Thing(RequestSchema):
    number: Annotated[int, Field(ge=1, le=9)]
    id: UUID
    day: date
    at: datetime
    on: bool
    kind: Literal["red", "green", "blue"]
    code: Annotated[str, StringConstraints(pattern=r"^[a-z]+$", min_length=2, max_length=5)]
    names: Annotated[list[str], Field(min_length=1, max_length=2)]


WRONG = [
    {},
    {"number": "one", "id": 1, "day": 2, "at": 3, "on": 4, "kind": 5, "code": 6, "names": 7, "more": 8},
    {"number": 0, "id": "x", "day": "x", "at": "x", "on": "x", "kind": "pink", "code": "x", "names": []},
    {"number": 99, "id": [], "day": "2026-02-30", "at": "2026-02-30T25:00:00Z", "code": "xxxxxx", "names": ["a"] * 3},
    {"number": 1.5, "day": None, "code": "A1"},
    [],
    None,
]


async def take(
    thing: Thing,
    limit: Annotated[int, Query(le=5)] = 1,
    key: Annotated[str, Header(max_length=3)] = "",
) -> None:
    """A thing"""


async def refuse() -> None:
    """Always"""
    raise InvalidInput(
        errors=[{"pointer": "/body", "code": "odd", "detail": {"nb": "Rart.", "nn": "Rart.", "en": "Odd."}}]
    )


async def _details(language: str, body: object) -> list[str]:
    app = FastAPI()
    install_error_handlers(app)
    app.add_api_route("/things", take, methods=["POST"])
    app.add_api_route("/refused", refuse, methods=["POST"])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        path = "/refused" if body == "refused" else "/things?limit=90"
        answer = await http.post(path, json=body, headers={"Accept-Language": language, "key": "toolong"})
    assert answer.status_code == 422
    return [error["detail"] for error in answer.json()["errors"]]


@pytest.mark.parametrize("body", WRONG)
async def test_each_fault_is_told_in_the_language_asked_for(body: object) -> None:
    told = {language: await _details(language, body) for language in LANGUAGES}
    for bokmål, nynorsk, english in zip(*(told[language] for language in ("nb", "nn", "en")), strict=True):
        assert english not in (bokmål, nynorsk)
        assert not english_words(bokmål)
        assert not english_words(nynorsk)


async def test_a_fault_that_the_service_itself_finds_is_told_so_too() -> None:
    assert [await _details(language, "refused") for language in LANGUAGES] == [["Rart."], ["Rart."], ["Odd."]]


async def test_limits_and_choices_are_named() -> None:
    assert "Teksten er for kort. Minste lengd er 2 teikn." in await _details("nn", WRONG[2])
    assert "Verdien må være «red», «green» eller «blue»." in await _details("nb", WRONG[2])


@pytest.mark.parametrize("kind", get_args(ErrorType))
def test_no_error_of_pydantics_is_told_in_english_to_a_norwegian(kind: str) -> None:
    text = text_of({"type": kind, "msg": "This is the message", "loc": (), "ctx": {}})
    assert text.keys() == set(LANGUAGES)
    assert "This is the message" not in text.values()
    assert not english_words(text["nb"]) | english_words(text["nn"])


def test_a_validator_of_ours_says_it_in_each_language() -> None:
    error = invalid_value("odd_thing", {"nb": "Rart {n}.", "nn": "Rart.", "en": "Odd {n}."})
    assert (error.type, error.message()) == ("odd_thing", "Odd {n}.")
    with pytest.raises(PydanticCustomError) as caught:
        one_line("a\nb")
    assert text_of({"type": caught.value.type, "ctx": caught.value.context}).keys() == set(LANGUAGES)
