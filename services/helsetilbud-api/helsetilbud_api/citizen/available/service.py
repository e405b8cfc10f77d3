"""All tools that a citizen may use, and adding one of them (M1, M2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from helsetilbud_api.citizen import writing
from helsetilbud_api.citizen.available import queries
from helsetilbud_api.citizen.available.rules import check_addable
from helsetilbud_api.citizen.errors import ToolAlreadyAdded
from helsetilbud_api.citizen.filters import ToolFilters
from helsetilbud_api.citizen.models import FULL, User, check_shown
from helsetilbud_api.citizen.queries import Found, list_my_tools
from helsetilbud_api.citizen.rebuilding.log import keep_event, lock_citizens
from helsetilbud_api.citizen.rendering import MY_TOOLS, render_my_tool
from helsetilbud_api.citizen.searching.queries import find_head
from shared import idempotency, outbox
from shared.auth import Citizen
from shared.events import ToolAdded
from shared.idempotency import Answer, Repeatable
from shared.search import Position, Search, Vocabulary, find_page


@dataclass(frozen=True, slots=True)
class _Available:
    connection: AsyncConnection
    user: User
    language: str
    filters: ToolFilters
    after: Position | None

    async def find(self, search: Search | None, levels: Sequence[int], missing: int) -> Sequence[Row[Any]]:
        asked = self.connection, self.user, self.language, self.filters
        return await queries.find_available(*asked, search, levels, self.after, missing)

    async def has_any(self, search: Search) -> bool:
        return await queries.finds_any(self.connection, self.user, self.language, search)


async def list_available_tools(
    connection: AsyncConnection, vocabulary: Vocabulary, user: User, language: str, filters: ToolFilters
) -> Found:
    """By name, or the best first; nothing while the citizen's tools are hidden (S6). Raises CursorInvalid."""
    after = Position.read(filters.cursor, language=language)
    head = await find_head(connection, user.citizen)
    if head.level != FULL:
        return Found((), head.level, head.as_of)
    listed = _Available(connection, user, language, filters, after)
    found = await find_page(vocabulary, connection, listed, filters.q, after, filters.limit)
    return Found(found.rows, head.level, head.as_of, found.next_cursor("name", "key", language=language))


async def add_tool(
    session: AsyncSession, caller: Citizen, tool_id: UUID, language: str, repeat: Repeatable | None, now: datetime
) -> tuple[Answer, bool]:
    """The tool as it is among the citizen's own, and whether the same request was answered before.

    Raises what `check_addable` does; before an earlier answer is given, what `check_shown` does alone.
    """
    citizen = caller.acting_for
    if answered := await idempotency.claim(session, repeat):
        if offered := await queries.find_offered(session, citizen, tool_id):
            check_shown(offered.level)
        return answered, True
    await lock_citizens(session, citizen)
    check_addable(await queries.find_offered(session, citizen, tool_id), User.of(caller, now))
    event = ToolAdded(citizen=citizen, tool_id=tool_id, acted_by=caller.reference, at=now)
    (adding, values), (telling, entry) = writing.own_act(event)
    added = await session.execute(adding, values)
    if added.first() is None:  # it has come meanwhile
        raise ToolAlreadyAdded()
    await session.execute(telling, entry)
    writing.tell_streams(session, [citizen])
    await keep_event(session, event)
    await outbox.add(session, event, now)
    found = await list_my_tools(await session.connection(), citizen, language, tool_id=tool_id)
    answer = Answer(201, {"Location": f"{MY_TOOLS}/{tool_id}"}, render_my_tool(found.rows[0], language))
    await idempotency.keep(session, repeat, answer)
    return answer, False
