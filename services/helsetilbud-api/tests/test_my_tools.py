"""My tools: what is listed, how, and in which order."""

from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from helsetilbud_api.citizen.schemas import MyToolPage, MyTools
from shared.schemas import rfc3339


async def test_M1_a_prescribed_tool_is_new(kari: Any, prescribed: Any, clock: Any) -> None:
    [found] = await kari.tools()
    assert found == {
        "toolId": str(prescribed.tool_id),
        "name": "Søvntrappa",
        "shortText": "Et program for deg som sover dårlig",
        "origin": "prescribed",
        "new": True,
        "addedAt": clock.written,
        "prescriptionId": str(prescribed.prescription_id),
        "prescribedBy": {
            "name": "Ine Eksempel",
            "profession": "LE",
            "organisation": "299900130",
            "organisationName": "Eksempel legesenter",
        },
        "prescribedAt": clock.written,
        "deadline": rfc3339(prescribed.deadline),
        "openedAt": None,
        "lastOpenedAt": None,
        "withdrawn": False,
        "withdrawnCategory": None,
        "withdrawnText": None,
    }


async def test_M1_somebody_elses_tools_are_not_mine(ola: Any, prescribed: Any) -> None:
    assert await ola.tools() == []
    assert (await ola.get(f"/v1/me/tools/{prescribed.tool_id}")).json()["code"] == "tool-not-in-my-tools"


@pytest.mark.parametrize(
    ("asked", "language", "name"),
    [
        ("nn, en;q=0.5", "nn", "Søvntrappa på nynorsk"),
        ("en", "en", "Søvntrappa"),
        ("de", "nb", "Søvntrappa"),
    ],
)
async def test_the_language_is_the_one_asked_for_and_bokmal_where_the_tool_has_no_other(
    kari: Any, prescribed: Any, asked: str, language: str, name: str
) -> None:
    answer = await kari.get("/v1/me/tools", {"Accept-Language": asked})
    assert answer.json()["items"][0]["name"] == name
    assert answer.headers["Content-Language"] == language
    assert answer.headers["Vary"] == "Accept-Language"


async def test_M1_newest_first_in_pages_that_new_ones_do_not_disturb(kari: Any, others: Any, clock: Any) -> None:
    tools = [uuid4() for _ in range(5)]
    for tool in tools:
        await others.tell(others.prescribed(kari, tool))
        clock.go(minutes=1)
    first = (await kari.get("/v1/me/tools?limit=2")).json()
    await others.tell(others.prescribed(kari, uuid4()))
    second = (await kari.get(f"/v1/me/tools?limit=2&cursor={first['nextCursor']}")).json()
    third = (await kari.get(f"/v1/me/tools?limit=2&cursor={second['nextCursor']}")).json()
    seen = [item["toolId"] for page in (first, second, third) for item in page["items"]]
    assert seen == [str(tool) for tool in reversed(tools)]
    assert third["nextCursor"] is None


async def test_M1_the_list_is_filtered(kari: Any, others: Any, prescribed: Any) -> None:
    other = uuid4()
    await others.tell(others.published(other, name="Hjertehjelp"), others.prescribed(kari, other))
    await kari.open(other)

    async def found(query: str) -> set[str]:
        return {tool["name"] for tool in await kari.tools(query)}

    assert await found("?new=true") == {"Søvntrappa"}
    assert await found("?new=false") == {"Hjertehjelp"}
    assert await found("?origin=prescribed") == {"Søvntrappa", "Hjertehjelp"}
    assert await found("?origin=self-added") == set()
    assert await found("?q=%20") == {"Søvntrappa", "Hjertehjelp"}
    assert await found("?q=hjertehjelp&new=true") == set()
    assert await found("?q=hjertehjelp&new=false") == {"Hjertehjelp"}
    assert await found("?q=hjertehjelp&origin=self-added") == set()


async def test_M1_my_tools_are_filtered_as_all_tools(kari: Any, others: Any, prescribed: Any) -> None:
    other = uuid4()
    event = others.published(other, name="Hjertehjelp")
    document = {"purpose": "learning", "subject_areas": ["heart"], "languages": ["en"], "login_required": True}
    of_children = document | {"target_groups": ["children"], "kind": "integrated", "prescription_required": False}
    await others.tell(event.model_copy(update={"tool": event.tool.model_copy(update=of_children)}))
    await others.tell(others.prescribed(kari, other))
    for query in (
        *("purpose=learning", "subjectArea=heart", "subjectArea=heart&subjectArea=none", "language=en"),
        *("loginRequired=true", "targetGroup=children", "kind=integrated", "prescriptionRequired=false"),
    ):
        for said in ("", "&q=sover"):
            assert [mine["name"] for mine in await kari.tools(f"?{query}{said}")] == ["Hjertehjelp"], query
    assert await kari.tools("?purpose=learning&language=nb") == []
    assert len(await kari.tools("?purpose=learning&purpose=treatment")) == 2


