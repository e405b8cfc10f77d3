"""What is done with images: show, replace, remove."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from catalog_api.audience import Audience
from catalog_api.errors import ToolNotFound, ToolWithdrawn
from catalog_api.history.service import require_reader
from catalog_api.images import queries
from catalog_api.images.cleaning import CleanImage
from catalog_api.images.errors import ImageNotFound
from catalog_api.models import STOPPED, Image, Tool
from catalog_api.participants import Participant
from catalog_api.queries import take_turn
from catalog_api.service import note, record
from shared.errors import PreconditionFailed
from shared.http import etag_is


async def find_image(connection: AsyncConnection, audience: Audience, tool_id: UUID) -> RowMapping:
    """Raises ToolNotFound for whom the tool is not for, ToolWithdrawn, ImageNotFound."""
    tool = await queries.find_tool(connection, tool_id)
    if tool is None:
        await _require_participant(connection, audience, tool_id)
    elif not audience.includes(tool["national"], tool["audience"]):
        raise ToolNotFound()
    elif tool["status"] == STOPPED:
        raise ToolWithdrawn(tool["stop_category"])
    image = await queries.find_image(connection, tool_id)
    if image is None:
        raise ImageNotFound()
    return image


async def _require_participant(connection: AsyncConnection, audience: Audience, tool_id: UUID) -> None:
    """What is only submitted is for its supplier; past draft for its health body and staff too. Raises ToolNotFound."""
    submission = await queries.find_submission(connection, tool_id)
    if submission is None:
        raise ToolNotFound()
    past_draft = submission["submitted_at"] is not None
    whose = {*submission["submitters"], *([submission["health_body"]] if past_draft else [])}
    if whose.isdisjoint(audience.organisations) and not (past_draft and audience.everything):
        raise ToolNotFound()


async def replace_image(
    session: AsyncSession, caller: Participant, tool_id: UUID, new: CleanImage, seen: str | None, now: datetime
) -> bool:
    """Whether it is the tool's first. An image that is there already changes nothing. Raises ToolNotFound,
    ToolOfAnotherSupplier, PreconditionFailed.
    """
    image = await _take(session, caller, tool_id, seen)
    if image is None:
        session.add(Image(tool_id=tool_id, tag=new.tag, media_type=new.media_type, content=new.content, changed_at=now))
    elif image.tag != new.tag:
        image.tag, image.media_type, image.content, image.changed_at = new.tag, new.media_type, new.content, now
    else:
        return False
    await _tell(session, caller, tool_id, new.tag, "image-replaced", now)
    return image is None


async def remove_image(
    session: AsyncSession, caller: Participant, tool_id: UUID, seen: str | None, now: datetime
) -> None:
    """Raises ToolNotFound, ToolOfAnotherSupplier, ImageNotFound, PreconditionFailed."""
    image = await _take(session, caller, tool_id, seen)
    if image is None:
        raise ImageNotFound()
    await session.delete(image)
    await _tell(session, caller, tool_id, None, "image-removed", now)


async def _take(session: AsyncSession, caller: Participant, tool_id: UUID, seen: str | None) -> Image | None:
    """The image as it is, with no other writer beside us: images of tools are changes of the catalogue."""
    await take_turn(session)
    await require_reader(session, caller, tool_id)
    image = await session.get(Image, tool_id)
    if seen is not None and not (image and etag_is(seen, image.tag)):
        raise PreconditionFailed()
    return image


async def _tell(
    session: AsyncSession, caller: Participant, tool_id: UUID, tag: str | None, step: str, now: datetime
) -> None:
    """A change of the catalogue where everyone sees the tool, a step in its history otherwise."""
    (role,) = caller.roles
    tool = await session.get(Tool, tool_id)
    actor = caller.acting_as(role, tool.document["supplier"]["name"] if tool and role == "supplier" else None)
    if tool is not None:
        tool.image_tag = tag
    if tool is None or tool.status == STOPPED:
        note(session, tool_id, step, actor, now)
    else:
        tool.updated_at = now
        await record(session, tool, "updated", actor, now, step=step)
