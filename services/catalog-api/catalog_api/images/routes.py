"""The image of a tool: HTTP only."""

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_api.acts import act_once
from catalog_api.audience import Reading
from catalog_api.conditional import CREATED, TAGGED
from catalog_api.errors import ToolNotFound, ToolWithdrawn
from catalog_api.images import service
from catalog_api.images.cleaning import LARGEST, MEDIA_TYPES, clean
from catalog_api.images.errors import ImageInvalid, ImageNotFound
from catalog_api.images.schemas import ImageDetails, told
from catalog_api.participants import Supplier, SupplierOrStaff
from catalog_api.rendering import image_url
from catalog_api.routes import Language
from catalog_api.submissions.errors import ToolOfAnotherSupplier
from shared.app import Now
from shared.auth import HELSEID_REFUSALS, MACHINE_REFUSALS, STAFF_REFUSALS
from shared.db import Reader
from shared.errors import PreconditionFailed, problems
from shared.exact import Id
from shared.http import IfMatch, IfNoneMatch, Intake, etag_matches
from shared.idempotency import Answer

INTAKE: Final = Intake("PUT", "/v1/tools/{toolId}/image", MEDIA_TYPES, LARGEST, seconds=60)

# A cleaned image has nothing in it that these would stop: they are for what the cleaning may one day overlook.
_SAFELY: Final = {
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox",
    "Content-Disposition": "inline",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Authorization",
}
_INLINE: Final = {"description": "`inline`: shown, not saved", "schema": {"type": "string"}}
_IMAGE: Final = {"schema": {"type": "string", "format": "binary", "maxLength": LARGEST}}
_BINARY: Final = {media_type: _IMAGE for media_type in sorted(MEDIA_TYPES)}
_FOUND: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "headers": TAGGED[200]["headers"] | {"Content-Disposition": _INLINE},
        "description": "The image, as what it is",
        "content": _BINARY,
    },
    304: {"description": "As the entity tag in If-None-Match says"},
}
_SENT: Final = {"requestBody": {"required": True, "content": _BINARY}}

ToolId = Annotated[Id, Path(alias="toolId")]

images = APIRouter(prefix="/v1/tools", tags=["Images"])


@images.get(
    "/{toolId}/image",
    summary="Get a tool's image",
    response_class=Response,
    responses=_FOUND | problems(*HELSEID_REFUSALS, ToolNotFound, ImageNotFound, ToolWithdrawn),
)
async def get_tool_image(
    tool_id: ToolId, request: Request, reader: Reader, audience: Reading, known: IfNoneMatch = None
) -> Response:
    """PNG or SVG, for whoever may see the tool. Of a tool that is only submitted, for those who take part in its
    approval.
    """
    image = await service.find_image(reader, audience, tool_id)
    shared = "private" if "authorization" in request.headers else "public"
    headers = {**_SAFELY, "ETag": image["tag"], "Cache-Control": f"{shared}, no-cache"}
    if known and etag_matches(known, image["tag"]):
        return Response(status_code=304, headers=headers)
    return Response(image["content"], media_type=image["media_type"], headers=headers)


@images.put(
    "/{toolId}/image",
    summary="Replace a tool's image",
    response_model=ImageDetails,
    responses=TAGGED
    | CREATED
    | {201: {**CREATED[201], "model": ImageDetails}}
    | problems(*MACHINE_REFUSALS, ToolNotFound, ToolOfAnotherSupplier, PreconditionFailed, ImageInvalid),
    openapi_extra=_SENT,
)
async def put_tool_image(
    tool_id: ToolId, request: Request, caller: Supplier, language: Language, now: Now, seen: IfMatch = None
) -> Response:
    """PNG or SVG of at most 512 kB, by the tool's supplier; 2048 pixels at most either way. What it is, is read from
    the content. It is cleaned of everything that does not draw, and `leftOut` says what that was. It is seen at once
    where the tool is published. A tool that is only submitted has its id from the submission. `If-Match` is honoured
    and not demanded: an image replaces the one before it as a whole, and only its supplier writes it.
    """
    image = await asyncio.to_thread(clean, await request.body())
    left_out = [part.model_dump() for part in told(image.left_out, language)]

    async def replace(session: AsyncSession) -> Answer:
        first = await service.replace_image(session, caller, tool_id, image, seen, now)
        url = image_url(tool_id, image.tag)
        headers = {"ETag": image.tag, "Content-Language": language, "Vary": "Accept-Language"}
        headers |= {"Location": url or ""} if first else {}
        details = {"imageUrl": url, "mediaType": image.media_type, "bytes": len(image.content), "leftOut": left_out}
        return Answer(201 if first else 200, headers, details)

    return await act_once(request, None, replace)


@images.delete(
    "/{toolId}/image",
    status_code=204,
    summary="Remove a tool's image",
    responses=problems(*STAFF_REFUSALS, ToolNotFound, ToolOfAnotherSupplier, ImageNotFound, PreconditionFailed),
)
async def delete_tool_image(
    tool_id: ToolId, request: Request, caller: SupplierOrStaff, now: Now, seen: IfMatch = None
) -> Response:
    """By staff or the tool's supplier."""

    async def remove(session: AsyncSession) -> Answer:
        await service.remove_image(session, caller, tool_id, seen, now)
        return Answer(204, {}, None)

    await act_once(request, None, remove)
    return Response(status_code=204)
