"""Received messages: for programs at `/messages`, for people at `/mailbox`."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response

from sandbox.context import Here
from sandbox.messages.store import MessageFilter, ReceivedMessage
from sandbox.pages.rendering import page

router = APIRouter(tags=["Messages"])

_MOST_ON_A_PAGE = 200


async def _filter(
    to: Annotated[str | None, Query(description="Phone number or e-mail address")] = None,
    channel: Literal["sms", "email"] | None = None,
    reference: str | None = None,
) -> MessageFilter:
    # an unescaped + of a phone number arrives as a space
    return MessageFilter("+" + to[1:] if to and to.startswith(" ") else to, channel, reference)


Wanted = Annotated[MessageFilter, Depends(_filter)]


@router.get("/messages", operation_id="listMessages")
async def list_messages(
    sandbox: Here, wanted: Wanted, limit: Annotated[int, Query(ge=1, le=50_000)] = 1000
) -> dict[str, Any]:
    """Newest first; `total` counts all that fit the filter, also beyond `limit`."""
    found = await asyncio.to_thread(sandbox.messages.newest, wanted, limit)
    total = await asyncio.to_thread(sandbox.messages.count, wanted)
    return {"items": [_document(message) for message in found], "total": total}


@router.delete("/messages", operation_id="deleteMessages", status_code=204)
async def delete_messages(sandbox: Here) -> Response:
    await asyncio.to_thread(sandbox.messages.clear)
    return Response(status_code=204)


@router.get("/mailbox", include_in_schema=False)
async def show_mailbox(sandbox: Here, wanted: Wanted) -> Response:
    found = await asyncio.to_thread(sandbox.messages.newest, wanted, _MOST_ON_A_PAGE)
    total = await asyncio.to_thread(sandbox.messages.count, wanted)
    return page("mailbox.html", messages=found, total=total, to=wanted.to)


def _document(message: ReceivedMessage) -> dict[str, Any]:
    return {
        "messageId": message.message_id,
        "channel": message.channel,
        "to": message.to,
        "from": message.sender,
        "subject": message.subject,
        "text": message.text,
        "reference": message.reference,
        "urgent": message.urgent,
        "segments": message.segments,
        "receivedAt": message.received_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