async def test_a_query_that_is_not_known_is_refused_and_never_passed_over(kari: Any, prescribed: Any) -> None:
    for path in ("/v1/me/tools", "/v1/me/available-tools", "/v1/me/feed", f"/v1/me/tools/{prescribed.tool_id}"):
        refused = await kari.get(f"{path}?purpsoe=learning")
        assert (refused.status_code, refused.json()["code"]) == (400, "malformed-request"), path
    assert "subjectArea" in (await kari.get("/v1/me/tools?subject_area=sleep")).json()["detail"]
    assert (await kari.get("/v1/me/tools?limit=1&")).status_code == 200


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("HJERTE", ["Hjertehjelp"]),
        ("hjartehjelp", ["Hjertehjelp"]),
        ("hjertehejlp", ["Hjertehjelp"]),
        ("insomni", ["Hjertehjelp", "Søvntrappa"]),
        ("sover", ["Søvntrappa", "Hjertehjelp"]),
        ("søvn", ["Søvntrappa", "Hjertehjelp"]),
        ("søv", ["Søvntrappa", "Hjertehjelp"]),
        ("100%", ["Hjertehjelp", "Søvntrappa"]),
        ("1%", []),
        ("rygg", []),
        ("'", []),
    ],
)
async def test_M1_K5_my_tools_are_searched_as_the_catalogue(
    kari: Any, ola: Any, others: Any, prescribed: Any, q: str, found: list[str]
) -> None:
    mine, not_mine = uuid4(), uuid4()
    heart = others.published(mine, name="Hjertehjelp")
    await others.tell(heart, others.prescribed(kari, mine))
    await others.tell(others.published(not_mine, name="Søvn for andre"), others.prescribed(ola, not_mine))
    answer = await kari.get(f"/v1/me/tools?q={quote(q)}&limit=1")
    seen = [tool["name"] for tool in answer.json()["items"]]
    while cursor := answer.json()["nextCursor"]:
        answer = await kari.get(f"/v1/me/tools?q={quote(q)}&limit=1&cursor={cursor}")
        seen += [tool["name"] for tool in answer.json()["items"]]
    assert seen == found


async def test_S6_a_search_shows_nothing_of_a_hidden_list(kari: Any, others: Any, prescribed: Any) -> None:
    seen = (await kari.get("/v1/me/tools?q=søvn")).json()
    assert (len(seen["items"]), seen["hidden"]) == (1, None)
    await others.tell(others.level(kari, "none", 1))
    hidden = (await kari.get("/v1/me/tools?q=søvn")).json()
    assert (hidden["items"], hidden["hidden"]["reason"]) == ([], "no-consent")
    assert hidden["freshness"].keys() == seen["freshness"].keys()


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("?origin=stolen", 422, "invalid-input"),
        ("?new=perhaps", 422, "invalid-input"),
        ("?limit=0", 422, "invalid-input"),
        ("?limit=201", 422, "invalid-input"),
        (f"?q={'x' * 201}", 422, "invalid-input"),
        ("?cursor=abc", 400, "cursor-invalid"),
        ("?cursor=WyIyMDI2LTExLTIyIiwieCJd", 400, "cursor-invalid"),
        (
            "?cursor=WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwiMDI5NmE4ODAtMmFhYi00ZTA2LTg5NjgtZWVlMjkwMGU0OWVjIl0",
            400,
            "x",
        ),
    ],
)
async def test_what_cannot_be_asked_is_refused(kari: Any, query: str, status: int, code: str) -> None:
    for path in ("/v1/me/tools", "/v1/me/feed") if "cursor" in query or "limit" in query else ("/v1/me/tools",):
        answer = await kari.get(path + query)
        assert (answer.status_code, answer.json()["code"]) == (status, "cursor-invalid" if code == "x" else code)


async def test_a_list_that_has_not_changed_is_not_sent_again(kari: Any, others: Any, prescribed: Any) -> None:
    for path in ("/v1/me/tools", "/v1/me/feed", f"/v1/me/tools/{prescribed.tool_id}"):
        first = await kari.get(path)
        etag = first.headers["ETag"]
        again = await kari.get(path, {"If-None-Match": f'"other", {etag}'})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
        assert (await kari.get(path, {"If-None-Match": etag, "Accept-Language": "nn"})).status_code == 200
    etags = {path: (await kari.get(path)).headers["ETag"] for path in ("/v1/me/tools", "/v1/me/feed")}
    await others.tell(others.prescribed(kari, uuid4()))
    for path, etag in etags.items():
        assert (await kari.get(path, {"If-None-Match": etag})).status_code == 200


async def test_M1_one_tool_is_as_in_the_list_with_its_long_text(kari: Any, prescribed: Any, messages: Any) -> None:
    answer = await kari.get(f"/v1/me/tools/{prescribed.tool_id}")
    assert answer.status_code == 200
    page = answer.json()
    said = {name: page.pop(name) for name in ("longText", "message", "messageMissing")}
    assert said == {"longText": "Lang tekst", "message": None, "messageMissing": False}
    assert [page] == await kari.tools()
    assert (await kari.get("/v1/me/tools/not-an-id")).json()["code"] == "invalid-input"


async def test_answers_are_of_the_documented_shape(kari: Any, prescribed: Any, tool: UUID) -> None:
    strict = {"strict": False, "by_alias": True}
    page = (await kari.get("/v1/me/tools")).json()
    assert MyTools.model_validate(page, by_alias=True).model_dump(mode="json", by_alias=True) == page
    one = (await kari.get(f"/v1/me/tools/{tool}")).json()
    assert MyToolPage.model_validate(one, **strict).model_dump(mode="json", by_alias=True) == one
