"""Filling the catalogue from a file, and what a document must hold to be published (K1)."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from catalog_api.seeding import main, seed
from catalog_api.tool_rules import DocumentInvalid
from shared.db import Database
from shared.events import ToolPublished, parse_event
from shared.events.catalog import ToolDocument


async def test_K6_each_tool_is_published_with_its_change_and_its_event(
    database: Database, clock: Any, make_tool: Any, rows: Any
) -> None:
    documents = [make_tool("Beta"), make_tool("Alfa")]
    assert await seed(database, documents, clock.now) == 2
    ids = [document["toolId"] for document in documents]
    changes = await rows("tool_change", "sequence")
    assert [(c["sequence"], c["change"], str(c["tool_id"]), c["actor"]) for c in changes] == [
        (1, "published", ids[0], "seeding"),
        (2, "published", ids[1], "seeding"),
    ]
    events = [parse_event(json.dumps(row["payload"]))[1] for row in await rows("outbox", "id")]
    assert all(isinstance(event, ToolPublished) for event in events)
    assert [(event.sequence, event.revision, str(event.tool_id)) for event in events] == [
        (1, 1, ids[0]),
        (2, 1, ids[1]),
    ]
    assert events[0].tool == ToolDocument.model_validate(documents[0] | {"revision": 1})
    revisions = await rows("tool_revision")
    assert {str(row["tool_id"]) for row in revisions} == set(ids)


async def test_seeding_again_adds_only_what_is_not_there(
    database: Database, clock: Any, make_tool: Any, rows: Any
) -> None:
    first, second = make_tool("Første"), make_tool("Andre")
    assert await seed(database, [first], clock.now) == 1
    assert await seed(database, [first, second, second], clock.now) == 1
    assert await seed(database, [first, second], clock.now) == 0
    assert len(await rows("tool_change")) == len(await rows("outbox")) == 2


async def test_parallel_seedings_publish_each_tool_once(
    database: Database, clock: Any, make_tool: Any, rows: Any
) -> None:
    documents = [make_tool(f"T{n}") for n in range(5)]
    published = await asyncio.gather(*(seed(database, documents, clock.now) for _ in range(4)))
    assert sorted(published) == [0, 0, 0, 5]
    assert [row["sequence"] for row in await rows("tool_change", "sequence")] == [1, 2, 3, 4, 5]


INTEGRATION = {"method": "open-link", "address": "https://tool.example", "launchAddress": None, "appLinks": None}


@pytest.mark.parametrize(
    "fault",
    [
        {"subjectAreas": ["everything"]},
        {"subjectAreas": ["sleep", "sleep"]},
        {"targetGroups": ["cats"]},
        {"languages": ["de"]},
        {"requiredAuthorisations": ["LEGE"]},
        {"national": False, "organisations": []},
        {"prescriptionRequired": True, "prescribable": False},
        {"minimumAge": -1},
        {"defaultDeadlineDays": 0},
        {"integration": INTEGRATION | {"method": "magic"}},
        {"integration": INTEGRATION | {"address": "javascript:alert(1)"}},
        {"integration": INTEGRATION | {"launchAddress": "tool.example"}},
        {"texts": {"en": {"name": "Only English", "shortText": "..."}}},
        {"texts": {"nb": {"name": "Navn", "shortText": "..."}, "de": {"name": "Name", "shortText": "..."}}},
    ],
)
async def test_K1_a_document_that_contradicts_itself_is_not_published(
    database: Database, clock: Any, make_tool: Any, rows: Any, fault: dict[str, Any]
) -> None:
    with pytest.raises((DocumentInvalid, ValidationError)):
        await seed(database, [make_tool("God"), make_tool("Dårlig", **fault)], clock.now)
    assert await rows("tool") == []
    assert await rows("outbox") == []


@pytest.mark.parametrize("missing", ["toolId", "texts", "purpose", "integration", "supplier", "healthBody", "national"])
async def test_K1_a_document_without_what_a_tool_has_is_not_published(
    database: Database, clock: Any, make_tool: Any, rows: Any, missing: str
) -> None:
    document = make_tool("Dårlig")
    del document[missing]
    with pytest.raises(DocumentInvalid) as refused:
        await seed(database, [document], clock.now)
    assert any(fault.pointer.startswith(f"/{missing}") for fault in refused.value.faults)
    assert await rows("tool") == []


async def test_the_command_fills_a_catalogue(
    database: Database, make_tool: Any, rows: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "tools.json"
    file.write_text(json.dumps([make_tool("Fra fil")]), "utf-8")
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setattr("sys.argv", ["seeding", str(file)])
    monkeypatch.setattr("catalog_api.seeding.configure_logging", lambda **_: None)
    await asyncio.to_thread(main)
    [row] = await rows("tool")
    assert (row["status"], row["revision"]) == ("published", 1)
