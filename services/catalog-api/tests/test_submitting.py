"""K2: a supplier writes a submission and hands it in; who else sees it, and when."""

import asyncio
import json
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest

from catalog_api.submissions.schemas import SubmissionDetails, SubmissionPage
from devkit.testing.national_ids import generate

OTHER = "999977783"
MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}


def pointers(response: Any) -> set[tuple[str, str]]:
    return {(error["pointer"], error["code"]) for error in response.json()["errors"]}


async def patch(approval: Any, path: str, tool: Any, headers: dict[str, str] | None = None) -> Any:
    """On what it is now."""
    seen = (await approval.supplier.get(path)).headers["etag"]
    return await approval.supplier.send("PATCH", path, {"tool": tool}, {"If-Match": seen, **(headers or {})})


async def test_K2_an_empty_draft_is_a_submission_with_an_id_for_the_tool(approval: Any) -> None:
    response = await approval.supplier.post("/v1/submissions", {"tool": {}})
    assert response.status_code == 201
    made = response.json()
    assert response.headers["location"] == f"/v1/submissions/{made['submissionId']}"
    assert (made["state"], made["approval"], made["revision"], made["submittedAt"]) == ("draft", "full", 1, None)
    assert made["supplier"] == {"organisationNumber": "999977774", "name": "999977774"}
    assert made["allowedTransitions"] == ["submit", "withdraw"]
    assert made["changes"] == []
    assert [step["step"] for step in made["steps"]] == ["created"]
    SubmissionDetails.model_validate(made)
    again = await approval.supplier.get(response.headers["location"])
    assert (again.json(), again.headers["etag"]) == (made, response.headers["etag"])


async def test_K2_what_was_sent_is_what_is_kept(approval: Any, make_tool: Any) -> None:
    tool = make_tool("Søvnskolen", nn="Søvnskulen")
    made = (await approval.supplier.post("/v1/submissions", {"tool": tool})).json()
    kept = {field: value for field, value in tool.items() if field not in ("toolId", "dataUse", "integration")}
    assert made["tool"].items() >= kept.items()
    assert made["tool"]["integration"] == {"method": "open-link", "address": "https://tool.example/start"}
    assert made["tool"]["toolId"] == made["toolId"] != tool["toolId"], "the id is ours to give"
    assert made["name"] == "Søvnskolen"


async def test_K2_the_supplier_is_whose_token_it_is(approval: Any, make_tool: Any, fill: Any) -> None:
    sent = {"supplier": {"organisationNumber": OTHER, "name": "Noen andre AS"}}
    made = (await approval.supplier.post("/v1/submissions", {"tool": sent})).json()
    assert made["supplier"] == {"organisationNumber": "999977774", "name": "Noen andre AS"}
    await fill(make_tool("Publisert", supplier={"organisationNumber": "999977774", "name": "Kjent AS"}))
    unnamed = (await approval.supplier.post("/v1/submissions", {"tool": {}})).json()
    assert unnamed["supplier"] == {"organisationNumber": "999977774", "name": "Kjent AS"}


