"""Who is let in, what the contract says about it, and what is kept of them."""

import json
from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from devkit.testing.national_ids import generate
from shared.db import Database

ID = "0a7e4b1c-5d2f-4c3a-9b8e-6f1d2c3b4a59"
OPERATIONS = [
    ("GET", "/v1/me/tools"),
    ("GET", f"/v1/me/tools/{ID}"),
    ("DELETE", f"/v1/me/tools/{ID}"),
    ("POST", f"/v1/me/tools/{ID}/open"),
    ("GET", "/v1/me/feed"),
    ("GET", "/v1/me/history"),
    ("GET", f"/v1/me/feed/{ID}"),
    ("GET", "/v1/me/available-tools"),
    ("GET", "/v1/me/feed/stream"),
]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_without_a_citizens_token_nothing_is_answered(client: Any, caller: Any, method: str, path: str) -> None:
    missing = await client.request(method, path)
    assert (missing.status_code, missing.json()["code"]) == (401, "token-missing")
    dpop = await client.request(method, path, headers={"Authorization": "DPoP x"})
    assert (dpop.status_code, dpop.json()["code"]) == (401, "scheme-not-accepted")
    low = await caller(date(1975, 3, 1), security_level="3").request(method, path)
    assert (low.status_code, low.json()["code"]) == (403, "security-level-too-low")


def test_every_operation_is_described(app: FastAPI) -> None:
    paths = {name: path for name, path in app.openapi()["paths"].items() if name.startswith("/v1/me/")}
    operations = [operation for path in paths.values() for operation in path.values()]
    names = {operation["operationId"] for operation in operations}
    assert names == {
        "listMyTools",
        "listAvailableTools",
        "addMyTool",
        "getMyTool",
        "deleteMyTool",
        "openMyTool",
        "listFeed",
        "listMyHistory",
        "getFeedEvent",
        "followFeed",
        "getGpPanel",
        "listAccessLog",
    }
    for operation in operations:
        assert operation["tags"]
        assert operation["summary"]
        assert operation["description"]
        assert operation["security"] == [{"Helsenorge": []}]


@pytest.mark.rule("I1")
async def test_I1_no_number_is_kept_logged_or_told(
    kari: Any, others: Any, prescribed: Any, database: Database, caller: Any, representations: Any
) -> None:
    representations.allow()
    child = generate(date(2020, 6, 1), 0)
    parent = caller(date(1988, 2, 2), represents=child, relation="parent")
    with capture_logs() as logs:
        answers = [
            await kari.open(prescribed.tool_id, {"Idempotency-Key": "x"}),
            await kari.get(f"/v1/me/tools?q={kari.number}"),
            await kari.get(f"/v1/me/tools/{kari.number}"),
            await kari.get("/v1/me/feed"),
            await kari.delete(prescribed.tool_id),
            await parent.get("/v1/me/feed"),
        ]
    async with database.driver() as connection:
        tables = await connection.fetch(
            "SELECT format('%I', tablename) AS t FROM pg_tables WHERE schemaname = 'public'"
        )
        texts = [await connection.fetch(f"SELECT r::text AS row FROM {table['t']} r") for table in tables]  # noqa: S608
    kept = "\n".join(row["row"] for found in texts for row in found)
    assert "helsetilbud.tool-removed.v1" in kept
    said = json.dumps(logs, default=str) + "".join(answer.text for answer in answers)
    for number in (kari.number, parent.number, child):
        assert number not in kept + said
