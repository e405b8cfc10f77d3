"""Where the invented suppliers' clients have citizens sent back to: what came, to be copied."""

from fastapi import APIRouter, Request, Response

from sandbox.context import Here
from sandbox.issuer.launch_clients import CALLBACK_PATH
from sandbox.pages.rendering import page

router = APIRouter(include_in_schema=False)

# RFC 6749, sections 4.1.2 and 4.1.2.1; RFC 9207
_NAMES = ("code", "state", "iss", "error", "error_description")
_LONGEST = 2_000


@router.get(CALLBACK_PATH)
async def show_what_came_back(request: Request, sandbox: Here) -> Response:
    came = {name: request.query_params[name][:_LONGEST] for name in _NAMES if name in request.query_params}
    issuer = sandbox.settings.service_urls["helsetilbud-api"]
    shown = page("callback.html", came=came, issuer=issuer, redirect_uri=sandbox.settings.public_url + CALLBACK_PATH)
    shown.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})  # a code is in the address
    return shown
