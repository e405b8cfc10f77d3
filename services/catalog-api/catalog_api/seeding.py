"""Fills the catalogue from a file: `python -m catalog_api.seeding FILE` with DATABASE_URL set.

The file is a list of tool documents without `revision`. It is for sandboxes and tests alone: nobody assured or
verified what comes this way (K2).
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import structlog

from catalog_api import queries, service
from catalog_api.participants import SEEDING
from catalog_api.tool_rules import DocumentInvalid, Fault, publishable
from catalog_api.tool_shape import ToolDraft
from shared.connections import BATCH_STATEMENT
from shared.db import Database
from shared.events.catalog import ToolDocument
from shared.language import Text
from shared.logging import configure_logging
from shared.messaging.delivery import utc_now
from shared.planning import analyse

_ID_NEEDED: Final[Text] = {
    "nb": "Et verktøy fra en fil må ha med sin id.",
    "nn": "Eit verktøy frå ei fil må ha med id-en sin.",
    "en": "A tool of a file brings its id.",
}


async def seed(database: Database, documents: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """Publishes the tools that are not there yet, all in one transaction. Returns how many.

    Raises pydantic's ValidationError or DocumentInvalid for a document that cannot be published; then none is.
    """
    tools = {tool.tool_id: tool for tool in map(_first_revision, documents)}
    async with database.session() as session:
        await queries.take_turn(session)
        missing = tools.keys() - await queries.known_tools(session)
        for tool_id in [tool_id for tool_id in tools if tool_id in missing]:
            await service.publish(session, tools[tool_id], SEEDING, now)
    return len(missing)


def _first_revision(document: Mapping[str, Any]) -> ToolDocument:
    tool_id = ToolDraft.model_validate(document).tool_id
    if tool_id is None:
        raise DocumentInvalid([Fault("/toolId", "missing", _ID_NEEDED)])
    return publishable(document, tool_id, 1)


async def _seed_with(documents: Sequence[Mapping[str, Any]], database_url: str) -> int:
    database = Database(database_url, pool_size=1, statement_timeout=BATCH_STATEMENT)
    try:
        published = await seed(database, documents, utc_now())
        async with database.driver() as connection:
            await analyse(connection)
        return published
    finally:
        await database.close()


def main() -> None:
    configure_logging(service="catalog-api")
    documents = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    published = asyncio.run(_seed_with(documents, os.environ["DATABASE_URL"]))
    structlog.get_logger(__name__).info("catalogue_seeded", published=published)


if __name__ == "__main__":
    main()