async def test_a_submission_is_begun_once_by_its_key(approval: Any, rows: Any) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first = await approval.supplier.post("/v1/submissions", {"tool": {}}, key)
    again = await approval.supplier.post("/v1/submissions", {"tool": {}}, key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert len(await rows("submission")) == 1
    reused = await approval.supplier.post("/v1/submissions", {"tool": {"minimumAge": 1}}, key)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency-key-reused")
    other = await approval.supplier.but(organisation=OTHER).post("/v1/submissions", {"tool": {}}, key)
    assert other.json()["supplier"]["organisationNumber"] == OTHER, "one client may act for many"


@pytest.mark.parametrize(
    ("tool", "pointer", "code"),
    [
        ({"purpose": "fun"}, "/body/tool/purpose", "literal-error"),
        ({"subjectAreas": ["sleep", "everything"]}, "/body/tool/subjectAreas/1", "literal-error"),
        ({"requiredAuthorisations": ["MT"]}, "/body/tool/requiredAuthorisations/0", "literal-error"),
        ({"integration": {"method": "magic"}}, "/body/tool/integration/method", "literal-error"),
        ({"dataUse": {"category": "sold"}}, "/body/tool/dataUse/category", "literal-error"),
        ({"texts": {"de": {"name": "Schlaf"}}}, "/body/tool/texts/de", "extra-forbidden"),
        ({"texts": {"nb": {"shortText": "x" * 251}}}, "/body/tool/texts/nb/shortText", "string-too-long"),
        ({"texts": {"nb": {"title": "Søvn"}}}, "/body/tool/texts/nb/title", "extra-forbidden"),
        ({"minimumAge": -1}, "/body/tool/minimumAge", "greater-than-equal"),
        ({"minimumAge": "18 år"}, "/body/tool/minimumAge", "int-type"),
        ({"healthBody": {"organisationNumber": "12345678"}}, "/body/tool/healthBody/organisationNumber", None),
        ({"colour": "red"}, "/body/tool/colour", "extra-forbidden"),
        ({"texts": {"nb": {"name": "\ud800"}}}, "/body/tool/texts/nb/name", "string-unicode"),
    ],
)
async def test_K1_a_draft_may_lack_anything_and_hold_nothing_wrong(
    approval: Any, tool: Any, pointer: str, code: str | None
) -> None:
    for response in (
        await approval.supplier.post("/v1/submissions", {"tool": tool}),
        await patch(approval, await approval.draft(), tool),
    ):
        assert response.status_code == 422
        [error] = response.json()["errors"]
        assert error["pointer"] == pointer
        assert code in (None, error["code"])


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}{", b'{"tool": []}', b'{"tool": null}', b'{"tools": {}}', b'"\\u0000"']
)
async def test_a_body_of_another_shape_is_refused(approval: Any, body: bytes) -> None:
    response = await approval.supplier.post("/v1/submissions", body)
    assert response.status_code in (400, 422)
    path = await approval.draft()
    changed = await approval.supplier.send("PATCH", path, body, {"If-Match": '"1"'})
    assert changed.status_code in (400, 422)


async def test_I1_no_text_of_a_tool_holds_an_identity_number(approval: Any, rows: Any) -> None:
    number = generate(date(1990, 1, 1), 0)
    response = await approval.supplier.post(
        "/v1/submissions", {"tool": {"texts": {"nb": {"longText": f"Ring {number}"}}}}
    )
    assert (response.status_code, pointers(response)) == (
        422,
        {("/body/tool/texts/nb/longText", "national-id-in-text")},
    )
    assert number not in response.text
    assert await rows("submission") == []


@pytest.mark.parametrize("media_type", ["application/json", "application/merge-patch+json"])
async def test_K2_a_draft_is_changed_by_a_merge_patch(approval: Any, make_tool: Any, media_type: str) -> None:
    path = await approval.draft(make_tool("Søvnskolen", nn="Søvnskulen", minimumAge=16))
    wanted = {"texts": {"nb": {"name": "Søvnhuset"}, "nn": None}, "keywords": ["søvn"], "minimumAge": None}
    changed = await patch(approval, path, wanted, {"Content-Type": media_type})
    assert changed.status_code == 200
    tool = changed.json()["tool"]
    assert tool["texts"] == {
        "nb": {"name": "Søvnhuset", "shortText": "Kort.", "longText": "Lenger.", "practitionerText": "Til behandleren."}
    }
    assert tool["keywords"] == ["søvn"]
    assert "minimumAge" not in tool
    assert changed.headers["etag"] == (await approval.supplier.get(path)).headers["etag"]


