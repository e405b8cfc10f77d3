"""A tool's image: by its supplier, cleaned, and shown to whoever may see the tool."""

import asyncio
import struct
import zlib
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle r="4"></circle></svg>'
OTHER_SVG = SVG.replace(b"4", b"3")
SVG_TYPE, PNG_TYPE = {"Content-Type": "image/svg+xml"}, {"Content-Type": "image/png"}
OTHER = "999977783"


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0" * 14))
    + chunk(b"IEND")
)


@pytest.fixture
async def tool(fill: Any, make_tool: Any) -> dict[str, Any]:
    made: dict[str, Any] = make_tool("Søvnskolen")
    await fill(made)
    return made


@pytest.fixture
def path(tool: Any) -> str:
    return f"/v1/tools/{tool['toolId']}/image"


async def put(caller: Any, path: str, content: bytes = SVG, headers: dict[str, str] = SVG_TYPE) -> httpx.Response:
    response: httpx.Response = await caller.send("PUT", path, content, headers)
    return response


@pytest.mark.parametrize(("content", "media_type"), [(SVG, "image/svg+xml"), (PNG, "image/png")])
async def test_an_image_is_shown_as_soon_as_it_is_there(
    client: Any, approval: Any, path: str, content: bytes, media_type: str
) -> None:
    missing = await client.get(path)
    assert (missing.status_code, missing.json()["code"]) == (404, "image-not-found")
    made = await put(approval.supplier, path, content, {"Content-Type": media_type})
    assert (made.status_code, made.headers["location"]) == (201, path)
    assert made.json() == {"imageUrl": path, "mediaType": media_type, "bytes": len(content), "leftOut": []}
    shown = await client.get(path)
    assert (shown.status_code, shown.content, shown.headers["content-type"]) == (200, content, media_type)
    assert shown.headers["etag"] == made.headers["etag"]


async def test_an_image_can_do_nothing_in_a_browser(client: Any, approval: Any, path: str) -> None:
    await put(approval.supplier, path, SVG.replace(b"<circle", b'<script>alert(1)</script><circle onload="x"'))
    shown = await client.get(path)
    assert shown.content == SVG
    assert (
        shown.headers["content-security-policy"]
        == "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"
    )
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["content-disposition"] == "inline"
    assert (shown.headers["cache-control"], shown.headers["vary"]) == ("public, no-cache", "Authorization")


@pytest.mark.parametrize(
    ("language", "told"), [("nb", "Skript er fjernet."), ("nn", "Skript er fjerna."), ("en", "Scripts are left out.")]
)
async def test_what_is_left_out_is_told(approval: Any, path: str, language: str, told: str) -> None:
    content = SVG.replace(b"<circle", b'<metadata/><script>alert(1)</script><circle onload="x"')
    made = await put(approval.supplier, path, content, SVG_TYPE | {"Accept-Language": language})
    assert made.headers["content-language"] == language
    [script, metadata] = made.json()["leftOut"]
    assert script == {"code": "script", "count": 2, "detail": told}
    assert (metadata["code"], metadata["count"]) == ("metadata", 1)


async def test_an_image_that_is_known_is_not_sent_again(client: Any, approval: Any, path: str) -> None:
    tag = (await put(approval.supplier, path)).headers["etag"]
    known = await client.get(path, headers={"If-None-Match": tag})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)
    await put(approval.supplier, path, OTHER_SVG)
    assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 200


async def test_tools_say_where_their_image_is(client: Any, approval: Any, tool: Any, path: str) -> None:
    async def urls() -> set[str | None]:
        one = (await client.get(f"/v1/tools/{tool['toolId']}")).json()
        [listed] = (await client.get("/v1/tools")).json()["items"]
        return {one["imageUrl"], listed["imageUrl"]}

    assert await urls() == {None}
    await put(approval.supplier, path)
    assert await urls() == {path}
    assert (await approval.staff.send("DELETE", path)).status_code == 204
    assert await urls() == {None}
    assert (await client.get(path)).status_code == 404


async def test_K6_a_new_image_is_a_change_of_the_catalogue(
    client: Any, approval: Any, tool: Any, path: str, clock: Any, rows: Any
) -> None:
    clock.go(hours=1)
    await put(approval.supplier, path)
    again = await put(approval.supplier, path)
    assert (again.status_code, again.json()["imageUrl"]) == (200, path)
    changes = (await client.get("/v1/tools/changes")).json()["items"]
    assert [(change["change"], change["revision"]) for change in changes] == [("published", 1), ("updated", 1)]
    assert (await client.get(f"/v1/tools/{tool['toolId']}")).json()["updatedAt"] == "2026-11-22T09:00:00.000Z"
    assert len(await rows("outbox")) == 1, "nothing in a revision has changed"
    [newest, _] = (await approval.staff.get(f"/v1/tools/{tool['toolId']}/history")).json()["items"]
    assert (newest["step"], newest["actor"]["role"]) == ("image-replaced", "supplier")
    assert newest["actor"]["name"] == "Oppdiktet Leverandør AS"


