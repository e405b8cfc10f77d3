"""Every SELECT about images."""

from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from catalog_api.models import Image, Tool
from catalog_api.submissions.models import Submission

_TOOL: Final = select(Tool.national, Tool.audience, Tool.status, Tool.stop_category).where(
    Tool.tool_id == bindparam("tool_id")
)
# several when earlier ones came to nothing
_SUBMISSION: Final = (
    select(Submission.submitters, Submission.health_body, Submission.submitted_at)
    .where(Submission.tool_id == bindparam("tool_id"))
    .order_by(Submission.created_at.desc())
    .limit(1)
)
_CONTENT: Final = select(Image.media_type, Image.content, Image.tag).where(Image.tool_id == bindparam("tool_id"))


async def find_tool(connection: AsyncConnection, tool_id: UUID) -> RowMapping | None:
    """Whom it is for, and how it stands."""
    return (await connection.execute(_TOOL, {"tool_id": tool_id})).mappings().first()


async def find_submission(connection: AsyncConnection, tool_id: UUID) -> RowMapping | None:
    """Whose it is, and whether anybody else has seen it."""
    return (await connection.execute(_SUBMISSION, {"tool_id": tool_id})).mappings().first()


async def find_image(connection: AsyncConnection, tool_id: UUID) -> RowMapping | None:
    return (await connection.execute(_CONTENT, {"tool_id": tool_id})).mappings().first()