async def test_an_update_builds_on_what_was_seen(approval: Any) -> None:
    path = await approval.draft()
    seen = {"If-Match": (await approval.supplier.get(path)).headers["etag"]}
    blind = await approval.supplier.send("PATCH", path, {"tool": {}})
    assert (blind.status_code, blind.json()["code"]) == (428, "precondition-required")
    assert (await approval.supplier.send("PATCH", path, {"tool": {"minimumAge": 1}}, seen)).status_code == 200
    stale = await approval.supplier.send("PATCH", path, {"tool": {"minimumAge": 2}}, seen)
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition-failed")
    handed_in = await approval.supplier.post(f"{path}/withdraw", headers=seen)
    assert (handed_in.status_code, handed_in.json()["code"]) == (412, "precondition-failed")
    assert (await approval.supplier.get(path)).json()["tool"]["minimumAge"] == 1


async def test_of_two_updates_at_once_one_counts(approval: Any) -> None:
    path = await approval.draft()
    seen = {"If-Match": (await approval.supplier.get(path)).headers["etag"]}
    changes = ({"tool": {"minimumAge": age}} for age in range(6))
    answers = await asyncio.gather(*(approval.supplier.send("PATCH", path, change, seen) for change in changes))
    assert sorted(answer.status_code for answer in answers) == [200, *[412] * 5]


async def test_a_submission_that_is_known_is_not_sent_again(approval: Any) -> None:
    path = await approval.draft()
    known = {"If-None-Match": (await approval.supplier.get(path)).headers["etag"]}
    assert (await approval.supplier.get(path, known)).status_code == 304
    await patch(approval, path, {"minimumAge": 3})
    assert (await approval.supplier.get(path, known)).status_code == 200


async def test_other_kinds_of_content_are_for_the_routes_that_take_them(approval: Any) -> None:
    refused = await approval.supplier.post("/v1/submissions", b"{}", MERGE_PATCH)
    assert (refused.status_code, refused.json()["code"]) == (415, "unsupported-media-type")
    assert refused.json()["accepted"] == ["application/json"]
    path = await approval.draft()
    refused = await approval.supplier.send("PATCH", path, b"<svg/>", {"Content-Type": "image/svg+xml", "If-Match": "*"})
    assert refused.json()["accepted"] == ["application/json", "application/merge-patch+json"]


async def test_K1_handing_in_tells_every_fault_at_once(approval: Any, make_tool: Any) -> None:
    empty = await approval.submit(await approval.draft())
    assert (empty.status_code, empty.json()["code"]) == (422, "invalid-input")
    assert len(empty.json()["errors"]) >= 14
    assert all(error["pointer"].startswith("/body/tool/") and error["detail"] for error in empty.json()["errors"])
    tool = make_tool("A", national=False, integration={"method": "signed-in-web", "address": "http://tool.example"})
    path = await approval.draft(tool)
    refused = await approval.submit(path)
    assert pointers(refused) == {
        ("/body/tool/integration/address", "not-https"),
        ("/body/tool/integration/launchAddress", "missing"),
        ("/body/tool/loginRequired", "contradiction"),
        ("/body/tool/organisations", "missing"),
    }
    assert (await approval.supplier.get(path)).json()["state"] == "draft"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nb", {"Verktøyet kan ikke publiseres uten dette.", "Dette er ikke en https-adresse."}),
        ("nn", {"Verktøyet kan ikkje publiserast utan dette.", "Dette er ikkje ei https-adresse."}),
        ("en", {"A tool cannot be published without this.", "This is no https address."}),
    ],
)
async def test_K1_every_fault_is_told_in_the_suppliers_language(
    approval: Any, make_tool: Any, language: str, words: set[str]
) -> None:
    tool = make_tool("A", purpose=None, integration={"method": "open-link", "address": "http://tool.example"})
    path = await approval.draft({name: value for name, value in tool.items() if value is not None})
    refused = await approval.supplier.post(f"{path}/submit", None, {"Accept-Language": language})
    assert {error["detail"] for error in refused.json()["errors"]} == words