@pytest.mark.parametrize(
    ("content", "sent_as"),
    [
        (b"GIF89a", "image/png"),
        (b"<html/>", "image/svg+xml"),
        (b"", "image/png"),
        (SVG, "text/html"),
        (PNG, "application/octet-stream"),
        (b"{}", "application/json"),
        (SVG, ""),
    ],
)
async def test_what_is_neither_png_nor_svg_is_refused(
    client: Any, approval: Any, path: str, content: bytes, sent_as: str
) -> None:
    refused = await put(approval.supplier, path, content, {"Content-Type": sent_as})
    assert (refused.status_code, refused.json()["code"]) == (415, "unsupported-media-type")
    assert refused.json()["accepted"] == ["image/png", "image/svg+xml"]
    assert (await client.get(path)).status_code == 404


async def test_what_it_is_called_is_not_believed(client: Any, approval: Any, path: str) -> None:
    assert (await put(approval.supplier, path, PNG, SVG_TYPE)).json()["mediaType"] == "image/png"
    assert (await put(approval.supplier, path, SVG, PNG_TYPE)).json()["mediaType"] == "image/svg+xml"
    assert (await client.get(path)).headers["content-type"] == "image/svg+xml"


async def test_a_broken_image_is_refused_and_the_one_that_is_there_stays(client: Any, approval: Any, path: str) -> None:
    await put(approval.supplier, path)
    refused = await put(approval.supplier, path, PNG[:-4], PNG_TYPE)
    assert (refused.status_code, refused.json()["code"], refused.json()["reason"]) == (
        422,
        "image-invalid",
        "png-damaged",
    )
    assert (await client.get(path)).content == SVG


async def test_an_image_has_a_limit_of_its_own_and_other_routes_keep_theirs(approval: Any, path: str) -> None:
    padding = b" " * (512 * 1024 - len(SVG))
    assert (await put(approval.supplier, path, SVG + padding)).status_code == 201
    refused = await put(approval.supplier, path, SVG + padding + b" ")
    assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")
    roomy = await approval.supplier.post("/v1/submissions", b'{"tool": {}}' + b" " * 600_000)
    assert roomy.status_code == 201
    refused = await approval.supplier.post("/v1/submissions", SVG, SVG_TYPE)
    assert (refused.status_code, refused.json()["accepted"]) == (415, ["application/json"])


