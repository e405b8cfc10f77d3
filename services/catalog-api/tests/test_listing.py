"""K5: anyone may list and search the published catalogue."""

from typing import Any

import pytest

from catalog_api.schemas import ToolPage
from devkit.testing.cursors import cursor_for

ID = "0a7e4b1c-5d2f-4c3a-9b8e-6f1d2c3b4a59"


async def names(client: Any, query: str = "", language: str = "nb") -> list[str]:
    response = await client.get(f"/v1/tools{query}", headers={"Accept-Language": language})
    assert response.status_code == 200, response.text
    return [item["name"] for item in response.json()["items"]]


async def test_K5_the_list_is_in_the_alphabets_order_and_needs_no_login(client: Any, fill: Any, make_tool: Any) -> None:
    await fill(*map(make_tool, ["Åndedrett", "Øvelser", "abc", "Zen", "Ærlig talt", "Idé", "ideal", "Äpple"]))
    assert await names(client) == ["abc", "Idé", "ideal", "Zen", "Äpple", "Ærlig talt", "Øvelser", "Åndedrett"]


async def test_K1_K5_an_item_tells_what_a_reader_chooses_by(client: Any, fill: Any, make_tool: Any) -> None:
    tool = make_tool("Søvnskolen", nn="Søvnskulen", subjectAreas=["sleep"], minimumAge=18, representativeMayUse=True)
    await fill(tool)
    [item] = (await client.get("/v1/tools", headers={"Accept-Language": "nn-NO, nb;q=0.5"})).json()["items"]
    assert item == {
        "toolId": tool["toolId"],
        "revision": 1,
        "name": "Søvnskulen",
        "shortText": "Kort.",
        "textLanguage": "nn",
        "supplier": tool["supplier"],
        "healthBody": tool["healthBody"],
        "purpose": "learning",
        "kind": "standalone",
        "subjectAreas": ["sleep"],
        "targetGroups": ["adults"],
        "languages": ["nb"],
        "national": True,
        "loginRequired": False,
        "prescriptionRequired": False,
        "prescribable": True,
        "minimumAge": 18,
        "representativeMayUse": True,
        "imageUrl": None,
        "publishedAt": "2026-11-22T08:00:00.000Z",
        "updatedAt": "2026-11-22T08:00:00.000Z",
    }


async def test_K5_the_answer_has_the_shape_of_the_contract(client: Any, fill: Any, make_tool: Any) -> None:
    await fill(make_tool("Søvnskolen", en="Sleep school"))
    response = await client.get("/v1/tools?facets=true")
    page = ToolPage.model_validate_json(response.content)
    assert page.model_dump(mode="json", by_alias=True) == response.json()


async def test_K5_a_text_that_is_missing_in_the_language_is_in_bokmal(client: Any, fill: Any, make_tool: Any) -> None:
    await fill(make_tool("Pust"), make_tool("Søvn", en="Sleep"))
    response = await client.get("/v1/tools", headers={"Accept-Language": "en"})
    assert [(i["name"], i["textLanguage"]) for i in response.json()["items"]] == [("Pust", "nb"), ("Sleep", "en")]
    assert response.headers["content-language"] == "en"
    assert response.headers["vary"] == "Authorization, Accept-Language"


async def test_K5_restricted_tools_are_not_shown_to_everyone(client: Any, fill: Any, make_tool: Any) -> None:
    await fill(make_tool("For alle"), make_tool("For få", national=False, organisations=["999977774"]))
    assert await names(client) == ["For alle"]
    assert await names(client, "?q=få") == []
    assert await names(client, "?national=false") == []
    facets = (await client.get("/v1/tools?facets=true")).json()["facets"]
    assert facets["national"] == [
        {"code": "true", "name": "Ja", "count": 1},
        {"code": "false", "name": "Nei", "count": 0},
    ]