async def test_K2_only_the_supplier_sees_a_draft(approval: Any, make_tool: Any) -> None:
    path = await approval.draft(make_tool("Søvnskolen"))
    rival = approval.supplier.but(organisation=OTHER)
    for nobody in (rival, approval.health_body, approval.staff):
        response = await nobody.get(path)
        assert (response.status_code, response.json()["code"]) == (404, "submission-not-found")
        assert (await nobody.get("/v1/submissions")).json()["items"] == []
    await approval.submit(path)
    for somebody in (approval.supplier, approval.health_body, approval.staff):
        assert (await somebody.get(path)).json()["state"] == "submitted"
        assert len((await somebody.get("/v1/submissions")).json()["items"]) == 1
    for nobody in (rival, approval.health_body.but(organisation=OTHER)):
        assert (await nobody.get(path)).status_code == 404
        assert (await nobody.get("/v1/submissions")).json()["items"] == []


async def test_K2_what_is_nobody_elses_is_unknown_to_them(approval: Any, make_tool: Any) -> None:
    path = await approval.go(make_tool("Søvnskolen"), to="submitted")
    rival = approval.supplier.but(organisation=OTHER)
    assurance = {"outcome": "assured", "reason": "Faglig gjennomgått"}
    for response in (
        await rival.send("PATCH", path, {"tool": {}}, {"If-Match": "*"}),
        await rival.post(f"{path}/submit"),
        await rival.post(f"{path}/withdraw"),
        await approval.health_body.but(organisation=OTHER).post(f"{path}/assurance", assurance),
        await approval.staff.post(f"/v1/submissions/{uuid4()}/publish"),
    ):
        assert (response.status_code, response.json()["code"]) == (404, "submission-not-found")


async def test_K2_submissions_are_listed_by_state_and_tool_in_pages(approval: Any, make_tool: Any, clock: Any) -> None:
    paths = []
    for number in range(5):
        clock.go(minutes=1)
        paths.append(await approval.go(make_tool(f"T{number}"), to="submitted" if number % 2 else "draft"))
    newest_first = [path.rsplit("/", 1)[1] for path in reversed(paths)]
    seen, cursor = [], ""
    while cursor is not None:
        page = (await approval.supplier.get(f"/v1/submissions?limit=2{cursor and f'&cursor={cursor}'}")).json()
        SubmissionPage.model_validate(page)
        seen += [item["submissionId"] for item in page["items"]]
        cursor = page["nextCursor"]
    assert seen == newest_first
    cursor = (await approval.supplier.get("/v1/submissions?limit=2")).json()["nextCursor"]
    for other in ("state=draft", f"toolId={uuid4()}"):
        refused = await approval.supplier.get(f"/v1/submissions?{other}&cursor={cursor}")
        assert (refused.status_code, refused.json()["code"]) == (400, "cursor-invalid")
    drafts = (await approval.supplier.get("/v1/submissions?state=draft")).json()["items"]
    assert [item["submissionId"] for item in drafts] == newest_first[::2]
    both = (await approval.supplier.get("/v1/submissions?state=draft&state=submitted")).json()["items"]
    assert len(both) == 5
    one = (await approval.supplier.get(f"/v1/submissions?toolId={drafts[0]['toolId']}")).json()["items"]
    assert [item["submissionId"] for item in one] == newest_first[:1]
    answer = await approval.supplier.get("/v1/submissions")
    assert (
        await approval.supplier.get("/v1/submissions", {"If-None-Match": answer.headers["etag"]})
    ).status_code == 304


@pytest.mark.parametrize(
    ("query", "status"), [("state=lost", 422), ("cursor=x", 400), ("tool=1", 422), ("limit=0", 422)]
)
async def test_a_list_that_cannot_be_is_refused(approval: Any, query: str, status: int) -> None:
    assert (await approval.supplier.get(f"/v1/submissions?{query}")).status_code == status


