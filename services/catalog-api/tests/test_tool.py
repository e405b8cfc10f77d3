"""K1, K5, K6: one tool with all its data, and the code lists; entity tags on what is read."""

from typing import Any
from uuid import uuid4

import pytest

from catalog_api.codes import NAMES
from catalog_api.schemas import CodeListDetails, CodeLists, ToolDetails

AUTHORISATIONS = (
    "AA AT AU BI ET FA1 FA2 FB FO FT HE HF HP JO KE KI LE MT NP OA OI OP OR OS PE PM PS RA SP TH TL TP TT VE VP XX"
)


async def test_K1_K5_one_tool_with_everything_published(client: Any, fill: Any, make_tool: Any) -> None:
    tool = make_tool(
        "Søvnskolen",
        nn="Søvnskulen",
        text={"longText": "Alt om søvn", "practitionerText": "For deg som behandler"},
        integration={
            "method": "app",
            "address": "https://tool.example",
            "launchAddress": "https://tool.example/launch",
            "appLinks": {"ios": "https://apps.example/1", "android": None},
        },
        keywords=["søvnløs"],
        requiredAuthorisations=["LE", "PS"],
        prescriberOrganisations=["999977774"],
    )
    await fill(tool)
    response = await client.get(f"/v1/tools/{tool['toolId']}", headers={"Accept-Language": "nn"})
    assert response.json() == tool | {
        "revision": 1,
        "name": "Søvnskulen",
        "shortText": "Kort.",
        "longText": "Alt om søvn",
        "practitionerText": "For deg som behandler",
        "textLanguage": "nn",
        "imageUrl": None,
        "publishedAt": "2026-11-22T08:00:00.000Z",
        "updatedAt": "2026-11-22T08:00:00.000Z",
    }
    assert (response.headers["content-language"], response.headers["vary"]) == ("nn", "Authorization, Accept-Language")
    shown = ToolDetails.model_validate_json(response.content)
    assert shown.model_dump(mode="json", by_alias=True) == response.json()


async def test_a_tool_that_is_not_there_is_not_found(client: Any, fill: Any, make_tool: Any) -> None:
    await fill(make_tool("Et annet"))
    response = await client.get(f"/v1/tools/{uuid4()}", headers={"Accept-Language": "en"})
    assert (response.status_code, response.json()["code"]) == (404, "tool-not-found")
    assert response.json()["title"] == "There is no such tool in the catalogue."


async def test_K5_a_restricted_tool_is_not_found_by_everyone(client: Any, fill: Any, make_tool: Any) -> None:
    tool = make_tool("For få", national=False, organisations=["999977774"])
    await fill(tool)
    response = await client.get(f"/v1/tools/{tool['toolId']}")
    assert (response.status_code, response.json()["code"]) == (404, "tool-not-found")


@pytest.mark.parametrize("tool_id", ["x", "123", "0296a880-2aab-4e06-8968-eee2900e49e", "%F0%9F%A7%A0"])
async def test_an_id_that_is_none_is_invalid(client: Any, tool_id: str) -> None:
    response = await client.get(f"/v1/tools/{tool_id}")
    assert (response.status_code, response.json()["code"]) == (422, "invalid-input")


async def test_a_nul_in_the_path_is_malformed(client: Any) -> None:
    response = await client.get("/v1/tools/%00")
    assert (response.status_code, response.json()["code"]) == (400, "malformed-request")


@pytest.fixture
async def published(fill: Any, make_tool: Any) -> dict[str, Any]:
    tool: dict[str, Any] = make_tool("Søvnskolen", nn="Søvnskulen")
    await fill(tool)
    return tool


@pytest.mark.parametrize(
    ("path", "cache_control"),
    [
        ("/v1/tools", "public, max-age=1"),
        ("/v1/tools?q=søvn&facets=true", "public, max-age=1"),
        ("/v1/tools/{toolId}", "public, no-cache"),
        ("/v1/tools/changes", "public, no-cache"),
        ("/v1/code-lists", "public, max-age=300"),
        ("/v1/code-lists/purposes", "public, max-age=300"),
    ],
)
async def test_K6_what_the_reader_has_already_is_not_sent_again(
    client: Any, published: Any, path: str, cache_control: str
) -> None:
    path = path.format(**published)
    first = await client.get(path)
    assert (first.status_code, first.headers["cache-control"]) == (200, cache_control)
    etag = first.headers["etag"]
    for known in (etag, f'"other", W/{etag}', "*"):
        again = await client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert (again.headers["etag"], again.headers["cache-control"]) == (etag, cache_control)
    assert (await client.get(path, headers={"If-None-Match": '"other"'})).status_code == 200


@pytest.mark.parametrize("path", ["/v1/tools", "/v1/tools/{toolId}", "/v1/code-lists", "/v1/code-lists/kinds"])
async def test_an_answer_in_another_language_is_another_answer(client: Any, published: Any, path: str) -> None:
    path = path.format(**published)
    tags = {(await client.get(path, headers={"Accept-Language": tag})).headers["etag"] for tag in ("nb", "nn", "en")}
    assert len(tags) == (2 if "tools" in path else 3)  # the tool has no English text and shows bokmål


async def test_K6_the_tag_is_another_when_the_tool_is(
    client: Any, published: Any, administrator: Any, clock: Any
) -> None:
    path = f"/v1/tools/{published['toolId']}"
    before = (await client.get(path)).headers["etag"]
    await administrator.stop(published)
    clock.go(minutes=5)
    await administrator.reinstate(published)
    after = await client.get(path, headers={"If-None-Match": before})
    assert after.status_code == 200
    assert after.json()["updatedAt"] == "2026-11-22T08:05:00.000Z"
    assert after.json()["publishedAt"] == "2026-11-22T08:00:00.000Z"


async def test_K5_every_code_list_is_there_with_names_in_each_language(client: Any) -> None:
    listed = await client.get("/v1/code-lists", headers={"Accept-Language": "en"})
    CodeLists.model_validate_json(listed.content)
    assert [item["name"] for item in listed.json()["items"]] == list(NAMES)
    for item in listed.json()["items"]:
        response = await client.get(f"/v1/code-lists/{item['name']}", headers={"Accept-Language": "nn"})
        found = CodeListDetails.model_validate_json(response.content)
        assert (found.name, found.titles, found.title) == (item["name"], item["titles"], item["titles"]["nn"])
        assert found.items
        assert len({code.code for code in found.items}) == len(found.items)
        for code in found.items:
            assert set(code.names) == {"nb", "nn", "en"}
            assert all(code.names.values())
            assert code.name == code.names["nn"]


async def test_K1_the_authorisations_are_those_of_code_system_9060(client: Any) -> None:
    items = (await client.get("/v1/code-lists/authorisations")).json()["items"]
    assert [item["code"] for item in items] == AUTHORISATIONS.split()
    assert len(items) == 36
    assert [item["code"] for item in items if item["retired"]] == ["MT"]
    assert next(item["names"] for item in items if item["code"] == "SP") == {
        "nb": "Sykepleier",
        "nn": "Sjukepleiar",
        "en": "Nurse",
    }


@pytest.mark.parametrize("name", ["cats", "..%2f..%2fsettings", "authorisations.json"])
async def test_a_code_list_that_is_not_there_is_not_found(client: Any, name: str) -> None:
    response = await client.get(f"/v1/code-lists/{name}")
    assert response.status_code == 404
    assert response.json()["code"] in ("code-list-not-found", "not-found")
