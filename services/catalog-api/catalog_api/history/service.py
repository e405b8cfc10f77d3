"""Who may read what has happened to a tool."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_api.errors import ToolNotFound
from catalog_api.history.queries import is_submitted
from catalog_api.models import Tool
from catalog_api.participants import Participant
from catalog_api.submissions.service import find_own_tool


async def require_reader(session: AsyncSession, caller: Participant, tool_id: UUID) -> None:
    """Staff and the tool's supplier. Raises ToolNotFound, ToolOfAnotherSupplier."""
    if await session.get(Tool, tool_id) is None:
        if not await is_submitted(session, caller, tool_id):
            raise ToolNotFound()
    elif "staff" not in caller.roles:
        await find_own_tool(session, caller, tool_id)