@pytest.fixture
async def varied(fill: Any, make_tool: Any) -> None:
    await fill(
        make_tool("Alfa", purpose="learning", subjectAreas=["sleep", "pain"], languages=["nb", "se"]),
        make_tool("Beta", purpose="mapping", subjectAreas=["sleep"], targetGroups=["young"], kind="integrated"),
        make_tool("Gamma", purpose="treatment", subjectAreas=["cancer"], loginRequired=True, targetGroups=["young"]),
        make_tool("Delta", purpose="treatment", subjectAreas=["pain"], prescriptionRequired=True, languages=["en"]),
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("purpose=learning", ["Alfa"]),
        ("purpose=learning&purpose=mapping", ["Alfa", "Beta"]),
        ("purpose=treatment&subjectArea=pain", ["Delta"]),
        ("subjectArea=sleep&subjectArea=cancer", ["Alfa", "Beta", "Gamma"]),
        ("subjectArea=sleep&subjectArea=cancer&targetGroup=young", ["Beta", "Gamma"]),
        ("targetGroup=parents", []),
        ("language=se&language=en", ["Alfa", "Delta"]),
        ("kind=integrated", ["Beta"]),
        ("loginRequired=true", ["Gamma"]),
        ("loginRequired=false&prescriptionRequired=false", ["Alfa", "Beta"]),
        ("prescriptionRequired=true", ["Delta"]),
        ("national=true&q=beta&purpose=mapping", ["Beta"]),
    ],
)
@pytest.mark.usefixtures("varied")
async def test_K5_values_of_a_filter_are_or_and_filters_are_and(client: Any, query: str, found: list[str]) -> None:
    assert await names(client, f"?{query}") == found


@pytest.mark.usefixtures("varied")
async def test_K5_a_facet_counts_beside_the_other_filters(client: Any) -> None:
    facets = (await client.get("/v1/tools?facets=true&purpose=treatment&subjectArea=pain")).json()["facets"]
    counted = {name: {value["code"]: value["count"] for value in values} for name, values in facets.items()}
    assert counted["purpose"] == {"learning": 1, "mapping": 0, "treatment": 1}
    assert {code for code, count in counted["subjectArea"].items() if count} == {"cancer", "pain"}
    assert counted["loginRequired"] == {"true": 0, "false": 1}
    assert counted["prescriptionRequired"] == {"true": 1, "false": 0}
    assert facets["purpose"][2] == {"code": "treatment", "name": "Behandling", "count": 1}


async def walk(client: Any, query: str = "", between: Any = None) -> list[str]:
    """Page by page to the end; `between` is done after the first page."""
    seen, cursor = [], ""
    while True:
        page = (await client.get(f"/v1/tools?limit=2{query}{cursor}")).json()
        seen += [item["name"] for item in page["items"]]
        if page["nextCursor"] is None:
            return seen
        if not cursor and between:
            await between()
        cursor = f"&cursor={page['nextCursor']}"


async def test_pages_are_stable_while_tools_come(client: Any, fill: Any, make_tool: Any) -> None:
    await fill(*map(make_tool, ["B", "D", "F", "H", "J"]))

    async def more() -> None:
        await fill(*map(make_tool, ["A", "C", "G"]))

    assert await walk(client, between=more) == ["B", "D", "F", "G", "H", "J"]


async def test_pages_are_stable_while_the_tool_the_cursor_names_goes(
    client: Any, fill: Any, make_tool: Any, administrator: Any
) -> None:
    last_of_page = make_tool("D")
    await fill(*map(make_tool, ["B", "F", "H"]), last_of_page)

    async def stop() -> None:
        assert (await administrator.stop(last_of_page)).status_code == 200

    assert await walk(client, between=stop) == ["B", "D", "F", "H"]


