"""The catalogue follows its owner's change feed as well as the events: a stopped tool is refused here within 10 s with
the broker down (K4, K6).
"""

from sqlalchemy.ext.asyncio import AsyncSession

from prescription_api import handlers
from prescription_api.clients.catalog import Changes
from shared.db import Database
from shared.following import Feed, Follower
from shared.metrics import Metrics


def follow_tools(database: Database, feed: Feed[Changes], metrics: Metrics) -> Follower[Changes]:
    return Follower(database, "tools", feed, [apply_tools], metrics)


async def apply_tools(session: AsyncSession, page: Changes) -> None:
    for change in page.items:
        if change.tool is None:
            await handlers.apply_stop(session, change.sequence, change.tool_id, change.category)
        else:
            await handlers.apply_tool(session, change.sequence, change.tool)
