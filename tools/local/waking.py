"""What is tried at night can be seen at night: somebody's quiet hours are off while a walk waits for an SMS."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx

from sandbox.choices import citizen_token
from tools.local.outcomes import document

_SETTINGS: Final = "/v1/me/notification-settings"
_CHOSEN: Final = ("language", "phone", "email", "channels", "quietHours")


@asynccontextmanager
async def awake(
    http: httpx.AsyncClient, sandbox_url: str, notification_url: str, person: dict[str, Any]
) -> AsyncIterator[None]:
    """By the citizen's own settings, which are as they were afterwards."""

    async def change(hours: dict[str, str] | None) -> dict[str, Any]:
        """Returns what was chosen before."""
        token = await citizen_token(http, sandbox_url, person["nationalId"], "nhn:varsling")
        headers = {"Authorization": f"Bearer {token}"}
        url = notification_url + _SETTINGS
        now = await http.get(url, headers=headers)
        before = document(now, 200)
        if before["quietHours"] != hours:
            body = {name: before[name] for name in _CHOSEN} | {"quietHours": hours}
            document(await http.put(url, json=body, headers=headers | {"If-Match": now.headers["ETag"]}), 200)
        return before

    hours = (await change(None))["quietHours"]
    try:
        yield
    finally:
        await change(hours)