async def test_an_image_that_is_sent_in_pieces_is_counted_too(client: Any, approval: Any, path: str) -> None:
    async def pieces() -> Any:
        for _ in range(9):
            yield b" " * 64 * 1024

    refused = await client.put(path, content=pieces(), headers=SVG_TYPE)
    assert refused.status_code in (401, 413)
    supplier = approval.supplier
    token = supplier.issuer.machine_token("nhn:verktoykatalog", supplier.token["scope"], supplier.key.thumbprint)
    proof = supplier.key.proof("PUT", f"https://catalog.test{path}", token, now=supplier.clock())
    headers = SVG_TYPE | {"Authorization": f"DPoP {token}", "DPoP": proof}
    refused = await client.put(path, content=pieces(), headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")


async def test_only_the_tools_own_supplier_replaces_its_image(
    client: Any, approval: Any, path: str, fill: Any, make_tool: Any
) -> None:
    restricted = make_tool("For få", national=False, organisations=["999977799"])
    await fill(restricted)
    rival = approval.supplier.but(organisation=OTHER)
    refusals = {
        "nobody": await client.put(path, content=SVG, headers=SVG_TYPE),
        "another supplier": await put(rival, path),
        "another supplier, of what is hidden": await put(rival, f"/v1/tools/{restricted['toolId']}/image"),
        "of what is not there": await put(approval.supplier, f"/v1/tools/{uuid4()}/image"),
        "staff": await put(approval.staff, path),
        "another supplier removes": await rival.send("DELETE", path),
        "the health body removes": await approval.health_body.send("DELETE", path),
    }
    assert {who: (answer.status_code, answer.json()["code"]) for who, answer in refusals.items()} == {
        "nobody": (401, "token-missing"),
        "another supplier": (403, "tool-of-another-supplier"),
        "another supplier, of what is hidden": (404, "tool-not-found"),
        "of what is not there": (404, "tool-not-found"),
        "staff": (403, "scope-missing"),
        "another supplier removes": (403, "tool-of-another-supplier"),
        "the health body removes": (403, "scope-missing"),
    }


async def test_the_supplier_may_remove_it(client: Any, approval: Any, path: str) -> None:
    nothing = await approval.supplier.send("DELETE", path)
    assert (nothing.status_code, nothing.json()["code"]) == (404, "image-not-found")
    await put(approval.supplier, path)
    assert (await approval.supplier.send("DELETE", path)).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_if_match_is_honoured_where_it_is_sent(approval: Any, path: str) -> None:
    first = await put(approval.supplier, path, SVG, SVG_TYPE | {"If-Match": "*"})
    assert (first.status_code, first.json()["code"]) == (412, "precondition-failed")
    tag = (await put(approval.supplier, path)).headers["etag"]
    assert (await put(approval.supplier, path, OTHER_SVG, SVG_TYPE | {"If-Match": tag})).status_code == 200
    assert (await put(approval.supplier, path, PNG, SVG_TYPE | {"If-Match": tag})).status_code == 412
    assert (await approval.supplier.send("DELETE", path, headers={"If-Match": tag})).status_code == 412


async def test_K2_a_tool_that_is_only_submitted_has_an_image_for_those_who_take_part(
    client: Any, approval: Any, make_tool: Any, clock: Any
) -> None:
    submission = await approval.draft(make_tool("Søvnskolen"))
    path = f"/v1/tools/{(await approval.supplier.get(submission)).json()['toolId']}/image"
    rival = approval.supplier.but(organisation=OTHER)
    assert (await put(rival, path)).status_code == 404
    assert (await put(approval.supplier, path)).status_code == 201
    readers = {"supplier": approval.supplier, "health body": approval.health_body, "staff": approval.staff}

    async def seen_by() -> set[str]:
        return {who for who, reader in readers.items() if (await reader.get(path)).status_code == 200}

    assert await seen_by() == {"supplier"}
    await approval.submit(submission)
    assert await seen_by() == {"supplier", "health body", "staff"}
    assert (await client.get(path)).status_code == 404
    assert (await rival.get(path)).status_code == 404
    own = await approval.supplier.get(path)
    assert own.headers["cache-control"] == "private, no-cache"
    await approval.assure(submission)
    await approval.verify(submission)
    clock.go(hours=1)
    await approval.publish(submission)
    assert (await client.get(path)).status_code == 200
    [listed] = (await client.get("/v1/tools")).json()["items"]
    assert listed["imageUrl"] == path
    steps = (await approval.staff.get(path.replace("image", "history"))).json()["items"]
    assert "image-replaced" in [step["step"] for step in steps]


async def test_K5_the_image_of_a_restricted_tool_is_for_those_it_is_for(
    client: Any, approval: Any, fill: Any, make_tool: Any
) -> None:
    restricted = make_tool("For få", national=False, organisations=["999977799"])
    await fill(restricted)
    path = f"/v1/tools/{restricted['toolId']}/image"
    await put(approval.supplier, path)
    assert (await client.get(path)).status_code == 404
    assert (await approval.supplier.but(organisation=OTHER).get(path)).status_code == 404
    assert (await approval.supplier.but(organisation="999977799").get(path)).status_code == 200
    assert (await approval.staff.get(path)).status_code == 200


async def test_K4_a_stopped_tool_shows_no_image_and_a_new_one_does_not_bring_it_back(
    client: Any, approval: Any, tool: Any, path: str, administrator: Any, clock: Any
) -> None:
    await put(approval.supplier, path)
    await administrator.stop(tool)
    gone = await client.get(path)
    assert (gone.status_code, gone.json()["code"]) == (410, "tool-withdrawn")
    clock.go(hours=1)
    assert (await put(approval.supplier, path, OTHER_SVG)).status_code == 200
    changes = (await client.get("/v1/tools/changes")).json()["items"]
    assert [change["change"] for change in changes] == ["published", "updated", "stopped"]
    await administrator.reinstate(tool)
    assert (await client.get(path)).content == OTHER_SVG


async def test_of_many_images_at_once_one_is_first_and_the_last_stays(
    client: Any, approval: Any, path: str, rows: Any
) -> None:
    contents = [SVG.replace(b"4", str(number).encode()) for number in range(8)]
    answers = await asyncio.gather(*(put(approval.supplier, path, content) for content in contents))
    assert sorted(answer.status_code for answer in answers) == [*[200] * 7, 201]
    assert (await client.get(path)).content in contents
    assert [row["sequence"] for row in await rows("tool_change", "sequence")] == list(range(1, 10))


def test_no_other_route_takes_images(app: FastAPI) -> None:
    taking = [
        (path, method)
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
        if "image/png" in operation.get("requestBody", {}).get("content", {})
    ]
    assert taking == [("/v1/tools/{toolId}/image", "put")]
