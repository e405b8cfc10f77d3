"""Whether what was opened may still be used: asked of consent-api itself at each step, before the step is taken.

The copy of consents is right as of some seconds or minutes ago. No connection to the database is held meanwhile.
"""

from typing import Any

from sqlalchemy import Row

from helsetilbud_api.citizen.errors import ToolsHidden
from helsetilbud_api.clients.permissions import PermissionClient
from shared.auth import Citizen


async def require_shown(permissions: PermissionClient, caller: Citizen) -> None:
    """Names who acts: a small child opens nothing alone, and a parent does. Raises ToolsHidden with the first reason,
    or ConsentServiceUnavailable.
    """
    actor = caller.reference if caller.represents else None
    if reasons := await permissions.reasons_against(caller.acting_for, actor, caller.relation):
        raise ToolsHidden(reason=reasons[0])


async def is_permitted(permissions: PermissionClient, row: Row[Any]) -> bool:
    """Of a row with `citizen`, `actor` and `relation`. Raises ConsentServiceUnavailable.

    One that does not know who acts is of before that was kept: the tool is opened again.
    """
    if row.relation == "self":
        return not await permissions.reasons_against(row.citizen)
    return row.actor is not None and not await permissions.reasons_against(row.citizen, row.actor, row.relation)