async def test_K2_each_role_has_its_scope_and_its_kind_of_token(client: Any, approval: Any, make_tool: Any) -> None:
    path = await approval.go(make_tool("Søvnskolen"), to="submitted")
    assurance, reason = {"outcome": "assured", "reason": "Faglig gjennomgått"}, {"reason": "Fordi det må"}
    person = approval.staff.but(scope="nhn:verktoykatalog/supplier")
    system = approval.supplier.but(scope="nhn:verktoykatalog/admin")
    refusals = {
        "nobody": await client.get(path),
        "the supplier verifies": await approval.supplier.post(f"{path}/verification", {"items": []}),
        "the supplier assures": await approval.supplier.post(f"{path}/assurance", assurance),
        "the health body publishes": await approval.health_body.post(f"{path}/publish"),
        "staff assure": await approval.staff.post(f"{path}/assurance", assurance),
        "staff submit": await approval.staff.post("/v1/submissions", {"tool": {}}),
        "a person as supplier": await person.post("/v1/submissions", {"tool": {}}),
        "a system as staff": await system.post(f"{path}/reject", reason),
        "no organisation": await approval.supplier.but(organisation=None).post("/v1/submissions", {"tool": {}}),
        "level 3": await approval.staff.but(security_level="3").post(f"{path}/publish"),
    }
    found = {who: (answer.status_code, answer.json()["code"]) for who, answer in refusals.items()}
    missing, barred = (403, "scope-missing"), (403, "caller-not-allowed")
    assert found == {
        "nobody": (401, "token-missing"),
        "the supplier verifies": missing,
        "the supplier assures": missing,
        "the health body publishes": missing,
        "staff assure": missing,
        "staff submit": missing,
        "a person as supplier": barred,
        "a system as staff": barred,
        "no organisation": barred,
        "level 3": (403, "security-level-too-low"),
    }


async def test_a_name_that_cannot_be_written_is_refused_and_not_shown(approval: Any) -> None:
    body = json.dumps({"tool": {"\ud800": 1}}).encode()
    assert (await approval.supplier.post("/v1/submissions", body)).status_code in (400, 422)


@pytest.mark.parametrize("sign", ["\n", "\u2028", "\u202e", "\u200b", "\u0007"])
async def test_K1_names_of_tools_hold_nothing_unseen(approval: Any, sign: str) -> None:
    texts = {"nb": {"name": f"Kvelds{sign}ro", "shortText": f"Øv{sign}else"}}
    tool = {"texts": texts, "supplier": {"name": f"Tuss{sign}mørke"}, "keywords": [f"sø{sign}vn"]}
    response = await approval.supplier.post("/v1/submissions", {"tool": tool})
    assert (response.status_code, pointers(response)) == (
        422,
        {
            (f"/body/tool/{place}", "text-not-plain")
            for place in ("texts/nb/name", "texts/nb/shortText", "supplier/name", "keywords/0")
        },
    )


async def test_K1_texts_of_tools_hold_no_link_that_a_reader_cannot_be_sure_of(approval: Any) -> None:
    link = "https://tool.example\\@other.example/"
    texts = {"nb": {"name": link, "shortText": link, "longText": link, "practitionerText": f"Les\nmer: {link}"}}
    response = await approval.supplier.post("/v1/submissions", {"tool": {"texts": texts}})
    places = ("name", "shortText", "longText", "practitionerText")
    assert (response.status_code, pointers(response)) == (
        422,
        {(f"/body/tool/texts/nb/{place}", "link-unsafe") for place in places},
    )


async def test_K2_a_supplier_begins_so_many_submissions_a_day(approval: Any, make_app: Any, make_tool: Any) -> None:
    """Each may have an image: tools that are only submitted are the supplier's own to make."""
    app = make_app(submissions_per_day=3)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=str(approval.supplier.client.base_url)) as client:
            supplier = approval.supplier.but()
            other = approval.supplier.but(organisation=OTHER)
            supplier.client = other.client = client
            codes = [(await supplier.post("/v1/submissions", {"tool": {}})).status_code for _ in range(4)]
            assert codes == [201, 201, 201, 429]
            refused = (await supplier.post("/v1/submissions", {"tool": {}})).json()
            assert (refused["code"], refused["violatedPolicies"]) == ("rate-limit-exceeded", ["submissions-day"])
            assert (await other.post("/v1/submissions", {"tool": {}})).status_code == 201
