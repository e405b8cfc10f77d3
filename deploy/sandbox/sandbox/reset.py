"""`POST /reset`: back to the first day, here and in the services that the launcher has registered."""

import asyncio
from datetime import timedelta
from typing import Any

import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from sandbox.context import Here, ResetHook, Sandbox
from sandbox.population.generated import Crowds

router = APIRouter(tags=["Sandbox"])

_logger = structlog.get_logger(__name__)


@router.post("/reset", operation_id="reset")
async def reset(sandbox: Here) -> JSONResponse:
    """Forgets messages, faults, generated people and one's own sign-in clients; the time is the real one; keys stay.
    `services` counts the hooks that reset a service.

    500 when a service could not be reset; everything else is reset all the same.
    """
    sandbox.faults.clear()  # before the hooks, which need the stand-ins
    if sandbox.clock.ahead:
        await sandbox.clock.move(timedelta())
    done = [await _run(hook) for hook in sandbox.reset_hooks]
    await asyncio.to_thread(_forget, sandbox)  # after them, with what was on its way when the services stopped
    body: dict[str, Any] = {"services": done.count(True), "failed": done.count(False)}
    return JSONResponse(body, 200 if all(done) else 500)


def _forget(sandbox: Sandbox) -> None:
    sandbox.messages.clear()
    sandbox.receipts.forget()
    sandbox.launch_clients.forget()
    sandbox.browser_clients.clear()
    sandbox.logins.forget()
    Crowds(sandbox.storage).clear()
    sandbox.population.forget_generated()


async def _run(hook: ResetHook) -> bool:
    try:
        await hook()
    except Exception:  # a hook is somebody else's code, and the others must still be run
        _logger.exception("reset_hook_failed")
        return False
    return True