async def test_names_alike_are_listed_once_each(client: Any, fill: Any, make_tool: Any) -> None:
    long = "Et navn som er så langt at det ikke er plass til hele i nøkkelen "
    await fill(*(make_tool(f"{long}{n}") for n in range(7)))
    assert sorted(await walk(client)) == [f"{long}{n}" for n in range(7)]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("purpose=cure", 422, "invalid-input"),
        ("purpose=learning&purpose=cure", 422, "invalid-input"),
        ("subjectArea=everything", 422, "invalid-input"),
        ("targetGroup=cats", 422, "invalid-input"),
        ("language=de", 422, "invalid-input"),
        ("kind=other", 422, "invalid-input"),
        ("national=perhaps", 422, "invalid-input"),
        ("limit=0", 422, "invalid-input"),
        ("limit=201", 422, "invalid-input"),
        ("limit=many", 422, "invalid-input"),
        ("purpos=learning", 422, "invalid-input"),
        ("q=" + "a" * 101, 422, "invalid-input"),
        ("&".join(["purpose=learning"] * 51), 422, "invalid-input"),
        ("q=a%00b", 400, "malformed-request"),
        ("cursor=%%%", 400, "cursor-invalid"),
        ("cursor=bm90LWpzb24", 400, "cursor-invalid"),
        ("cursor=" + "a" * 701, 422, "invalid-input"),
        ("cursor=" + cursor_for("/v1/tools", "a", "b", "c", "d", about="nb"), 400, "cursor-invalid"),
        ("cursor=" + cursor_for("/v1/tools", 0, 0, "b", "c", about="nb"), 400, "cursor-invalid"),
        ("cursor=" + cursor_for("/v1/tools", 0, 5_000_001, "b", ID, about="nb"), 400, "cursor-invalid"),
        ("cursor=" + cursor_for("/v1/tools", 0, -1, "b", ID, about="nb"), 400, "cursor-invalid"),
        ("cursor=" + cursor_for("/v1/tools", -1, 0, "b", ID, about="nb"), 400, "cursor-invalid"),
        ("cursor=" + cursor_for("/v1/tools", 2**63, 0, "b", ID, about="nb"), 400, "cursor-invalid"),
        ("cursor=" + cursor_for("/v1/tools", 0, 0, "b\x00", ID, about="nb"), 400, "malformed-request"),
        ("cursor=" + cursor_for("/v1/tools", 0, 0, "\ud800", ID, about="nb"), 400, "malformed-request"),
        # as it was before a search had a stand
        ("cursor=" + cursor_for("/v1/tools", 0, "b", ID, about="nb"), 400, "cursor-invalid"),
    ],
)
async def test_bad_input_is_refused_by_the_documented_code(client: Any, query: str, status: int, code: str) -> None:
    response = await client.get(f"/v1/tools?{query}")
    assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.mark.usefixtures("varied")
async def test_a_cursor_is_good_for_its_own_question(client: Any) -> None:
    cursor = (await client.get("/v1/tools?limit=1")).json()["nextCursor"]
    for same in ("limit=2", "facets=true", "q="):
        assert (await client.get(f"/v1/tools?{same}&cursor={cursor}")).status_code == 200
    for other in ("purpose=treatment", "q=beta", "national=true"):
        refused = await client.get(f"/v1/tools?{other}&cursor={cursor}")
        assert (refused.status_code, refused.json()["code"]) == (400, "cursor-invalid")
    refused = await client.get(f"/v1/tools?cursor={cursor}", headers={"Accept-Language": "nn"})
    assert (refused.status_code, refused.json()["code"]) == (400, "cursor-invalid")


async def test_a_refusal_says_where_and_quotes_nothing(client: Any) -> None:
    problem = (await client.get("/v1/tools?purpose=cure&limit=0")).json()
    assert {error["pointer"] for error in problem["errors"]} == {"/query/purpose/0", "/query/limit"}
    assert "cure" not in str(problem)


@pytest.mark.parametrize("limit", [1, 200])
async def test_the_ends_of_the_limit_are_inside(client: Any, limit: int) -> None:
    assert (await client.get(f"/v1/tools?limit={limit}")).json() == {"items": [], "nextCursor": None}
