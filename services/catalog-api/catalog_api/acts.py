"""An act of a caller: one transaction, once however often it is asked for, and seen by every reader afterwards."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from shared import idempotency
from shared.db import Database
from shared.idempotency import Answer

Act = Callable[[AsyncSession], Awaitable[Answer]]


async def act_once(request: Request, key: str | None, act: Act) -> Response:
    """The transaction ends here and not in a dependency, because the ready answers are stale only after the commit."""
    repeat = await idempotency.repeatable(request, key)
    database: Database = request.app.state.database
    async with database.session() as session:
        if answered := await idempotency.claim(session, repeat):
            return answered.response(replayed=True)
        answer = await act(session)
        await idempotency.keep(session, repeat, answer)
    request.app.state.answers.newest.changed()
    return answer.response()
