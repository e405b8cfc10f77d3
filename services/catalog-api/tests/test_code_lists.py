"""K5: what a code means can be read beside it, in each language."""

import json
from importlib.resources import files
from typing import Any

import pytest

from catalog_api.answers import Answer
from catalog_api.codes import NAMES, CodeList, code_lists
from catalog_api.rendering import render_code_list

LANGUAGES = {"nb", "nn", "en"}


async def listed(client: Any, name: str, language: str = "nb") -> Any:
    response = await client.get(f"/v1/code-lists/{name}", headers={"Accept-Language": language})
    assert response.status_code == 200, response.text
    return response


@pytest.mark.parametrize("name", NAMES)
async def test_K5_each_code_says_what_it_means_in_each_language(client: Any, name: str) -> None:
    for language in sorted(LANGUAGES):
        items = (await listed(client, name, language)).json()["items"]
        for item in items:
            assert set(item["definitions"]) == LANGUAGES, item["code"]
            assert item["definition"] == item["definitions"][language]
            assert all(text.endswith(".") and len(text) <= 120 for text in item["definitions"].values()), item["code"]
            assert not set(item["definitions"].values()) & set(item["names"].values()), "a name explains nothing"


@pytest.mark.parametrize("name", NAMES)
async def test_K5_no_two_codes_of_a_list_mean_the_same(client: Any, name: str) -> None:
    items = (await listed(client, name)).json()["items"]
    for language in LANGUAGES:
        assert len({item["definitions"][language] for item in items}) == len(items)


async def test_K5_purposes_are_told_apart(client: Any) -> None:
    items = (await listed(client, "purposes", "en")).json()["items"]
    assert [(item["code"], item["definition"].split(" ", 2)[:2]) for item in items] == [
        ("learning", ["Gives", "knowledge"]),
        ("mapping", ["Collects", "answers"]),
        ("treatment", ["Is", "a"]),
    ]


async def test_K6_the_tag_is_of_the_definitions_too(client: Any) -> None:
    """Whoever holds the list with another definition is given the whole list."""
    tag = (await listed(client, "kinds")).headers["etag"]
    kinds = code_lists()["kinds"]
    shorter = kinds.definitions | {"standalone": dict.fromkeys(LANGUAGES, "Alene.")}
    tags = [
        Answer.of(render_code_list("kinds", found, "nb"), "").headers["etag"]
        for found in (kinds, kinds.model_copy(update={"definitions": shorter}))
    ]
    assert tag == tags[0] != tags[1]


@pytest.mark.parametrize("fault", ["one-missing", "one-too-many", "a-language-missing"])
def test_K5_a_list_with_a_code_undefined_does_not_load(fault: str) -> None:
    written = json.loads(files("catalog_api").joinpath("code_lists/purposes.json").read_text("utf-8"))
    definitions = written["definitions"]
    if fault == "one-missing":
        del definitions["learning"]
    elif fault == "one-too-many":
        definitions["other"] = definitions["learning"]
    else:
        del definitions["learning"]["nn"]
    with pytest.raises(ValueError, match="definition"):
        CodeList.model_validate(written)
